//! Positions in the text, and the errors of texts that are not YAML.

use std::fmt;

/// A position in the text; both numbers count from one, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl Position {
    /// The start of the text.
    pub const START: Position = Position { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The lines of the text, to find the position of a byte offset.
#[derive(Debug, Clone)]
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Lines {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Lines(std::iter::once(0).chain(breaks).collect())
    }

    /// The position of an offset in the text these lines are of.
    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let line = self.0.partition_point(|start| *start <= offset);
        let start = self.0.get(line - 1).copied().unwrap_or_default();
        let lead = text.get(start..offset).unwrap_or_default();
        // Editors do not count a byte order mark.
        let column = 1 + lead.chars().filter(|c| *c != '\u{feff}').count();
        Position { line, column }
    }
}

/// Why the text is not YAML, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// The parser's message.
    pub message: String,
    /// The position, if the parser knows it.
    pub position: Option<Position>,
}

pub(super) fn yaml_error(text: &str, error: &serde_yaml::Error) -> YamlError {
    let full = error.to_string();
    // The parser reads ahead, so it does not know where it is when it meets one.
    const CONTROL: &str = "control characters are not allowed";
    if full.contains(CONTROL) {
        let at = text.find(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}'));
        return YamlError {
            message: CONTROL.to_owned(),
            position: at.map(|at| Lines::of(text).position(text, at)),
        };
    }
    let position = error.location().map(|at| Position {
        line: at.line(),
        column: at.column(),
    });
    // The position is shown once, before the message.
    let message = match full.find(" at line ") {
        Some(end) if position.is_some() => full[..end].to_owned(),
        _ => full,
    };
    YamlError {
        message: without_value(message),
        position,
    }
}

/// The message without the value that does not fit a tag such as `!!int`: it may be a secret.
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
    use crate::yaml::Node;

    #[test]
    fn a_broken_text_names_its_line_once() {
        let error = Node::parse("a: 1\nb: [1,\nc: 2\n").expect_err("broken");
        assert!(error.position.is_some(), "{error:?}");
        assert!(!error.message.contains("at line"), "{error:?}");
    }

    #[test]
    fn a_control_character_is_where_it_is() {
        for (text, expected) in [("a: 1\nb: x\0y\n", "2:5"), ("a: 1\n\u{1b}", "2:1")] {
            let error = Node::parse(text).expect_err("refused");
            assert_eq!(error.message, "control characters are not allowed");
            assert_eq!(error.position.expect("known").to_string(), expected);
        }
    }

    #[test]
    fn a_value_that_does_not_fit_its_tag_is_not_shown() {
        for (tag, is) in [
            ("int", "an integer"),
            ("bool", "a boolean"),
            ("float", "a float"),
        ] {
            let text = format!("a:\n  secret: !!{tag} 'x, expected y'\n");
            let error = Node::parse(&text).expect_err("does not fit");
            assert_eq!(error.message, format!("a.secret: this is not {is}"));
        }
    }
}
