//! The byte ranges of all keys and values in the text.
//!
//! The parser is lenient: only use this for texts known to be YAML.

use super::position::{Lines, Position};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use yaml_edit::{Mapping, MappingEntry, YamlFile, YamlNode};

/// One step of the path to a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list, counted from zero.
    Item(usize),
}

impl Step {
    pub fn key(key: impl Into<String>) -> Step {
        Step::Key(key.into())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Key(key) => f.write_str(key),
            Step::Item(at) => at.fmt(f),
        }
    }
}

/// A mapping or a list as written in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    pub is_list: bool,
    /// From bracket to bracket, if it is written `{…}` or `[…]`.
    pub flow: Option<Range<usize>>,
    /// Its pairs or items in file order.
    pub entries: Vec<Entry>,
    index: OnceCell<HashMap<Step, usize>>,
}

/// A pair of a mapping or an item of a list as written in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its key without quotes, or its number.
    pub step: Step,
    /// Its start: the key, its `?`, or the value of an item.
    pub start: usize,
    /// The value without anchor, comment and following blank lines; empty, after the colon, when
    /// there is none.
    pub value: Range<usize>,
    /// The content of the value, if it is a collection.
    pub inner: Option<Collection>,
}

impl Entry {
    /// The content of the value, if it is a mapping.
    pub fn map(&self) -> Option<&Collection> {
        self.inner.as_ref().filter(|inner| !inner.is_list)
    }
}

impl Collection {
    pub(super) fn map(flow: Option<Range<usize>>, entries: Vec<Entry>) -> Collection {
        Collection {
            is_list: false,
            flow,
            entries,
            index: OnceCell::new(),
        }
    }

    /// The index of a key; the last one of duplicates, which is the one that readers keep.
    pub fn find_last(&self, key: &str) -> Option<usize> {
        let is_key = |entry: &Entry| matches!(&entry.step, Step::Key(name) if name == key);
        self.entries.iter().rposition(is_key)
    }

    /// The first entry of that name or number. Indexed, as there may be thousands to look up.
    fn find(&self, step: &Step) -> Option<&Entry> {
        let index = self.index.get_or_init(|| {
            let mut index = HashMap::new();
            for (at, entry) in self.entries.iter().enumerate() {
                index.entry(entry.step.clone()).or_insert(at);
            }
            index
        });
        self.entries.get(*index.get(step)?)
    }
}

/// The root mapping of the text; `None` if there is none, as in an empty file.
pub fn root(text: &str) -> Option<Collection> {
    let file: YamlFile = text.parse().ok()?;
    Some(mapping(text, &file.document()?.as_mapping()?))
}

fn mapping(text: &str, mapping: &Mapping) -> Collection {
    let entries = mapping.entries().filter_map(|entry| pair(text, &entry));
    let flow = mapping.is_flow_style().then(|| range(mapping.byte_range()));
    Collection::map(flow, entries.collect())
}

/// A pair; `None` for one whose key is a collection or an alias.
fn pair(text: &str, entry: &MappingEntry) -> Option<Entry> {
    let key = entry.key_node()?;
    let step = Step::Key(key.as_scalar()?.as_string());
    let start = range(entry.byte_range()).start;
    let value = entry.value_node();
    let written = value.as_ref().map(|value| range(value.byte_range()));
    if let (Some(value), false) = (value, written.is_none_or(|range| range.is_empty())) {
        return Some(valued(text, step, start, &value));
    }
    // Nothing there: the place is after the colon, wherever the parser puts it.
    let key_end = range(key.byte_range()).end;
    let after = text.get(key_end..)?;
    let space = after.len() - after.trim_start().len();
    let colon = usize::from(after[space..].starts_with(':'));
    let at = key_end + (space + 1) * colon;
    Some(Entry {
        step,
        start,
        value: at..at,
        inner: None,
    })
}

