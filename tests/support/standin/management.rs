//! Queries and mutations of the management API.

use super::inference::{infer, without_id};
use super::language::{self, Selection};
use super::project::{Migration, Plan, Project};
use super::{State, Version, auth, shape};
use serde_json::{Value, json};

type Refused = (i64, String);

const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

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
            json!({"errors": [{"message": without_query(state.version), "requestId": state.request_id()}]}),
        );
    };
    let selections = match language::parse(query) {
        Ok(selections) => selections,
        Err(why) if state.version.since(1, 34, 0) => {
            let id = state.request_id();
            return (500, json!({"errors": [{"message": why, "requestId": id}]}));
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

/// What a server says of a body that is an object without a query.
fn without_query(version: Version) -> &'static str {
    if version.since(1, 34, 0) {
        language::NOTHING
    } else {
        "key not found: query"
    }
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
    let is_read_as_default = field != "addProject" && state.version.since(1, 6, 0);
    let text = |key: &str| match given[key].as_str().unwrap_or_default() {
        "" if is_read_as_default && given[key].is_string() => "default".to_owned(),
        text => text.to_owned(),
    };
    let (name, stage) = (text("name"), text("stage"));
    // Names are those of databases, in which MySQL sees no difference of case.
    let same = |key: &&(String, String)| {
        key.0.eq_ignore_ascii_case(&name) && key.1.eq_ignore_ascii_case(&stage)
    };
    let key = state.projects.keys().find(same).cloned();
    let key = key.unwrap_or_else(|| (name.clone(), stage.clone()));
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
    let mutation = |payload: Value| {
        let mut payload = payload;
        payload["clientMutationId"] = given["clientMutationId"].clone();
        payload
    };
    let described = json!({"name": key.0, "stage": key.1});
    match field {
        "clusterInfo" | "serverInfo" => {
            return Ok(
                json!({"version": state.reported, "commit": COMMIT, "primaryConnector": "mysql"}),
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
            // MySQL takes no longer name of a database. 1.34 leaves such a service half made.
            if name.len() + stage.len() + 1 > 64 {
                assert!(
                    !state.version.since(1, 31, 0),
                    "not known here: play a recording"
                );
                return Err(crash(state));
            }
            state
                .projects
                .insert(key, Project::new(texts(&given["secrets"])));
            return Ok(mutation(json!({"project": described})));
        }
        "deleteProject" => {
            allow()?;
            let gone = state.projects.remove(&key);
            gone.ok_or_else(|| {
                if state.version.since(1, 8, 0) {
                    unknown()
                } else {
                    invalid_service(&name)
                }
            })?;
            return Ok(mutation(json!({"project": described})));
        }
        "listMigrations" if !state.projects.contains_key(&key) => {
            allow()?;
            return Ok(json!([]));
        }
        // The service is looked up before the token is checked.
        "deploy" => {
            known(state)?;
            allow()?;
            return deploy(state, &key, given).map(mutation);
        }
        _ => {
            allow()?;
            known(state)?;
        }
    }
    let project = state.projects.get_mut(&key).ok_or_else(unknown)?;
    let id = format!("{}@{}", key.0, key.1);
    Ok(match field {
        "migrationStatus" => project.status(&id),
        "listMigrations" => project
            .migrations
            .iter()
            .rev()
            .map(|migration| migration.value(&id))
            .collect(),
        "generateProjectToken" if project.secrets.is_empty() => json!(""),
        "generateProjectToken" => json!("a.b.c"),
        _ => described,
    })
}

fn deploy(state: &mut State, key: &(String, String), given: &Value) -> Result<Value, Refused> {
    let version = state.version;
    let types = given["types"].as_str().unwrap_or_default().to_owned();
    let id = format!("{}@{}", key.0, key.1);
    if types.trim().is_empty() {
        return Err((3017, language::NOTHING.to_owned()));
    }
    let first = types.split_whitespace().next().unwrap_or_default();
    if !["type", "enum"].contains(&first) && !first.starts_with('#') {
        return Err((3017, language::nonsense(&types)));
    }
    let planned = state.plans.pop_front();
    let project = state.projects.get_mut(key).expect("looked up");
    let secrets = texts(&given["secrets"]);
    let functions = given["subscriptions"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    if !version.since(1, 2, 0) && !functions.is_empty() && !project.secrets.is_empty() {
        return Err(crash(state));
    }
    let plan = planned.unwrap_or_default();
    let mut steps = plan
        .steps
        .clone()
        .unwrap_or_else(|| infer(&project.types, &types, version));
    let dummy = if version.since(1, 34, 0) {
        json!(null)
    } else {
        Migration::new(0, Vec::new(), String::new(), Plan::default()).value(&id)
    };
    let payload = |errors: &[Value], warnings: &[Value], migration: Value, steps: &[Value]| {
        Ok(json!({"errors": errors, "warnings": warnings, "migration": migration, "steps": steps}))
    };
    let mut errors = plan.errors.clone();
    if errors.is_empty() && version.since(1, 31, 0) {
        errors = without_id(&types);
    }
    if !errors.is_empty() {
        return payload(&errors, &[], json!(null), &[]);
    }
    if version.since(1, 4, 1) && !plan.warnings.is_empty() && given["force"] != json!(true) {
        return payload(&[], &plan.warnings, dummy, &steps);
    }
    let shown = steps.clone();
    if secrets != project.secrets && version.since(1, 4, 0) {
        steps.push(json!({"type": "UpdateSecrets", "message": "Secrets have been updated."}));
    }
    if given["dryRun"] == json!(true) {
        return payload(&[], &plan.warnings, json!(null), &shown);
    }
    project.secrets = secrets;
    if steps.is_empty() && functions.is_empty() {
        return payload(&[], &plan.warnings, json!(null), &[]);
    }
    if project.open().is_some() {
        let code = if version.since(1, 8, 0) { 4008 } else { 4004 };
        return Err((code, "You can not deploy to a service stage while there is a deployment in progress or a pending deployment scheduled already. Please try again after the deployment finished.".to_owned()));
    }
    let migration = Migration::new(project.migrations.len() + 1, steps, types, plan.clone());
    let value = migration.value(&id);
    project.migrations.push(migration);
    // `UpdateSecrets` is a step of the migration only.
    payload(&[], &plan.warnings, value, &shown)
}

/// An error without a code.
fn crash(state: &State) -> Refused {
    let owner = if state.version.since(1, 8, 0) {
        "server"
    } else {
        "cluster"
    };
    let id = state.request_id();
    let text = format!(
        "Whoops. Looks like an internal server error. Search your {owner} logs for request ID: {id}"
    );
    (0, text)
}

fn check_names(state: &State, name: &str, stage: &str) -> Result<(), Refused> {
    let fine = |text: &str, most: usize, also: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && text.len() <= most
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || also.contains(c))
    };
    if !fine(name, 140, "-_~") {
        return Err(invalid_service(name));
    }
    if !fine(stage, 30, "-_") {
        return Err((
            4002,
            format!("{stage} is not a valid name for a service stage. {NAME_RULE}"),
        ));
    }
    let reserved = |text| {
        let names = ["cluster", "management", "export", "import"];
        state.version.since(1, 8, 0) && names.contains(&text)
    };
    if reserved(name) {
        let text = format!("Service name {name} is reserved. Please choose a different name.");
        return Err((4006, text));
    }
    if reserved(stage) {
        let text = format!("Stage name {stage} is reserved. Please choose a different stage name.");
        return Err((4007, text));
    }
    Ok(())
}

/// For services and stages alike, and not true of services.
const NAME_RULE: &str = "It must start with a letter and may contain up to 30 letters, numbers, underscores and hyphens.";

fn invalid_service(name: &str) -> Refused {
    let text = format!("{name} is not a valid name for a service name. {NAME_RULE}");
    (4001, text)
}

fn texts(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}
