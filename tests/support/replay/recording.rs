//! A recording as a list of scenarios, with all that the file keeps only once put where it belongs.
//!
//! `tests/recordings/README.md` describes the format.

use crate::support::standin::language::{self, Selection};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What one server of one version and connector answered.
#[derive(Debug, Clone)]
pub struct Recording {
    /// For example `1.8.4-mysql`.
    pub name: String,
    /// For example `1.8.4`.
    pub version: String,
    /// `/cluster` or `/management`.
    pub management: String,
    /// What its secured server has: `CLUSTER_PUBLIC_KEY` or `managementApiSecret`.
    pub secured_with: String,
    pub queries: BTreeMap<String, String>,
    pub scenarios: Vec<Scenario>,
}

#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: String,
    pub exchanges: Vec<Exchange>,
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub method: String,
    pub path: String,
    /// The body of the request.
    pub sent: Value,
    /// The GraphQL text; empty for other requests.
    pub query: String,
    /// Its first field, see [`Recording::name_fields`].
    pub field: String,
    pub variables: Value,
    /// The header, with `<token:NAME>` for a token.
    pub authorization: Option<String>,
    pub status: u64,
    pub body: Value,
}

impl Recording {
    /// Reads `tests/recordings/NAME.json`.
    pub fn load(name: &str) -> Recording {
        let mut recording = Recording::read(name);
        recording.name_fields();
        recording
    }

    /// Notes what each exchange asks for. To parse the queries at each request would take most of the
    /// time of a test.
    pub(super) fn name_fields(&mut self) {
        let queries = &self.queries;
        let mut known: BTreeMap<String, String> = BTreeMap::new();
        for exchange in self.scenarios.iter_mut().flat_map(|one| &mut one.exchanges) {
            let field = known.entry(exchange.query.clone()).or_insert_with(|| {
                let parsed = language::parse(whole_query(queries, &exchange.query));
                first(&parsed.unwrap_or_default())
                    .unwrap_or_default()
                    .to_owned()
            });
            exchange.field = field.clone();
        }
    }

    fn read(name: &str) -> Recording {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
        let text = fs::read_to_string(folder.join(format!("{name}.json"))).expect("a recording");
        let file: Value = serde_json::from_str(&text).expect("JSON");
        let base = file["like"]
            .as_str()
            .map(|like| Recording::read(like.trim_end_matches(".json")));
        let own = scenarios(&file);
        let text = |key: &str| file[key].as_str().map(str::to_owned);
        let queries = file["queries"].as_object().map(texts);
        let secured = file["servers"]["secured"].as_object();
        let secured_with = secured.and_then(|one| one.keys().next().cloned());
        let Some(base) = base else {
            return Recording {
                name: name.to_owned(),
                version: text("version").expect("a version"),
                management: text("management").expect("a path"),
                secured_with: secured_with.expect("a secret or a key"),
                queries: queries.unwrap_or_default(),
                scenarios: own,
            };
        };
        let same = file["same"].as_array().cloned().unwrap_or_default();
        let is_same = |scenario: &&Scenario| same.contains(&json!(scenario.name));
        let other_connector = !name.ends_with("mysql");
        let mut scenarios: Vec<Scenario> = base.scenarios.iter().filter(is_same).cloned().collect();
        if other_connector {
            for exchange in scenarios.iter_mut().flat_map(|one| &mut one.exchanges) {
                exchange.body = deep(&exchange.body, &separated);
            }
        }
        scenarios.extend(own);
        Recording {
            name: name.to_owned(),
            version: text("version").unwrap_or(base.version),
            management: text("management").unwrap_or(base.management),
            secured_with: secured_with.unwrap_or(base.secured_with),
            queries: queries.unwrap_or(base.queries),
            scenarios,
        }
    }

    /// Whether its secured server takes tokens signed with a private key.
    pub fn has_public_key(&self) -> bool {
        self.secured_with == "CLUSTER_PUBLIC_KEY"
    }

    pub fn scenario(&self, name: &str) -> &Scenario {
        let found = self.scenarios.iter().find(|one| one.name == name);
        found.unwrap_or_else(|| panic!("no scenario `{name}` of {}", self.version))
    }

    /// The GraphQL text that a request's `<query:NAME>` stands for.
    pub fn query<'a>(&'a self, exchange: &'a Exchange) -> &'a str {
        whole_query(&self.queries, &exchange.query)
    }
}

