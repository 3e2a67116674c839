//! Edits parts of the text and nothing else.
//!
//! The places come from the parsed tree, the new text is spliced into the old one, and the result is
//! parsed again and compared with the expected value. So comments, order, quoting, anchors, line ends
//! and everything unknown are kept byte for byte, and an edit that cannot be made that way (an alias
//! elsewhere refers to the value, say) is refused.

mod block;
mod expected;
mod fast_path;
mod flow;
mod quote;
#[cfg(test)]
mod tests;

use super::node::Node;
use super::places::{self, Collection, Entry};
use super::position::YamlError;
use expected::{expect, same};
use std::fmt;
use std::ops::Range;

use super::write::double_quoted;
pub use quote::single_quoted;

#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Sets the key at the end of the path; creates missing mappings on the way.
    Set(Vec<String>, New),
    /// Removes the key at the end of the path, with the lines it occupies.
    Remove(Vec<String>),
}

/// A value to write. It may be a secret, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub enum New {
    /// A string in single quotes, as users write addresses and names; in double quotes if necessary.
    Text(String),
    /// A string in double quotes with escapes.
    Escaped(String),
    /// A string without quotes if it is unambiguous, else in single quotes.
    Bare(String),
    Number(u16),
    Flag(bool),
    Map(Vec<(String, New)>),
}

impl fmt::Debug for New {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            New::Map(_) => "a mapping",
            New::Number(_) => "a number",
            New::Flag(_) => "a boolean",
            _ => "a string",
        })
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Set(path, new) => write!(f, "set {} to {new:?}", path.join(" > ")),
            Change::Remove(path) => write!(f, "remove {}", path.join(" > ")),
        }
    }
}

impl Change {
    fn path(&self) -> &[String] {
        match self {
            Change::Set(path, _) | Change::Remove(path) => path,
        }
    }

    /// The change with a path that begins at `name`, when it is about `top` > `name`.
    fn below(&self, top: &str, name: &str) -> Option<Change> {
        let [first, rest @ ..] = self.path() else {
            return None;
        };
        if first != top || rest.first().is_none_or(|second| second != name) {
            return None;
        }
        Some(match self {
            Change::Set(_, new) => Change::Set(rest.to_vec(), new.clone()),
            Change::Remove(_) => Change::Remove(rest.to_vec()),
        })
    }
}

/// Why the text was not changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is not YAML.
    Broken(YamlError),
    /// The edit would touch something else; holds the reason.
    Impossible(String),
}

/// From this size on, texts in the common shape are not parsed as a whole, which would take too long.
pub const LARGE: usize = 64 * 1024;

/// Makes the changes at once. The new text has exactly the content of the old one apart from them.
pub fn apply(text: &str, changes: &[Change]) -> Result<String, Refused> {
    if text.len() >= LARGE
        && let Some(edited) = apply_quickly(text, changes)
    {
        return Ok(edited);
    }
    apply_thoroughly(text, changes)
}

/// [`apply`] for large files; `None` if the text is not in the common shape.
pub fn apply_quickly(text: &str, changes: &[Change]) -> Option<String> {
    fast_path::apply(text, changes)
}

/// [`apply`] for files of any shape and moderate size.
pub fn apply_thoroughly(text: &str, changes: &[Change]) -> Result<String, Refused> {
    // One after the other: two insertions at the same place would collide.
    let unchanged = text.to_owned();
    changes
        .iter()
        .try_fold(unchanged, |text, change| make(&text, change))
}

/// Makes one change and checks that nothing else changed.
fn make(text: &str, change: &Change) -> Result<String, Refused> {
    let before = Node::parse(text).map_err(Refused::Broken)?;
    let mut expected = before.clone();
    expect(&mut expected, change)?;
    if expected == before {
        return Ok(text.to_owned());
    }
    let root = places::root(text);
    let mut splices = Vec::new();
    plan(text, root.as_ref(), change, &mut splices)?;
    let edited = spliced(text, splices)?;
    match Node::parse(&edited) {
        Ok(after) if same(&after, &expected) => Ok(edited),
        Ok(_) => Err(impossible(
            "an anchor, an alias or a merge key ties it to other lines",
        )),
        Err(error) => Err(impossible(format!(
            "the result would not be YAML: {}",
            error.message
        ))),
    }
}

/// Text range to replace; an empty range is an insertion.
#[derive(Clone, PartialEq, Eq)]
struct Splice {
    range: Range<usize>,
    with: String,
}

fn impossible(reason: impl Into<String>) -> Refused {
    Refused::Impossible(reason.into())
}

