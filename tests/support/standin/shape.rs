//! The types of the management API by version: what may be asked of them, and picking it out.

use super::Version;
use super::language::Selection;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const FIELD: &[(&str, &str)] = &[
    ("isRequired", "Boolean"),
    ("isList", "Boolean"),
    ("unique", "Boolean"),
    ("relation", "String"),
    ("default", "String"),
    ("enum", "String"),
];

/// The fields of a type with their types; `None` for a type the version does not have.
fn fields(version: Version, of: &str) -> Option<Vec<(&'static str, &'static str)>> {
    let mut fields: Vec<(&str, &str)> = match of {
        "Query" => vec![
            ("listProjects", "Project"),
            ("project", "Project"),
            ("migrationStatus", "Migration"),
            ("listMigrations", "Migration"),
            ("generateProjectToken", "String!"),
            ("clusterInfo", "Info"),
            ("serverInfo", "Info"),
            ("addProject", "AddProjectPayload"),
            ("deleteProject", "DeleteProjectPayload"),
            ("deploy", "DeployPayload"),
        ],
        "Info" => vec![
            ("version", "String!"),
            ("commit", "String!"),
            ("primaryConnector", "String"),
        ],
        "Project" => vec![("name", "String!"), ("stage", "String!")],
        "AddProjectPayload" | "DeleteProjectPayload" => {
            vec![("project", "Project"), ("clientMutationId", "String")]
        }
        "DeployPayload" => vec![
            ("errors", "SchemaError"),
            ("migration", "Migration"),
            ("warnings", "SchemaWarning"),
            ("steps", "MigrationStep"),
            ("clientMutationId", "String"),
        ],
        "SchemaError" | "SchemaWarning" => vec![
            ("type", "String!"),
            ("field", "String"),
            ("description", "String!"),
        ],
        "Migration" => vec![
            ("projectId", "String!"),
            ("revision", "Int!"),
            ("status", "String!"),
            ("applied", "Int!"),
            ("rolledBack", "Int!"),
            ("steps", "MigrationStep"),
            ("errors", "[String!]!"),
            ("startedAt", "DateTime"),
            ("finishedAt", "DateTime"),
        ],
        "MigrationStep" => vec![],
        "CreateModel" | "DeleteModel" | "DeleteEnum" | "DeleteRelation" => {
            vec![("name", "String!")]
        }
        "UpdateModel" => vec![("name", "String!"), ("newName", "String!")],
        "CreateEnum" => vec![("name", "String!"), ("values", "[String!]!")],
        "UpdateEnum" => vec![
            ("name", "String!"),
            ("newName", "String"),
            ("values", "[String!]"),
        ],
        "CreateField" => {
            let mut fields = vec![
                ("model", "String!"),
                ("name", "String!"),
                ("typeName", "String!"),
            ];
            fields.extend([
                ("isRequired", "Boolean!"),
                ("isList", "Boolean!"),
                ("unique", "Boolean!"),
            ]);
            fields.extend(&FIELD[3..]);
            fields
        }
        "DeleteField" => vec![("model", "String!"), ("name", "String!")],
        "UpdateField" => {
            let mut fields = vec![
                ("model", "String!"),
                ("name", "String!"),
                ("newName", "String"),
                ("typeName", "String"),
            ];
            fields.extend(FIELD);
            fields
        }
        "CreateRelation" => vec![
            ("name", "String!"),
            ("leftModel", "String!"),
            ("rightModel", "String!"),
            ("after", "RelationManifestation"),
        ],
        "UpdateRelation" => vec![
            ("name", "String!"),
            ("newName", "String"),
            ("before", "RelationManifestation"),
            ("after", "RelationManifestation"),
        ],
        "RelationManifestation" => vec![],
        "Inline" => vec![("model", "String!"), ("column", "String!")],
        "LinkTable" => vec![("table", "String!")],
        "UpdateSecrets" if version.since(1, 8, 0) => vec![("message", "String!")],
        _ => return None,
    };
    let step = of == "MigrationStep" || STEPS.contains(&of);
    if step {
        fields.push(("type", "String!"));
    }
    let late = version.since(1, 34, 0);
    fields.retain(|(field, _)| match (of, *field) {
        ("Info", "primaryConnector") => version.since(1, 13, 0),
        ("Query", "clusterInfo") => !late,
        ("Query", "serverInfo") => version.since(1, 8, 0),
        ("Query", "generateProjectToken") => version.since(1, 2, 0),
        ("DeployPayload", "warnings") => version.since(1, 4, 1),
        ("DeployPayload", "steps") => version.since(1, 25, 0),
        ("CreateRelation" | "UpdateRelation", "before" | "after") => version.since(1, 27, 0),
        _ => true,
    });
    Some(fields)
}

