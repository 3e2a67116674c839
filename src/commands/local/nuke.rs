//! `prisma local nuke`: `docker-compose kill`, `docker-compose down -v`, `docker-compose up -d`, in
//! that order. Afterwards the data is gone; ports, key and credentials are the same.

use super::world::World;
use super::{act, look_locked, ports, report};
use crate::cli;
use crate::commands::Report;
use crate::context::Context;
use crate::error::Result;
use crate::plan::{Plan, Step};

/// Resets a cluster, with consent.
pub fn run(ctx: &Context, args: &cli::Nuke) -> Result<Report> {
    let (world, _lock) = look_locked(ctx, &args.which.name, "nuke", World::look_at_all)?;
    let cluster = world.cluster()?;
    let rendered = World::render(ctx, &cluster)?;
    // All that could keep it from starting again is checked before anything is destroyed.
    ports::check(ctx, &world, &cluster)?;
    super::reach::check(ctx, &world, &cluster, args.waiting.limit().is_some())?;
    world.allow_overwriting(ctx, &rendered)?;
    if !ctx.dry_run {
        consent(ctx, &world)?;
    }
    let limit = args.waiting.limit();
    let mut plan = Plan::default();
    world.write_files(&mut plan, &cluster, &rendered)?;
    let project = world.project(&rendered);
    plan.then(Step::Run {
        label: "killing the containers".to_owned(),
        done: "containers killed".to_owned(),
        invocation: world.tools.kill(&project),
        progress: false,
    });
    plan.then(Step::Run {
        label: "removing containers, network and data".to_owned(),
        done: "data removed".to_owned(),
        invocation: world.tools.down(&project),
        progress: false,
    });
    world.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    act(ctx, &plan, || {
        report::running(&world, &cluster, limit.is_some(), "is running and empty")
    })
}

fn consent(ctx: &Context, world: &World) -> Result<()> {
    ctx.ui.status(&format!(
        "this destroys all data of cluster `{}`, every deployed service included:\n  containers  {}\n  volumes     {}",
        world.name,
        list(&world.container_names()),
        list(&world.volumes)
    ));
    ctx.ui.confirm(
        &format!("destroying the data of cluster `{}`", world.name),
        &format!("destroy all data of cluster `{}`?", world.name),
    )
}

/// Names in a row, or a word for none.
pub fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}
