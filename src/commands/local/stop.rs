//! `prisma local stop`: `docker stop` of the cluster's containers, found by their label.

use super::world::World;
use super::{act, look_locked, report};
use crate::cluster::ClusterName;
use crate::commands::Report;
use crate::context::Context;
use crate::error::Result;
use crate::plan::Plan;

/// Stops a cluster. One that does not run is stopped already.
pub fn run(ctx: &Context, name: &ClusterName) -> Result<Report> {
    let (world, _lock) = look_locked(ctx, name, "stop", World::look)?;
    if world.is_unknown() {
        return Err(world.unknown());
    }
    let mut plan = Plan::default();
    world.stop(&mut plan)?;
    let state = if plan.0.is_empty() {
        "is stopped already"
    } else {
        "is stopped"
    };
    act(ctx, Some(world.name.as_ref()), &plan, || {
        report::stopped(&world, state)
    })
}