/// Finds the splices for one change.
fn plan(
    text: &str,
    root: Option<&Collection>,
    change: &Change,
    splices: &mut Vec<Splice>,
) -> Result<(), Refused> {
    let path = change.path();
    let Some(mut map) = root else {
        if let Change::Set(path, new) = change {
            splices.push(block::begin(text, path, new));
        }
        return Ok(());
    };
    let mut parent = None;
    for (depth, key) in path.iter().enumerate() {
        let Some(at) = map.find_last(key) else {
            if let Change::Set(_, new) = change {
                splices.extend(add(text, parent, map, &path[depth..], new)?);
            }
            return Ok(());
        };
        let Some(pair) = map.entries.get(at) else {
            return Ok(());
        };
        if depth + 1 == path.len() {
            splices.push(match (change, &map.flow) {
                (Change::Remove(_), Some(span)) => flow::remove(text, map, span, at),
                (Change::Remove(_), None) => block::remove(text, map, at)?,
                (Change::Set(_, new), _) => replace(text, pair, new)?,
            });
            return Ok(());
        }
        match pair.map() {
            Some(inner) => (map, parent) = (inner, Some((map, pair))),
            None => {
                if let Change::Set(_, new) = change {
                    splices.extend(fill(text, map, pair, &path[depth + 1..], new)?);
                }
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Adds a pair to a mapping without that key.
fn add(
    text: &str,
    parent: Option<(&Collection, &Entry)>,
    map: &Collection,
    path: &[String],
    new: &New,
) -> Result<Vec<Splice>, Refused> {
    let splice = match (parent, &map.flow) {
        // `key: {}` inside a block mapping: new lines are better than a long one.
        (Some((outer, pair)), Some(_)) if map.entries.is_empty() && outer.flow.is_none() => {
            return fill(text, outer, pair, path, new);
        }
        (_, Some(span)) => flow::insert(text, map, span, path, new),
        (_, None) => block::insert(text, parent.map(|(_, pair)| pair), map, path, new)?,
    };
    Ok(vec![splice])
}

/// Adds the first pair to an empty value (null, `{}`, `[]`).
fn fill(
    text: &str,
    map: &Collection,
    pair: &Entry,
    path: &[String],
    new: &New,
) -> Result<Vec<Splice>, Refused> {
    let written = &text[pair.value.clone()];
    if written.starts_with(['*', '!', '|', '>']) {
        return Err(impossible(format!(
            "the value of `{}` is an alias or has a tag",
            pair.step
        )));
    }
    if map.flow.is_some() {
        let space = if written.is_empty() { " " } else { "" };
        let with = format!("{space}{{{}}}", flow::pair(path, new, false));
        return Ok(vec![Splice {
            range: pair.value.clone(),
            with,
        }]);
    }
    let mut splices = Vec::new();
    if !written.is_empty() {
        let before = text[..pair.value.start].trim_end_matches([' ', '\t']).len();
        splices.push(Splice {
            range: before..pair.value.end,
            with: String::new(),
        });
    }
    splices.push(block::insert_below(text, pair, path, new)?);
    Ok(splices)
}

/// Replaces a value, keeping its quotes where possible.
fn replace(text: &str, pair: &Entry, new: &New) -> Result<Splice, Refused> {
    let old = &text[pair.value.clone()];
    if pair.inner.is_some() {
        return Err(impossible(format!(
            "the value of `{}` is a collection",
            pair.step
        )));
    }
    let with = match new {
        New::Map(_) => {
            return Err(impossible(format!("`{}` already exists", pair.step)));
        }
        New::Text(value) | New::Bare(value) if old.starts_with('"') => double_quoted(value),
        New::Bare(value) if old.starts_with('\'') => single_quoted(value),
        new => quote::scalar(new),
    };
    let space = if text[..pair.value.start].ends_with(':') {
        " "
    } else {
        ""
    };
    Ok(Splice {
        range: pair.value.clone(),
        with: format!("{space}{with}"),
    })
}

/// Applies the splices. They were all found in the same text, so they must not overlap.
fn spliced(text: &str, mut splices: Vec<Splice>) -> Result<String, Refused> {
    splices.sort_by_key(|splice| (splice.range.start, splice.range.end));
    let grown: usize = splices.iter().map(|splice| splice.with.len()).sum();
    let mut edited = String::with_capacity(text.len() + grown);
    let mut at = 0;
    for splice in splices {
        let Some(kept) = text.get(at..splice.range.start) else {
            return Err(impossible("two changes are about the same lines"));
        };
        edited.push_str(kept);
        edited.push_str(&splice.with);
        at = splice.range.end;
    }
    edited.push_str(text.get(at..).unwrap_or_default());
    Ok(edited)
}
