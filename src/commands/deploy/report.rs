//! The result of a deployment.

use super::changes::{self, Change};
use super::located::{self, Located};
use super::post_deploy::PostDeploy;
use super::syntax;
use crate::commands::service::placement::Placement;
use crate::commands::{Report, facts};
use crate::documents::Endpoints;
use crate::error::{Failure, Kind, Result};
use crate::server::deploy::{Deployment, Note as NoteCode, Outcome, Undo};
use crate::server::management::Problem as ServerProblem;
use crate::server::step::Step;
use crate::service::Service;
use crate::ui::short;
use serde::Serialize;

/// Where a service is deployed to: `data` next to an error from before the deployment.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    service: String,
    stage: String,
    /// `null` if `prisma.yml` has an endpoint.
    cluster: Option<String>,
    workspace: Option<String>,
    server: Server,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Server {
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    endpoint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
}

/// A deployment that succeeded, or that the server would accept in a dry run.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Deployed {
    #[serde(flatten)]
    attempt: Attempt<Accepted>,
    /// The steps after the deployment.
    after: PostDeploy,
}

/// A deployment as the server answered it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Attempt<O> {
    #[serde(flatten)]
    place: Place,
    outcome: O,
    revision: Option<i64>,
    /// Whether this deployment created the service.
    created: bool,
    /// `null` if the server does not report them.
    changes: Option<Vec<Change>>,
    /// The change at which a migration failed, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    failed_change: Option<Change>,
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(default))]
    notes: Vec<Note>,
    /// The service's own API.
    endpoints: Endpoints,
    milliseconds: u64,
    /// How many requests were sent to the server.
    requests: usize,
}

/// `data` next to the error, as far as the deployment got.
#[cfg(test)]
#[expect(dead_code, reason = "only its schema is used")]
#[derive(Serialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum Failed {
    /// The deployment was not answered.
    Unanswered(Place),
    /// The server rejected it.
    Rejected(Attempt<Rejected>),
    /// It succeeded, but not what has to come after it.
    Deployed(Deployed),
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Accepted {
    UpToDate,
    WouldCreate,
    WouldApply,
    Applied,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rejected {
    Invalid,
    NeedsForce,
    RolledBack,
    RollbackFailed,
}

/// What else is to be known about a deployment.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Note {
    code: NoteCode,
    message: String,
}

/// An error or warning about the datamodel, and where it is. The type is `Migration` if a migration failed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Problem {
    r#type: String,
    field: Option<String>,
    #[cfg_attr(test, schemars(length(min = 0)))]
    message: String,
    file: Option<String>,
    #[cfg_attr(test, schemars(range(min = 1)))]
    line: Option<usize>,
}

fn endpoints(placement: Placement<'_>, deployment: &Deployment) -> Endpoints {
    Endpoints::of(
        &placement.service_url(),
        deployment.server.parsed().as_ref(),
    )
}

/// The report of a deployment that succeeded.
pub fn of(placement: Placement<'_>, deployment: &Deployment, after: PostDeploy) -> Report {
    let text = text(placement, deployment) + &after.text();
    let (outcome, revision) = match &deployment.outcome {
        Outcome::WouldCreate => (Accepted::WouldCreate, None),
        Outcome::WouldApply => (Accepted::WouldApply, None),
        Outcome::Applied { revision } => (Accepted::Applied, Some(*revision)),
        _ => (Accepted::UpToDate, None),
    };
    let attempt = attempt(placement, deployment, outcome, revision);
    Report::new(text, Deployed { attempt, after })
}

/// Fails with every problem and its place, unless the deployment succeeded.
pub fn check(placement: Placement<'_>, deployment: &Deployment) -> Result<()> {
    let Some(mut failure) = deployment.failure() else {
        return Ok(());
    };
    for problem in located::all(placement.service, errors(deployment)) {
        failure = failure.and(format_args!("\n  {problem}"));
    }
    for section in [
        details(deployment),
        warnings(placement.service, deployment).map(|list| format!("\n\nwarnings:\n\n{list}")),
    ] {
        failure = failure.and(section.unwrap_or_default().trim_end());
    }
    if matches!(deployment.outcome, Outcome::Invalid { .. }) {
        failure = syntax::explain(failure, placement.service, deployment);
    }
    let (outcome, revision) = match &deployment.outcome {
        Outcome::RolledBack { revision, undo, .. } => {
            let outcome = match undo {
                Undo::Done => Rejected::RolledBack,
                Undo::InPart { .. } | Undo::Failed => Rejected::RollbackFailed,
            };
            (outcome, Some(*revision))
        }
        Outcome::NeedsForce => (Rejected::NeedsForce, None),
        _ => (Rejected::Invalid, None),
    };
    let attempt = attempt(placement, deployment, outcome, revision);
    Err(failure.context(placement).data(attempt))
}

/// The failure of a deployment whose secrets the server does not use yet.
pub fn not_in_force(placement: Placement<'_>, deployment: &Deployment) -> Failure {
    let attempt = attempt(placement, deployment, Accepted::UpToDate, None);
    let after = PostDeploy::default();
    Failure::new(Kind::Failed, NoteCode::SecretsNotInForce.to_string())
        .context(placement)
        .data(Deployed { attempt, after })
        .hint("restart the server, then deploy again")
}

