//! `assets/schema` is what the types of the JSON documents say. After a change of one of them:
//! `UPDATE_DOCS=1 cargo test --lib documents`.

use super as data;
use crate::cli;
use crate::commands::deploy::{report, syntax};
use crate::commands::doctor::Findings;
use crate::envelope::{self, VERSION};
use crate::error::Kind;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema file under construction.
struct File {
    title: String,
    generator: SchemaGenerator,
    choices: Vec<Value>,
    named: Map<String, Value>,
}

impl File {
    fn new(title: impl Into<String>) -> File {
        File {
            title: title.into(),
            generator: SchemaSettings::draft2020_12()
                .for_serialize()
                .into_generator(),
            choices: Vec::new(),
            named: Map::new(),
        }
    }

    fn of<T: JsonSchema>(title: impl Into<String>) -> File {
        File::new(title).or::<T>()
    }

    /// The document may also be a `T`.
    fn or<T: JsonSchema>(mut self) -> File {
        let schema = self.generator.subschema_for::<T>();
        self.choices.push(schema.into());
        self
    }

    /// The document may also be the plan of a dry run.
    fn or_plan(mut self) -> File {
        self.choices.push(json!({"$ref": "plan.json"}));
        self
    }

    /// A definition for other files, next to the document itself.
    fn named<T: JsonSchema>(mut self, name: &str, description: &str) -> File {
        let schema = self.generator.subschema_for::<T>();
        let definition = json!({"description": description, "allOf": [schema]});
        self.named.insert(name.to_owned(), definition);
        self
    }

    fn finish(mut self) -> Value {
        let mut definitions = self.generator.take_definitions(true);
        definitions.append(&mut self.named);
        let mut schema = json!({"$schema": DRAFT, "title": self.title});
        match self.choices.as_slice() {
            [one] => schema["$ref"] = one["$ref"].clone(),
            several => schema["oneOf"] = several.into(),
        }
        schema["$defs"] = definitions.into();
        strict(&mut schema);
        schema
    }
}

/// What holds for all documents: no unknown keys, no empty strings, and an optional key is left out
/// rather than `null`.
fn strict(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(strict),
        Value::Object(pairs) => {
            if pairs.contains_key("properties") {
                pairs.insert("additionalProperties".to_owned(), false.into());
                let required = pairs["required"].clone();
                let is_required = |key: &str| {
                    required
                        .as_array()
                        .is_some_and(|all| all.contains(&key.into()))
                };
                let properties = pairs["properties"].as_object_mut().into_iter().flatten();
                for (_, property) in properties.filter(|(key, _)| !is_required(key)) {
                    not_null(property);
                }
            }
            pairs.values_mut().for_each(strict);
            let types = pairs.get("type").cloned().unwrap_or_default();
            let is_string = types == "string" || types == json!(["string", "null"]);
            let is_open = ["enum", "const", "pattern"]
                .iter()
                .all(|key| !pairs.contains_key(*key));
            match pairs.get("minLength").and_then(Value::as_u64) {
                Some(0) => drop(pairs.shift_remove("minLength")),
                None if is_string && is_open => {
                    drop(pairs.insert("minLength".to_owned(), 1.into()))
                }
                _ => {}
            }
            pairs.shift_remove("format");
        }
        _ => {}
    }
}

fn not_null(schema: &mut Value) {
    if let Some([one, Value::String(null)]) = schema["type"].as_array().map(Vec::as_slice)
        && null == "null"
    {
        schema["type"] = one.clone();
    }
    if let Some([one, _]) = schema
        .get("anyOf")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        let one = one.clone();
        let pairs = schema.as_object_mut().expect("an object");
        pairs.shift_remove("anyOf");
        pairs.insert("allOf".to_owned(), json!([one]));
    }
}

