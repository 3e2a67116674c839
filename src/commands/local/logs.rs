//! `prisma local logs`: `docker logs` of the cluster's containers.

use super::world::World;
use crate::cli;
use crate::commands::Report;
use crate::context::Context;
use crate::docker::Container;
use crate::error::{Failure, Kind, Result};
use crate::logs;

/// Shows the logs of one service, or of all.
pub fn run(ctx: &Context, args: &cli::Logs) -> Result<Report> {
    let world = World::look(ctx, &args.which.name)?;
    let containers = chosen(&world, args.service.as_deref())?;
    let name = world.name.as_ref();
    logs::show(ctx, &world.tools, name, &containers, &args.part.options()).map(Report::from)
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
