//! The same edits for large files in the common shape, without parsing all of them.
//!
//! Both texts are scanned: everything except the changed entry must be the same bytes, and the entry
//! itself goes through the parser. Unusual files are left to the general method.

use super::super::fast_path;
use super::super::node::Node;
use super::super::places::{Collection, Entry, Step};
use super::{Change, expect, plan, same, spliced};

/// Makes changes that all concern one entry of one top-level mapping; `None` for other changes.
pub(super) fn apply(text: &str, changes: &[Change]) -> Option<String> {
    let [top, name] = changes.first()?.path().get(..2)? else {
        return None;
    };
    let inner: Option<Vec<Change>> = changes.iter().map(|c| c.below(top, name)).collect();
    let root = fast_path::root(text)?;
    let before = entries(&root, top)?;
    if before
        .entries
        .iter()
        .filter(|pair| pair.step == Step::key(name))
        .count()
        > 1
    {
        return None;
    }
    let old = parsed(text, before, name)?;
    let mut expected = old.clone();
    for change in inner? {
        expect(&mut expected, &change).ok()?;
    }
    if same(&expected, &old) {
        return Some(text.to_owned());
    }
    let mut splices = Vec::new();
    for change in changes {
        plan(text, Some(&root), change, &mut splices).ok()?;
    }
    let edited = spliced(text, splices).ok()?;
    let root_after = fast_path::root(&edited)?;
    let after = entries(&root_after, top)?;
    let untouched = others(text, &root, top).eq(others(&edited, &root_after, top))
        && others(text, before, name).eq(others(&edited, after, name));
    (untouched && same(&parsed(&edited, after, name)?, &expected)).then_some(edited)
}

/// The mapping below a top-level key that occurs once.
fn entries<'m>(root: &'m Collection, top: &str) -> Option<&'m Collection> {
    let mut named = root
        .entries
        .iter()
        .filter(|pair| pair.step == Step::key(top));
    let pair = named.next()?;
    if named.next().is_some() {
        return None;
    }
    pair.inner.as_ref()
}

/// All pairs but one, as their text.
fn others<'t>(text: &'t str, map: &'t Collection, but: &'t str) -> impl Iterator<Item = &'t str> {
    let pairs = map
        .entries
        .iter()
        .filter(move |pair| pair.step != Step::key(but));
    pairs.map(move |pair| &text[pair.start..pair.value.end])
}

/// A mapping of the one pair, or an empty one, as the parser reads it.
fn parsed(text: &str, map: &Collection, name: &str) -> Option<Node> {
    match map.find_last(name).and_then(|at| map.entries.get(at)) {
        Some(pair) => Node::parse(lines_of(text, pair)?).ok(),
        None => Some(Node::Map(Vec::new())),
    }
}

/// The text of a pair with the indentation of its first line.
fn lines_of<'t>(text: &'t str, pair: &Entry) -> Option<&'t str> {
    let line = text.get(..pair.start)?.rfind('\n').map_or(0, |n| n + 1);
    text.get(line..pair.value.end)
}
