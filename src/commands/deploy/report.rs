//! What a deployment came to.

use super::target::Destination;
use super::{changes, service_url};
use crate::api::deploy::{Deployment, Outcome};
use crate::api::management::Problem;
use crate::commands::{Report, facts};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::service::Service;
use crate::ui::short;
use serde_json::{Value, json};

/// The report of a deployment that ended well, else its failure with every problem in its place.
pub fn of(
    ctx: &Context,
    service: &Service,
    destination: &Destination,
    deployment: &Deployment,
) -> Result<Report> {
    if let Some(failure) = deployment.failure() {
        return Err(failed(service, deployment, failure));
    }
    for warning in &deployment.warnings {
        ctx.ui.warn(&line(service, warning));
    }
    Ok(Report::new(
        text(service, destination, deployment),
        data(service, destination, deployment),
    ))
}

fn failed(service: &Service, deployment: &Deployment, mut failure: Failure) -> Failure {
    let errors: &[Problem] = match &deployment.outcome {
        Outcome::Invalid { errors } => errors,
        _ => &[],
    };
    for problem in errors.iter().chain(&deployment.warnings) {
        failure.message += &format!("\n  {}", line(service, problem));
    }
    failure
}

/// A problem with the thing it is about and, where it can be found, that thing's line.
fn line(service: &Service, problem: &Problem) -> String {
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
    let http = service_url(service, destination);
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
        Outcome::Invalid { .. } | Outcome::NeedsForce | Outcome::RolledBack { .. } => {
            ("refused", None)
        }
    };
    let steps = deployment.steps.as_deref();
    let warnings: Vec<String> = deployment
        .warnings
        .iter()
        .map(|w| line(service, w))
        .collect();
    json!({
        "service": service.name,
        "stage": service.stage,
        "workspace": destination.workspace,
        "server": {"endpoint": destination.base, "version": deployment.server.version},
        "outcome": outcome,
        "revision": revision,
        "created": deployment.created,
        "changes": steps.map(|steps| changes::data(&changes::groups(steps))),
        "warnings": warnings,
        "endpoints": {"http": http, "ws": ws},
        "milliseconds": u64::try_from(deployment.elapsed.as_millis()).unwrap_or(u64::MAX),
        "requests": deployment.requests,
    })
}