const STEPS: [&str; 13] = [
    "CreateModel",
    "DeleteModel",
    "UpdateModel",
    "CreateEnum",
    "DeleteEnum",
    "UpdateEnum",
    "CreateField",
    "DeleteField",
    "UpdateField",
    "CreateRelation",
    "UpdateRelation",
    "DeleteRelation",
    "UpdateSecrets",
];

/// What a version has against a query.
pub fn validate(version: Version, of: &str, selections: &[Selection], problems: &mut Vec<String>) {
    let mut seen = BTreeMap::new();
    check(version, of, selections, problems, &mut seen);
}

fn check(
    version: Version,
    of: &str,
    selections: &[Selection],
    problems: &mut Vec<String>,
    seen: &mut BTreeMap<String, &'static str>,
) {
    let Some(known) = fields(version, of) else {
        problems.push(format!("Unknown type '{of}'."));
        return;
    };
    for selection in selections {
        let (alias, name, args, inner) = match selection {
            Selection::On(narrower, inner) => {
                check(version, narrower, inner, problems, seen);
                continue;
            }
            Selection::Field {
                alias,
                name,
                args,
                selections,
            } => (alias, name, args, selections),
        };
        if name == "__typename" {
            continue;
        }
        let Some((_, found)) = known.iter().find(|(field, _)| field == name) else {
            let of = if of == "Query" { "Mutation" } else { of };
            problems.push(format!(
                "Cannot query field '{name}' on type '{of}'. (line 1, column 1):"
            ));
            continue;
        };
        // The same name in the answer must mean the same type, whatever the step.
        if seen
            .insert(alias.clone(), found)
            .is_some_and(|before| before != *found)
        {
            problems.push(format!(
                "Field '{alias}' conflict because they return conflicting types."
            ));
        }
        if let Some(super::language::Argument::Object(input)) = args.get("input") {
            let type_name = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
            for field in input
                .keys()
                .filter(|field| !input_fields(version, name).contains(&field.as_str()))
            {
                problems.push(format!(
                    "Argument 'input' expected type '{type_name}!' but got: {{…}}. Reason: Field '{field}' is not defined in the input type '{type_name}'."
                ));
            }
        }
        let scalar = found.starts_with('[')
            || ["String", "Int", "Boolean", "DateTime"].contains(&found.trim_end_matches('!'));
        match (scalar, inner.is_empty()) {
            (false, true) => problems.push(format!(
                "Field '{name}' of type '{found}' must have a sub selection."
            )),
            (true, false) => problems.push(format!(
                "Field '{name}' of type '{found}' must not have a sub selection."
            )),
            (true, true) => {}
            (false, false) => validate(version, found, inner, problems),
        }
    }
}

fn input_fields(version: Version, mutation: &str) -> Vec<&'static str> {
    let mut fields = vec!["clientMutationId", "name", "stage"];
    match mutation {
        "addProject" => fields.push("secrets"),
        "deploy" => {
            fields.extend(["types", "dryRun", "secrets", "subscriptions"]);
            if version.since(1, 4, 1) {
                fields.push("force");
            }
            if version.since(1, 34, 0) {
                fields.push("noMigration");
            }
        }
        _ => {}
    }
    fields
}

/// Picks what was selected out of a complete value; lists are gone through.
pub fn pick(value: &Value, selections: &[Selection]) -> Value {
    match value {
        Value::Array(list) => list.iter().map(|item| pick(item, selections)).collect(),
        Value::Object(object) if !selections.is_empty() => {
            let mut picked = Map::new();
            pick_into(object, selections, &mut picked);
            Value::Object(picked)
        }
        other => other.clone(),
    }
}

fn pick_into(
    object: &Map<String, Value>,
    selections: &[Selection],
    picked: &mut Map<String, Value>,
) {
    for selection in selections {
        match selection {
            Selection::Field {
                alias,
                name,
                selections,
                ..
            } => {
                let name = if name == "__typename" { "type" } else { name };
                let value = object.get(name).unwrap_or(&Value::Null);
                picked.insert(alias.clone(), pick(value, selections));
            }
            Selection::On(of, inner) => {
                if object.get("type").and_then(Value::as_str) == Some(of) {
                    pick_into(object, inner, picked);
                }
            }
        }
    }
}
