//! A service's data as a `.zip` file, in the form that `prisma export` of the npm CLIs writes.
//!
//! It has the folders `nodes`, `lists` and `relations` with numbered JSON files. Each file is
//! `{"valueType": FOLDER, "values": […]}`, which is also how the server imports them, in this order.

use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::server::types::Types;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use zip::ZipArchive;

/// The folders, in the order in which they are imported.
const FOLDERS: [&str; 3] = ["nodes", "lists", "relations"];

/// Fields that servers with the old datamodel syntax have in every type, and export.
const HIDDEN: [&str; 2] = ["createdAt", "updatedAt"];

/// The limits of a request: servers before 1.2 accept 8 MiB, and take about 25 values in a second.
const MOST_VALUES: usize = 500;
const MOST_BYTES: usize = 4 << 20;

pub struct Export {
    path: PathBuf,
    archive: ZipArchive<File>,
    /// The names of its files, in the order in which they are imported.
    names: Vec<String>,
    /// The types of a server without hidden fields.
    types: Option<Types>,
}

/// Values to import with one request.
pub struct Batch<'a> {
    /// The file they are from.
    pub file: &'a str,
    /// `nodes`, `lists` or `relations`.
    pub kind: &'a str,
    pub values: Vec<Value>,
}

impl Batch<'_> {
    /// The body of the request.
    pub fn body(&self) -> Value {
        json!({"valueType": self.kind, "values": self.values})
    }
}

#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    expecting = "an object with `valueType` and `values`"
)]
struct Content {
    value_type: String,
    values: Vec<Value>,
}

impl Export {
    /// Opens the file and checks all of it.
    pub fn open(path: &Path) -> Result<Export> {
        let file = File::open(path).map_err(|error| files::failure("read", path, error))?;
        let archive = ZipArchive::new(file).map_err(|error| unreadable(path, &error))?;
        let mut names = Vec::new();
        for folder in FOLDERS {
            let is_in = |name: &String| {
                let rest = name.strip_prefix(folder);
                rest.is_some_and(|rest| rest.starts_with('/') && rest.ends_with(".json"))
            };
            let all = archive.file_names().flatten().map(Into::into);
            let mut found: Vec<String> = all.filter(is_in).collect();
            found.sort();
            names.append(&mut found);
        }
        if names.is_empty() {
            let what = "it has no JSON files in `nodes/`, `lists/` or `relations/`";
            return Err(unreadable(path, &what)
                .hint("use a file that `prisma export` of the npm CLI has written"));
        }
        let mut export = Export {
            path: path.to_owned(),
            archive,
            names,
            types: None,
        };
        export.each(&mut |_| Ok(()))?;
        Ok(export)
    }

    /// The same for a server without hidden fields, which rejects values of fields that its types do not have.
    pub fn for_types(self, types: Option<Types>) -> Export {
        Export { types, ..self }
    }

