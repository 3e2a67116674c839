//! Where things are in a datamodel: found once, then looked up.

use super::scan;
use std::collections::HashMap;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Index {
    /// The positions of line breaks.
    breaks: Vec<usize>,
    /// Where types and enums are defined, by name, and their fields or values.
    types: HashMap<String, Type>,
    /// Where the names of relations are first used.
    relations: HashMap<String, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Type {
    places: Vec<usize>,
    members: HashMap<String, Vec<usize>>,
}

impl Index {
    pub(super) fn of(text: &str) -> Index {
        let mut types: HashMap<String, Type> = HashMap::new();
        for definition in scan::definitions(text) {
            let found = types.entry(definition.name.to_owned()).or_default();
            found.places.push(definition.at);
            for (name, at) in definition.members {
                found.members.entry(name.to_owned()).or_default().push(at);
            }
        }
        Index {
            breaks: text.match_indices('\n').map(|(at, _)| at).collect(),
            types,
            relations: relations(text),
        }
    }

    /// The line of a position, counted from one.
    pub(super) fn line(&self, at: usize) -> usize {
        1 + self.breaks.partition_point(|end| *end < at)
    }

    /// The places of a type, or of its members of a name.
    pub(super) fn places(&self, type_name: &str, member: Option<&str>) -> &[usize] {
        let Some(found) = self.types.get(type_name) else {
            return &[];
        };
        match member {
            None => &found.places,
            Some(member) => found.members.get(member).map_or(&[], Vec::as_slice),
        }
    }

    pub(super) fn relation(&self, name: &str) -> Option<usize> {
        self.relations.get(name).copied()
    }
}

/// The strings in `@relation(…)`.
fn relations(text: &str) -> HashMap<String, usize> {
    const START: &str = "@relation(";
    let mut found = HashMap::new();
    for (start, _) in text.match_indices(START) {
        let mut at = start + START.len();
        while let Some(next) = text[at..].find(['"', ')', '@']) {
            at += next;
            if !text[at..].starts_with('"') {
                break;
            }
            let Some(length) = text[at + 1..].find('"') else {
                break;
            };
            let name = &text[at + 1..at + 1 + length];
            found.entry(name.to_owned()).or_insert(at);
            at += length + 2;
        }
    }
    found
}
