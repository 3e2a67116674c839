//! A managed cluster that has to be restarted: the user is asked whether to do it.

use crate::commands::service::target::Destination;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::managed::restart_running;
use crate::ui::Question;
use std::time::Duration;

/// Why a restart helps after a deployment.
#[derive(Debug, Clone, Copy)]
pub enum Need {
    /// New secrets are stored, but not in force.
    Secrets,
    /// A migration makes no progress.
    Migration,
}

impl Need {
    fn words(self) -> &'static str {
        match self {
            Need::Secrets => "the server uses the new secrets only after a restart",
            Need::Migration => "a server resumes open migrations when it is restarted",
        }
    }
}

/// Restarts the cluster of a deployment that failed, if `prisma local` runs it and the user agrees. Else
/// the deployment's own failure stays, and says how to do it.
pub fn offer_to_restart(
    ctx: &Context,
    destination: &Destination,
    (need, failure): (Need, Failure),
    limit: Duration,
) -> Result<()> {
    let Some(name) = &destination.managed else {
        return Err(failure);
    };
    if ctx.ui.terminal().ask {
        ctx.ui.status(need.words());
    }
    let agreed = ctx
        .ask()
        .confirm(Question::RestartCluster, &format!("`{name}`"));
    match agreed {
        Ok(()) => restart_running(ctx, name, limit),
        Err(ended) if matches!(ended.kind, Kind::Interrupted | Kind::Terminated) => Err(ended),
        Err(_) => Err(failure.hint(format!("restart it: `{}`", name.command("restart")))),
    }
}