fn valued(text: &str, step: Step, start: usize, value: &YamlNode) -> Entry {
    let place = range(value.byte_range());
    let inner = if let Some(found) = value.as_mapping() {
        Some(mapping(text, found))
    } else {
        value.as_sequence().map(|list| {
            let item = |(at, item): (usize, YamlNode)| {
                let start = range(item.byte_range()).start;
                valued(text, Step::Item(at), start, &item)
            };
            let flow = list.is_flow_style().then(|| place.clone());
            let items = list.values().enumerate().map(item).collect();
            Collection {
                is_list: true,
                ..Collection::map(flow, items)
            }
        })
    };
    let end = match &inner {
        Some(Collection {
            flow: Some(span), ..
        }) => span.end,
        Some(inner) => inner
            .entries
            .last()
            .map_or(place.end, |last| last.value.end),
        None => content_end(text, &place),
    };
    Entry {
        step,
        start,
        value: place.start..end,
        inner,
    }
}

/// The end of a value without the blank lines that only separate it from what follows.
fn content_end(text: &str, value: &Range<usize>) -> usize {
    let Some(written) = text.get(value.clone()) else {
        return value.end;
    };
    let bare = written.trim_end();
    if !bare.starts_with(['|', '>']) {
        return value.start + bare.len();
    }
    // In a block, spaces at the end of a line are text, and with `+` blank lines are too.
    let header = bare.lines().next().unwrap_or_default();
    let lines = if header.contains('+') {
        written.strip_suffix('\n').unwrap_or(written)
    } else {
        let rest = &written[bare.len()..];
        &written[..bare.len() + rest.find('\n').unwrap_or(rest.len())]
    };
    value.start + lines.strip_suffix('\r').unwrap_or(lines).len()
}

fn range(position: yaml_edit::TextPosition) -> Range<usize> {
    let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    offset(position.start)..offset(position.end)
}

/// The positions of the keys and values, found on demand.
#[derive(Debug, Clone)]
pub struct Places<'t> {
    text: &'t str,
    found: OnceCell<(Option<Collection>, Lines)>,
}

impl<'t> Places<'t> {
    pub fn of(text: &'t str) -> Places<'t> {
        let found = OnceCell::new();
        Places { text, found }
    }

    fn found(&self) -> &(Option<Collection>, Lines) {
        let find = || (root(self.text), Lines::of(self.text));
        self.found.get_or_init(find)
    }

    fn position(&self, offset: usize) -> Position {
        self.found().1.position(self.text, offset)
    }

    /// The position of the key or item at the end of `path`; that of the closest parent if it is not
    /// written there itself, for example because of an alias.
    pub fn key(&self, path: &[Step]) -> Position {
        let closest = self.closest(path).0;
        closest.map_or(Position::START, |entry| self.position(entry.start))
    }

    /// All positions of the key at the end of `path`: several if it is duplicated.
    pub fn keys(&self, path: &[Step]) -> Vec<Position> {
        let Some((last, parents)) = path.split_last() else {
            return vec![Position::START];
        };
        let map = match self.closest(parents) {
            (None, true) => self.found().0.as_ref(),
            (Some(parent), true) => parent.inner.as_ref(),
            (_, false) => None,
        };
        let entries = map.map_or(&[][..], |map| &map.entries);
        let named = entries.iter().filter(|entry| entry.step == *last);
        named.map(|entry| self.position(entry.start)).collect()
    }

    /// The start of the value at the end of `path`; that of the key or the closest parent if it is not
    /// written there itself.
    pub fn value(&self, path: &[Step]) -> Position {
        match self.closest(path) {
            (Some(entry), true) if !entry.value.is_empty() => self.position(entry.value.start),
            _ => self.key(path),
        }
    }

    /// The scalar at the end of `path` as written, including quotes and before it is parsed. `None` for
    /// collections, aliases, tagged and missing values.
    pub fn scalar(&self, path: &[Step]) -> Option<&'t str> {
        let (Some(entry), true) = self.closest(path) else {
            return None;
        };
        let written = self.text.get(entry.value.clone())?;
        let is_scalar = entry.inner.is_none() && !written.starts_with(['*', '!', '&']);
        (is_scalar && !written.is_empty()).then_some(written)
    }