/// The schema of each command's `data`.
fn commands() -> Vec<(&'static str, File)> {
    let of = |name: &str| File::new(format!("`data` of `prisma {name}`"));
    let running = |name| of(name).or::<data::Running>().or_plan();
    let logs = |name| of(name).or::<data::Logs<'_>>().or::<data::LogCommands>();
    vec![
        ("local start", running("local start")),
        (
            "local stop",
            of("local stop").or::<data::Stopped>().or_plan(),
        ),
        ("local restart", running("local restart")),
        (
            "local upgrade",
            of("local upgrade").or::<data::Upgraded>().or_plan(),
        ),
        ("local nuke", running("local nuke")),
        ("local ps", of("local ps").or::<data::Containers<'_>>()),
        ("local logs", logs("local logs")),
        (
            "local history",
            of("local history").or::<data::History<'_>>(),
        ),
        (
            "local images save",
            of("local images save").or::<data::SavedImages>().or_plan(),
        ),
        (
            "local images load",
            of("local images load").or::<data::LoadedImages>().or_plan(),
        ),
        (
            "local eject",
            of("local eject").or::<data::Ejected<'_>>().or_plan(),
        ),
        (
            "local delete",
            of("local delete").or::<data::Deleted>().or_plan(),
        ),
        (
            "cluster list",
            of("cluster list").or::<data::Clusters<'_>>(),
        ),
        (
            "cluster add",
            of("cluster add").or::<data::Added<'_>>().or_plan(),
        ),
        (
            "cluster remove",
            of("cluster remove").or::<data::Removed<'_>>().or_plan(),
        ),
        ("cluster logs", logs("cluster logs")),
        ("init", of("init").or::<data::Initialized>().or_plan()),
        (
            "deploy",
            File::of::<report::Deployed>("`data` of `prisma deploy`, also in a dry run")
                .or::<syntax::Converted>()
                .or_plan()
                .named::<report::Failed>(
                    "failure",
                    "`data` next to the error, as far as the deployment got",
                ),
        ),
        ("generate", of("generate").or::<data::Generated>().or_plan()),
        (
            "list",
            File::of::<data::Services>(
                "`data` of `prisma list`, also next to the error if a cluster could not be asked",
            )
            .named::<data::Services>("found", "`data` next to the error"),
        ),
        ("info", of("info").or::<data::Info<'_>>()),
        ("token", of("token").or::<data::Token<'_>>()),
        (
            "doctor",
            File::of::<Findings<'_>>(
                "`data` of `prisma doctor`, also next to the error if there are problems",
            )
            .or_plan()
            .named::<Findings<'_>>("found", "`data` next to the error"),
        ),
        ("completions", of("completions").or::<data::Completions>()),
        ("version", of("version").or::<data::Version>()),
    ]
}

/// `then` where `data` belongs to the command.
fn case(command: &str, reference: &str) -> Value {
    json!({
        "if": {"properties": {"command": {"const": command}}},
        "then": {"properties": {"data": {"$ref": reference}}},
    })
}

fn file_of(command: &str) -> String {
    command.replace(' ', "-") + ".json"
}

fn envelope(commands: &[&str]) -> Value {
    let cases = commands.iter().map(|name| case(name, &file_of(name)));
    let cases: Vec<Value> = cases.collect();
    json!({
        "$schema": DRAFT,
        "title": "what `prisma … -o json` prints",
        "description": "Exactly one document on stdout. `version` grows when something is removed or changes its meaning; readers should ignore what they do not know.",
        "type": "object",
        "required": ["version", "ok", "command"],
        "properties": {"version": {"const": VERSION}, "ok": {"type": "boolean"}},
        "if": {"properties": {"ok": {"const": true}}},
        "then": {"$ref": "#/$defs/success"},
        "else": {"$ref": "#/$defs/failure"},
        "$defs": {
            "command": {"enum": commands},
            "success": {
                "type": "object",
                "properties": {
                    "version": true,
                    "ok": true,
                    "command": {"$ref": "#/$defs/command"},
                    "data": true,
                },
                "required": ["version", "ok", "command", "data"],
                "additionalProperties": false,
                "allOf": cases,
            },
            "failure": {
                "type": "object",
                "properties": {
                    "version": true,
                    "ok": true,
                    "command": {
                        "description": "`null` if the command line was not understood",
                        "oneOf": [{"type": "null"}, {"$ref": "#/$defs/command"}],
                    },
                    "error": {"$ref": "error.json"},
                    "data": true,
                },
                "required": ["version", "ok", "command", "error"],
                "additionalProperties": false,
                "dependentSchemas": {"data": {
                    "description": "only some codes and commands have it",
                    "if": {"properties": {"error": {"properties": {"code": {"const": Kind::PortInUse}}}}},
                    "then": {"properties": {"data": {"$ref": "error.json#/$defs/port"}}},
                    "else": {
                        "if": {"properties": {"data": {"$ref": "error.json#/$defs/start"}}},
                        "then": {"properties": {"error": {"properties": {"code": {
                            "enum": [Kind::ContainerFailed, Kind::NotReady],
                        }}}}},
                        "else": {
                            "properties": {"command": {"enum": ["deploy", "doctor", "list", "local logs", "cluster logs"]}},
                            "allOf": [
                                case("deploy", "deploy.json#/$defs/failure"),
                                case("doctor", "doctor.json#/$defs/found"),
                                case("list", "list.json#/$defs/found"),
                                case("local logs", "local-logs.json"),
                                case("cluster logs", "cluster-logs.json"),
                            ],
                        },
                    },
                }},
            },
        },
    })
}

/// Every file by its name.
fn files() -> BTreeMap<String, Value> {
    let commands = commands();
    let names: Vec<&str> = commands.iter().map(|(name, _)| *name).collect();
    let envelope = envelope(&names);
    let error = File::of::<envelope::Error<'_>>("why a command failed")
        .named::<data::PortInUse>(
            "port",
            "`data` next to the error `port_in_use`, if the port is known",
        )
        .named::<data::WhyNotStarted>(
            "start",
            "`data` next to the errors `container_failed` and `not_ready`, if a log shows the cause",
        )
        .named::<Kind>("code", "the stable code of an error");
    let plan = File::of::<data::Plan>("what a command would do: its `data` with `--dry-run`");
    let data = commands
        .into_iter()
        .map(|(name, file)| (file_of(name), file.finish()));
    data.chain([
        ("envelope.json".to_owned(), envelope),
        ("error.json".to_owned(), error.finish()),
        ("plan.json".to_owned(), plan.finish()),
    ])
    .collect()
}

#[test]
fn the_files_are_what_the_types_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/schema");
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let files = files();
    let existing = std::fs::read_dir(&folder).expect("the folder");
    for entry in existing.map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if update && !files.contains_key(&name) {
            std::fs::remove_file(entry.path()).expect("removes");
        } else {
            assert!(files.contains_key(&name), "{name} is left over");
        }
    }
    for (name, schema) in files {
        let text = format!("{schema:#}\n");
        let path = folder.join(&name);
        if update {
            std::fs::write(&path, text).expect("writes");
        } else {
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(
                there == text,
                "{name}: run `UPDATE_DOCS=1 cargo test --lib documents`"
            );
        }
    }
}

/// The commands that do something, with their whole names.
fn leaves(prefix: &str, command: &clap::Command, found: &mut BTreeSet<String>) {
    for inner in command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
    {
        let name = format!("{prefix} {}", inner.get_name());
        if inner.has_subcommands() {
            leaves(&name, inner, found);
        } else {
            found.insert(name.trim().to_owned());
        }
    }
}

#[test]
fn every_command_has_a_schema() {
    let mut all = BTreeSet::new();
    leaves("", &cli::definition(), &mut all);
    let known: BTreeSet<String> = commands()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    assert_eq!(known, all);
}
