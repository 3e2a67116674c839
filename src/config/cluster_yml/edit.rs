//! Changes a `cluster.yml` that the user may have edited.

use super::{FILE, parse};
use crate::cluster::{Cluster, Key, KeyValue};
use crate::error::{Failure, Kind, Result};
use crate::yaml::edit::{self, Change, New};
use std::path::Path;

/// `text` with only those keys changed in which `new` differs from `old`: comments, order, the spelling
/// of everything else and edits made since `old` was read are kept.
///
/// # Errors
///
/// [`Kind::ConfigInvalid`] if `text` is invalid, or has a form in which the change would touch more
/// than its own lines; then the user has to make the change.
pub fn edit(text: &str, old: &Cluster, new: &Cluster) -> Result<String> {
    let mut wanted = parse(&old.name, Path::new(FILE), text)?.values();
    let mut changes = Vec::new();
    for (at, (before, after)) in old.values().into_iter().zip(new.values()).enumerate() {
        if before.1 != after.1 {
            changes.push(after.clone());
            wanted[at] = after;
        }
    }
    let failure = could_not(&changes);
    for _ in 0..2 {
        let edits: Vec<Change> = changes.iter().map(edit_of).collect();
        let Ok(edited) = edit::apply(text, &edits) else {
            break;
        };
        // Text that is YAML with the right values may still not be a valid configuration.
        let Ok(read) = parse(&old.name, Path::new(FILE), &edited) else {
            break;
        };
        let read = read.values().into_iter();
        // Values left to the defaults of the other edition have to be written now.
        let lost = read.zip(&wanted).filter(|(is, wanted)| is.1 != wanted.1);
        let lost: Vec<_> = lost.map(|(_, wanted)| wanted.clone()).collect();
        if lost.is_empty() {
            return Ok(edited);
        }
        changes.extend(lost);
    }
    Err(failure)
}

fn could_not(changes: &[(&Key, KeyValue)]) -> Failure {
    let keys: Vec<String> = changes.iter().map(|(key, _)| key.path.join(".")).collect();
    Failure::new(
        Kind::ConfigInvalid,
        format!(
            "could not change `{}` in {FILE} without changing anything else",
            keys.join("`, `")
        ),
    )
    .hint("change it by hand, then run the command again")
}

/// The edit that writes a value. Strings are quoted: `1.10` is not a number.
fn edit_of((key, value): &(&Key, KeyValue)) -> Change {
    let path = key.path.iter().map(|key| (*key).to_owned()).collect();
    match value {
        KeyValue::Text(text) => Change::Set(path, New::Escaped(text.clone())),
        KeyValue::Word(text) => Change::Set(path, New::Bare(text.clone())),
        KeyValue::Flag(flag) => Change::Set(path, New::Flag(*flag)),
        KeyValue::Number(number) => Change::Set(path, New::Number(*number)),
        KeyValue::Absent => Change::Remove(path),
    }
}
