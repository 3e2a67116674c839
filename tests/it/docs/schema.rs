//! The schema files of `assets/schema` say what the definitions say.

use super::manual::commands;
use super::{files, root};
use clap::Command;
use prisma_cli::testing::cli::definition;
use prisma_cli::testing::envelope::VERSION;
use prisma_cli::testing::error::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

fn schemas() -> BTreeMap<String, Value> {
    let files = files(&root().join("assets/schema"));
    let read = |(path, text): (&std::path::PathBuf, &String)| {
        let name = path.file_stem().expect("a name").to_string_lossy();
        let schema = serde_json::from_str(text).unwrap_or_else(|why| panic!("{name}: {why}"));
        (name.into_owned(), schema)
    };
    files.iter().map(read).collect()
}

fn words(list: &Value) -> Vec<&str> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|word| word.as_str().expect("a word"))
        .collect()
}

/// The whole names of the commands that do something.
fn names(group: &str, command: &Command) -> BTreeSet<String> {
    let inner = commands(command);
    let names = inner.into_iter().flat_map(|inner| {
        let name = format!("{group} {}", inner.get_name());
        let name = name.trim().to_owned();
        match inner.has_subcommands() {
            true => names(&name, inner),
            false => BTreeSet::from([name]),
        }
    });
    names.collect()
}

/// All files that a schema refers to.
fn references(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(pairs) => {
            let file = pairs.get("$ref").and_then(Value::as_str);
            let file = file.and_then(|file| file.split('#').next()?.strip_suffix(".json"));
            found.extend(file.map(str::to_owned));
            pairs.values().for_each(|inner| references(inner, found));
        }
        Value::Array(all) => all.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[test]
fn codes_and_version_are_those_of_the_program() {
    let schemas = schemas();
    let codes: Vec<&str> = Kind::ALL.iter().map(|kind| kind.code()).collect();
    assert_eq!(words(&schemas["error"]["$defs"]["code"]["enum"]), codes);
    let version = &schemas["envelope"]["properties"]["version"]["const"];
    assert_eq!(version.as_u64(), Some(VERSION.into()));
}

#[test]
fn every_command_has_a_schema_for_its_data() {
    let schemas = schemas();
    let envelope = &schemas["envelope"]["$defs"];
    let listed = words(&envelope["command"]["enum"]);
    let listed: BTreeSet<String> = listed.into_iter().map(str::to_owned).collect();
    assert_eq!(listed, names("", &definition()));
    let cases = envelope["success"]["allOf"].as_array().expect("cases");
    let data = |case: &Value| {
        let name = case["if"]["properties"]["command"]["const"].as_str()?;
        let file = case["then"]["properties"]["data"]["$ref"].as_str()?;
        assert_eq!(file, name.replace(' ', "-") + ".json");
        Some(name.to_owned())
    };
    let cased: BTreeSet<String> = cases.iter().filter_map(data).collect();
    assert_eq!(cased, listed, "`success` has a case for each command");
}

#[test]
fn no_file_is_missing_and_none_is_left_over() {
    let schemas = schemas();
    let mut used = BTreeSet::from(["envelope".to_owned()]);
    for (name, schema) in &schemas {
        references(schema, &mut used);
        let draft = "https://json-schema.org/draft/2020-12/schema";
        assert_eq!(schema["$schema"], draft, "{name}");
    }
    let there: BTreeSet<String> = schemas.into_keys().collect();
    assert_eq!(there, used);
}
