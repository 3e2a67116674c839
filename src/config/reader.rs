//! Reads typed values from a YAML file and collects their problems.

use super::derived::Derived;
use super::problems::{Problem, Problems};
use super::references::OPEN;
use crate::error::{Failure, Kind, Result};
use crate::suggest::nearest;
use crate::yaml::write::double_quoted;
use crate::yaml::{Node, Places, Position, Step, Value, YamlError, is_ambiguous_plain};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// A value and its path.
#[derive(Clone)]
pub struct At<'v> {
    pub node: &'v Node,
    pub path: Vec<Step>,
}

impl<'v> At<'v> {
    pub fn root(node: &'v Node) -> Self {
        let path = Vec::new();
        At { node, path }
    }

    pub fn step(&self, step: Step, node: &'v Node) -> Self {
        let path = self.path.iter().cloned().chain([step]).collect();
        At { node, path }
    }

    /// The value at a path of keys below this one, if present.
    pub fn find(&self, keys: &[&str]) -> Option<Self> {
        let below = |at: At<'v>, key: &&str| Some(at.step(Step::key(*key), at.node.get(key)?));
        keys.iter().try_fold(self.clone(), below)
    }

    /// Whether the value is missing, or unresolved (which is reported elsewhere).
    pub fn is_nothing(&self) -> bool {
        self.node.is_gap() || *self.node == Node::NULL
    }
}

/// Whether a value may be repeated in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    Open,
    Secret,
}

/// Which strings a file may contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strings {
    /// Everything that YAML 1.2 reads as a string.
    AsRead,
    /// The same, except empty ones.
    Filled,
    /// Only those that every YAML version reads as the same string: not an unquoted `0123`, `yes` or
    /// `22:22`.
    Unambiguous,
}

/// The message for a key without a value.
const EMPTY: (&str, &str) = ("it is empty", "give it a value, or remove the line");

pub struct Reader<'a> {
    pub places: &'a Places<'a>,
    pub problems: Problems,
    strings: Strings,
    /// The values that come from variables, by their paths.
    pub derived: HashMap<Vec<Step>, Derived>,
}

impl<'a> Reader<'a> {
    pub fn new(file: &Path, places: &'a Places<'a>, strings: Strings) -> Self {
        Reader {
            places,
            problems: Problems::of(file),
            strings,
            derived: HashMap::new(),
        }
    }

    pub fn wrong(&mut self, at: &At<'_>, what: impl AsRef<str>) -> &mut Problem {
        let place = self.places.value(&at.path);
        let what = match self.derived.get(&at.path) {
            Some(derived) => format!("{} ({})", derived.hide(what.as_ref()), derived.origin.set),
            None => what.as_ref().to_owned(),
        };
        self.problems.add(place, about(&at.path, &what))
    }

    pub fn wrong_key(&mut self, path: &[Step], what: impl AsRef<str>) -> &mut Problem {
        let place = self.places.key(path);
        self.problems.add(place, about(path, what.as_ref()))
    }

    pub fn empty(&mut self, at: &At<'_>) {
        self.wrong(at, EMPTY.0).fix(EMPTY.1);
    }

