//! Waits until a cluster is up: in stages, with a limit, giving up early if there is no hope.
//!
//! A server that starts before its database exits, and Docker restarts it. That is normal on the first
//! start; repeated crashes after the database is up are not.

mod explain;
mod probe;
mod verdict;

use crate::context::Context;
use crate::docker::Tools;
use crate::docker::ask::containers;
use crate::error::Result;
use crate::server::version::ask;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use verdict::Watch;

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
                if let Some(failure) = self.hopeless(ctx, &mut watch, &containers()?, is_up) {
                    return Err(failure);
                }
            }
            // Not an `Instant`: the limit may exceed its range.
            if begun.elapsed() >= self.limit {
                return Err(self.too_late(ctx, &watch, is_up, &why));
            }
            ctx.interrupt.sleep(PAUSE)?;
        }
    }
}
