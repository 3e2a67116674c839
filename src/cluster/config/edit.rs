//! Changing a `cluster.yml` that people may have edited.

use super::{FILE, parse};
use crate::cluster::{Cluster, path};
use crate::error::{Failure, Kind, Result};
use crate::yaml::edit::{self, Change, New};
use std::path::Path;

/// `text` with just those keys changed in which `new` differs from `old`: comments, order, the spelling
/// of everything else and edits made since `old` was read stay.
///
/// # Errors
///
/// [`Kind::ConfigInvalid`] when `text` is invalid already, or has a form in which the change cannot be
/// made without touching more; then it is to be made by hand.
pub fn edit(text: &str, old: &Cluster, new: &Cluster) -> Result<String> {
    let mut wanted = fields(&parse(&old.name, Path::new(FILE), text)?);
    let mut changes = Vec::new();
    for (at, (before, after)) in fields(old).into_iter().zip(fields(new)).enumerate() {
        if before != after {
            changes.push(after.clone());
            wanted[at] = after;
        }
    }
    let edits: Vec<Change> = changes
        .iter()
        .map(|(path, field)| field.change(path))
        .collect();
    let edited = edit::apply(text, &edits);
    if let Ok(edited) = edited {
        // A text that is YAML and says what it should need not be a configuration yet.
        let read = parse(&old.name, Path::new(FILE), &edited);
        if read.is_ok_and(|cluster| fields(&cluster) == wanted) {
            return Ok(edited);
        }
    }
    let keys: Vec<String> = changes.iter().map(|(path, _)| path.join(".")).collect();
    Err(Failure::new(
        Kind::ConfigInvalid,
        format!(
            "could not change `{}` in {FILE} and leave the rest as it is",
            keys.join("`, `")
        ),
    )
    .hint("change it by hand, then run the command again"))
}

/// What stands at a key.
#[derive(Clone, PartialEq, Eq)]
enum Field {
    Text(String),
    Number(u16),
    Absent,
}

impl Field {
    /// The edit that puts this at `path`. Texts are quoted: `1.10` is no number.
    fn change(&self, path: &[&str]) -> Change {
        let path = path.iter().map(|key| (*key).to_owned()).collect();
        match self {
            Field::Text(text) => Change::Set(path, New::Escaped(text.clone())),
            Field::Number(number) => Change::Set(path, New::Number(*number)),
            Field::Absent => Change::Remove(path),
        }
    }
}

/// A cluster as its keys and their values, all of them, in the order of the file.
fn fields(cluster: &Cluster) -> Vec<(&'static [&'static str], Field)> {
    let text = |value: &str| Field::Text(value.to_owned());
    let optional = |value: Option<String>| value.map_or(Field::Absent, Field::Text);
    let Cluster {
        name: _,
        version,
        port,
        bind,
        database,
        schema_manager_secret,
        cluster_secret,
    } = cluster;
    vec![
        (path::VERSION, text(version.tag())),
        (path::PORT, Field::Number(*port)),
        (
            path::BIND,
            optional(bind.map(|address| address.to_string())),
        ),
        (path::CONNECTOR, text(&database.connector.to_string())),
        (path::DATABASE_PORT, Field::Number(database.host_port)),
        (path::USER, text(&database.user)),
        (path::PASSWORD, text(&database.password)),
        (path::SCHEMA, text(&database.schema)),
        (path::SCHEMA_MANAGER_SECRET, text(schema_manager_secret)),
        (path::CLUSTER_SECRET, optional(cluster_secret.clone())),
    ]
}
