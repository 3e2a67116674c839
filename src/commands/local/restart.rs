//! `prisma local restart`: stop, then start, on the same data.

use super::world::World;
use super::{act, exposure, external, look_locked, report};
use crate::cli;
use crate::commands::Report;
use crate::context::Context;
use crate::error::Result;
use crate::plan::Plan;

/// Restarts a cluster, whether it runs or not.
pub fn run(ctx: &Context, args: &cli::Restart) -> Result<Report> {
    let (world, _lock) = look_locked(ctx, &args.which.name, "restart", World::look)?;
    let mut cluster = world.cluster()?;
    super::ports::settle(ctx, &world, &mut cluster)?;
    let rendered = World::render(ctx, &cluster)?;
    super::reach::check(ctx, &world, &cluster, args.waiting.limit().is_some())?;
    world.allow_overwriting(ctx, &rendered)?;
    world.check_compose(ctx, &cluster)?;
    exposure::warn(ctx, &world, &cluster);
    external::check(ctx, &world, &cluster)?;
    let limit = args.waiting.limit();
    let mut plan = Plan::default();
    if !world.crosses(&cluster) {
        world.stop(&mut plan)?;
    }
    world.write_files(&mut plan, &cluster, &rendered)?;
    world.leave_other_edition(&mut plan, &cluster);
    world.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    act(ctx, Some(world.name.as_ref()), &plan, || {
        report::running(&world, &cluster, limit.is_some(), "is running again")
    })
}
