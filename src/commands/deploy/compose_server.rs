//! A server that docker-compose runs from the folder of `prisma.yml`, as `prisma init` sets it up: it
//! answers some time after `docker-compose up -d`.

use super::target::Destination;
use crate::cluster::files::COMPOSE;
use crate::context::Context;
use crate::docker::Tools;
use crate::docker::ask;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::server::version::ask;
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
    if ctx.dry_run || destination.cluster.is_some() || !runs_a_server(folder) {
        return Ok(());
    }
    let base = destination.base.clone();
    let answer = ctx.interrupt.run(move || ask(&base, QUERY))?;
    if answer.is_ok() {
        return Ok(());
    }
    // The server may be elsewhere: then it is not the engine's fault that it does not answer.
    let Ok(tools) = Tools::find(&ctx.env, &*ctx.runner) else {
        return Ok(());
    };
    let Ok(containers) = ask::containers_of_folder(ctx, &tools, folder) else {
        return Ok(());
    };
    let base = &destination.base;
    match containers
        .iter()
        .find(|c| c.state.is_alive() && c.is_server())
    {
        Some(server) => Wait {
            tools,
            name: server.project.clone(),
            folder: Some(folder.to_owned()),
            host: base.clone(),
            database: Probe::None,
            limit,
        }
        .run(ctx),
        None if points_here(base) => Err(not_started(base, folder)),
        None => Ok(()),
    }
}

/// Whether the folder has a compose file with a Prisma server.
fn runs_a_server(folder: &Path) -> bool {
    let text = files::read_text(&folder.join(COMPOSE)).ok().flatten();
    text.is_some_and(|text| text.contains("prismagraphql/prisma"))
}

fn not_started(base: &str, folder: &Path) -> Failure {
    let file = folder.join(COMPOSE);
    let message = format!(
        "server `{base}` is not responding: no service of {} is running",
        file.display()
    );
    Failure::new(Kind::ServerUnreachable, message)
        .hint("start it there with `docker-compose up -d`, then deploy again")
}
