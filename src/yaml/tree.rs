//! Where everything stands: mappings with the byte ranges of their keys and values.

use super::read::Position;
use std::ops::Range;
use yaml_edit::{Mapping, MappingEntry, YamlFile, YamlNode};

/// A mapping as it stands in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Map {
    /// From brace to brace, when it is written `{…}`.
    pub flow: Option<Range<usize>>,
    /// Its pairs in file order.
    pub pairs: Vec<Pair>,
}

/// A key and its value as they stand in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key, without its quotes.
    pub key: String,
    /// Where the pair begins: the key, or its `?`.
    pub start: usize,
    /// The value without anchor, comment and blank lines behind it; empty, behind the colon, when
    /// there is none.
    pub value: Range<usize>,
    /// The value's own pairs, when it is a mapping.
    pub inner: Option<Map>,
}

impl Map {
    /// The place of a key; the last one when it is there twice, as that is the one readers keep.
    pub fn find(&self, key: &str) -> Option<usize> {
        self.pairs.iter().rposition(|pair| pair.key == key)
    }
}

/// The outermost mapping of a text; `None` when there is none, as in an empty file.
///
/// The parser behind it is lenient: only ask about texts that are known to be YAML.
pub fn root(text: &str) -> Option<Map> {
    let file: YamlFile = text.parse().ok()?;
    let mapping = file.document()?.as_mapping()?;
    map(text, &mapping)
}

/// The line and column of a byte offset.
pub fn position(text: &str, offset: usize) -> Position {
    let before = text.get(..offset).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let mark = '\u{feff}';
    Position {
        line: 1 + before.matches('\n').count(),
        column: 1 + before[line_start..].chars().filter(|c| *c != mark).count(),
    }
}

fn map(text: &str, mapping: &Mapping) -> Option<Map> {
    let pairs: Option<Vec<Pair>> = mapping.entries().map(|entry| pair(text, &entry)).collect();
    Some(Map {
        flow: mapping.is_flow_style().then(|| range(mapping.byte_range())),
        pairs: pairs?,
    })
}

fn pair(text: &str, entry: &MappingEntry) -> Option<Pair> {
    let key = entry.key_node()?;
    let key_range = range(key.byte_range());
    let value = entry.value_node();
    let mut place = value.as_ref().map_or(0..0, |v| range(v.byte_range()));
    if place.is_empty() {
        // Nothing there: the place is behind the colon, wherever the parser puts it.
        let behind = text.get(key_range.end..)?;
        let blank = behind.len() - behind.trim_start().len();
        let colon = usize::from(behind[blank..].starts_with(':'));
        let at = key_range.end + (blank + 1) * colon;
        place = at..at;
    }
    let inner = match value.as_ref().and_then(YamlNode::as_mapping) {
        Some(mapping) => Some(map(text, mapping)?),
        None => None,
    };
    let end = match &inner {
        Some(Map {
            flow: Some(span), ..
        }) => span.end,
        Some(inner) => inner.pairs.last().map_or(place.end, |last| last.value.end),
        None => content_end(text, &place),
    };
    place.end = end;
    Some(Pair {
        key: key.as_scalar()?.as_string(),
        start: range(entry.byte_range()).start,
        value: place,
        inner,
    })
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
    let keeps = bare
        .lines()
        .next()
        .is_some_and(|header| header.contains('+'));
    let lines = if keeps {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_found_without_what_surrounds_it() {
        let text = "c:\n  a:\n    host: &h 'x' # c\n    s: |\n      b\n      # no\n\n  # d\n  d: *h\n  e:\n";
        let root = root(text).expect("a mapping");
        let inner = root.pairs[0].inner.as_ref().expect("a mapping");
        let a = inner.pairs[0].inner.as_ref().expect("a mapping");
        assert_eq!(&text[a.pairs[0].value.clone()], "'x'");
        assert!(text[..a.pairs[1].value.end].ends_with("# no"));
        assert_eq!(inner.pairs[0].value.end, a.pairs[1].value.end);
        assert_eq!(&text[inner.pairs[1].value.clone()], "*h");
        assert!(inner.pairs[2].value.is_empty());
        assert!(text[..inner.pairs[2].value.end].ends_with("e:"));
        assert_eq!(position(text, inner.pairs[1].start).to_string(), "9:3");
    }
}
