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
    let failure = could_not(&changes);
    for _ in 0..2 {
        let edits: Vec<Change> = changes.iter().map(|(path, f)| f.change(path)).collect();
        let Ok(edited) = edit::apply(text, &edits) else {
            break;
        };
        // A text that is YAML and says what it should need not be a configuration yet.
        let Ok(read) = parse(&old.name, Path::new(FILE), &edited) else {
            break;
        };
        let read = fields(&read).into_iter();
        // What was left to the documented values of another edition has to be written down now.
        let lost = read.zip(&wanted).filter(|(is, wanted)| is != *wanted);
        let lost: Vec<_> = lost.map(|(_, wanted)| wanted.clone()).collect();
        if lost.is_empty() {
            return Ok(edited);
        }
        changes.extend(lost);
    }
    Err(failure)
}

fn could_not(changes: &[(&'static [&'static str], Field)]) -> Failure {
    let keys: Vec<String> = changes.iter().map(|(path, _)| path.join(".")).collect();
    Failure::new(
        Kind::ConfigInvalid,
        format!(
            "could not change `{}` in {FILE} and leave the rest as it is",
            keys.join("`, `")
        ),
    )
    .hint("change it by hand, then run the command again")
}

/// What stands at a key.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Field {
    Text(String),
    /// One of a few words, which need no quotes.
    Word(String),
    Number(u16),
    Flag(bool),
    Absent,
}

impl Field {
    fn text(value: Option<&String>) -> Field {
        value.map_or(Field::Absent, |text| Field::Text(text.clone()))
    }

    fn number(value: Option<u16>) -> Field {
        value.map_or(Field::Absent, Field::Number)
    }

    fn flag(value: Option<bool>) -> Field {
        value.map_or(Field::Absent, Field::Flag)
    }
}

impl Field {
    /// The edit that puts this at `path`. Texts are quoted: `1.10` is no number.
    fn change(&self, path: &[&str]) -> Change {
        let path = path.iter().map(|key| (*key).to_owned()).collect();
        match self {
            Field::Text(text) => Change::Set(path, New::Escaped(text.clone())),
            Field::Word(text) => Change::Set(path, New::Bare(text.clone())),
            Field::Flag(flag) => Change::Set(path, New::Flag(*flag)),
            Field::Number(number) => Change::Set(path, New::Number(*number)),
            Field::Absent => Change::Remove(path),
        }
    }
}

/// A cluster as its keys and their values, all of them, in the order of the file.
pub(super) fn fields(cluster: &Cluster) -> Vec<(&'static [&'static str], Field)> {
    let text = |value: &str| Field::Text(value.to_owned());
    let Cluster {
        name: _,
        version,
        port,
        bind,
        database,
        schema_manager_secret,
        cluster_secret,
    } = cluster;
    let bind = bind.map(|address| address.to_string());
    let connector = Field::Word(database.connector.to_string());
    let external = database.external.as_ref();
    let database_port = match external {
        Some(external) => Some(external.port),
        None => database.host_port,
    };
    let tuning = &database.tuning;
    vec![
        (path::VERSION, text(version.tag())),
        (path::PORT, Field::Number(*port)),
        (path::BIND, Field::text(bind.as_ref())),
        (path::CONNECTOR, connector),
        (path::IMAGE, Field::text(database.image.as_ref())),
        (path::HOST, Field::text(external.map(|at| &at.host))),
        (path::DATABASE_PORT, Field::number(database_port)),
        (path::USER, text(&database.user)),
        (path::PASSWORD, text(database.password.reveal())),
        (path::DATABASE_NAME, text(&database.name)),
        (path::ACTIVE, Field::flag(tuning.active)),
        (path::SCHEMA, Field::text(tuning.schema.as_ref())),
        (
            path::CONNECTION_LIMIT,
            Field::number(tuning.connection_limit),
        ),
        (path::SSL, Field::flag(tuning.ssl)),
        (path::RAW_ACCESS, Field::flag(tuning.raw_access)),
        (
            path::SCHEMA_MANAGER_SECRET,
            text(schema_manager_secret.reveal()),
        ),
        (
            path::CLUSTER_SECRET,
            cluster_secret
                .as_ref()
                .map_or(Field::Absent, |secret| text(secret.reveal())),
        ),
    ]
}
