//! Where every value of a text stands, those inside lists included.

use super::read::Position;
use super::tree::position;
use std::ops::Range;
use yaml_edit::{MappingEntry, YamlFile, YamlNode};

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list, counted from zero.
    Item(usize),
}

/// The places of a text's values.
#[derive(Debug, Clone)]
pub struct Places {
    text: String,
    root: Place,
}

/// A value as it stands in a text.
#[derive(Debug, Clone)]
struct Place {
    /// Where its key begins; the value itself where it has none.
    start: usize,
    /// The value; empty where nothing is written.
    value: Range<usize>,
    inner: Vec<(Step, Place)>,
}

impl Places {
    /// Finds them. Only ask about a text that is known to be YAML: the parser behind it is lenient.
    pub fn of(text: &str) -> Places {
        let file: Option<YamlFile> = text.parse().ok();
        let document = file.and_then(|file| file.document());
        let mut root = Place::nowhere();
        if let Some(mapping) = document.as_ref().and_then(|d| d.as_mapping()) {
            root.inner = mapping.entries().filter_map(|e| entry(&e)).collect();
        }
        Places {
            text: text.to_owned(),
            root,
        }
    }

    /// Where the key at the end of `path` stands, or the item; the closest parent's place when it is
    /// not written there itself, as with what comes from an alias.
    pub fn key(&self, path: &[Step]) -> Position {
        position(&self.text, self.nearest(path).0.start)
    }

    /// Where the key at the end of `path` stands the last time, when it is there more than once.
    pub fn last_key(&self, path: &[Step]) -> Position {
        let again = path.split_last().and_then(|(last, parents)| {
            let (parent, true) = self.nearest(parents) else {
                return None;
            };
            parent.inner.iter().rfind(|(step, _)| step == last)
        });
        match again {
            Some((_, place)) => position(&self.text, place.start),
            None => self.key(path),
        }
    }

    /// Where the value at the end of `path` begins; the key's place, or the closest parent's, when it
    /// is not written there itself.
    pub fn value(&self, path: &[Step]) -> Position {
        match self.nearest(path) {
            (place, true) if !place.value.is_empty() => position(&self.text, place.value.start),
            (place, _) => position(&self.text, place.start),
        }
    }

    /// Where the occurrences of `needle` in the text at the end of `path` stand, which has `count` of
    /// them; all at the value's place when escapes hide one.
    pub fn inside(&self, path: &[Step], needle: &str, count: usize) -> Vec<Position> {
        let mut at = self.value(path);
        if let (place, true) = self.nearest(path)
            && let Some(written) = self.text.get(place.value.clone())
            && written.matches(needle).count() == count
        {
            // From one to the next: each from the file's start would take too long.
            let mut from = 0;
            let mut occurrence = |(offset, _)| {
                let between = &written[from..offset];
                from = offset;
                at = match between.rfind('\n') {
                    Some(newline) => Position {
                        line: at.line + between.matches('\n').count(),
                        column: 1 + between[newline + 1..].chars().count(),
                    },
                    None => Position {
                        line: at.line,
                        column: at.column + between.chars().count(),
                    },
                };
                at
            };
            return written.match_indices(needle).map(&mut occurrence).collect();
        }
        vec![at; count]
    }

    /// The place at the end of `path`, or the last one on the way, and whether it is the end.
    fn nearest(&self, path: &[Step]) -> (&Place, bool) {
        let mut place = &self.root;
        for step in path {
            match place.inner.iter().find(|(s, _)| s == step) {
                Some((_, inner)) => place = inner,
                None => return (place, false),
            }
        }
        (place, true)
    }
}

impl Place {
    fn nowhere() -> Place {
        Place {
            start: 0,
            value: 0..0,
            inner: Vec::new(),
        }
    }
}

fn entry(entry: &MappingEntry) -> Option<(Step, Place)> {
    let key = entry.key_node()?;
    let start = range(&key).start;
    let place = match entry.value_node() {
        Some(value) => Place {
            start,
            ..place(&value)
        },
        None => Place {
            start,
            ..Place::nowhere()
        },
    };
    Some((Step::Key(key.as_scalar()?.as_string()), place))
}

fn place(node: &YamlNode) -> Place {
    let value = range(node);
    let inner = if let Some(mapping) = node.as_mapping() {
        mapping.entries().filter_map(|e| entry(&e)).collect()
    } else if let Some(list) = node.as_sequence() {
        let items = list.values().enumerate();
        items
            .map(|(at, item)| (Step::Item(at), place(&item)))
            .collect()
    } else {
        Vec::new()
    };
    Place {
        start: value.start,
        value,
        inner,
    }
}

fn range(node: &YamlNode) -> Range<usize> {
    let place = node.byte_range();
    let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    offset(place.start)..offset(place.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: &[&str]) -> Vec<Step> {
        let step = |step: &&str| match step.parse() {
            Ok(at) => Step::Item(at),
            Err(_) => Step::Key((*step).to_owned()),
        };
        steps.iter().map(step).collect()
    }

    #[test]
    fn keys_values_and_items_are_found() {
        let text = "\u{feff}a: 1\r\nb:\r\n  - x\r\n  - c: ü ${q} ${r}\r\n    d: [y, 'z']\r\n  -\r\n  - w\r\ne: \"\\x24{a} ${b}\"\r\nf: &f {g: 1}\r\nh: *f\r\ni:\r\n";
        let places = Places::of(text);
        let key = |steps: &[&str]| places.key(&path(steps)).to_string();
        let value = |steps: &[&str]| places.value(&path(steps)).to_string();
        assert_eq!((key(&["a"]), value(&["a"])), ("1:1".into(), "1:4".into()));
        assert_eq!(value(&["b", "0"]), "3:5");
        assert_eq!(key(&["b", "1", "c"]), "4:5");
        assert_eq!(value(&["b", "1", "d", "1"]), "5:12");
        assert_eq!(value(&["b", "3"]), "7:5");
        let hits = places.inside(&path(&["b", "1", "c"]), "${", 2);
        let told: Vec<_> = hits.iter().map(Position::to_string).collect();
        assert_eq!(told, ["4:10", "4:15"]);
        let hidden = places.inside(&path(&["e"]), "${", 2);
        assert_eq!(hidden[1].to_string(), "8:4");
        assert_eq!(key(&["h", "g"]), "10:1");
        assert_eq!(value(&["f", "g"]), "9:11");
        assert_eq!(value(&["i"]), "11:1");
        assert_eq!(key(&["nope"]), "1:1");
        let twice = Places::of("a: {b: 1, b: 2}\n");
        assert_eq!(twice.last_key(&path(&["a", "b"])).to_string(), "1:11");
        assert_eq!(twice.last_key(&path(&["a", "c"])).to_string(), "1:1");
    }
}
