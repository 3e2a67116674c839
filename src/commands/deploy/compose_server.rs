//! A server that docker-compose runs from the folder of `prisma.yml`, as `prisma init` sets it up: after
//! `docker-compose up -d` it takes a while until it answers.

use super::target::Destination;
use crate::address::{host_of, is_loopback};
use crate::api::version::ask;
use crate::context::Context;
use crate::docker::container::{parse_ids, parse_inspect};
use crate::docker::project::COMPOSE;
use crate::docker::{Container, Tools};
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::wait::{Probe, Wait, query};
use std::path::Path;
use std::time::Duration;

/// How long the first question may take.
const QUESTION: Duration = Duration::from_secs(2);

/// Waits for the server, where the folder's containers are on their way. Where none of them runs, says
/// so; where nothing shows that it is the folder's server, leaves it to who asks next.
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
    let asked = base.clone();
    if ctx.interrupt.run(move || ask(&asked, QUESTION))?.is_ok() {
        return Ok(());
    }
    let Ok(tools) = Tools::find(&ctx.env, &*ctx.runner) else {
        return Ok(());
    };
    // An engine that does not answer is not what keeps a server elsewhere from answering.
    let Ok(containers) = containers(ctx, &tools, folder) else {
        return Ok(());
    };
    let Some(server) = containers
        .iter()
        .find(|c| c.state.is_alive() && c.is_server())
    else {
        return match is_loopback(host_of(&base)) {
            true => Err(not_started(&base, folder)),
            false => Ok(()),
        };
    };
    let wait = Wait {
        tools,
        name: server.project.clone(),
        folder: Some(folder.to_owned()),
        host: base,
        database: Probe::None,
        limit,
    };
    wait.run(ctx)
}

/// Whether the folder has a compose file with a Prisma server in it.
fn runs_a_server(folder: &Path) -> bool {
    let text = files::read_text(&folder.join(COMPOSE)).ok().flatten();
    text.is_some_and(|text| text.contains("prismagraphql/prisma"))
}

fn containers(ctx: &Context, tools: &Tools, folder: &Path) -> Result<Vec<Container>> {
    let ids = parse_ids(&query(ctx, &tools.containers_of_folder(folder))?.stdout);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    parse_inspect(&query(ctx, &tools.inspect(&ids))?.stdout)
}

fn not_started(base: &str, folder: &Path) -> Failure {
    let message = format!(
        "server `{base}` does not answer: nothing of {COMPOSE} in {} runs",
        folder.display()
    );
    Failure::new(Kind::ServerUnreachable, message)
        .hint("start it there with `docker-compose up -d`, then deploy again")
}
