//! `prisma local restart`: stop, then start, with the same data.

use super::{act, report};
use crate::cli;
use crate::commands::Report;
use crate::context::Context;
use crate::error::Result;
use crate::managed::{Observed, observe_locked, ready, refuse_other_place};

/// Restarts a cluster, or starts it if it is stopped.
pub fn run(ctx: &Context, args: &cli::Restart) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, &args.which.name, "restart", Observed::observe)?;
    let mut cluster = observed.cluster()?;
    refuse_other_place(ctx, &observed, &cluster)?;
    let ready = ready(ctx, &observed, &mut cluster, args.waiting.limit())?;
    let mut plan = ready.plan();
    if !observed.runs_other_edition(&cluster) {
        observed.stop(&mut plan)?;
    }
    observed.write_files(&mut plan, &cluster, &ready.rendered)?;
    observed.remove_other_edition(&mut plan, &cluster);
    observed.bring_up(ctx, &mut plan, &cluster, &ready)?;
    act(ctx, Some(observed.name.as_ref()), &plan, || {
        report::running(&observed, &cluster, ready.limit.is_some(), "was restarted")
    })
}
