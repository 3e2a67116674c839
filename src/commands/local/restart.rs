//! `prisma local restart`: stop, then start, on the same data.

use super::{act, report};
use crate::cli;
use crate::commands::Report;
use crate::context::Context;
use crate::error::Result;
use crate::managed::Observed;
use crate::managed::{exposure, external, observe_locked, ports, reachability};
use crate::plan::Plan;

/// Restarts a cluster, whether it runs or not.
pub fn run(ctx: &Context, args: &cli::Restart) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, &args.which.name, "restart", Observed::observe)?;
    let mut cluster = observed.cluster()?;
    ports::settle(ctx, &observed, &mut cluster)?;
    let rendered = Observed::render(ctx, &cluster)?;
    reachability::check(ctx, &observed, &cluster, args.waiting.limit().is_some())?;
    observed.allow_overwriting(ctx, &rendered)?;
    observed.check_compose(ctx, &cluster)?;
    exposure::warn(ctx, &observed, &cluster);
    external::check(ctx, &observed, &cluster)?;
    let limit = args.waiting.limit();
    let mut plan = Plan::default();
    if !observed.runs_other_edition(&cluster) {
        observed.stop(&mut plan)?;
    }
    observed.write_files(&mut plan, &cluster, &rendered)?;
    observed.remove_other_edition(&mut plan, &cluster);
    observed.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    act(ctx, Some(observed.name.as_ref()), &plan, || {
        report::running(&observed, &cluster, limit.is_some(), "is running again")
    })
}
