//! Waits until a cluster is up: in stages, with a limit, giving up early if there is no hope.
//!
//! A server that starts before its database exits, and Docker restarts it. That is normal on the first
//! start; repeated crashes after the database is up are not.

mod attempt;
mod probe;
mod questions;
mod startup;
mod verdict;

use crate::context::Context;
use crate::docker::diagnosis::why_it_ended;
use crate::docker::{Container, LogOptions, Tools};
use crate::error::{Failure, Kind, Result};
use crate::process::{Mode, TAIL_LINES, with_tail};
use crate::server::readiness::Candidate;
use crate::url::points_here;
use attempt::{Attempt, Ended, Why};
use std::path::{Path, PathBuf};
use std::time::Duration;
use verdict::Trouble;

pub use probe::Probe;

/// What to wait for.
#[derive(Debug, Clone)]
pub struct Wait {
    pub tools: Tools,
    /// The cluster and compose project.
    pub name: String,
    /// The folder with the compose files of the server, if it is not a managed cluster.
    pub folder: Option<PathBuf>,
    pub server: Candidate,
    pub database: Probe,
    pub limit: Duration,
}

impl Wait {
    /// Fails with [`Kind::ContainerFailed`] if a container cannot run, and with [`Kind::NotReady`] at the
    /// limit.
    pub fn run(&self, ctx: &Context) -> Result<()> {
        let mut attempt = Attempt::begin(self, ctx);
        match attempt.run()? {
            Ended::Ready(server) => {
                attempt.done(&server);
                Ok(())
            }
            Ended::Trouble(trouble) => Err(self.trouble(ctx, &trouble)),
            Ended::TooLate(why) => Err(self.too_late(ctx, attempt.database_up, &why)),
        }
    }

    fn trouble(&self, ctx: &Context, trouble: &Trouble) -> Failure {
        let mut message = format!("could not start {}: {trouble}", self.subject());
        let tail = match &trouble.container {
            Some(container) => self.last_lines(ctx, container),
            None => String::new(),
        };
        let why = why_it_ended(&tail);
        if let Some((why, _)) = why {
            message = format!("{message}: {why}");
        }
        let failure = Failure::new(
            Kind::ContainerFailed,
            ctx.ui.mask(&with_tail(message, &tail)),
        );
        if let Some((_, hint)) = why {
            return failure.hint(hint);
        }
        match (&trouble.container, &self.folder) {
            (_, Some(folder)) => failure.hint(full_log(folder)),
            (Some(container), None) => failure.hint(format!(
                "see its full log with `prisma local logs -n {} {}`; fix the cause and run the command again, no data is lost",
                self.name, container.service
            )),
            (None, None) => failure.hint("run the command again"),
        }
    }

    fn too_late(&self, ctx: &Context, database_up: bool, why: &Why) -> Failure {
        let limit = humantime::format_duration(self.limit);
        let database = self.database_state(database_up);
        let message = format!(
            "{} is not ready after {limit}: {database}{why}",
            self.subject()
        );
        let mut failure = Failure::new(Kind::NotReady, ctx.ui.mask(&message));
        let host = &self.server.host;
        match why {
            Why::NoLock => {
                failure = failure.hint("stop the other server; only one can use a database");
            }
            Why::Deaf => {
                failure = failure.hint("free the port, or give the server another one");
            }
            _ if !points_here(host) => {
                failure = failure.hint(format!("check that no firewall blocks `{host}`"));
            }
            _ => {}
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

    /// What is known of the database, to stand before what the server does.
    fn database_state(&self, is_up: bool) -> &'static str {
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

    /// The last lines of a container's output, from both streams.
    fn last_lines(&self, ctx: &Context, container: &Container) -> String {
        let options = LogOptions {
            tail: Some(TAIL_LINES.to_string()),
            ..LogOptions::default()
        };
        let logs = self.tools.logs(&container.id, &options);
        match ctx.runner.run(&logs, Mode::Capture) {
            Ok(outcome) => outcome.stdout + &outcome.stderr,
            // The failure being reported matters more than this one.
            Err(_) => String::new(),
        }
    }
}

fn full_log(folder: &Path) -> String {
    format!(
        "see the full log with `docker-compose logs` in {}",
        folder.display()
    )
}
