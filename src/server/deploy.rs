//! A deployment, from the version query to the end of its migration.
//!
//! The minimum number of requests:
//!
//! | | |
//! | --- | --- |
//! | the version, unless it is known | 1, or 2 when the first path is the wrong one |
//! | `migrationStatus`, when there are secrets to send | 1 |
//! | `deploy` | 1 |
//! | for a new service: `addProject`, and `deploy` again if it was sent before | 2 |
//! | `migrationStatus`, when there is a migration | 1 and more |
//!
//! Without secrets nothing is asked before `deploy`: it first checks whether the service exists, and
//! never creates it. So a deployment without changes takes two round trips. But 1.8 and later log each
//! request that fails, with its variables, so secrets are only sent to a service that is known to exist.

mod failure;
mod follow;
mod losses;
mod motion;
mod note;
mod run;
mod send;
mod stuck;
mod subscriptions;
mod waiting;

use super::management::{Problem, Schema};
use super::step::Step;
use super::version::Server;
use crate::error::Result;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

pub use note::Note;
pub use run::run;
pub use stuck::Stuck;

/// What to deploy, and how.
#[derive(Clone, Default)]
pub struct DeployInput {
    pub schema: Schema,
    /// Only show what would happen.
    pub dry_run: bool,
    /// Accept the loss of data.
    pub force: bool,
    /// Leave the database as it is.
    pub no_migrate: bool,
    /// What is checked before a service is created.
    pub before_creating: Option<Rc<dyn Fn() -> Result<()>>>,
}

/// How long to wait for the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// For the answer to the deployment, and then for the migration.
    pub migration: Duration,
    /// For another deployment of the same service that is in progress.
    pub busy: Duration,
    /// How long nothing may happen before that is reported.
    pub quiet: Duration,
}

impl Default for Waits {
    fn default() -> Waits {
        Waits {
            migration: Duration::from_secs(600),
            busy: Duration::from_secs(60),
            quiet: Duration::from_secs(10),
        }
    }
}

/// Progress of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The server has responded.
    Server(Server),
    /// The service did not exist and was created.
    Created,
    /// Waiting for another deployment in progress.
    Busy { limit: Duration },
    /// The server has accepted the migration.
    Accepted {
        steps: Vec<Step>,
        warnings: Vec<Problem>,
    },
    /// Progress of the migration, reported when it changes.
    Progress { applied: usize, total: usize },
    /// The migration failed; the steps done are being undone.
    RollingBack { undone: usize, total: usize },
    /// The server does not respond at the moment; the request is repeated.
    Unanswered { why: String },
    /// The server has not answered the deployment for so long.
    Silent { quiet: Duration },
    /// No step of a migration has been completed, or undone, since then.
    Stalled { since: SystemTime, stuck: Stuck },
    /// The types are deployed without the subscriptions, which come afterwards.
    TypesFirst,
    /// The server computed the migration before another one ended, and it failed: once more.
    Again,
}

/// A finished deployment, successful or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    pub server: Server,
    pub created: bool,
    /// Whether nothing was deployed to the service before, as far as is known.
    pub first: bool,
    /// What changes. `None` if the server does not report it (dry runs up to about 1.33).
    pub steps: Option<Vec<Step>>,
    /// Data that was lost, or would be.
    pub warnings: Vec<Problem>,
    pub notes: Vec<Note>,
    pub outcome: Outcome,
    pub requests: usize,
    pub elapsed: Duration,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    UpToDate,
    Applied {
        revision: i64,
    },
    /// Dry run: it would succeed. Without known steps this includes "nothing to do".
    WouldApply,
    /// Dry run: the service would be created. The server says no more about a service that does not exist.
    WouldCreate,
    /// The server rejected the schema.
    Invalid {
        errors: Vec<Problem>,
    },
    /// Data would be lost, and `force` was not set. See the warnings.
    NeedsForce,
    /// The migration failed.
    RolledBack {
        revision: i64,
        /// Why, without stack traces. Each may have several lines.
        errors: Vec<String>,
        /// The step that failed, if known.
        step: Option<Box<Step>>,
        /// What happened to the steps before it.
        undo: Undo,
    },
}

/// What happened to the steps that a failed migration had applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// The server reports that it undid all of them. Data that a step dropped may still be lost.
    Done,
    /// The server stopped before all were undone, but reports a successful rollback.
    InPart {
        undone: usize,
        /// Steps that had been applied.
        applied: usize,
    },
    /// The server reports that the rollback failed.
    Failed,
}
