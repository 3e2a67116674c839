//! A deployment, from the version query to the end of its migration.
//!
//! The protocol's floor, in requests:
//!
//! | | |
//! | --- | --- |
//! | the version, unless it is known | 1, or 2 when the first path is the wrong one |
//! | `deploy` | 1 |
//! | for a service that is new: `addProject`, and `deploy` again | 2 |
//! | `migrationStatus`, when there is a migration | 1 and more |
//!
//! `project` is not asked: `deploy` itself says whether the service is there, before it looks at
//! anything else, and never creates one. So a deploy without changes takes two round trips.

mod follow;

use super::graphql::Error;
use super::management::projects_is as is;
use super::management::{Management, Problem, Schema, Verdict};
use super::refusal::Refusal;
use super::step::Step;
use super::version::Server;
use crate::error::{Failure, Kind, Result};
use std::time::{Duration, Instant};

/// What to deploy, and how.
#[derive(Clone, Default)]
pub struct DeployInput {
    /// The schema.
    pub schema: Schema,
    /// Only look what would happen.
    pub dry_run: bool,
    /// Lose data where the schema asks for it.
    pub force: bool,
}

/// How long to wait for what the server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits {
    /// For the migration.
    pub migration: Duration,
    /// For another deployment of the same service that is in progress.
    pub busy: Duration,
}

impl Default for Waits {
    fn default() -> Waits {
        Waits {
            migration: Duration::from_secs(600),
            busy: Duration::from_secs(60),
        }
    }
}

/// What happens meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The server answers.
    Server(Server),
    /// The service was not there and was created.
    Created,
    /// Another deployment is in progress and is waited for, at most so long.
    Busy {
        /// The limit.
        limit: Duration,
    },
    /// The server has taken the migration.
    Accepted {
        /// What changes.
        steps: Vec<Step>,
        /// What data is lost.
        warnings: Vec<Problem>,
    },
    /// So far is the migration. Told when it changes.
    Progress {
        /// Steps done.
        applied: usize,
        /// Of so many.
        total: usize,
    },
    /// The migration failed; the steps done are being undone.
    RollingBack {
        /// Steps undone.
        undone: usize,
        /// Of so many.
        total: usize,
    },
    /// The server does not answer for the moment; it is asked again.
    Unanswered {
        /// Why.
        why: String,
    },
}

/// A deployment that came to its end, a good one or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The server.
    pub server: Server,
    /// Whether the service was created for it.
    pub created: bool,
    /// Whether nothing was ever deployed to the service before, as far as can be told.
    pub first: bool,
    /// What changes. `None`: the server does not tell (dry runs up to 1.33 or so).
    pub steps: Option<Vec<Step>>,
    /// Where data was lost, or would be.
    pub warnings: Vec<Problem>,
    /// How it ended.
    pub outcome: Outcome,
    /// Requests it took.
    pub requests: usize,
    /// Time it took.
    pub elapsed: Duration,
}

/// How a deployment ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    UpToDate,
    /// It is done.
    Applied {
        /// The migration.
        revision: i64,
    },
    /// Dry run: it could be done. Without known steps that includes "nothing to do".
    WouldApply,
    /// Dry run: the service would be created. More cannot be asked of a service that is not there.
    WouldCreate,
    /// The schema is wrong.
    Invalid {
        /// What about it.
        errors: Vec<Problem>,
    },
    /// Data would be lost, and force was not given. See the warnings.
    NeedsForce,
    /// The migration failed.
    RolledBack {
        /// The migration.
        revision: i64,
        /// The server's reasons: stack traces.
        errors: Vec<String>,
        /// Whether all is as it was.
        undone: bool,
    },
}

impl Deployment {
    /// Whether it ended well.
    pub fn succeeded(&self) -> bool {
        self.failure().is_none()
    }

    /// The failure it ended with, in a few words; the problems themselves are for a report.
    pub fn failure(&self) -> Option<Failure> {
        let refused = |message: String| Failure::new(Kind::Refused, message);
        match &self.outcome {
            Outcome::UpToDate
            | Outcome::Applied { .. }
            | Outcome::WouldApply
            | Outcome::WouldCreate => None,
            Outcome::Invalid { errors } => Some(refused(format!(
                "the server rejected the datamodel: {}",
                count(errors.len(), "error")
            ))),
            Outcome::NeedsForce => Some(
                refused(format!(
                    "not deployed: this would lose data: {}",
                    count(self.warnings.len(), "warning")
                ))
                .hint("use `--force` to deploy anyway and lose this data"),
            ),
            Outcome::RolledBack {
                errors,
                undone: true,
                ..
            } => Some(refused(format!(
                "the migration failed and was rolled back: {}",
                reason(errors)
            ))),
            Outcome::RolledBack { errors, .. } => Some(
                refused(format!(
                    "the migration failed, and so did the rollback: {}",
                    reason(errors)
                ))
                .hint("check the server's log before you deploy again"),
            ),
        }
    }
}

