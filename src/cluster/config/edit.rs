//! Changing a `cluster.yml` that people may have edited.

use super::{FILE, parse};
use crate::cluster::{Cluster, path};
use crate::error::{Failure, Kind, Result};
use crate::yaml::patch::{self, New};
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
    // Only a block can be read by people, but not everywhere can a block be.
    for many_lines in [New::Block, New::Text] {
        let edited = changes
            .iter()
            .try_fold(text.to_owned(), |text, (path, value)| {
                let new = match value {
                    Field::Text(text) if text.contains('\n') => many_lines(text),
                    Field::Text(text) => New::Text(text),
                    Field::Number(number) => New::Number(*number),
                    Field::Absent => New::Absent,
                };
                patch::set(&text, path, new)
            });
        if let Some(edited) = edited {
            let read = parse(&old.name, Path::new(FILE), &edited);
            if read.is_ok_and(|cluster| fields(&cluster) == wanted) {
                return Ok(edited);
            }
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
