//! Reading: values, and where in the text each of them stands.

use super::Value;
use std::fmt;
use yaml_edit::{MappingEntry, YamlFile, YamlNode};

/// A place in a text; both count from one, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Why a text is not YAML, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// What the parser objects to.
    pub message: String,
    /// Where, as far as it knows.
    pub position: Option<Position>,
}

/// One parsed document and its text.
#[derive(Debug, Clone)]
pub struct Document {
    text: String,
    value: Value,
}

impl Document {
    /// Parses a text that holds at most one document. An empty one is null.
    pub fn parse(text: &str) -> Result<Document, YamlError> {
        // A byte order mark is allowed by YAML and refused by serde_yaml.
        let bare = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value: Value = serde_yaml::from_str(bare).map_err(|error| yaml_error(&error))?;
        Ok(Document {
            text: text.to_owned(),
            value,
        })
    }

    /// The value, with anchors resolved and merge keys left as they are.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// Where the key at the end of `path` stands; the place of the closest parent when it is absent.
    pub fn position(&self, path: &[&str]) -> Position {
        let start = Position { line: 1, column: 1 };
        let found = self.entries(path);
        let key = found.last().and_then(MappingEntry::key_node);
        key.map_or(start, |node| self.place_of(&node))
    }

    /// The scalar at `path` as it stands in the text, quotes included: what a number or a word looked
    /// like before it became a value. `None` for collections, aliases, tagged and absent ones.
    pub fn raw_scalar(&self, path: &[&str]) -> Option<String> {
        let found = self.entries(path);
        let entry = found.last().filter(|_| found.len() == path.len())?;
        entry.value_node()?.as_scalar().map(|scalar| scalar.value())
    }

    /// The entries on the way to the end of `path`, as far as they exist.
    fn entries(&self, path: &[&str]) -> Vec<MappingEntry> {
        let mut found = Vec::new();
        let file = self.text.parse::<YamlFile>().ok();
        let mut mapping = file.and_then(|f| f.document()).and_then(|d| d.as_mapping());
        for key in path {
            let Some(entry) = mapping.and_then(|m| m.find_entry_by_key(*key)) else {
                break;
            };
            mapping = entry.value_node().and_then(|v| v.as_mapping().cloned());
            found.push(entry);
        }
        found
    }

    fn place_of(&self, node: &YamlNode) -> Position {
        let offset = usize::try_from(node.byte_range().start).unwrap_or_default();
        let before = self.text.get(..offset).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let bom = '\u{feff}';
        Position {
            line: 1 + before.matches('\n').count(),
            column: 1 + before[line_start..].chars().filter(|c| *c != bom).count(),
        }
    }
}

pub(super) fn yaml_error(error: &serde_yaml::Error) -> YamlError {
    let full = error.to_string();
    let position = error.location().map(|at| Position {
        line: at.line(),
        column: at.column(),
    });
    // The place is told once, in front; the parser's own mention of it goes.
    let message = match full.find(" at line ") {
        Some(end) if position.is_some() => full[..end].to_owned(),
        _ => full,
    };
    YamlError {
        message: without_value(message),
        position,
    }
}

/// Without the value that a tag such as `!!int` does not fit: it may be a secret.
fn without_value(message: String) -> String {
    let found = message.find("invalid ").zip(message.rfind(", expected "));
    match found {
        Some((from, to)) if from < to => {
            let expected = &message[to + ", expected ".len()..];
            format!("{}this is not {expected}", &message[..from])
        }
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_at_their_place() {
        let text = "# top\r\na: 1\r\nclusters:\r\n    local:\r\n        host: x\r\n";
        let document = Document::parse(text).expect("parses");
        let at = |path: &[&str]| document.position(path).to_string();
        assert_eq!(at(&["a"]), "2:1");
        assert_eq!(at(&["clusters", "local"]), "4:5");
        assert_eq!(at(&["clusters", "local", "host"]), "5:9");
        assert_eq!(at(&["clusters", "nope"]), "3:1");
    }

    #[test]
    fn scalars_are_given_as_they_stand_in_the_text() {
        let text = "a: 1.10 # one\nb: &x 'q'\nc: *x\nd: !!str 0123\ne: {f: \"g\"}\nh:\n  i: |\n    j\nk:\n";
        let document = Document::parse(text).expect("parses");
        let raw = |path: &[&str]| document.raw_scalar(path);
        assert_eq!(raw(&["a"]).as_deref(), Some("1.10"));
        assert_eq!(raw(&["b"]).as_deref(), Some("'q'"));
        assert_eq!(raw(&["e", "f"]).as_deref(), Some("\"g\""));
        assert!(raw(&["h", "i"]).expect("a block").starts_with('|'));
        for nothing in [&["c"][..], &["d"], &["e"], &["e", "g"], &["z"]] {
            assert_eq!(raw(nothing), None, "{nothing:?}");
        }
    }

    #[test]
    fn a_broken_text_names_its_line_once() {
        let error = Document::parse("a: 1\nb: [1,\nc: 2\n").expect_err("broken");
        assert!(error.position.is_some(), "{error:?}");
        assert!(!error.message.contains("at line"), "{error:?}");
        let error = Document::parse("a: 1\na: 2\n").expect_err("duplicate");
        assert!(error.message.contains("duplicate"), "{error:?}");
    }

    #[test]
    fn a_value_that_does_not_fit_its_tag_is_not_shown() {
        for (tag, is) in [
            ("int", "an integer"),
            ("bool", "a boolean"),
            ("float", "a float"),
        ] {
            let text = format!("a:\n  secret: !!{tag} 'x, expected y'\n");
            let error = Document::parse(&text).expect_err("does not fit");
            assert_eq!(error.message, format!("a.secret: this is not {is}"));
        }
    }

    #[test]
    fn an_empty_text_and_a_byte_order_mark_are_fine() {
        assert_eq!(
            Document::parse("# only\n").expect("parses").value(),
            &Value::Null
        );
        let marked = Document::parse("\u{feff}a: 1\n").expect("parses");
        assert_eq!(marked.value()["a"], Value::from(1));
        assert_eq!(marked.position(&["a"]).to_string(), "1:1");
    }
}
