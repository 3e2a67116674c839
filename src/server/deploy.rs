//! A deployment, from the version query to the end of its migration.
//!
//! The minimum number of requests:
//!
//! | | |
//! | --- | --- |
//! | the version, unless it is known | 1, or 2 when the first path is the wrong one |
//! | `deploy` | 1 |
//! | for a new service: `addProject`, and `deploy` again | 2 |
//! | `migrationStatus`, when there is a migration | 1 and more |
//!
//! `project` is not queried: `deploy` itself first checks whether the service exists, and never
//! creates it. So a deployment without changes takes two round trips.

mod follow;
mod losses;

use super::graphql::Error;
use super::management::projects_is as is;
use super::management::{Management, Problem, Schema, Verdict};
use super::refusal::Refusal;
use super::service::Service;
use super::step::Step;
use super::types::Types;
use super::version::Server;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::ui::text::count;
use std::time::{Duration, Instant};

/// What to deploy, and how.
#[derive(Clone, Default)]
pub struct DeployInput {
    pub schema: Schema,
    /// Only show what would happen.
    pub dry_run: bool,
    /// Accept the loss of data.
    pub force: bool,
}

/// How long to wait for the server.
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

impl Deployment {
    pub fn succeeded(&self) -> bool {
        self.failure().is_none()
    }

    /// A short failure; the report shows the problems themselves.
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
            Outcome::NeedsForce => Some(needs_force(&self.warnings)),
            Outcome::RolledBack { errors, undo, .. } => Some(rolled_back(*undo, errors)),
        }
    }
}

fn needs_force(warnings: &[Problem]) -> Failure {
    let warned = count(warnings.len(), "warning");
    let refused = |message: String| Failure::new(Kind::Refused, message);
    if warnings.iter().any(Problem::loses_data) {
        refused(format!("not deployed: this would lose data: {warned}"))
            .hint("use `--force` to deploy anyway and lose this data")
    } else {
        refused(format!(
            "not deployed: the server asks for confirmation: {warned}"
        ))
        .hint("no data would be lost: check the changes, then use `--force` to deploy them")
    }
}

fn rolled_back(undo: Undo, errors: &[String]) -> Failure {
    let what = match undo {
        Undo::Done => "the migration failed and was rolled back".to_owned(),
        Undo::InPart { undone, applied } => format!(
            "the migration failed, and only {undone} of the {applied} applied steps were rolled back"
        ),
        Undo::Failed => "the migration failed, and so did the rollback".to_owned(),
    };
    let why = if errors.is_empty() {
        "no reason given".to_owned()
    } else {
        errors.join("\n").replace('\n', "\n  ")
    };
    let failure = Failure::new(Kind::Refused, format!("{what}: {why}"));
    if undo == Undo::Done {
        return failure;
    }
    failure
        .hint("the database may not match the deployed datamodel, and the service may not answer: check it, and restore a backup if needed")
        .hint("check the server's log before you deploy again")
}

/// Deploys, and follows the migration until it ends.
///
/// # Errors
///
/// The server is unreachable, rejected the token or is too slow; a signal. Its response to the schema
/// is a [`Deployment`].
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
    management.check_length().map_err(failure)?;
    events(Event::Server(server.clone()));
    let secrets: Vec<Secret> = input
        .schema
        .secrets
        .iter()
        .map(|one| one.as_str().into())
        .collect();
    let service = Service::of(management, &secrets);
    let end = |created, first, verdict: Verdict, outcome| {
        Ok(Deployment {
            server: server.clone(),
            created,
            first,
            steps: verdict.steps,
            warnings: verdict.warnings,
            outcome,
            requests: management.requests() - before + service.requests(),
            elapsed: begun.elapsed(),
        })
    };
    let is_new = match compare(management, &service, input)? {
        Compared::New => true,
        Compared::Keeps => false,
        Compared::Loses(warnings) => {
            let verdict = Verdict {
                warnings,
                ..Verdict::default()
            };
            return end(false, false, verdict, Outcome::NeedsForce);
        }
    };
    let Some((mut verdict, created)) = ask(management, input, waits, is_new, events)? else {
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
    let order = std::mem::take(&mut verdict.order);
    events(Event::Accepted {
        steps,
        warnings: verdict.warnings.clone(),
    });
    // A service is created with revision 1.
    let first = created || migration.revision <= 2;
    let outcome = follow::follow(management, &migration, &order, waits.migration, events)?;
    end(created, first, verdict, outcome)
}

/// The effect of a datamodel on the deployed data.
enum Compared {
    /// The service does not exist yet.
    New,
    /// Nothing would be lost, the server checks it, or the user accepted the loss.
    Keeps,
    Loses(Vec<Problem>),
}

/// Compares the datamodel with the deployed one, for servers that do not check for data loss.
fn compare(management: &Management, service: &Service, input: &DeployInput) -> Result<Compared> {
    if input.force || management.checks_data_loss() {
        return Ok(Compared::Keeps);
    }
    let found = losses::found(management, service, &Types::parse(&input.schema.types));
    let found = found.map_err(|error| {
        let tried = "could not compare the datamodel with what is deployed, and this server deletes data without asking";
        (management.failure(tried, error))
            .context(self::tried(management))
            .hint("back up the data, then add `--force` to deploy without comparing")
    })?;
    Ok(match found {
        None => Compared::New,
        Some(problems) if problems.is_empty() => Compared::Keeps,
        Some(problems) => Compared::Loses(problems),
    })
}

/// Sends the deployment; creates the service if it does not exist, and waits if it is busy. `None`: a dry
/// run of a service that does not exist.
fn ask(
    management: &Management,
    input: &DeployInput,
    waits: Waits,
    is_new: bool,
    events: &mut dyn FnMut(Event),
) -> Result<Option<(Verdict, bool)>> {
    let failure = |error: Error| management.failure(&tried(management), error);
    if is_new && input.dry_run {
        return Ok(None);
    }
    let mut created = is_new && add(management, input, events)?;
    let mut added = is_new;
    let mut waited: Option<Instant> = None;
    loop {
        match management.deploy(&input.schema, input.dry_run, input.force) {
            Ok(verdict) => return Ok(Some((verdict, created))),
            Err(error) if is(&error, Refusal::UnknownService) && !added => {
                if input.dry_run {
                    return Ok(None);
                }
                added = true;
                created = add(management, input, events)?;
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

/// Creates the service. `false` if another process did.
fn add(
    management: &Management,
    input: &DeployInput,
    events: &mut dyn FnMut(Event),
) -> Result<bool> {
    let created = management.add_project(&input.schema.secrets);
    let created = created.map_err(|error| management.failure(&tried(management), error))?;
    if created {
        events(Event::Created);
    }
    Ok(created)
}

fn tried(management: &Management) -> String {
    let (name, stage) = management.service();
    format!("could not deploy `{name}` to stage `{stage}`")
}
