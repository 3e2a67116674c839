//! Checks whether a database is up.

use super::questions::Looks;
use crate::cluster::Connector;
use crate::context::Context;
use crate::docker::{Container, Tools};
use crate::error::{Failure, Kind, Result};
use crate::process::Mode;
use crate::server::database::database_answers;
use std::time::Duration;

/// How long a greeting usually takes at most.
const USUAL: Duration = Duration::from_millis(25);
/// The limit of one question.
const QUESTION: Duration = Duration::from_secs(2);

#[derive(Debug, Clone)]
pub enum Probe {
    /// It answers on an address, for example `localhost:3366`.
    Handshake {
        connector: Connector,
        address: String,
        /// False if the database is on another machine, possibly behind a firewall.
        must_be_seen: bool,
    },
    /// A shell command succeeds in the container of a compose service.
    Inside {
        /// The compose service of the database; an override may have added others.
        service: String,
        command: &'static str,
    },
    /// There is no way to check.
    None,
}

impl Probe {
    pub fn succeeds(
        &self,
        ctx: &Context,
        tools: &Tools,
        greetings: &mut Looks,
        containers: impl FnOnce() -> Result<Vec<Container>>,
    ) -> Result<bool> {
        match self {
            Probe::Handshake {
                connector, address, ..
            } => Ok(greetings.succeed(USUAL, || {
                let (connector, address) = (*connector, address.clone());
                move || database_answers(connector, &address, QUESTION)
            })),
            Probe::Inside { service, command } => {
                let containers = containers()?;
                match containers.iter().find(|c| c.service == *service) {
                    Some(database) if database.is_up() => answers(ctx, tools, database, command),
                    _ => Ok(false),
                }
            }
            Probe::None => Ok(true),
        }
    }

    /// Whether a cluster whose database does not answer is not ready. An override may have unpublished
    /// the database's port.
    pub fn is_needed(&self, containers: impl FnOnce() -> Result<Vec<Container>>) -> Result<bool> {
        match self {
            Probe::Handshake {
                address,
                must_be_seen: true,
                ..
            } => {
                let port = address
                    .rsplit_once(':')
                    .and_then(|(_, port)| port.parse().ok());
                let containers = containers()?;
                let mut published = containers.iter().flat_map(|c| &c.ports);
                Ok(published.any(|published| Some(published.port) == port))
            }
            Probe::Inside { .. } => Ok(true),
            Probe::Handshake { .. } | Probe::None => Ok(false),
        }
    }

    /// The message for a database that did not respond.
    pub fn missing(&self) -> &'static str {
        match self {
            Probe::None => "",
            Probe::Handshake {
                must_be_seen: false,
                ..
            } => "the database is not visible from here, ",
            _ => "the database is not up yet, ",
        }
    }
}

/// Whether the command succeeds, or Docker's own health check did: that one first runs after five seconds.
fn answers(ctx: &Context, tools: &Tools, database: &Container, command: &str) -> Result<bool> {
    let health = database.health.as_ref();
    if health.is_some_and(|health| health.status == "healthy") {
        return Ok(true);
    }
    let exec = tools.exec(&database.id, command, &[]).limit(QUESTION);
    ctx.ui.command(&exec);
    match ctx.runner.run(&exec, Mode::Capture).map_err(Failure::from) {
        // 126 and 127: an image without a shell. Only the server can show it then.
        Ok(outcome) => Ok(outcome.success() || matches!(outcome.code, Some(126 | 127))),
        Err(failure) if matches!(failure.kind, Kind::Interrupted | Kind::Terminated) => {
            Err(failure)
        }
        // It was stopped meanwhile, or did not respond in time.
        Err(_) => Ok(false),
    }
}
