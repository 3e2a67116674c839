//! `prisma local stop`: `docker stop` of the cluster's containers, found by their label.

use super::{act, report};
use crate::cluster::ClusterName;
use crate::commands::Report;
use crate::context::Context;
use crate::error::Result;
use crate::managed::Observed;
use crate::managed::observe_locked;
use crate::plan::Plan;

/// Stops a cluster, unless it is already stopped. One without containers is, as for the npm CLI.
pub fn run(ctx: &Context, name: &ClusterName) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, name, "stop", Observed::observe)?;
    if observed.is_mistaken() {
        return Err(observed.not_found());
    }
    if observed.is_unknown() {
        return Ok(report::nothing_to_stop(&observed));
    }
    let mut plan = Plan::default();
    observed.stop(&mut plan)?;
    let state = if plan.0.is_empty() {
        "is already stopped"
    } else {
        "is stopped"
    };
    act(ctx, Some(observed.name.as_ref()), &plan, || {
        report::stopped(&observed, state)
    })
}
