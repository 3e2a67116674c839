//! Waiting until a cluster is up: staged, limited, and given up early when it cannot get better.
//!
//! A server that comes up before its database exits and is restarted by Docker; that is how a first
//! start goes and no reason to give up. Crashing on and on once the database listens is one.

mod verdict;

use crate::cluster::Connector;
use crate::context::Context;
use crate::docker::ask::containers;
use crate::docker::container::Health;
use crate::docker::diagnosis::why_it_ended;
use crate::docker::{Container, LogOptions, Tools};
use crate::error::{Failure, Kind, Result};
use crate::process::{Mode, TAIL_LINES, with_tail};
use crate::server::readiness::database_answers;
use crate::server::version::{Server, ask};
use crate::url::points_here;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use verdict::{Trouble, Watch};

/// How long one question may take. A server that is being started may accept and stay silent.
const QUESTION: Duration = Duration::from_secs(2);
/// The pause between two rounds of questions.
const PAUSE: Duration = Duration::from_millis(200);
/// How often the containers are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How a database shows that it is up.
#[derive(Debug, Clone)]
pub enum Probe {
    /// It greets on an address, for example `localhost:3366`.
    Greeting {
        /// Its technology.
        connector: Connector,
        /// Where it is published.
        address: String,
        /// Whether it must have been seen: one on another machine may be behind a firewall.
        insist: bool,
    },
    /// A shell command succeeds in the container of a compose service.
    Inside {
        /// The database's service: an override may have brought others.
        service: &'static str,
        /// The command.
        command: &'static str,
    },
    /// It is not ours to judge.
    None,
}

/// What to wait for.
#[derive(Debug, Clone)]
pub struct Wait {
    /// The programs to look at containers with.
    pub tools: Tools,
    /// The cluster and compose project.
    pub name: String,
    /// The folder whose own compose files run the server, where it is not a managed cluster.
    pub folder: Option<PathBuf>,
    /// Where the server will answer, for example `http://localhost:4466`.
    pub host: String,
    /// How the database shows that it is up.
    pub database: Probe,
    /// When to give up.
    pub limit: Duration,
}

impl Wait {
    /// Waits. Fails with [`Kind::ContainerFailed`] when a container cannot run, with
    /// [`Kind::NotReady`] at the limit.
    pub fn run(&self, ctx: &Context) -> Result<()> {
        let begun = Instant::now();
        let limit = format!("at most {}", humantime::format_duration(self.limit));
        let mut watch = Watch::default();
        let mut looked: Option<Instant> = None;
        let mut database_up = matches!(self.database, Probe::None);
        let first = match database_up {
            true => "waiting for the server",
            false => "waiting for the database",
        };
        let mut stage = ctx.ui.stage(first, &limit);
        loop {
            let answer = self.ask(ctx)?;
            let greets = database_up || self.database_greets(ctx)?;
            let why = match answer {
                Ok(server) if greets || !self.must_greet(ctx)? => {
                    stage.done(&format!("server up, Prisma {}", server.version));
                    return Ok(());
                }
                // A server that was up before keeps answering while its database is restarted.
                Ok(_) => "the server waits for it".to_owned(),
                Err(why) => format!("the server does not answer ({why})"),
            };
            if greets && !database_up {
                database_up = true;
                stage.done("database up");
                stage = ctx.ui.stage("waiting for the server", &limit);
            }
            if looked.is_none_or(|at| at.elapsed() >= LOOK) {
                looked = Some(Instant::now());
                let containers = containers(ctx, &self.tools, &self.name)?;
                if let Some(trouble) = watch.look(&containers, database_up) {
                    return Err(self.trouble(ctx, &trouble));
                }
            }
            // Not a point in time: the limit may lie beyond all of them.
            if begun.elapsed() >= self.limit {
                return Err(self.too_late(ctx, database_up, &why));
            }
            ctx.interrupt.sleep(PAUSE)?;
        }
    }

    /// One version query.
    fn ask(&self, ctx: &Context) -> Result<std::result::Result<Server, String>> {
        let host = self.host.clone();
        let answer = ctx.interrupt.run(move || ask(&host, QUESTION))?;
        Ok(answer.map_err(|why| why.to_string()))
    }

