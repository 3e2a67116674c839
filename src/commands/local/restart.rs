//! `prisma local restart`: stop, then start, with the same data.

use super::{act, report};
use crate::cli;
use crate::commands::Report;
use crate::context::Context;
use crate::error::Result;
use crate::managed::{Observed, observe_locked, restart};

/// Restarts a cluster, or starts it if it is stopped.
pub fn run(ctx: &Context, args: &cli::Restart) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, &args.which.name, "restart", Observed::observe)?;
    let mut cluster = observed.cluster()?;
    let limit = args.waiting.limit();
    let plan = restart(ctx, &observed, &mut cluster, limit)?;
    act(ctx, Some(observed.name.as_ref()), &plan, || {
        report::running(&observed, &cluster, limit.is_some(), "was restarted")
    })
}
