//! What servers answered on databases that were in a state which no recording of requests can bring
//! about: for one, a migration that hangs for ever.

use super::recording::{Exchange, Recording, Scenario};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What `a second deployment` and `a dry run` asked for.
const DEPLOY: &str = "mutation { deploy { errors { type field description } \
                      warnings { type field description } \
                      migration { revision status applied } } }";

impl Recording {
    /// The recording `name` with a scenario `state/MOMENT` for each moment of
    /// `tests/recordings/states/STATE-NAME.json`. Its first exchange is the deployment that led there.
    pub fn with_state(state: &str, name: &str) -> Recording {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/states");
        let text = fs::read_to_string(folder.join(format!("{state}-{name}.json")));
        let file: Value = serde_json::from_str(&text.expect("a state")).expect("JSON");
        let mut recording = Recording::load(name);
        for (moment, asked) in file["moments"].as_object().expect("moments") {
            let deployment = deployment(&file["answer to the deployment"], &file["deployed"]);
            let mut exchanges: Vec<Exchange> = deployment.into_iter().collect();
            exchanges.extend(asked.as_array().into_iter().flatten().map(exchange));
            recording.scenarios.push(Scenario {
                name: format!("state/{moment}"),
                exchanges,
            });
        }
        recording.name_fields();
        recording
    }
}

fn deployment(answer: &Value, types: &Value) -> Option<Exchange> {
    let variables = json!({"name": "blog", "stage": "dev", "types": types});
    answer
        .is_object()
        .then(|| post("<query:deploy>", variables, answer))
}

/// A deployment without `types` is the answer to any.
fn exchange(asked: &Value) -> Exchange {
    match asked["query"].as_str() {
        Some(query) => post(query, asked["variables"].clone(), &asked["answer"]),
        None => post(DEPLOY, asked["deploy"].clone(), &asked["answer"]),
    }
}

fn post(query: &str, variables: Value, answer: &Value) -> Exchange {
    Exchange {
        sent: Value::Null,
        method: "POST".to_owned(),
        path: String::new(),
        query: query.to_owned(),
        field: String::new(),
        variables,
        authorization: None,
        // No answer came.
        status: if answer["failed"].is_string() { 0 } else { 200 },
        body: answer.clone(),
    }
}
