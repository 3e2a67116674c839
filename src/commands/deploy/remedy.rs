//! What a managed cluster needs before a deployment can succeed: a restart, or the end of a migration that never ends.
//! The user is asked for each, once.

use crate::cluster::ClusterName;
use crate::commands::service::target::Destination;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::managed::{StuckOn, restart_running};
use crate::server::deploy::Stuck;
use crate::ui::Question;
use std::time::Duration;

/// What a deployment lacks.
#[derive(Debug)]
pub enum Need {
    /// New secrets are stored, but not in force.
    Secrets,
    /// A migration makes no progress, or the server does not answer for it.
    Migration(Option<Stuck>),
}

impl Need {
    /// Why a restart helps.
    fn words(&self) -> &'static str {
        match self {
            Need::Secrets => "the server uses the new secrets only after a restart",
            Need::Migration(_) => "a server resumes open migrations when it is restarted",
        }
    }
}

/// The remedies for the failed deployments of one run.
pub struct Remedies<'a> {
    ctx: &'a Context,
    managed: Option<&'a ClusterName>,
    /// How long to wait for the restarted server.
    limit: Duration,
    has_restarted: bool,
    has_ended: bool,
}

impl<'a> Remedies<'a> {
    pub fn of(ctx: &'a Context, destination: &'a Destination, limit: Duration) -> Self {
        Remedies {
            ctx,
            managed: destination.managed.as_ref(),
            limit,
            has_restarted: false,
            has_ended: false,
        }
    }

    /// Does what a deployment that failed needs, if `prisma local` runs its cluster and the user agrees. Else the
    /// deployment's own failure stays, and says how to do it.
    pub fn offer(&mut self, need: &Need, failure: Failure) -> Result<()> {
        let (ctx, Some(name)) = (self.ctx, self.managed) else {
            return Err(failure);
        };
        let on = stuck_on(ctx, name, need);
        if on.as_ref().is_some_and(|on| on.is_executing(ctx)) {
            return Err(failure.hint(EXECUTING));
        }
        match on {
            Some(on) if !self.has_ended && (self.has_restarted || on.was_given_up(ctx)) => {
                self.has_ended = true;
                let why = format!(
                    "a restart does not end this migration; to end it: {}",
                    on.statement
                );
                self.confirm(Question::EndMigration, name, &why)
                    .map_err(|ended| declined(ended, failure.hint(with_yes(&on))))?;
                on.end(ctx)
            }
            _ if self.has_restarted => Err(failure),
            on => {
                self.has_restarted = true;
                self.confirm(Question::RestartCluster, name, need.words())
                    .map_err(|ended| declined(ended, ways(name, on.as_ref(), failure)))?;
                restart_running(ctx, name, self.limit)
            }
        }
    }

    /// `why` is said before the question.
    fn confirm(&self, question: Question, name: &ClusterName, why: &str) -> Result<()> {
        if self.ctx.ui.terminal().ask {
            self.ctx.ui.status(why);
        }
        self.ctx.ask().confirm(question, &format!("`{name}`"))
    }
}

const EXECUTING: &str =
    "the database is still executing a statement, perhaps of this migration: wait longer";

fn declined(ended: Failure, failure: Failure) -> Failure {
    match ended.kind {
        Kind::Interrupted | Kind::Terminated => ended,
        _ => failure,
    }
}

fn stuck_on(ctx: &Context, name: &ClusterName, need: &Need) -> Option<StuckOn> {
    match need {
        Need::Migration(Some(stuck)) => StuckOn::find(ctx, name, stuck),
        _ => None,
    }
}

/// Adds what can be done.
fn ways(name: &ClusterName, on: Option<&StuckOn>, failure: Failure) -> Failure {
    let failure = failure.hint(format!("restart it: `{}`", name.command("restart")));
    match on {
        Some(on) => failure.hint(format!("if a restart does not help: {}", with_yes(on))),
        None => failure,
    }
}

fn with_yes(on: &StuckOn) -> String {
    format!(
        "`prisma deploy --yes` ends the migration with: {}",
        on.statement
    )
}
