//! What a wait that ended without success says: which container is to blame, and why by its log.

use super::attempt::Attempt;
use super::verdict::{Trouble, Watch};
use super::{Probe, Wait};
use crate::context::Context;
use crate::docker::ask::{containers, log};
use crate::docker::diagnosis::{Ending, excerpt, why_it_ended};
use crate::docker::{Container, State};
use crate::documents::WhyNotStarted;
use crate::error::{Failure, Kind, document};
use crate::process::with_tail;
use crate::url::points_here;
use std::path::Path;

impl Wait {
    /// The failure if it is pointless to wait: a container cannot run, keeps crashing, or crashed once and its log has
    /// a cause that does not go away.
    pub(super) fn hopeless(
        &self,
        ctx: &Context,
        watch: &mut Watch,
        containers: &[Container],
        database_up: bool,
    ) -> Option<Failure> {
        if let Some(trouble) = watch.look(containers, database_up) {
            let log = trouble
                .container
                .as_ref()
                .map(|one| log(ctx, &self.tools, one));
            return Some(self.trouble(ctx, &trouble, &log.unwrap_or_default()));
        }
        let crash = watch.crash(containers)?;
        let log = log(ctx, &self.tools, crash.container.as_ref()?);
        let is_final = why_it_ended(&log).is_some_and(|ending| !ending.passes);
        is_final.then(|| self.trouble(ctx, &crash, &log))
    }

    fn trouble(&self, ctx: &Context, trouble: &Trouble, log: &str) -> Failure {
        let message = format!("could not start {}: {trouble}", self.subject());
        let ending = why_it_ended(log);
        let failure = explained(ctx, Kind::ContainerFailed, message, (ending, log));
        if let Some(ending) = ending {
            // What `prisma` writes itself is in quotes.
            let is_theirs = self.folder.is_some() && ending.code == "password_rejected";
            return if is_theirs {
                failure.hint(QUOTE)
            } else {
                failure
            };
        }
        let stopped = |container: &Container| container.state == State::Exited;
        match (&trouble.container, &self.folder) {
            (Some(container), Some(folder)) if stopped(container) => failure
                .hint(format!("start it with `docker-compose up -d` in {}", folder.display()))
                .hint(full_log(folder)),
            (_, Some(folder)) => failure.hint(full_log(folder)),
            (Some(container), None) => failure.hint(format!(
                "see its full log with `prisma local logs -n {} {}`; fix the cause and run the command again, no data is lost",
                self.name, container.service
            )),
            (None, None) => failure.hint("run the command again"),
        }
    }

    /// The failure of a server that runs and will never answer, as its log shows.
    pub(super) fn deaf(&self, ctx: &Context, attempt: &Attempt<'_>) -> Failure {
        let message = format!("could not start {}: {}", self.subject(), attempt.why);
        explained(ctx, Kind::ContainerFailed, message, (attempt.ending, ""))
    }

    pub(super) fn too_late(&self, ctx: &Context, attempt: &Attempt<'_>) -> Failure {
        let limit = humantime::format_duration(self.limit);
        let database = self.database_state(attempt.database_up);
        let message = format!(
            "{} is not ready after {limit}: {database}{}",
            self.subject(),
            attempt.why
        );
        let mut failure = self.blamed(ctx, attempt, message);
        let host = &self.server.host;
        if !points_here(host) {
            failure = failure.hint(format!("check that no firewall blocks `{host}`"));
        }
        failure
            .hint("wait longer with `--wait-timeout 15m`; the containers keep starting")
            .hint(match &self.folder {
                Some(folder) => full_log(folder),
                None => format!(
                    "see what they print with `prisma local logs -f -n {}`",
                    self.name
                ),
            })
    }

    /// The failure of a server that is not ready, with what its crashes or its log say of the cause.
    fn blamed(&self, ctx: &Context, attempt: &Attempt<'_>, message: String) -> Failure {
        let found = containers(ctx, &self.tools, &self.name).unwrap_or_default();
        let server = found.iter().find(|container| container.is_server());
        let crashed = server.and_then(|server| Some((server, attempt.watch.crashed(server)?)));
        let Some((server, crashed)) = crashed else {
            return explained(ctx, Kind::NotReady, message, (attempt.ending, ""));
        };
        let log = log(ctx, &self.tools, server);
        let message = format!("{message}; container `{}` {crashed}", server.name);
        explained(ctx, Kind::NotReady, message, (why_it_ended(&log), &log))
    }

    /// What is known of the database, to stand before what the server does.
    pub(super) fn database_state(&self, is_up: bool) -> &'static str {
        if is_up && !matches!(self.database, Probe::None) {
            "the database is up, "
        } else {
            self.database.missing()
        }
    }

    fn subject(&self) -> String {
        match &self.folder {
            Some(folder) => format!("the server of {}", folder.display()),
            None => format!("cluster `{}`", self.name),
        }
    }
}

/// A failure with its cause, the lines of the log that show it, and the cure.
fn explained(
    ctx: &Context,
    kind: Kind,
    message: String,
    (ending, log): (Option<&Ending>, &str),
) -> Failure {
    let message = match ending {
        Some(ending) => format!("{message}: {}", ending.why),
        None => message,
    };
    let lines = excerpt(&ctx.ui.mask(log)).text();
    let failure = Failure::new(kind, ctx.ui.mask(&with_tail(message, &lines)));
    match ending {
        Some(ending) => failure
            .hint(ending.hint)
            .data(document(WhyNotStarted { cause: ending.code })),
        None => failure,
    }
}

/// For those who have written their `PRISMA_CONFIG`.
const QUOTE: &str =
    "put user and password in quotes in `PRISMA_CONFIG`: YAML reads `0123` as a number";

fn full_log(folder: &Path) -> String {
    format!(
        "see the full log with `docker-compose logs` in {}",
        folder.display()
    )
}