/// The step of a migration that failed; the changes that are waiting for `--force`.
fn details(deployment: &Deployment) -> Option<String> {
    let changes = changes::of(deployment.steps.as_deref().unwrap_or_default());
    let listed = |head: &str| match &*changes {
        [] => String::new(),
        changes => format!("\n\n{head}:\n\n{}", changes::text(changes)),
    };
    match &deployment.outcome {
        Outcome::RolledBack { step, .. } => {
            let failed = step.as_deref().map(changes::words);
            let failed = failed.map(|words| format!("\n  the step that failed: {words}"));
            Some(failed.unwrap_or_default() + &listed("all steps"))
        }
        Outcome::NeedsForce if deployment.steps.is_none() => Some(format!("\n\n{NO_PREVIEW}")),
        Outcome::NeedsForce => Some(listed("changes")),
        _ => None,
    }
}

const NO_PREVIEW: &str = "this version of the server cannot preview changes";

/// What the server warns of, a line each.
fn warnings(service: &Service, deployment: &Deployment) -> Option<String> {
    let located = located::all(service, &deployment.warnings);
    let lines = located.iter().map(|warning| format!("  {warning}\n"));
    (!located.is_empty()).then(|| lines.collect())
}

fn errors(deployment: &Deployment) -> &[ServerProblem] {
    match &deployment.outcome {
        Outcome::Invalid { errors } => errors,
        _ => &[],
    }
}

pub fn place(placement: Placement<'_>) -> Place {
    let Placement {
        service,
        destination,
    } = placement;
    Place {
        service: service.name.clone(),
        stage: service.stage.clone(),
        cluster: destination.cluster.clone(),
        workspace: destination.workspace.clone(),
        server: Server {
            endpoint: destination.base.clone(),
            version: None,
        },
    }
}

fn attempt<O>(
    placement: Placement<'_>,
    deployment: &Deployment,
    outcome: O,
    revision: Option<i64>,
) -> Attempt<O> {
    let mut place = place(placement);
    place.server.version = Some(deployment.server.version.clone());
    let problems = |problems: &[ServerProblem]| -> Vec<Problem> {
        let located = located::all(placement.service, problems);
        problems.iter().zip(located).map(problem).collect()
    };
    Attempt {
        place,
        outcome,
        revision,
        created: deployment.created,
        changes: deployment.steps.as_deref().map(changes::of),
        failed_change: failed_step(deployment).and_then(|step| changes::of(&[step]).pop()),
        errors: (problems(errors(deployment)).into_iter())
            .chain(of_migration(deployment))
            .collect(),
        warnings: problems(&deployment.warnings),
        notes: (deployment.notes.iter())
            .map(|note| Note {
                code: *note,
                message: note.to_string(),
            })
            .collect(),
        endpoints: endpoints(placement, deployment),
        milliseconds: u64::try_from(deployment.elapsed.as_millis()).unwrap_or(u64::MAX),
        requests: deployment.requests,
    }
}

fn failed_step(deployment: &Deployment) -> Option<Step> {
    match &deployment.outcome {
        Outcome::RolledBack { step, .. } => step.as_deref().cloned(),
        _ => None,
    }
}

/// Why a migration failed.
fn of_migration(deployment: &Deployment) -> Vec<Problem> {
    let Outcome::RolledBack { errors, .. } = &deployment.outcome else {
        return Vec::new();
    };
    let problem = |message: &String| Problem {
        r#type: "Migration".to_owned(),
        field: None,
        message: message.clone(),
        file: None,
        line: None,
    };
    errors.iter().map(problem).collect()
}

fn problem((problem, located): (&ServerProblem, Located)) -> Problem {
    let place = located.place.as_ref();
    Problem {
        r#type: problem.type_name.clone(),
        field: problem.field.clone(),
        message: located.message,
        file: place.map(|place| place.file.display().to_string()),
        line: place.and_then(|place| place.line),
    }
}

fn text(placement: Placement<'_>, deployment: &Deployment) -> String {
    let Service { name, stage, .. } = placement.service;
    let place = &placement.destination.label;
    let head = match &deployment.outcome {
        Outcome::UpToDate => format!("already up to date on {place}"),
        Outcome::WouldCreate => format!("would be created on {place}"),
        Outcome::WouldApply => format!("would be deployed to {place}"),
        _ => format!("deployed to {place} in {}", short(deployment.elapsed)),
    };
    let notes = deployment.notes.iter().filter(|note| note.is_reported());
    let notes: String = notes.map(|note| format!("note: {note}\n")).collect();
    let head = format!("service `{name}`, stage `{stage}`: {head}\n{notes}");
    if deployment.outcome == Outcome::WouldCreate {
        return head;
    }
    let changes = consequences(placement.service, deployment);
    let endpoints = facts(&endpoints(placement, deployment).rows());
    format!("{head}\n{changes}Endpoints:\n\n{endpoints}")
}

/// What changes, and then what the server warns of: it speaks of "the listed changes".
pub fn consequences(service: &Service, deployment: &Deployment) -> String {
    let mut text = match &deployment.steps {
        Some(steps) if !steps.is_empty() => {
            format!("Changes:\n\n{}", changes::text(&changes::of(steps)))
        }
        None if deployment.outcome == Outcome::WouldApply => format!("{NO_PREVIEW}\n\n"),
        _ => String::new(),
    };
    if let Some(list) = warnings(service, deployment) {
        text += &format!("Warnings:\n\n{list}\n");
    }
    text
}