fn count(number: usize, what: &str) -> String {
    let s = if number == 1 { "" } else { "s" };
    format!("{number} {what}{s}")
}

/// The first line of a stack trace is what people can read of it.
fn reason(errors: &[String]) -> &str {
    let lines = errors.iter().flat_map(|error| error.lines());
    let mut lines = lines.map(str::trim).filter(|line| !line.is_empty());
    lines.next().unwrap_or("no reason given")
}

/// Deploys, and follows the migration to its end.
///
/// # Errors
///
/// A failure of the protocol: the server cannot be reached, rejected the token, is too slow; a signal.
/// What it says about the schema is a [`Deployment`].
pub fn run(
    management: &Management,
    input: &DeployInput,
    waits: Waits,
    events: &mut dyn FnMut(Event),
) -> Result<Deployment> {
    let begun = Instant::now();
    let before = management.requests();
    let failure = |error| management.failure(&tried(management), error);
    let server = management.server().map_err(failure)?.clone();
    events(Event::Server(server.clone()));
    let end = |created, first, verdict: Verdict, outcome| {
        Ok(Deployment {
            server: server.clone(),
            created,
            first,
            steps: verdict.steps,
            warnings: verdict.warnings,
            outcome,
            requests: management.requests() - before,
            elapsed: begun.elapsed(),
        })
    };
    let Some((mut verdict, created)) = ask(management, input, waits, events)? else {
        return end(false, true, Verdict::default(), Outcome::WouldCreate);
    };
    if !verdict.errors.is_empty() {
        let errors = std::mem::take(&mut verdict.errors);
        return end(created, created, verdict, Outcome::Invalid { errors });
    }
    let Some(migration) = verdict.migration.take() else {
        let outcome = if !verdict.warnings.is_empty() && !input.force {
            Outcome::NeedsForce
        } else if input.dry_run && verdict.steps.as_ref().is_none_or(|steps| !steps.is_empty()) {
            Outcome::WouldApply
        } else {
            verdict.steps.get_or_insert_default();
            Outcome::UpToDate
        };
        return end(created, created, verdict, outcome);
    };
    let steps = verdict.steps.clone().unwrap_or_default();
    let total = steps.len();
    events(Event::Accepted {
        steps,
        warnings: verdict.warnings.clone(),
    });
    // A service is made with revision 1.
    let first = created || migration.revision <= 2;
    let outcome = follow::follow(management, &migration, total, waits.migration, events)?;
    end(created, first, verdict, outcome)
}

/// Asks the server to deploy, creates the service when it is not there, waits when it is busy. `None`:
/// a dry run of a service that is not there.
fn ask(
    management: &Management,
    input: &DeployInput,
    waits: Waits,
    events: &mut dyn FnMut(Event),
) -> Result<Option<(Verdict, bool)>> {
    let failure = |error: Error| management.failure(&tried(management), error);
    let mut created = false;
    let mut added = false;
    let mut waited: Option<Instant> = None;
    loop {
        match management.deploy(&input.schema, input.dry_run, input.force) {
            Ok(verdict) => return Ok(Some((verdict, created))),
            Err(error) if is(&error, Refusal::UnknownService) && !added => {
                if input.dry_run {
                    return Ok(None);
                }
                added = true;
                created = management
                    .add_project(&input.schema.secrets)
                    .map_err(failure)?;
                if created {
                    events(Event::Created);
                }
            }
            Err(error) if is(&error, Refusal::Busy) => {
                let since = *waited.get_or_insert_with(|| {
                    events(Event::Busy { limit: waits.busy });
                    Instant::now()
                });
                let left = waits.busy.saturating_sub(since.elapsed());
                if !follow::until_idle(management, left)? {
                    return Err(failure(error));
                }
            }
            Err(error) => {
                let maybe_taken = match &error {
                    Error::Fault(fault) => fault.is_after_sending(),
                    Error::Ended(failure) => failure.kind != Kind::NotReady,
                    Error::Api(_) => false,
                };
                let failure = failure(error);
                return Err(if maybe_taken && !input.dry_run {
                    failure.hint(
                        "the deployment may have gone through; run the command again to check",
                    )
                } else {
                    failure
                });
            }
        }
    }
}

fn tried(management: &Management) -> String {
    let (name, stage) = management.service();
    format!("could not deploy `{name}` to stage `{stage}`")
}
