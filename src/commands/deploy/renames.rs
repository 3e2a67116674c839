//! Says when a failure may come from a `@rename` that was deployed before and is still in the file.

use crate::error::Failure;
use crate::server::management::Management;
use crate::server::types::{DoneRename, Types};
use crate::service::Service;

/// Adds a hint for each `@rename` of something that is not deployed.
pub fn explained(management: &Management, service: &Service, failure: Failure) -> Failure {
    let types = Types::parse(service.datamodel.text());
    if types.done_renames(&Types::default()).is_empty() {
        return failure;
    }
    let Ok(deployed) = management.deployed_types() else {
        return failure;
    };
    if deployed == Types::default() {
        return failure;
    }
    let done = types.done_renames(&deployed).into_iter();
    done.fold(failure, |failure, one| failure.hint(hint(service, &one)))
}

fn hint(service: &Service, done: &DoneRename) -> String {
    let DoneRename {
        type_name,
        field,
        old_name,
    } = done;
    let name = match field {
        Some(field) => format!("`{type_name}.{field}`"),
        None => format!("`{type_name}`"),
    };
    let place = service.datamodel.locate(type_name, field.as_deref());
    let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
    format!(
        "remove `@rename(oldName: \"{old_name}\")` from {name}{place}: nothing named `{old_name}` is deployed any more"
    )
}