    /// Visits all values, in the order in which they are imported.
    pub fn each(&mut self, visit: &mut dyn FnMut(&Batch<'_>) -> Result<()>) -> Result<()> {
        for name in &self.names {
            let kind = name.split('/').next().unwrap_or_default();
            let mut values = content(&self.path, &mut self.archive, name, kind)?;
            if let Some(types) = self.types.as_ref().filter(|_| kind == "nodes") {
                values.iter_mut().for_each(|node| drop_hidden(node, types));
            }
            for values in batches(values) {
                let batch = Batch {
                    file: name,
                    kind,
                    values,
                };
                visit(&batch)?;
            }
        }
        Ok(())
    }
}

/// The values of a file.
fn content(
    path: &Path,
    archive: &mut ZipArchive<File>,
    name: &str,
    kind: &str,
) -> Result<Vec<Value>> {
    let wrong = |what: &dyn std::fmt::Display| unreadable(path, &format_args!("`{name}`: {what}"));
    let mut file = archive.by_name(name).map_err(|error| wrong(&error))?;
    let mut text = String::new();
    file.read_to_string(&mut text)
        .map_err(|error| wrong(&error))?;
    let content: Content = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    if content.value_type != kind {
        return Err(wrong(&format_args!("`valueType` is not `{kind}`")));
    }
    Ok(match kind {
        "lists" => content.values.into_iter().flat_map(single_lists).collect(),
        _ => content.values,
    })
}

fn drop_hidden(node: &mut Value, types: &Types) {
    let Value::Object(fields) = node else { return };
    let name = fields.get("_typeName").and_then(Value::as_str);
    let Some(model) = types.models.iter().find(|model| name == Some(&*model.name)) else {
        return;
    };
    let has = |field: &str| model.fields.iter().any(|one| one.name == field);
    fields.retain(|field, _| !HIDDEN.contains(&&**field) || has(field));
}

/// An entry for each list in an entry: servers ignore all lists but the first.
fn single_lists(entry: Value) -> Vec<Value> {
    let Value::Object(fields) = entry else {
        return vec![entry];
    };
    let (node, lists): (Vec<_>, Vec<_>) = fields
        .into_iter()
        .partition(|(key, _)| key == "_typeName" || key == "id");
    let one = |list| {
        node.iter()
            .cloned()
            .chain([list])
            .collect::<Map<_, _>>()
            .into()
    };
    lists.into_iter().map(one).collect()
}

fn batches(values: Vec<Value>) -> Vec<Vec<Value>> {
    let mut all: Vec<Vec<Value>> = Vec::new();
    let mut bytes = 0;
    for value in values {
        let size = value.to_string().len();
        match all.last_mut() {
            Some(batch) if batch.len() < MOST_VALUES && bytes + size < MOST_BYTES => {
                batch.push(value);
                bytes += size;
            }
            _ => {
                all.push(vec![value]);
                bytes = size;
            }
        }
    }
    all
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    let message = format!("`{}` is not an export of a service: {why}", path.display());
    Failure::new(Kind::ConfigInvalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zipped(files: &[(&str, &str)]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mut writer = ZipWriter::new(file.reopen().expect("opens"));
        for (name, text) in files {
            writer
                .start_file(*name, SimpleFileOptions::default())
                .expect("begins");
            writer.write_all(text.as_bytes()).expect("writes");
        }
        writer.finish().expect("ends");
        file
    }

    fn bodies(files: &[(&str, &str)]) -> Result<Vec<Value>> {
        let mut bodies = Vec::new();
        Export::open(zipped(files).path())?.each(&mut |batch| {
            bodies.push(batch.body());
            Ok(())
        })?;
        Ok(bodies)
    }

    #[test]
    fn nodes_come_before_lists_and_lists_before_relations() {
        let file = |kind: &str, id: u32| format!(r#"{{"valueType":"{kind}","values":[{id}]}}"#);
        let all = bodies(&[
            ("relations/000001.json", &file("relations", 4)),
            ("lists/000001.json", &file("lists", 3)),
            ("nodes/000002.json", &file("nodes", 2)),
            ("nodes/000001.json", &file("nodes", 1)),
            ("state.json", "{}"),
        ]);
        let bodies = ["nodes", "nodes", "lists", "relations"].iter().zip(1..);
        let bodies: Vec<Value> = bodies
            .map(|(kind, id)| json!({"valueType": kind, "values": [id]}))
            .collect();
        assert_eq!(all, Ok(bodies));
    }

    #[test]
    fn an_entry_has_one_list_and_a_request_a_few_hundred_values() {
        let lists =
            r#"{"valueType":"lists","values":[{"_typeName":"A","id":"a","x":[1],"y":[2]}]}"#;
        let entry = |field: &str, value: u32| json!({"_typeName": "A", "id": "a", field: [value]});
        assert_eq!(
            bodies(&[("lists/1.json", lists)]),
            Ok(vec![
                json!({"valueType": "lists", "values": [entry("x", 1), entry("y", 2)]})
            ])
        );
        let nodes = json!({"valueType": "nodes", "values": (0..1001).collect::<Vec<_>>()});
        let all = bodies(&[("nodes/1.json", &nodes.to_string())]).expect("valid");
        let counts: Vec<usize> = (all.iter())
            .filter_map(|body| Some(body["values"].as_array()?.len()))
            .collect();
        assert_eq!(counts, [500, 500, 1]);
        let long = Value::String("x".repeat(3 << 20));
        let long = json!({"valueType": "nodes", "values": [long, long]});
        assert_eq!(
            bodies(&[("nodes/1.json", &long.to_string())]).map(|all| all.len()),
            Ok(2)
        );
    }

    #[test]
    fn hidden_fields_are_dropped_where_the_datamodel_does_not_have_them() {
        let node = |name: &str| json!({"_typeName": name, "id": "a", "createdAt": "2018-01-01T00:00:00.000Z", "updatedAt": "x"});
        let nodes = json!({"valueType": "nodes", "values": [node("A"), node("B")]});
        let file = zipped(&[("nodes/1.json", &nodes.to_string())]);
        let types = Types::parse(
            "type A { id: ID! @id } type B { id: ID! @id createdAt: DateTime! @createdAt }",
        );
        let values = |types: Option<Types>| {
            let mut all = Vec::new();
            let mut export = Export::open(file.path())?.for_types(types);
            export.each(&mut |batch| {
                all.extend(batch.values.clone());
                Ok(())
            })?;
            Ok::<_, Failure>(all)
        };
        let kept = json!({"_typeName": "B", "id": "a", "createdAt": "2018-01-01T00:00:00.000Z"});
        let expected = vec![json!({"_typeName": "A", "id": "a"}), kept];
        assert_eq!(values(Some(types)), Ok(expected));
        assert_eq!(values(None), Ok(vec![node("A"), node("B")]));
    }

    #[test]
    fn what_cannot_be_imported_is_rejected_with_the_file_in_it() {
        let told = |files: &[(&str, &str)]| {
            let message = bodies(files).expect_err("wrong").message().to_string();
            let (_, why) = message.split_once("export of a service: ").expect("why");
            why.to_owned()
        };
        assert_eq!(
            told(&[("a.json", "{}")]),
            "it has no JSON files in `nodes/`, `lists/` or `relations/`"
        );
        assert_eq!(
            told(&[("nodes/1.json", "1"), ("lists/1.json", "{")]),
            "`nodes/1.json`: invalid type: integer `1`, expected an object with `valueType` and `values` at line 1 column 1"
        );
        assert_eq!(
            told(&[("nodes/1.json", r#"{"valueType":"lists","values":[]}"#)]),
            "`nodes/1.json`: `valueType` is not `nodes`"
        );
        let file = tempfile::NamedTempFile::new().expect("a file");
        let failure = Export::open(file.path()).err().expect("no zip");
        assert_eq!(failure.kind, Kind::ConfigInvalid);
    }
}