fn whole_query<'a>(queries: &'a BTreeMap<String, String>, query: &'a str) -> &'a str {
    let name = query.strip_prefix("<query:");
    let name = name.and_then(|rest| rest.strip_suffix('>'));
    name.and_then(|name| queries.get(name))
        .map_or(query, String::as_str)
}

/// The first field of an operation.
pub fn first(selections: &[Selection]) -> Option<&str> {
    selections.iter().find_map(|selection| match selection {
        Selection::Field { name, .. } => Some(name.as_str()),
        Selection::On(..) => None,
    })
}

fn texts(values: &Map<String, Value>) -> BTreeMap<String, String> {
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    values.iter().filter_map(text).collect()
}

fn scenarios(file: &Value) -> Vec<Scenario> {
    let scenario = |one: &Value| Scenario {
        name: one["name"].as_str().expect("a name").to_owned(),
        exchanges: (one["exchanges"].as_array().expect("exchanges").iter())
            .map(|exchange| match exchange.as_str() {
                Some(name) => self::exchange(file, &file["exchanges"][name]),
                None => self::exchange(file, exchange),
            })
            .collect(),
    };
    let all = file["scenarios"].as_array().expect("scenarios");
    all.iter().map(scenario).collect()
}

fn exchange(file: &Value, exchange: &Value) -> Exchange {
    let request = whole(&exchange["request"], &file["parts"], &Value::Null);
    let response = whole(
        &exchange["response"],
        &file["parts"],
        &file["usual objects"],
    );
    let usual = &file["usual request"];
    let text = |key: &str| {
        let value = request[key].as_str().or(usual[key].as_str());
        value.unwrap_or_default().to_owned()
    };
    let query = request["body"]["query"].as_str().unwrap_or_default();
    Exchange {
        method: text("method"),
        path: text("path"),
        query: query.to_owned(),
        sent: request["body"].clone(),
        field: String::new(),
        variables: request["body"]["variables"].clone(),
        authorization: (request["headers"]["Authorization"].as_str()).map(str::to_owned),
        status: response["status"].as_u64().unwrap_or(200),
        body: deep(&response["body"], &settled),
    }
}

/// A value with its named parts, and what is usual in objects of a kind, put in.
fn whole(value: &Value, parts: &Value, usual: &Value) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix("<part:") {
            Some(name) => whole(&parts[name.trim_end_matches('>')], parts, usual),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(|item| whole(item, parts, usual)).collect(),
        Value::Object(pairs) => {
            let kind = pairs.get("+").and_then(Value::as_str).unwrap_or_default();
            let mut object = usual[kind].as_object().cloned().unwrap_or_default();
            for (key, item) in pairs.iter().filter(|(key, _)| *key != "+") {
                object.insert(key.clone(), whole(item, parts, usual));
            }
            if object.get("steps") == Some(&json!("<those of the migration>")) {
                let steps = object["migration"]["steps"].clone();
                object.insert("steps".to_owned(), steps);
            }
            Value::Object(object)
        }
        other => other.clone(),
    }
}

/// A value with each text in it changed.
fn deep(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => change(text).into(),
        Value::Array(items) => items.iter().map(|item| deep(item, change)).collect(),
        Value::Object(pairs) => (pairs.iter())
            .map(|(key, item)| (key.clone(), deep(item, change)))
            .collect(),
        other => other.clone(),
    }
}

/// What changes from run to run, as it could have been.
fn settled(text: &str) -> String {
    if !text.contains(['<', '(']) {
        return text.to_owned();
    }
    text.replace("<time 0 Z>", "2018-05-02T10:00:00Z")
        .replace("<time or null>", "2018-05-02T10:00:01.000Z")
        .replace("<time>", "2018-05-02T10:00:00.000Z")
        .replace("<cuid>", "cjgpd2x0a000001o8a1b2c3d4")
        .replace("(conn=<number>)", "(conn=7)")
        .replace("<stack>", "\tat com.prisma.Example.run(Example.scala:1)")
}

/// The id of a service as PostgreSQL has it: `$` where MySQL has `@`.
fn separated(text: &str) -> String {
    let is_id = |text: &str| {
        let part = |text: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || "~._-%".contains(c))
        };
        text.split_once('@')
            .is_some_and(|(name, stage)| !name.is_empty() && part(name) && part(stage))
    };
    if is_id(text) {
        text.replace('@', "$")
    } else {
        text.to_owned()
    }
}
