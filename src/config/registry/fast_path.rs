//! Reads a large registry in the common shape without the parser: ten times as fast, see CONTRIBUTING.

use super::read::{Contents, Raw};
use crate::yaml::Step;
use crate::yaml::fast_path;
use crate::yaml::places::{Collection, Entry};
use std::collections::HashSet;

/// The content of a valid text in the common shape. The values of clusters other than `only` may be
/// left out, as reading them takes time.
pub(super) fn contents(text: &str, only: Option<&str>) -> Option<Contents> {
    let root = fast_path::root(text)?;
    let mut contents = Contents::default();
    for (key, entry) in distinct(&root)? {
        match (key, &entry.inner) {
            ("cloudSessionKey", _) => contents.session = value(text, entry, true)?,
            ("clusters", Some(clusters)) => {
                for (name, cluster) in distinct(clusters)? {
                    let is_wanted = only.is_none_or(|only| only == name);
                    let fields = cluster.inner.as_ref()?;
                    contents.clusters.push(raw(text, name, fields, is_wanted)?);
                }
            }
            ("clusters", None) => return None,
            _ => {}
        }
    }
    Some(contents)
}

fn raw(text: &str, name: &str, fields: &Collection, is_wanted: bool) -> Option<Raw> {
    let (mut host, mut secret) = (None, None);
    for (key, entry) in distinct(fields)? {
        match key {
            "host" => host = value(text, entry, is_wanted)?,
            "clusterSecret" => secret = value(text, entry, is_wanted)?,
            _ => {}
        }
    }
    Some(Raw {
        name: name.to_owned(),
        host: host.filter(|host| !is_wanted || !host.is_empty())?,
        secret,
    })
}

/// A string or nothing; `None` for anything else.
fn value(text: &str, entry: &Entry, is_wanted: bool) -> Option<Option<String>> {
    match &entry.inner {
        Some(_) => None,
        None if entry.value.is_empty() => Some(None),
        None if is_wanted => fast_path::text_of(text, &entry.value).map(Some),
        None => fast_path::is_text(text, &entry.value).then(|| Some(String::new())),
    }
}

/// The keys and entries of a mapping without duplicates.
fn distinct(map: &Collection) -> Option<Vec<(&str, &Entry)>> {
    let mut seen = HashSet::with_capacity(map.entries.len());
    let mut pairs = Vec::with_capacity(map.entries.len());
    for entry in &map.entries {
        let Step::Key(key) = &entry.step else {
            return None;
        };
        if !seen.insert(key) {
            return None;
        }
        pairs.push((key.as_str(), entry));
    }
    Some(pairs)
}