    /// The scalar as written, if the value is a scalar.
    fn written(&self, at: &At<'_>) -> Option<&'a str> {
        let written = self.places.scalar(&at.path)?;
        (!written.contains(OPEN)).then_some(written)
    }

    /// A string; `None` if there is no value.
    pub fn string(&mut self, at: &At<'_>, nature: Nature) -> Option<String> {
        if at.is_nothing() {
            return None;
        }
        let what = match at.node {
            Node::Leaf(Value::String(text)) => {
                let is_empty = || text.trim().is_empty();
                let is_ambiguous = || self.places.scalar(&at.path).is_some_and(is_ambiguous_plain);
                match self.strings {
                    Strings::Filled if is_empty() => {
                        self.empty(at);
                        return None;
                    }
                    Strings::Unambiguous if is_ambiguous() => {}
                    _ => return Some(text.clone()),
                }
                "not every YAML reader takes this for a string".to_owned()
            }
            other => format!("expected a string, found {}", other.kind()),
        };
        let remedy = match at.node {
            // The parsed value differs from the text: 1.10 became 1.1.
            Node::Leaf(_) => match self.written(at).filter(|_| nature == Nature::Open) {
                Some(written) => Some(format!("write {}", double_quoted(written))),
                None => Some("quote it".to_owned()),
            },
            // For example `curl -H "A: b"`.
            Node::Map(_) => Some("quote it if it is meant as one".to_owned()),
            _ => None,
        };
        self.wrong(at, what).remedy = remedy;
        None
    }

    /// A value that `parse` accepts, read from a string; its error is the problem.
    pub fn parsed<T>(
        &mut self,
        at: &At<'_>,
        parse: impl FnOnce(&str) -> std::result::Result<T, String>,
    ) -> Option<T> {
        let Some(text) = at.node.as_text() else {
            let kind = at.node.kind();
            self.wrong(at, format!("expected a string, found {kind}"));
            return None;
        };
        match parse(text) {
            Ok(value) => Some(value),
            Err(why) => {
                self.wrong(at, why);
                None
            }
        }
    }

    /// The text of a version number. An unquoted `1.1` is a number, which is fine if it is written the same
    /// way: `1.10` would silently become 1.1, nine releases earlier.
    pub fn version(&mut self, at: &At<'_>) -> Option<String> {
        let Node::Leaf(Value::Number(number)) = at.node else {
            return self.parsed(at, |text| Ok(text.to_owned()));
        };
        let spelled = number.to_string();
        let written = self.places.scalar(&at.path).map_or(&*spelled, str::trim);
        if written == spelled {
            return Some(spelled);
        }
        let what = format!("unquoted, this is the number {spelled}");
        let remedy = format!("write {}", double_quoted(written));
        self.wrong(at, what).fix(remedy);
        None
    }

    /// A boolean; in [`Strings::Filled`] files also as a string, since variables can only hold strings.
    pub fn boolean(&mut self, at: &At<'_>) -> Option<bool> {
        match at.node {
            _ if at.is_nothing() => return None,
            Node::Leaf(Value::Bool(flag)) => return Some(*flag),
            Node::Leaf(Value::String(text)) if self.strings == Strings::Filled => {
                if let Ok(flag) = text.parse() {
                    return Some(flag);
                }
            }
            _ => {}
        }
        self.wrong(at, "expected `true` or `false`");
        None
    }

    /// A number up to 65535; `rule` says which are valid. Zero is checked elsewhere.
    pub fn number(&mut self, at: &At<'_>, rule: &str) -> Option<u16> {
        if let Node::Leaf(value) = at.node
            && let Some(number) = value.as_u64().and_then(|n| u16::try_from(n).ok())
        {
            return Some(number);
        }
        let written = self.written(at).filter(|written| !written.contains('\n'));
        let found = match written {
            Some(written) => format!("`{written}`"),
            None => at.node.kind().to_owned(),
        };
        self.wrong(at, format!("{rule}, found {found}"));
        None
    }

    /// One value, or the items of a list.
    pub fn items<'v>(&mut self, at: &At<'v>) -> Vec<At<'v>> {
        match at.node {
            _ if at.is_nothing() => Vec::new(),
            Node::List(items) => {
                let items = items.iter().zip(0..);
                items
                    .map(|(item, i)| at.step(Step::Item(i), item))
                    .collect()
            }
            _ => vec![at.clone()],
        }
    }

    /// The pairs of a mapping; anything else is a problem, and so are keys other than `known` ones.
    pub fn pairs<'v>(&mut self, at: &At<'v>, known: &[&str]) -> Vec<(&'v str, At<'v>)> {
        if at.is_nothing() {
            return Vec::new();
        }
        let Node::Map(pairs) = at.node else {
            let kind = at.node.kind();
            self.wrong(at, format!("expected a mapping, found {kind}"));
            return Vec::new();
        };
        let mut kept = Vec::new();
        for (key, value) in pairs {
            let inner = at.step(Step::key(key), value);
            if known.is_empty() || known.contains(&key.as_str()) {
                kept.push((key.as_str(), inner));
            } else {
                self.unknown(&inner.path, known);
            }
        }
        kept
    }

    /// Reports a key that is not in `known`.
    pub fn unknown(&mut self, path: &[Step], known: &[&str]) {
        let key = path.last().map(Step::to_string).unwrap_or_default();
        let remedy = match nearest(&key, known) {
            Some(key) => format!("did you mean `{key}`?"),
            None => format!("valid keys are `{}`", known.join("`, `")),
        };
        self.wrong_key(path, "unknown key").fix(remedy);
    }

    /// Reports duplicate keys in a mapping, but not inside its values.
    pub fn duplicates(&mut self, node: &Node, path: &[Step]) {
        let Node::Map(pairs) = node else { return };
        let mut seen = HashSet::new();
        let mut reported = HashSet::new();
        for (key, _) in pairs {
            if seen.insert(key) || !reported.insert(key) {
                continue;
            }
            let path: Vec<Step> = path.iter().cloned().chain([Step::key(key)]).collect();
            let places = self.places.keys(&path);
            let first = places.first().map_or(1, |at| at.line);
            for at in places.into_iter().skip(1) {
                let what = format!(
                    "duplicate key `{}`, first used on line {first}",
                    dotted(&path)
                );
                self.problems.add(at, what);
            }
        }
    }

    /// Reports duplicate keys anywhere below a value. Of duplicates only the first is searched.
    pub fn all_duplicates(&mut self, at: &At<'_>) {
        self.duplicates(at.node, &at.path);
        match at.node {
            Node::Map(pairs) => {
                let mut seen = HashSet::new();
                for (key, value) in pairs {
                    if seen.insert(key) {
                        self.all_duplicates(&at.step(Step::key(key), value));
                    }
                }
            }
            Node::List(items) => {
                for (item, i) in items.iter().zip(0..) {
                    self.all_duplicates(&at.step(Step::Item(i), item));
                }
            }
            Node::Leaf(_) | Node::Tagged(..) => {}
        }
    }
}

