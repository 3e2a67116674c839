//! A recorded answer reduced to what a client selects.
//!
//! The answer has the aliases of the recorded query; its selection says which fields they stand for.

use crate::support::standin::language::Selection;
use serde_json::{Map, Value, json};

/// `answer`, which has the form of `recorded`, in the form of `wanted`. A field that was not recorded
/// is `Err` with its name.
pub fn reduce(
    wanted: &[Selection],
    recorded: &[Selection],
    answer: &Value,
) -> Result<Value, String> {
    match answer {
        Value::Array(items) => (items.iter())
            .map(|item| reduce(wanted, recorded, item))
            .collect(),
        Value::Object(object) => {
            let mut reduced = Map::new();
            fill(&mut reduced, wanted, recorded, object)?;
            Ok(Value::Object(reduced))
        }
        other => Ok(other.clone()),
    }
}

fn fill(
    reduced: &mut Map<String, Value>,
    wanted: &[Selection],
    recorded: &[Selection],
    object: &Map<String, Value>,
) -> Result<(), String> {
    let kind = object.get("__typename").or(object.get("type"));
    for selection in wanted {
        match selection {
            Selection::On(name, inner) => {
                if kind == Some(&json!(name)) {
                    fill(reduced, inner, recorded, object)?;
                }
            }
            Selection::Field {
                alias,
                name,
                selections,
                ..
            } => {
                let found = find(recorded, name, kind);
                if found.is_none() && ["after", "before"].contains(&name.as_str()) {
                    // Few scenarios asked where a relation is stored.
                    continue;
                }
                let (key, inner) = found.ok_or(name.clone())?;
                let value = object.get(&key).ok_or(name.clone())?;
                reduced.insert(alias.clone(), reduce(selections, &inner, value)?);
            }
        }
    }
    Ok(())
}

/// Under which key of the answer the field `name` stands, and what was selected of it.
fn find(
    recorded: &[Selection],
    name: &str,
    kind: Option<&Value>,
) -> Option<(String, Vec<Selection>)> {
    recorded.iter().find_map(|selection| match selection {
        Selection::On(on, inner) if kind == Some(&json!(on)) => find(inner, name, kind),
        Selection::On(..) => None,
        Selection::Field {
            alias,
            name: known,
            selections,
            ..
        } => (known == name).then(|| (alias.clone(), selections.clone())),
    })
}
