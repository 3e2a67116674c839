//! `prisma local nuke`: `docker-compose kill`, `docker-compose down -v`, `docker-compose up -d`, in
//! that order. Afterwards the data is gone; ports, key and credentials are the same.

use super::world::World;
use super::{act, exposure, look_locked, ports, report};
use crate::cli;
use crate::cluster::Cluster;
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::plan::{Plan, Step};
use crate::ui::Question;

/// Resets a cluster, with consent.
pub fn run(ctx: &Context, args: &cli::Nuke) -> Result<Report> {
    let (world, _lock) = look_locked(ctx, &args.which.name, "nuke", World::look_at_all)?;
    let mut cluster = world.cluster()?;
    refuse_external(&world, &cluster)?;
    // All that could keep it from starting again is checked before anything is destroyed.
    ports::settle(ctx, &world, &mut cluster)?;
    let rendered = World::render(ctx, &cluster)?;
    super::reach::check(ctx, &world, &cluster, args.waiting.limit().is_some())?;
    world.allow_overwriting(ctx, &rendered)?;
    if !ctx.dry_run {
        consent(ctx, &world)?;
    }
    exposure::warn(ctx, &world, &cluster);
    let limit = args.waiting.limit();
    let mut plan = Plan::default();
    world.write_files(&mut plan, &cluster, &rendered)?;
    world.leave_other_edition(&mut plan, &cluster);
    let project = world.project(&rendered);
    plan.then(Step::Run {
        label: "killing the containers".to_owned(),
        done: "containers killed".to_owned(),
        invocation: world.tools.kill(&project),
        progress: false,
    });
    world.destroy(&mut plan, &rendered);
    world.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    act(ctx, Some(world.name.as_ref()), &plan, || {
        report::running(&world, &cluster, limit.is_some(), "is running and empty")
    })
}

/// Data that is somewhere else is not ours to destroy.
fn refuse_external(world: &World, cluster: &Cluster) -> Result<()> {
    let Some(external) = &cluster.database.external else {
        return Ok(());
    };
    let name = &world.name;
    let message = format!(
        "could not reset cluster `{name}`: its data is in the external database at {external}, which only its owner can empty"
    );
    Err(Failure::new(Kind::NotManaged, message)
        .hint("empty it with the database's own tools, then run this cluster's services anew with `prisma deploy`")
        .hint(format!("restart the server with `{}`", name.command("restart"))))
}

fn consent(ctx: &Context, world: &World) -> Result<()> {
    ctx.ui.status(&format!(
        "this destroys all data of cluster `{}`, every deployed service included:\n  containers  {}\n  volumes     {}",
        world.name,
        list(&world.container_names()),
        list(&world.volumes)
    ));
    let about = format!("`{}`", world.name);
    ctx.ask().confirm(Question::DestroyData, &about)
}

/// Names in a row, or a word for none.
pub fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}
