//! `prisma local logs`: `docker logs` of the cluster's containers; `docker-compose logs` of a whole
//! cluster of the server edition.

use super::world::World;
use crate::cli;
use crate::cluster::Edition;
use crate::commands::Report;
use crate::context::Context;
use crate::docker::ComposeVersion;
use crate::docker::{Container, LogOptions};
use crate::error::{Failure, Kind, Result};
use crate::logs;
use crate::process::Invocation;
use crate::render::render;
use crate::ui::Format;
use crate::wait::query;

/// Shows the logs of one service, or of all.
pub fn run(ctx: &Context, args: &cli::Logs) -> Result<Report> {
    let world = World::look(ctx, &args.which.name)?;
    let containers = chosen(&world, args.service.as_deref())?;
    let name = world.name.as_ref();
    let options = args.part.options();
    if args.service.is_none()
        && let Some(logs) = by_compose(ctx, &world, &options)?
    {
        if ctx.dry_run {
            return Ok(Report::from(logs::announced([logs].into_iter())));
        }
        return logs::raw(ctx, &logs).map(Report::from);
    }
    logs::show(ctx, &world.tools, name, &containers, &options).map(Report::from)
}

/// `docker-compose logs`, where it is what the page of the cluster's edition says and can do it.
fn by_compose(ctx: &Context, world: &World, options: &LogOptions) -> Result<Option<Invocation>> {
    let Ok(Some((_, cluster))) = world.config() else {
        return Ok(None);
    };
    let terminal = ctx.ui.terminal();
    let fits = cluster.edition() == Edition::Server
        && world.compose.is_some()
        && !world.crosses(cluster)
        && terminal.format == Format::Text;
    if !fits {
        return Ok(None);
    }
    if options.since.is_some() {
        let version = ComposeVersion::new(&query(ctx, &world.tools.compose_version())?.stdout);
        // It takes the flag for a call for help, prints that and succeeds.
        if version.is_v1() {
            return Ok(None);
        }
    }
    let project = world.project(&render(cluster)?);
    let color = terminal.color_stderr && terminal.table;
    Ok(Some(world.tools.logs_project(&project, options, color)))
}

fn chosen<'a>(world: &'a World, service: Option<&str>) -> Result<Vec<&'a Container>> {
    if world.containers.is_empty() {
        if world.is_unknown() {
            return Err(world.unknown());
        }
        let message = format!("cluster `{}` has no containers, and so no logs", world.name);
        let start = world.name.command("start");
        return Err(Failure::new(Kind::Failed, message).hint(format!("start it with `{start}`")));
    }
    let Some(service) = service else {
        return Ok(world.containers.iter().collect());
    };
    let named = |c: &&Container| c.service == service || c.name == service;
    let containers: Vec<&Container> = world.containers.iter().filter(named).collect();
    if containers.is_empty() {
        let names: Vec<String> = world
            .containers
            .iter()
            .map(|c| format!("`{}`", c.service))
            .collect();
        let message = format!("cluster `{}` has no service `{service}`", world.name);
        return Err(Failure::new(Kind::Usage, message)
            .hint(format!("its services are {}", names.join(" and "))));
    }
    Ok(containers)
}
