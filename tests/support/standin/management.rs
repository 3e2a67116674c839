//! Queries and mutations of the management API.

use super::language::{self, Selection};
use super::project::{Migration, Plan, Project, infer};
use super::{State, auth, shape};
use serde_json::{Value, json};

type Refused = (i64, String);

const QUERIES: [&str; 7] = [
    "listProjects",
    "project",
    "migrationStatus",
    "listMigrations",
    "generateProjectToken",
    "clusterInfo",
    "serverInfo",
];

/// Status and body of the answer.
pub fn answer(state: &mut State, body: &Value, header: Option<&str>) -> (u16, Value) {
    let Some(query) = body["query"].as_str() else {
        return (
            500,
            json!({"errors": [{"message": "Whoops. Looks like an internal server error.", "requestId": state.request_id()}]}),
        );
    };
    let selections = match language::parse(query) {
        Ok(selections) => selections,
        Err(why) if state.version.since(1, 34, 0) => {
            return (500, json!({"errors": [{"message": why}]}));
        }
        Err(why) => return (400, json!({"error": why})),
    };
    let mut problems = Vec::new();
    shape::validate(state.version, "Query", &selections, &mut problems);
    if !problems.is_empty() {
        let errors: Vec<Value> = problems
            .iter()
            .map(|text| json!({"message": text, "locations": []}))
            .collect();
        return (200, json!({"data": null, "errors": errors}));
    }
    let mut data = serde_json::Map::new();
    for selection in &selections {
        let Selection::Field {
            alias,
            name,
            args,
            selections,
        } = selection
        else {
            continue;
        };
        let given = args
            .iter()
            .filter_map(|(key, value)| Some((key.clone(), value.value(&body["variables"])?)))
            .collect();
        match resolve(state, name, &Value::Object(given), header) {
            Ok(value) => _ = data.insert(alias.clone(), shape::pick(&value, selections)),
            Err((code, message)) => {
                let data = if QUERIES.contains(&name.as_str()) {
                    json!(null)
                } else {
                    json!({alias: null})
                };
                let mut error = json!({"path": [alias], "locations": [{"line": 1, "column": 1}], "requestId": state.request_id(), "message": message});
                // A crash has no code.
                if code > 0 {
                    error["code"] = json!(code);
                }
                return (200, json!({"data": data, "errors": [error]}));
            }
        }
    }
    (200, json!({"data": data}))
}

fn resolve(
    state: &mut State,
    field: &str,
    given: &Value,
    header: Option<&str>,
) -> Result<Value, Refused> {
    let given = if given["input"].is_object() {
        &given["input"]
    } else {
        given
    };
    let name = given["name"].as_str().unwrap_or_default().to_owned();
    let stage = given["stage"].as_str().unwrap_or_default().to_owned();
    let key = (name.clone(), stage.clone());
    let auth = state.auth.clone();
    let repeats = state.repeats_tokens;
    let allow = || {
        let checked = auth::check(&auth, header, &name, &stage);
        checked.map_err(|(code, why)| match header {
            Some(header) if repeats => (code, auth::repeating(header)),
            _ => (code, why),
        })
    };
    let unknown = || {
        (
            4000,
            format!("No service with name '{name}' and stage '{stage}' found"),
        )
    };
    let known = |state: &State| {
        if state.projects.contains_key(&key) {
            Ok(())
        } else {
            Err(unknown())
        }
    };
    let described = json!({"name": name, "stage": stage});
    match field {
        "clusterInfo" | "serverInfo" => {
            return Ok(
                json!({"version": state.reported, "commit": "0", "primaryConnector": "mysql"}),
            );
        }
        "listProjects" => {
            allow()?;
            return Ok(state
                .projects
                .keys()
                .map(|(name, stage)| json!({"name": name, "stage": stage}))
                .collect());
        }
        "addProject" => {
            allow()?;
            check_names(state, &name, &stage)?;
            known(state).err().ok_or_else(|| {
                (
                    4005,
                    format!("Service with name '{name}' and stage '{stage}' already exists"),
                )
            })?;
            state
                .projects
                .insert(key, Project::new(texts(&given["secrets"])));
            return Ok(json!({"project": described}));
        }
        // The service is looked up before the token is checked.
        "deploy" => {
            known(state)?;
            allow()?;
            return deploy(state, &key, given);
        }
        _ => {
            allow()?;
            known(state)?;
        }
    }
    let project = state.projects.get_mut(&key).ok_or_else(unknown)?;
    Ok(match field {
        "migrationStatus" => project.status(),
        "listMigrations" => project
            .migrations
            .iter()
            .rev()
            .map(Migration::value)
            .collect(),
        "generateProjectToken" if project.secrets.is_empty() => json!(""),
        "generateProjectToken" => json!("a.b.c"),
        _ => described,
    })
}

