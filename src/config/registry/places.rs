//! Where the keys of a registry stand, for messages: only made when there is one to write.

use crate::yaml::read::Position;
use crate::yaml::tree::{self, Map, Pair};
use std::cell::OnceCell;
use std::collections::HashMap;

/// A key, and how many of the same name stand before it in the same mapping.
pub(super) type Step<'k> = (&'k str, usize);

/// The places of one text.
pub(super) struct Places<'t> {
    text: &'t str,
    root: Option<Map>,
    /// The first cluster of each name by its place in the file: there may be thousands.
    clusters: HashMap<String, usize>,
    lines: Vec<usize>,
}

impl<'t> Places<'t> {
    /// Finds the places of a text that is YAML.
    pub(super) fn new(text: &'t str) -> Self {
        let root = tree::root(text);
        let mut clusters = HashMap::new();
        for (at, pair) in named(root.as_ref(), "clusters").iter().enumerate() {
            clusters.entry(pair.key.clone()).or_insert(at);
        }
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Places {
            text,
            root,
            clusters,
            lines: std::iter::once(0).chain(breaks).collect(),
        }
    }

    /// Where a key stands; where the closest key above it stands when it is not there by itself.
    pub(super) fn find(&self, path: &[Step<'_>]) -> Position {
        let mut map = self.root.as_ref();
        let mut at = Position { line: 1, column: 1 };
        for (depth, (key, before)) in path.iter().enumerate() {
            let pairs = map.map_or(&[][..], |map| &map.pairs);
            let known = match path {
                [("clusters", 0), ..] if depth == 1 && *before == 0 => self.clusters.get(*key),
                _ => None,
            };
            let pair = match known {
                Some(at) => pairs.get(*at),
                None => pairs.iter().filter(|pair| pair.key == *key).nth(*before),
            };
            let Some(pair) = pair else { return at };
            at = self.position(pair.start);
            map = pair.inner.as_ref();
        }
        at
    }

    fn position(&self, offset: usize) -> Position {
        let line = self.lines.partition_point(|start| *start <= offset);
        let start = self.lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let lead = self.text.get(start..offset).unwrap_or_default();
        let column = 1 + lead.chars().filter(|c| *c != '\u{feff}').count();
        Position { line, column }
    }
}

/// The places of a text, found when the first one is asked for.
pub(super) struct LazyPlaces<'t> {
    text: &'t str,
    places: OnceCell<Places<'t>>,
}

impl<'t> LazyPlaces<'t> {
    /// The places of a text that is YAML.
    pub(super) fn new(text: &'t str) -> Self {
        let places = OnceCell::new();
        LazyPlaces { text, places }
    }

    /// See [`Places::find`].
    pub(super) fn find(&self, path: &[Step<'_>]) -> Position {
        let places = self.places.get_or_init(|| Places::new(self.text));
        places.find(path)
    }
}

/// The pairs below a top-level key.
fn named<'m>(root: Option<&'m Map>, key: &str) -> &'m [Pair] {
    let pairs = root.map_or(&[][..], |map| &map.pairs);
    let pair = pairs.iter().find(|pair| pair.key == key);
    pair.and_then(|pair| pair.inner.as_ref())
        .map_or(&[], |map| &map.pairs)
}
