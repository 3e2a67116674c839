//! A server that docker-compose runs from the folder of `prisma.yml`, as `prisma init` sets it up, or from one
//! above it: it answers some time after `docker-compose up -d`.

use crate::cluster::Connector;
use crate::commands::service::target::Destination;
use crate::config::compose_file;
use crate::context::Context;
use crate::docker::{Container, Tools, ask};
use crate::error::{Failure, Kind, Result};
use crate::managed::memory;
use crate::render::{PrismaConfig, probe};
use crate::server::readiness::{Candidate, Readiness};
use crate::server::version::ManagementPath;
use crate::url::points_here;
use crate::wait::{Probe, Wait};
use std::path::Path;
use std::time::Duration;

/// How long the first query may take.
const QUERY: Duration = Duration::from_secs(2);

/// Waits for the server if a container of the folder runs it, and fails if none does. Does nothing if
/// another server may be meant.
pub fn wait_for_compose_server(
    ctx: &Context,
    destination: &Destination,
    folder: &Path,
    limit: Duration,
) -> Result<()> {
    if ctx.dry_run || destination.cluster.is_some() {
        return Ok(());
    }
    let Some(file) = compose_file::find(folder) else {
        return Ok(());
    };
    let folder = file.parent().unwrap_or(folder);
    let secret = destination.credential.secret().cloned();
    let candidate = Candidate {
        host: destination.base.clone(),
        first: ManagementPath::likely(secret.as_ref()),
        secret,
    };
    let asked = candidate.clone();
    let answer = ctx.interrupt.run(move || asked.ask(QUERY))?;
    if matches!(answer, Readiness::Ready(_)) {
        return Ok(());
    }
    // The server may be elsewhere: then it is not the engine's fault that it does not answer.
    let Ok(tools) = Tools::find_docker(&ctx.env, &*ctx.runner) else {
        return Ok(());
    };
    let Ok(containers) = ask::containers_of_folder(ctx, &tools, folder) else {
        return Ok(());
    };
    let base = &destination.base;
    let server = containers
        .iter()
        .find(|c| c.state.is_alive() && c.is_server());
    server.map_or(Ok(()), memory::check_container)?;
    match server {
        Some(server) => Wait {
            tools,
            name: server.project.clone(),
            folder: Some(folder.to_owned()),
            server: candidate,
            database: database_of(server, &containers),
            limit,
        }
        .run(ctx),
        None if points_here(base) => Err(not_started(base, &file)),
        None => Ok(()),
    }
}

/// How to check the database that the server uses, if it is one of the folder's containers.
fn database_of(server: &Container, containers: &[Container]) -> Probe {
    let variable = |name: &str| server.env.get(name);
    let used = match (variable("PRISMA_CONFIG"), variable("SQL_CLIENT_HOST")) {
        (Some(text), _) => PrismaConfig::read(text).and_then(|config| config.database()),
        (None, host) => host.map(|host| (host.clone(), Connector::MySql)),
    };
    let Some((service, connector)) = used else {
        return Probe::None;
    };
    if containers.iter().any(|c| c.service == service) {
        Probe::Inside {
            service,
            command: probe(connector),
        }
    } else {
        Probe::None
    }
}

fn not_started(base: &str, file: &Path) -> Failure {
    let message = format!(
        "server `{base}` is not responding: no service of {} is running",
        file.display()
    );
    Failure::new(Kind::ServerUnreachable, message)
        .hint("start it there with `docker-compose up -d`, then deploy again")
}
