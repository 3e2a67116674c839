//! The service's own API as far as a deployment asks it: which types are deployed, and how many nodes
//! there are. No recording has that for each moment of a scenario, so it is worked out from what the
//! scenario deployed and created before.

use super::recording::Exchange;
use crate::support::introspection::schema;
use crate::support::standin::{Version, auth};
use serde_json::{Map, Value, json};

/// Whether an exchange deployed something.
fn is_migration(one: &&Exchange) -> bool {
    let revision = one.body["data"]["deploy"]["migration"]["revision"].as_i64();
    one.query.starts_with("<query:deploy") && revision.is_some_and(|revision| revision > 0)
}

/// The refusal of a token, after `done`: up to 1.3, secrets that change alone are not in force, as
/// `deploy/secrets` of 1.1.3 shows.
pub fn refusal(version: &str, header: Option<&str>, done: &[Exchange]) -> Option<Value> {
    let version = Version::parse(version);
    let applies = |one: &&Exchange| match &one.body["data"] {
        data if data["addProject"].is_object() => true,
        data if data["deploy"].is_object() && version.since(1, 4, 0) => {
            one.variables["dryRun"] != json!(true)
        }
        _ => is_migration(one),
    };
    let last = done.iter().rfind(applies)?;
    let secrets = last.variables["secrets"].as_array();
    let secrets: Vec<String> = (secrets.into_iter().flatten())
        .filter_map(|one| one.as_str().map(str::to_owned))
        .collect();
    let (code, message) = auth::check_service(version, &secrets, header).err()?;
    Some(if version.since(1, 3, 3) {
        json!({"errors": [{"message": message, "code": code, "requestId": "local:api:x"}]})
    } else {
        json!({"code": code, "requestId": "api:api:x", "error": message})
    })
}

/// The answer to `query`, after `done`.
pub fn answer(query: &str, done: &[Exchange]) -> Value {
    let Some(last) = done.iter().rfind(is_migration) else {
        // Added, and nothing deployed to it yet.
        return json!({"data": {"__schema": schema("")}});
    };
    if query.contains("__schema") {
        let types = last.variables["types"].as_str().unwrap_or_default();
        return json!({"data": {"__schema": schema(types)}});
    }
    let created = |model: &str| {
        let mutation = format!("create{model}(");
        done.iter()
            .filter(|one| one.query.contains(&mutation))
            .count()
    };
    let counts: Map<String, Value> = query
        .split_whitespace()
        .zip(query.split_whitespace().skip(1))
        .filter_map(|(alias, field)| {
            let model = field.strip_suffix("Connection")?.strip_prefix("all")?;
            let count = json!({"aggregate": {"count": created(model)}});
            Some((alias.strip_suffix(':')?.to_owned(), count))
        })
        .collect();
    json!({"data": counts})
}
