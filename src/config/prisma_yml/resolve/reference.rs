//! Resolves one reference.

use super::{BROKEN, Resolved, Resolver, Site, UNSET, has_gap, is};
use crate::config::references::{Choice, Piece, Reference};
use crate::suggest::nearest;
use crate::yaml::{Node, Step, Value};
use std::collections::BTreeSet;

const SOURCES: [&str; 3] = ["env", "self", "opt"];

impl Resolver<'_> {
    /// The first choice that has a value.
    pub(super) fn reference(&mut self, reference: &Reference, site: &Site<'_>) -> Resolved {
        let mut missing = Vec::new();
        for (index, choice) in reference.choices.iter().enumerate() {
            let value = match choice {
                Choice::Source { source, name } => match self.join(name, site) {
                    name if name.node.is_gap() => name,
                    name => {
                        let name = name.node.as_text().unwrap_or_default().to_owned();
                        self.source(source, &name, reference.nth, site)
                    }
                },
                Choice::Quoted(pieces) => self.join(pieces, site),
                Choice::Bare(pieces) => match pieces.as_slice() {
                    [Piece::Reference(nested)] => self.reference(nested, site),
                    [Piece::Text(word)] if index == 0 => {
                        let message = format!(
                            "`${{{word}}}` has no source: write `${{env:{word}}}` for an environment \
                             variable, `${{\"$\"}}{{{word}}}` for the text itself"
                        );
                        self.wrong(site, reference.nth, message)
                    }
                    [] => {
                        let message = "empty reference: write `\"\"` for an empty string";
                        self.wrong(site, reference.nth, message.to_owned())
                    }
                    pieces => self.join(pieces, site),
                },
            };
            if !is(&value.node, UNSET) {
                return self.inserted(value, reference.nth, site);
            }
            missing.extend(value.unset);
        }
        // One hint is enough.
        missing.truncate(1);
        Resolved::unset(missing)
    }

    fn source(&mut self, source: &str, name: &str, nth: usize, site: &Site<'_>) -> Resolved {
        if SOURCES.contains(&source) && name.is_empty() {
            let message = format!("missing name after `{source}:`");
            return self.wrong(site, nth, message);
        }
        let missing = match source {
            "env" => match (self.env)(name) {
                Some(value) => {
                    return Resolved {
                        from: [name.to_owned()].into(),
                        ..Node::text(value).into()
                    };
                }
                None => format!(
                    "the variable `{name}` is not set: set it in the environment or in `.env`, or write a \
                     default: `${{env:{name}, \"…\"}}`"
                ),
            },
            "opt" => match self.opt.get(name) {
                Some(value) => return Node::text(value.as_str()).into(),
                None => format!(
                    "option `--{name}` is missing: add it, or write a default: `${{opt:{name}, \"…\"}}`"
                ),
            },
            "self" => return self.own(name, nth, site),
            other => {
                let message = match nearest(other, &SOURCES) {
                    Some(source) => format!("unknown source `{other}`: did you mean `{source}`?"),
                    None => format!(
                        "unknown source `{other}`: the sources are `env`, `self` and `opt`; quote a \
                         string that contains a colon"
                    ),
                };
                return self.wrong(site, nth, message);
            }
        };
        Resolved::unset(vec![self.problem(site, nth, missing)])
    }

    /// A value of the same file.
    fn own(&mut self, name: &str, nth: usize, site: &Site<'_>) -> Resolved {
        let root = self.root;
        let mut path: Vec<Step> = Vec::new();
        let mut raw = root;
        let mut steps = name.split('.');
        // As far as the path is written in the file …
        let mut rest = Vec::new();
        for step in steps.by_ref() {
            match child(raw, step) {
                Some((at, inner)) => {
                    path.push(at);
                    raw = inner;
                }
                None => {
                    rest.push(step);
                    break;
                }
            }
        }
        rest.extend(steps);
        if path.is_empty() {
            return self.absent(name, nth, site);
        }
        if !rest.is_empty() && raw.as_text().is_none() {
            return self.absent(name, nth, site);
        }
        // … and from there on, in the value of a reference.
        if let Some(broken) = self.settle(raw, &path) {
            return broken;
        }
        let Some(value) = self.known.get(&path) else {
            return self.absent(name, nth, site);
        };
        let mut node = &value.node;
        for step in rest {
            if node.is_gap() {
                break;
            }
            match child(node, step) {
                Some((_, inner)) => node = inner,
                None => return self.absent(name, nth, site),
            }
        }
        if *node == Node::NULL {
            return self.absent(name, nth, site);
        }
        let unset = if has_gap(node) {
            value.unset.clone()
        } else {
            Vec::new()
        };
        Resolved {
            node: node.clone(),
            unset,
            from: value.from.clone(),
        }
    }

    fn absent(&self, name: &str, nth: usize, site: &Site<'_>) -> Resolved {
        let message = format!("`{name}` has no value in this file");
        Resolved::unset(vec![self.problem(site, nth, message)])
    }

    /// Text made of pieces.
    pub(super) fn join(&mut self, pieces: &[Piece], site: &Site<'_>) -> Resolved {
        let mut joined = String::new();
        let mut from = BTreeSet::new();
        let mut gap: Option<Resolved> = None;
        for piece in pieces {
            let reference = match piece {
                Piece::Text(text) => {
                    joined.push_str(text);
                    continue;
                }
                Piece::Reference(reference) => reference,
            };
            let value = self.reference(reference, site);
            from.extend(value.from.iter().cloned());
            match &value.node {
                Node::Leaf(Value::String(text)) => joined.push_str(text),
                Node::Leaf(Value::Bool(truth)) => joined.push_str(&truth.to_string()),
                Node::Leaf(number @ Value::Number(_)) => joined.push_str(&spelled(number)),
                node if node.is_gap() => {
                    // A hard problem matters more than a missing value.
                    match &mut gap {
                        Some(gap) if is(&gap.node, BROKEN) => {}
                        Some(gap) if is(node, UNSET) => gap.unset.extend(value.unset),
                        gap => *gap = Some(value),
                    }
                }
                other => {
                    let kind = other.kind();
                    let message = format!("{kind} cannot be used inside a string");
                    gap = Some(self.wrong(site, reference.nth, message));
                }
            }
        }
        gap.unwrap_or_else(|| Resolved {
            from,
            ..Node::text(joined).into()
        })
    }
}

/// The value of a key, or of an item counted from zero.
fn child<'n>(node: &'n Node, step: &str) -> Option<(Step, &'n Node)> {
    match node {
        Node::Map(_) => {
            let merged = || {
                let pairs = node.pairs()?;
                pairs
                    .into_iter()
                    .find_map(|(key, value)| (key == step).then_some(value))
            };
            // Its own keys override merged ones anyway.
            let value = node.get(step).or_else(merged)?;
            Some((Step::Key(step.to_owned()), value))
        }
        Node::List(items) => {
            let at = step.parse().ok()?;
            Some((Step::Item(at), items.get(at)?))
        }
        _ => None,
    }
}

/// A number as users write it: 1000, not 1000.0.
fn spelled(number: &Value) -> String {
    let whole = number.as_i64().map(|n| n.to_string());
    let whole = whole.or_else(|| number.as_u64().map(|n| n.to_string()));
    whole.unwrap_or_else(|| number.as_f64().unwrap_or_default().to_string())
}
