//! Waits until a cluster is up: in stages, with a limit, giving up early if there is no hope.
//!
//! A server that starts before its database exits, and Docker restarts it. That is normal on the first
//! start; repeated crashes after the database is up are not.

mod probe;
mod verdict;

use crate::context::Context;
use crate::docker::ask::containers;
use crate::docker::diagnosis::why_it_ended;
use crate::docker::{Container, LogOptions, Tools};
use crate::error::{Failure, Kind, Result};
use crate::process::{Mode, TAIL_LINES, with_tail};
use crate::server::version::ask;
use crate::url::points_here;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use verdict::{Trouble, Watch};

pub use probe::Probe;

/// The limit of one request. A starting server may accept a connection and stay silent.
const QUESTION: Duration = Duration::from_secs(2);
/// The pause between two rounds of requests.
const PAUSE: Duration = Duration::from_millis(200);
/// How often the containers are inspected.
const INSPECTION: Duration = Duration::from_secs(1);

/// What to wait for.
#[derive(Debug, Clone)]
pub struct Wait {
    pub tools: Tools,
    /// The cluster and compose project.
    pub name: String,
    /// The folder with the compose files of the server, if it is not a managed cluster.
    pub folder: Option<PathBuf>,
    /// The address of the server, for example `http://localhost:4466`.
    pub host: String,
    pub database: Probe,
    pub limit: Duration,
}

impl Wait {
    /// Fails with [`Kind::ContainerFailed`] if a container cannot run, and with [`Kind::NotReady`] at the
    /// limit.
    pub fn run(&self, ctx: &Context) -> Result<()> {
        let begun = Instant::now();
        let limit = format!("at most {}", humantime::format_duration(self.limit));
        let containers = || containers(ctx, &self.tools, &self.name);
        let mut watch = Watch::default();
        let mut inspected: Option<Instant> = None;
        let mut is_up = matches!(self.database, Probe::None);
        let mut stage = if is_up {
            ctx.ui.stage("waiting for the server", &limit)
        } else {
            ctx.ui.stage("waiting for the database", &limit)
        };
        loop {
            let host = self.host.clone();
            let answer = ctx.interrupt.run(move || ask(&host, QUESTION))?;
            let answers = is_up || self.database.succeeds(ctx, &self.tools, containers)?;
            let why = match answer {
                Ok(server) if answers || !self.database.is_needed(containers)? => {
                    stage.done(&format!("server up, Prisma {}", server.version));
                    return Ok(());
                }
                // A running server keeps responding while its database restarts.
                Ok(_) => "the server is waiting for it".to_owned(),
                Err(why) => format!("the server does not answer ({why})"),
            };
            if answers && !is_up {
                is_up = true;
                stage.done("database up");
                stage = ctx.ui.stage("waiting for the server", &limit);
            }
            if inspected.is_none_or(|at| at.elapsed() >= INSPECTION) {
                inspected = Some(Instant::now());
                if let Some(trouble) = watch.look(&containers()?, is_up) {
                    return Err(self.trouble(ctx, &trouble));
                }
            }
            // Not an `Instant`: the limit may exceed its range.
            if begun.elapsed() >= self.limit {
                return Err(self.too_late(ctx, is_up, &why));
            }
            ctx.interrupt.sleep(PAUSE)?;
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

    fn too_late(&self, ctx: &Context, database_up: bool, why: &str) -> Failure {
        let limit = humantime::format_duration(self.limit);
        let database = if database_up && !matches!(self.database, Probe::None) {
            "the database is up, "
        } else {
            self.database.missing()
        };
        let message = format!(
            "{} is not ready after {limit}: {database}{why}",
            self.subject()
        );
        let mut failure = Failure::new(Kind::NotReady, ctx.ui.mask(&message));
        if !points_here(&self.host) {
            failure = failure.hint(format!("check that no firewall blocks `{}`", self.host));
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
