//! Takes typed values out of a resolved file, and gathers what is wrong with them.

use super::prisma_yml::resolve::{dotted, is_gap};
use super::problems::Problems;
use crate::suggest::nearest;
use crate::yaml::{Node, Places, Step, Value};

/// A value and the way to it.
#[derive(Clone)]
pub struct At<'v> {
    /// The value.
    pub node: &'v Node,
    /// The way.
    pub path: Vec<Step>,
}

impl<'v> At<'v> {
    /// A value of the file itself.
    pub fn top(key: &str, node: &'v Node) -> Self {
        At {
            node,
            path: vec![Step::Key(key.to_owned())],
        }
    }

    fn step(&self, step: Step, node: &'v Node) -> Self {
        let path = self.path.iter().cloned().chain([step]).collect();
        At { node, path }
    }

    /// Whether there is no value, or one that is missing and reported.
    pub fn is_nothing(&self) -> bool {
        is_gap(self.node) || matches!(self.node, Node::Leaf(Value::Null))
    }
}

/// Whether a value may be repeated in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// It may.
    Open,
    /// It must not.
    Secret,
}

/// Reads values and remembers problems.
pub struct Reader<'a> {
    /// Where everything stands.
    pub places: &'a Places,
    /// What is wrong.
    pub problems: Problems,
}

impl Reader<'_> {
    /// A problem with the value.
    pub fn wrong(&mut self, at: &At<'_>, message: &str) {
        let message = format!("`{}`: {message}", dotted(&at.path));
        self.problems.add(self.places.value(&at.path), message);
    }

    /// A problem with the key.
    pub fn wrong_key(&mut self, path: &[Step], message: &str) {
        let message = format!("`{}`: {message}", dotted(path));
        self.problems.add(self.places.key(path), message);
    }

    /// A text that is not empty; nothing where there is none.
    pub fn text(&mut self, at: &At<'_>, nature: Nature) -> Option<String> {
        if at.is_nothing() {
            return None;
        }
        let Some(text) = at.node.as_text() else {
            let kind = at.node.kind();
            let remedy = match at.node {
                // What it became is not what was written: 1.10 is 1.1 by now. Whole numbers are safe.
                Node::Leaf(value) if nature == Nature::Open && value.is_i64() => {
                    format!(": write \"{}\"", value.as_i64().unwrap_or_default())
                }
                Node::Leaf(_) => ": put it in quotes".to_owned(),
                // `curl -H "A: b"` is one.
                Node::Map(_) => ": put it in quotes if it is one".to_owned(),
                _ => String::new(),
            };
            self.wrong(at, &format!("a text is expected, not {kind}{remedy}"));
            return None;
        };
        if text.trim().is_empty() {
            self.wrong(at, "it is empty: give a value, or remove the line");
            return None;
        }
        Some(text.to_owned())
    }

    /// A truth value; also as a text, which is all that a variable can give.
    pub fn truth(&mut self, at: &At<'_>) -> Option<bool> {
        if at.is_nothing() {
            return None;
        }
        let truth = match at.node {
            Node::Leaf(Value::Bool(truth)) => Some(*truth),
            node => match node.as_text() {
                Some("true") => Some(true),
                Some("false") => Some(false),
                _ => None,
            },
        };
        if truth.is_none() {
            self.wrong(at, "`true` or `false` is expected");
        }
        truth
    }

    /// One value, or the items of a list.
    pub fn items<'v>(&mut self, at: &At<'v>) -> Vec<At<'v>> {
        match at.node {
            _ if at.is_nothing() => Vec::new(),
            Node::List(items) => {
                let items = items.iter().enumerate();
                items
                    .map(|(i, item)| at.step(Step::Item(i), item))
                    .collect()
            }
            _ => vec![at.clone()],
        }
    }

    /// The pairs of a mapping; a problem where it is something else. Keys other than `known` are
    /// problems when there are any.
    pub fn pairs<'v>(&mut self, at: &At<'v>, known: &[&str]) -> Vec<(String, At<'v>)> {
        if at.is_nothing() {
            return Vec::new();
        }
        let Node::Map(pairs) = at.node else {
            let kind = at.node.kind();
            self.wrong(at, &format!("a mapping is expected, not {kind}"));
            return Vec::new();
        };
        let mut kept = Vec::new();
        for (key, value) in pairs {
            let inner = at.step(Step::Key(key.clone()), value);
            if known.is_empty() || known.contains(&key.as_str()) {
                kept.push((key.clone(), inner));
            } else {
                self.wrong_key(&inner.path, &unknown(key, known));
            }
        }
        kept
    }
}

/// What is said of a key that nobody knows.
pub fn unknown(key: &str, known: &[&str]) -> String {
    match nearest(key, known) {
        Some(key) => format!("unknown key: did you mean `{key}`?"),
        None => format!("unknown key: the keys here are `{}`", known.join("`, `")),
    }
}
