//! The service's own API as far as a deployment asks it: which types are deployed, and how many nodes
//! there are. No recording has that for each moment of a scenario, so it is worked out from what the
//! scenario deployed and created before.

use super::recording::Exchange;
use prisma_cli::server::types::{Field, Types};
use serde_json::{Map, Value, json};

/// The answer to `query`, after `done`.
pub fn answer(query: &str, done: &[Exchange]) -> Value {
    let deployed = |one: &&Exchange| {
        let applied = one.body["data"]["deploy"]["migration"]["revision"].as_i64();
        one.query.starts_with("<query:deploy") && applied.is_some_and(|revision| revision > 0)
    };
    let Some(last) = done.iter().rfind(deployed) else {
        // Added, and nothing deployed to it yet.
        return json!({"data": {"__schema": schema(&Types::default())}});
    };
    if query.contains("__schema") {
        let types = Types::parse(last.variables["types"].as_str().unwrap_or_default());
        return json!({"data": {"__schema": schema(&types)}});
    }
    let created = |model: &str| {
        let mutation = format!("create{model}(");
        done.iter().filter(|one| one.query.contains(&mutation)).count()
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

/// As the introspection query has it; the fields to count with are `allUserConnection` and the like.
fn schema(types: &Types) -> Value {
    let named = |kind: &str, name: &str| json!({"kind": kind, "name": name, "ofType": null});
    let field = |name: &str, kind: Value| {
        json!({"name": name, "description": null, "args": [], "type": kind,
               "isDeprecated": false, "deprecationReason": null})
    };
    let wrap = |one: &Field| {
        let inner = named("SCALAR", &one.type_name);
        let listed = if one.is_list {
            json!({"kind": "LIST", "name": null, "ofType": inner})
        } else {
            inner
        };
        if one.is_required {
            json!({"kind": "NON_NULL", "name": null, "ofType": listed})
        } else {
            listed
        }
    };
    let object = |name: &str, fields: Vec<Value>| {
        json!({"kind": "OBJECT", "name": name, "description": null, "fields": fields, "inputFields": null,
               "interfaces": [], "enumValues": null, "possibleTypes": null})
    };
    let mut all: Vec<Value> = (types.models.iter())
        .map(|model| {
            let fields = model.fields.iter().map(|one| field(&one.name, wrap(one)));
            object(&model.name, fields.collect())
        })
        .collect();
    let connections = types.models.iter().map(|model| {
        let kind = named("OBJECT", &format!("{}Connection", model.name));
        field(&format!("all{}Connection", model.name), kind)
    });
    all.push(object("Query", connections.collect()));
    all.extend(types.enums.iter().map(|one| {
        let value = |name: &String| {
            json!({"name": name, "description": null, "isDeprecated": false, "deprecationReason": null})
        };
        let values: Vec<Value> = one.values.iter().map(value).collect();
        json!({"kind": "ENUM", "name": one.name, "description": null, "fields": null, "inputFields": null,
               "interfaces": null, "enumValues": values, "possibleTypes": null})
    }));
    json!({"queryType": {"name": "Query"}, "mutationType": null, "subscriptionType": null, "types": all})
}