/// The problem, prefixed with its key.
fn about(path: &[Step], what: &str) -> String {
    match path {
        [] => what.to_owned(),
        path => format!("`{}`: {what}", dotted(path)),
    }
}

/// A path as in `${self:a.b}`.
pub fn dotted(path: &[Step]) -> String {
    let steps: Vec<String> = path.iter().map(Step::to_string).collect();
    steps.join(".")
}

/// Parses a file; invalid YAML fails with its position.
pub fn parse(file: &Path, text: &str) -> Result<Node> {
    Node::parse(text).map_err(|error| not_yaml(file, text, &error))
}

/// The failure of the text that is not YAML.
pub fn not_yaml(file: &Path, text: &str, error: &YamlError) -> Failure {
    let wrong = |at: Option<Position>, what: &str| {
        let at = at.map(|at| format!(":{at}")).unwrap_or_default();
        Failure::new(
            Kind::ConfigInvalid,
            format!("{}{at}: {what}", file.display()),
        )
    };
    if error.message.contains("more than one document") {
        let what = "a second document begins here: only one is read";
        return wrong(second_document(text), what)
            .hint("keep one of them, and move the other to a file of its own");
    }
    let failure = wrong(error.position, &error.message);
    let line = error
        .position
        .and_then(|at| text.lines().nth(at.line.saturating_sub(1)));
    let line = line.unwrap_or_default();
    if line[..line.len() - line.trim_start().len()].contains('\t') {
        failure.hint("indent with spaces: YAML does not allow tabs there")
    } else if error.message.contains("unexpected end") {
        failure.hint("a quote or a bracket further up is never closed")
    } else {
        failure
    }
}

/// The marker that begins the second document.
fn second_document(text: &str) -> Option<Position> {
    let mut content = false;
    for (line, number) in text.lines().zip(1..) {
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        if line == "---" || line.starts_with("--- ") {
            if content {
                return Some(Position {
                    line: number,
                    column: 1,
                });
            }
            content = true;
        } else if !line.trim().is_empty() && !line.starts_with(['#', '%']) {
            content = true;
        }
    }
    None
}
