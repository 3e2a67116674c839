//! Takes values out of a document and gathers what is wrong with them, with places.

use crate::cluster::{PrismaVersion, path};
use crate::suggest::nearest;
use crate::yaml::ambiguous::is_ambiguous_plain;
use crate::yaml::write::double_quoted;
use crate::yaml::{Document, Position, Value};
use std::path::Path;

/// The path of a key.
type At = &'static [&'static str];

/// Whether a value may be repeated in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// It may.
    Open,
    /// It must not.
    Secret,
}

/// A document being read.
pub struct Reader<'a> {
    document: &'a Document,
    problems: Vec<(Position, String)>,
}

impl<'a> Reader<'a> {
    /// Begins.
    pub fn new(document: &'a Document) -> Self {
        Reader {
            document,
            problems: Vec::new(),
        }
    }

    /// Reports something at the key `at`.
    pub fn problem(&mut self, at: &[&str], message: String) {
        let place = self.document.position(at);
        let message = match at.last() {
            Some(key) => format!("`{key}`: {message}"),
            None => message,
        };
        self.problems.push((place, message));
    }

    /// The problems as lines, from the top of the file to its end.
    pub fn finish(mut self, file: &Path) -> Vec<String> {
        self.problems.sort_by_key(|(place, _)| *place);
        let line = |(place, message): &(Position, String)| {
            format!("{}:{place}: {message}", file.display())
        };
        self.problems.iter().map(line).collect()
    }

    /// The value at `at`; `None` when it or a parent is absent.
    fn value(&self, at: &[&str]) -> Option<&'a Value> {
        let mut value = self.document.value();
        for key in at {
            value = value.as_mapping()?.get(*key)?;
        }
        Some(value)
    }

    /// Checks that there is a mapping at `at`, or nothing, and that it has no other keys than `known`.
    pub fn keys(&mut self, at: At, known: &[At]) {
        let map = match self.value(at) {
            None | Some(Value::Null) => return,
            Some(Value::Mapping(map)) => map,
            Some(other) => {
                let message = format!("keys with values are expected, not {}", kind(other));
                return self.problem(at, message);
            }
        };
        let known: Vec<&str> = known
            .iter()
            .filter_map(|path| path.last().copied())
            .collect();
        for key in map.keys() {
            let name = match key {
                Value::String(name) => name.clone(),
                Value::Number(number) => number.to_string(),
                other => {
                    self.problem(at, format!("a key must be a word, not {}", kind(other)));
                    continue;
                }
            };
            if known.contains(&name.as_str()) {
                continue;
            }
            let mut full = at.to_vec();
            full.push(&name);
            let message = match nearest(&name, &known) {
                Some(key) => format!("unknown key: did you mean `{key}`?"),
                None => format!("unknown key: the keys here are `{}`", known.join("`, `")),
            };
            self.problem(&full, message);
        }
    }

    /// Reads a port, if there is one.
    pub fn port(&mut self, at: At, into: &mut u16) {
        let mut port = None;
        self.number(at, "a port is a number from 1 to 65535", &mut port);
        *into = port.unwrap_or(*into);
    }

    /// Reads a number, if there is one; `rule` says which are right.
    pub fn number(&mut self, at: At, rule: &str, into: &mut Option<u16>) {
        let Some(value) = self.value(at) else { return };
        match value.as_u64().and_then(|n| u16::try_from(n).ok()) {
            // Zero is a problem of the cluster, not of its spelling.
            Some(number) => *into = Some(number),
            None => {
                let raw = self.document.raw_scalar(at);
                let what = match raw {
                    Some(raw) if !value.is_null() && !raw.contains('\n') => format!("`{raw}`"),
                    _ => kind(value).to_owned(),
                };
                self.problem(at, format!("{rule}, not {what}"));
            }
        }
    }

    /// Reads a truth value, if there is one.
    pub fn flag(&mut self, at: At, into: &mut Option<bool>) {
        match self.value(at) {
            None => {}
            Some(Value::Bool(flag)) => *into = Some(*flag),
            Some(_) => self.problem(at, "write `true` or `false`".to_owned()),
        }
    }

    /// Reads a text, if there is one. Refused are values that would not be text, or not the same one,
    /// in every reader: `0123`, `yes`, `22:22` without quotes.
    pub fn text(&mut self, at: At, nature: Nature) -> Option<String> {
        let value = self.value(at)?;
        let raw = self.document.raw_scalar(at);
        let message = match value {
            Value::String(text) if raw.as_deref().is_none_or(|raw| !is_ambiguous_plain(raw)) => {
                return Some(text.clone());
            }
            Value::Null => EMPTY.to_owned(),
            Value::Mapping(_) | Value::Sequence(_) | Value::Tagged(_) => {
                format!("a text is expected, not {}", kind(value))
            }
            _ => quote(raw.as_deref(), nature),
        };
        self.problem(at, message);
        None
    }

    /// Reads a word that `accept` knows, if there is one; its error is the problem.
    pub fn word(&mut self, at: At, accept: impl FnOnce(&str) -> Result<(), String>) {
        match self.value(at) {
            None => {}
            Some(Value::String(text)) => {
                if let Err(message) = accept(text) {
                    self.problem(at, message);
                }
            }
            Some(Value::Null) => self.problem(at, EMPTY.to_owned()),
            Some(other) => self.problem(at, format!("a text is expected, not {}", kind(other))),
        }
    }

    /// Reads a Prisma version, if there is one.
    ///
    /// A plain `1.1` is a number, and that is fine as long as the number is spelled the same: `1.10`
    /// would silently become 1.1, nine releases earlier.
    pub fn version(&mut self, at: At, into: &mut PrismaVersion) {
        debug_assert_eq!(at, path::VERSION);
        let text = match self.value(at) {
            None => return,
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => {
                let raw = self.document.raw_scalar(at);
                let spelled = number.to_string();
                if raw.as_deref() != Some(&spelled) {
                    let shown = raw.as_deref().map(str::trim);
                    let message = format!(
                        "without quotes it is the number {spelled}: write {}",
                        double_quoted(shown.unwrap_or(&spelled))
                    );
                    return self.problem(at, message);
                }
                spelled
            }
            Some(Value::Null) => return self.problem(at, EMPTY.to_owned()),
            Some(other) => {
                return self.problem(at, format!("a version is expected, not {}", kind(other)));
            }
        };
        match text.parse() {
            Ok(version) => *into = version,
            Err(failure) => self.problem(at, super::one_line(&failure)),
        }
    }
}

/// What is said of a key without a value.
const EMPTY: &str = "it is empty: give a value, or remove the line";

/// The remedy for a text that is none without quotes.
fn quote(raw: Option<&str>, nature: Nature) -> String {
    let what = "without quotes it can be taken for something else than text";
    match raw {
        Some(raw) if nature == Nature::Open => format!("{what}: write {}", double_quoted(raw)),
        _ => format!("{what}: put it in quotes"),
    }
}

/// What a value is, for people.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Sequence(_) => "a list",
        Value::Mapping(_) => "keys with values",
        Value::Tagged(_) => "a value with a tag",
    }
}
