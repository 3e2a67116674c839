//! What a deployment came to.

use super::post_deploy::PostDeploy;
use super::target::Destination;
use super::{changes, input};
use crate::commands::{Report, facts};
use crate::error::Result;
use crate::server::deploy::{Deployment, Outcome};
use crate::server::management::Problem;
use crate::service::Service;
use crate::ui::short;
use serde_json::{Value, json};

/// The report of a deployment that ended well.
pub fn of(
    service: &Service,
    destination: &Destination,
    deployment: &Deployment,
    after: &PostDeploy,
) -> Report {
    let mut data = data(service, destination, deployment);
    data["after"] = after.data();
    let text = text(service, destination, deployment) + &after.text();
    Report::new(text, data)
}

/// The failure of a deployment that did not end well, with every problem in its place.
pub fn check(service: &Service, destination: &Destination, deployment: &Deployment) -> Result<()> {
    let Some(mut failure) = deployment.failure() else {
        return Ok(());
    };
    for problem in errors(deployment).iter().chain(&deployment.warnings) {
        failure.message += &format!("\n  {}", line(service, problem));
    }
    let what = place_text(service, destination);
    Err(failure
        .context(what)
        .data(data(service, destination, deployment)))
}

fn errors(deployment: &Deployment) -> &[Problem] {
    match &deployment.outcome {
        Outcome::Invalid { errors } => errors,
        _ => &[],
    }
}

fn place_text(service: &Service, destination: &Destination) -> String {
    format!(
        "service `{}`, stage `{}`, {}",
        service.name, service.stage, destination.label
    )
}

/// For programs: what goes where.
pub fn place(service: &Service, destination: &Destination) -> Value {
    json!({
        "service": service.name,
        "stage": service.stage,
        "cluster": destination.cluster,
        "workspace": destination.workspace,
        "server": {"endpoint": destination.base},
    })
}

/// For programs: a problem and where it is.
fn problem(service: &Service, problem: &Problem) -> Value {
    let place = service.locate(&problem.type_name, problem.field.as_deref());
    json!({
        "type": problem.type_name,
        "field": problem.field,
        "message": problem.description,
        "file": place.map(|(file, _)| file.display().to_string()),
        "line": place.map(|(_, line)| line),
    })
}

/// A problem with the thing it is about and, where it can be found, that thing's line.
pub fn line(service: &Service, problem: &Problem) -> String {
    let place = service.locate(&problem.type_name, problem.field.as_deref());
    let place = place.map(|(file, line)| format!("{}:{line}: ", file.display()));
    let about = match (&*problem.type_name, &problem.field) {
        ("Global", _) => String::new(),
        (name, Some(field)) => format!("`{name}.{field}`: "),
        (name, None) => format!("`{name}`: "),
    };
    format!(
        "{}{about}{}",
        place.unwrap_or_default(),
        problem.description
    )
}

fn text(service: &Service, destination: &Destination, deployment: &Deployment) -> String {
    let what = format!("service `{}`, stage `{}`", service.name, service.stage);
    let place = &destination.label;
    let head = match &deployment.outcome {
        Outcome::UpToDate => format!("{what}: already up to date on {place}"),
        Outcome::WouldCreate => format!("{what}: would be created on {place}"),
        Outcome::WouldApply => format!("{what}: could be deployed to {place}"),
        _ => format!(
            "{what}: deployed to {place} in {}",
            short(deployment.elapsed)
        ),
    };
    let changes = match &deployment.steps {
        Some(steps) if !steps.is_empty() => {
            format!("\nChanges:\n\n{}", changes::text(&changes::groups(steps)))
        }
        None if deployment.outcome == Outcome::WouldApply => {
            "\nthis server does not say what a dry run would change\n\n".to_owned()
        }
        _ => "\n".to_owned(),
    };
    let (http, ws) = endpoints(service, destination);
    let facts = facts(&[("HTTP", http), ("WS", ws)]);
    if deployment.outcome == Outcome::WouldCreate {
        return format!("{head}\n");
    }
    format!("{head}\n{changes}Endpoints:\n\n{facts}")
}

fn endpoints(service: &Service, destination: &Destination) -> (String, String) {
    let http = input::service_url(service, destination);
    let ws = http.replacen("http", "ws", 1);
    (http, ws)
}

fn data(service: &Service, destination: &Destination, deployment: &Deployment) -> Value {
    let (http, ws) = endpoints(service, destination);
    let (outcome, revision) = match &deployment.outcome {
        Outcome::UpToDate => ("up_to_date", None),
        Outcome::WouldCreate => ("would_create", None),
        Outcome::WouldApply => ("would_apply", None),
        Outcome::Applied { revision } => ("applied", Some(*revision)),
        Outcome::Invalid { .. } => ("invalid", None),
        Outcome::NeedsForce => ("needs_force", None),
        Outcome::RolledBack {
            revision,
            undone: true,
            ..
        } => ("rolled_back", Some(*revision)),
        Outcome::RolledBack { revision, .. } => ("rollback_failed", Some(*revision)),
    };
    let steps = deployment.steps.as_deref();
    let problems = |problems: &[Problem]| -> Value {
        problems.iter().map(|one| problem(service, one)).collect()
    };
    let mut data = place(service, destination);
    data["server"]["version"] = json!(deployment.server.version);
    let more = json!({
        "outcome": outcome,
        "revision": revision,
        "created": deployment.created,
        "changes": steps.map(|steps| changes::data(&changes::groups(steps))),
        "errors": problems(errors(deployment)),
        "warnings": problems(&deployment.warnings),
        "endpoints": {"http": http, "ws": ws},
        "milliseconds": u64::try_from(deployment.elapsed.as_millis()).unwrap_or(u64::MAX),
        "requests": deployment.requests,
    });
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    data
}