fn deploy(state: &mut State, key: &(String, String), given: &Value) -> Result<Value, Refused> {
    let version = state.version;
    let types = given["types"].as_str().unwrap_or_default().to_owned();
    if types.trim().is_empty() || types.contains("SYNTAX") {
        return Err((
            3017,
            "Syntax error while parsing GraphQL query. Invalid input".to_owned(),
        ));
    }
    let planned = state.plans.pop_front();
    let project = state.projects.get_mut(key).expect("looked up");
    let secrets = texts(&given["secrets"]);
    let functions = given["subscriptions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if !version.since(1, 2, 0) && !functions.is_empty() && !project.secrets.is_empty() {
        return Err((0, "Whoops. Looks like an internal server error. Search your server logs for request ID: x".to_owned()));
    }
    let plan = planned.unwrap_or_default();
    let mut steps = plan
        .steps
        .clone()
        .unwrap_or_else(|| infer(&project.types, &types));
    let dummy = if version.since(1, 34, 0) {
        json!(null)
    } else {
        Migration::new(0, Vec::new(), String::new(), Plan::default()).value()
    };
    let payload = |errors: &[Value], warnings: &[Value], migration: Value, steps: &[Value]| {
        Ok(json!({"errors": errors, "warnings": warnings, "migration": migration, "steps": steps}))
    };
    if !plan.errors.is_empty() {
        return payload(&plan.errors, &[], json!(null), &[]);
    }
    if version.since(1, 4, 1) && !plan.warnings.is_empty() && given["force"] != json!(true) {
        return payload(&[], &plan.warnings, dummy, &steps);
    }
    if secrets != project.secrets && version.since(1, 8, 0) {
        steps.push(json!({"type": "UpdateSecrets", "message": "Secrets have been updated."}));
    }
    if given["dryRun"] == json!(true) {
        return payload(&[], &plan.warnings, json!(null), &steps);
    }
    project.secrets = secrets;
    if steps.is_empty() && functions.is_empty() {
        return payload(&[], &plan.warnings, json!(null), &[]);
    }
    if project.open().is_some() {
        let code = if version.since(1, 8, 0) { 4008 } else { 4004 };
        return Err((code, "You can not deploy to a service stage while there is a deployment in progress or a pending deployment scheduled already. Please try again after the deployment finished.".to_owned()));
    }
    let migration = Migration::new(
        project.migrations.len() + 1,
        steps.clone(),
        types,
        plan.clone(),
    );
    let value = migration.value();
    project.migrations.push(migration);
    payload(&[], &plan.warnings, value, &steps)
}

fn check_names(state: &State, name: &str, stage: &str) -> Result<(), Refused> {
    let fine = |text: &str, most: usize, also: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.len() <= most
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || also.contains(c))
    };
    if state.version.since(1, 8, 0) && ["cluster", "management", "export", "import"].contains(&name)
    {
        return Err((4006, format!("The service name '{name}' is reserved.")));
    }
    if !fine(name, 140, "-_~") {
        return Err((4001, format!("'{name}' is not a valid name for a service.")));
    }
    if !fine(stage, 30, "-_") {
        return Err((
            4002,
            format!("'{stage}' is not a valid name for a service stage."),
        ));
    }
    Ok(())
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}