    /// The positions of the `count` occurrences of `needle` in the string at the end of `path`; all at
    /// the start of the value if escapes hide one.
    pub fn inside(&self, path: &[Step], needle: &str, count: usize) -> Vec<Position> {
        if let (Some(entry), true) = self.closest(path)
            && let Some(written) = self.text.get(entry.value.clone())
            && written.matches(needle).count() == count
        {
            // From one to the next: counting each column from its line's start would take too long.
            let mut at = self.value(path);
            let mut from = 0;
            let positions = written.match_indices(needle).map(|(offset, _)| {
                let between = &written[from..offset];
                from = offset;
                match between.rfind('\n') {
                    Some(newline) => {
                        at.line += between.matches('\n').count();
                        at.column = 1 + between[newline + 1..].chars().count();
                    }
                    None => at.column += between.chars().count(),
                }
                at
            });
            return positions.collect();
        }
        vec![self.value(path); count]
    }

    /// The entry at the end of `path`, or the last one on the way (`None` for the file itself), and
    /// whether it is the end.
    fn closest(&self, path: &[Step]) -> (Option<&Entry>, bool) {
        let mut map = self.found().0.as_ref();
        let mut closest = None;
        for step in path {
            let Some(entry) = map.and_then(|map| map.find(step)) else {
                return (closest, false);
            };
            (closest, map) = (Some(entry), entry.inner.as_ref());
        }
        (closest, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(steps: &[&str]) -> Vec<Step> {
        let step = |step: &&str| match step.parse() {
            Ok(at) => Step::Item(at),
            Err(_) => Step::key(*step),
        };
        steps.iter().map(step).collect()
    }

    #[test]
    fn every_value_is_found_without_what_surrounds_it() {
        let text = "c:\n  a:\n    host: &h 'x' # c\n    s: |\n      b\n      # no\n\n  # d\n  d: *h\n  e:\n";
        let root = root(text).expect("a mapping");
        let inner = root.entries[0].inner.as_ref().expect("a mapping");
        let a = inner.entries[0].inner.as_ref().expect("a mapping");
        assert_eq!(&text[a.entries[0].value.clone()], "'x'");
        assert!(text[..a.entries[1].value.end].ends_with("# no"));
        assert_eq!(inner.entries[0].value.end, a.entries[1].value.end);
        assert_eq!(&text[inner.entries[1].value.clone()], "*h");
        assert!(inner.entries[2].value.is_empty());
        assert!(text[..inner.entries[2].value.end].ends_with("e:"));
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
        let found: Vec<_> = hits.iter().map(Position::to_string).collect();
        assert_eq!(found, ["4:10", "4:15"]);
        let hidden = places.inside(&path(&["e"]), "${", 2);
        assert_eq!(hidden[1].to_string(), "8:4");
        assert_eq!(key(&["h", "g"]), "10:1");
        assert_eq!(value(&["f", "g"]), "9:11");
        assert_eq!(value(&["i"]), "11:1");
        assert_eq!(key(&["nope"]), "1:1");
        let duplicates = Places::of("a: {b: 1, b: 2}\n");
        assert_eq!(duplicates.keys(&path(&["a", "b"]))[1].to_string(), "1:11");
        assert_eq!(duplicates.keys(&path(&["a", "c"])), []);
    }

    #[test]
    fn scalars_are_given_as_they_are_written() {
        let text = "a: 1.10 # one\nb: &x 'q'\nc: *x\nd: !!str 0123\ne: {f: \"g\"}\nh:\n  i: |\n    j\nk:\n";
        let places = Places::of(text);
        let written = |steps: &[&str]| places.scalar(&path(steps));
        assert_eq!(written(&["a"]), Some("1.10"));
        assert_eq!(written(&["b"]), Some("'q'"));
        assert_eq!(written(&["e", "f"]), Some("\"g\""));
        assert!(written(&["h", "i"]).expect("a block").starts_with('|'));
        for nothing in [&["c"][..], &["d"], &["e"], &["e", "g"], &["z"]] {
            assert_eq!(written(nothing), None, "{nothing:?}");
        }
    }
}
