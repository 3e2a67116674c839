//! Changing one value in a text that people wrote, and nothing else in it.

use yaml_edit::{Mapping, ScalarValue, YamlFile};

/// A new value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum New<'a> {
    /// A text, always in quotes.
    Text(&'a str),
    /// A text as a literal block.
    Block(&'a str),
    /// A number.
    Number(u16),
    /// None: the entry goes.
    Absent,
}

/// `text` with the value at `path` (at most two keys) changed, comments and layout kept.
///
/// The editor behind it is lenient and has corners: whoever calls this parses the result and compares
/// it with what was meant. `None` when `text` has another shape than the path.
pub fn set(text: &str, path: &[&str], new: New<'_>) -> Option<String> {
    let file = text.parse::<YamlFile>().ok()?;
    let document = file.ensure_document();
    let (parents, key) = match path {
        [key] => (None, *key),
        [parent, key] => (Some(*parent), *key),
        _ => return None,
    };
    if new == New::Absent {
        match parents {
            None => document.remove(key),
            Some(parent) => document.get_mapping(parent)?.remove(key),
        };
        return Some(file.to_string());
    }
    let value = match new {
        New::Text(text) => ScalarValue::double_quoted(text),
        New::Block(text) => ScalarValue::literal(text),
        New::Number(number) => ScalarValue::from(i64::from(number)),
        New::Absent => return None,
    };
    match parents {
        None => {
            document.set(key, value);
        }
        Some(parent) => match document.get_mapping(parent) {
            Some(mapping) => mapping.set(key, value),
            None => {
                let mapping = Mapping::new();
                mapping.set(key, value);
                document.set(parent, mapping);
            }
        },
    }
    Some(file.to_string())
}
