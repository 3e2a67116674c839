//! What changes from one datamodel to another, and what is refused of one. Only types with plain fields: a test that needs
//! relations, enums or defaults plans the steps itself, or plays a recording.

use super::Version;
use serde_json::{Value, json};

/// Names of fields with their types, and whether they are unique, in the order of the text.
type Fields = Vec<(String, String, bool)>;

const SCALARS: [&str; 7] = [
    "ID", "String", "Int", "Float", "Boolean", "DateTime", "Json",
];

/// In the order of the text.
fn models(types: &str) -> Vec<(String, Fields)> {
    let mut models: Vec<(String, Fields)> = Vec::new();
    let mut within = false;
    for line in lines(types).lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("type ") {
            let name = rest.split([' ', '{']).next().unwrap_or_default().to_owned();
            models.push((name, Fields::new()));
            within = true;
        } else if line.starts_with('}') {
            within = false;
        } else if let (true, Some((field, rest))) = (within, line.split_once(':')) {
            let (of_type, directives) = rest.split_once('@').unwrap_or((rest, ""));
            let of_type = of_type.trim().to_owned();
            let bare = of_type.trim_matches(['[', ']', '!']);
            assert!(
                SCALARS.contains(&bare) && !directives.contains("default"),
                "plan the steps of `{line}`"
            );
            let unique = bare == "ID"
                || format!("@{directives}")
                    .split_whitespace()
                    .any(|one| one == "@id");
            let (_, fields) = models.last_mut().expect("within a type");
            fields.push((field.trim().to_owned(), of_type, unique));
        }
    }
    models
}

/// Each brace ends its line.
fn lines(types: &str) -> String {
    types.replace('{', "{\n").replace('}', "\n}\n")
}

/// The types of a datamodel that 1.31 and later refuse.
pub fn without_id(types: &str) -> Vec<Value> {
    let text = lines(types);
    let mut refused = Vec::new();
    let mut within = None;
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("type ") {
            within = rest.split([' ', '{']).next();
        } else if line.split_whitespace().any(|word| word == "@id") {
            within = None;
        } else if let (true, Some(name)) = (line == "}", within) {
            let text = format!(
                "One field of the type `{name}` must be marked as the id field with the `@id` directive."
            );
            refused.push(json!({"type": name, "field": null, "description": text}));
            within = None;
        }
    }
    refused
}

pub fn infer(before: &str, after: &str, version: Version) -> Vec<Value> {
    let late = version.since(1, 31, 0);
    let (before, after) = (models(before), models(after));
    let mut steps = Vec::new();
    for (model, fields) in &before {
        let Some(left) = fields_of(&after, model) else {
            continue;
        };
        let is_kept = |field: &(String, String, bool)| left.contains(field) || !has(left, &field.0);
        assert!(
            fields.iter().all(is_kept),
            "plan the steps of what changes within `{model}`"
        );
        let gone = fields.iter().filter(|(name, ..)| !has(left, name));
        steps.extend(
            gone.map(|(name, ..)| json!({"type": "DeleteField", "model": model, "name": name})),
        );
    }
    let is_gone = |model: &str| fields_of(&after, model).is_none();
    let gone = before.iter().filter(|(model, _)| is_gone(model));
    steps.extend(gone.map(|(model, _)| json!({"type": "DeleteModel", "name": model})));
    for (model, fields) in after.iter().filter(|_| late) {
        if fields_of(&before, model).is_some_and(|known| known != fields) {
            steps.push(
                json!({"type": "UpdateModel", "name": model, "newName": model, "isEmbedded": null}),
            );
        }
    }
    let is_new = |model: &str| fields_of(&before, model).is_none();
    let new = after.iter().filter(|(model, _)| is_new(model));
    steps.extend(new.map(|(model, _)| json!({"type": "CreateModel", "name": model})));
    for (model, fields) in &after {
        let known = fields_of(&before, model);
        let shown = fields
            .iter()
            .filter(|(name, ..)| known.is_none_or(|known| !has(known, name)));
        steps.extend(
            shown.map(|(name, of_type, unique)| created(model, name, of_type, *unique, late)),
        );
        let hidden = [
            ("id", "ID!", true),
            ("updatedAt", "DateTime!", false),
            ("createdAt", "DateTime!", false),
        ];
        let hidden = hidden
            .iter()
            .filter(|(name, ..)| known.is_none() && !late && !has(fields, name));
        steps.extend(
            hidden.map(|(name, of_type, unique)| created(model, name, of_type, *unique, late)),
        );
    }
    steps
}

fn fields_of<'a>(models: &'a [(String, Fields)], name: &str) -> Option<&'a Fields> {
    models
        .iter()
        .find(|(model, _)| model == name)
        .map(|(_, fields)| fields)
}

fn has(fields: &Fields, name: &str) -> bool {
    fields.iter().any(|(field, ..)| field == name)
}

fn created(model: &str, name: &str, of_type: &str, unique: bool, late: bool) -> Value {
    let bare = of_type.trim_matches(['[', ']', '!']);
    let is_list = of_type.starts_with('[');
    json!({
        "type": "CreateField", "model": model, "name": name, "relation": null, "enum": null,
        "typeName": if bare == "ID" && !late { "GraphQLID" } else { bare },
        "isRequired": of_type.ends_with('!') && !is_list, "isList": is_list, "unique": unique,
        "default": late.then_some("None"),
    })
}