    fn database_greets(&self, ctx: &Context) -> Result<bool> {
        match &self.database {
            Probe::Greeting {
                connector, address, ..
            } => {
                let (connector, address) = (*connector, address.clone());
                let greeting = move || database_answers(connector, &address, QUESTION);
                ctx.interrupt.run(greeting)
            }
            Probe::Inside { service, command } => self.answers_inside(ctx, service, command),
            Probe::None => Ok(true),
        }
    }

    /// Docker's own health check is asked too, but it takes its time: five seconds to the first one.
    fn answers_inside(&self, ctx: &Context, service: &str, command: &str) -> Result<bool> {
        let containers = containers(ctx, &self.tools, &self.name)?;
        let Some(database) = containers.iter().find(|c| c.service == service) else {
            return Ok(false);
        };
        if !database.is_up() {
            return Ok(false);
        }
        let is_healthy = |health: &Health| health.status == "healthy";
        if database.health.as_ref().is_some_and(is_healthy) {
            return Ok(true);
        }
        let exec = self.tools.exec(&database.id, command).limit(QUESTION);
        ctx.ui.command(&exec);
        match ctx.runner.run(&exec, Mode::Capture) {
            // 126 and 127: an image without a shell. Only the server can tell.
            Ok(outcome) => Ok(outcome.success() || matches!(outcome.code, Some(126 | 127))),
            Err(error) => match Failure::from(error) {
                failure if matches!(failure.kind, Kind::Interrupted | Kind::Terminated) => {
                    Err(failure)
                }
                // It was stopped in between, or did not answer in time.
                _ => Ok(false),
            },
        }
    }

    /// Whether a database that does not greet keeps the cluster from being ready: an override may
    /// have taken its port away.
    fn must_greet(&self, ctx: &Context) -> Result<bool> {
        let address = match &self.database {
            Probe::Greeting {
                address,
                insist: true,
                ..
            } => address,
            Probe::Inside { .. } => return Ok(true),
            Probe::Greeting { .. } | Probe::None => return Ok(false),
        };
        let port = address.rsplit_once(':').map(|(_, port)| port);
        let publishes = |c: &Container| c.ports.iter().any(|p| Some(&*p.port.to_string()) == port);
        let containers = containers(ctx, &self.tools, &self.name)?;
        Ok(containers.iter().any(publishes))
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
                "see all it printed with `prisma local logs -n {} {}`; mend the cause and run the command again, nothing is lost",
                self.name, container.service
            )),
            (None, None) => failure.hint("run the command again"),
        }
    }

    fn too_late(&self, ctx: &Context, database_up: bool, why: &str) -> Failure {
        let limit = humantime::format_duration(self.limit);
        let database = match &self.database {
            Probe::None => "",
            _ if database_up => "the database is up, ",
            Probe::Greeting { insist: false, .. } => "the database cannot be seen from here, ",
            _ => "the database is not up yet, ",
        };
        let message = format!(
            "{} is not ready after {limit}: {database}{why}",
            self.subject()
        );
        let mut failure = Failure::new(Kind::NotReady, ctx.ui.mask(&message));
        if !points_here(&self.host) {
            failure = failure.hint(format!(
                "check that no firewall keeps you from `{}`, on that machine or before it",
                self.host
            ));
        }
        failure
            .hint("give it longer with `--wait-timeout 15m`; the containers go on starting")
            .hint(match &self.folder {
                Some(folder) => full_log(folder),
                None => format!(
                    "see what they do with `prisma local logs -f -n {}`",
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

    /// The last lines a container printed, on either stream.
    fn last_lines(&self, ctx: &Context, container: &Container) -> String {
        let options = LogOptions {
            tail: Some(TAIL_LINES.to_string()),
            ..LogOptions::default()
        };
        let logs = self.tools.logs(&container.id, &options);
        match ctx.runner.run(&logs, Mode::Capture) {
            Ok(outcome) => outcome.stdout + &outcome.stderr,
            // The failure that is being reported matters more than this one.
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
