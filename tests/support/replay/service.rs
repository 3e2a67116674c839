//! The service's own API as far as a deployment asks it: which types are deployed, and how many nodes
//! there are. No recording has that for each moment of a scenario, so it is worked out from what the
//! scenario deployed and created before.

use super::recording::Exchange;
use crate::support::introspection::schema;
use serde_json::{Map, Value, json};

/// The answer to `query`, after `done`.
pub fn answer(query: &str, done: &[Exchange]) -> Value {
    let deployed = |one: &&Exchange| {
        let applied = one.body["data"]["deploy"]["migration"]["revision"].as_i64();
        one.query.starts_with("<query:deploy") && applied.is_some_and(|revision| revision > 0)
    };
    let Some(last) = done.iter().rfind(deployed) else {
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
