//! How default values are written.

use super::{Edit, Field};

/// Scalars whose values are written in quotes in both syntaxes.
const QUOTED: [&str; 5] = ["ID", "UUID", "String", "DateTime", "Json"];

/// `@default(value: "3")` as `@default(value: 3)`, for numbers, booleans and enums, and the other way round
/// for those that are written in quotes: the old syntax took both. No version accepts one of a list.
pub(super) fn default(text: &str, field: &Field) -> Option<Edit> {
    let directive = field.directive("default")?;
    if field.is_list {
        let before = text[..directive.at.start]
            .trim_end_matches([' ', '\t'])
            .len();
        return Some(Edit {
            at: before..directive.at.end,
            new: String::new(),
        });
    }
    let (_, value, at) = directive.argument("value")?;
    let type_name = field.type_name.as_str();
    let is_quoted = QUOTED.contains(&type_name);
    let bare = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let new = match bare {
        None if is_quoted && is_literal(value) => format!("\"{value}\""),
        Some(bare) if !is_quoted && fits(type_name, bare) => bare.to_owned(),
        _ => return None,
    };
    Some(Edit {
        at: at.clone(),
        new,
    })
}

/// Whether a default value can be written without quotes for a type that is not a string.
fn fits(type_name: &str, bare: &str) -> bool {
    match type_name {
        "Int" => bare.parse::<i64>().is_ok(),
        "Float" => bare.parse::<f64>().is_ok_and(f64::is_finite),
        "Boolean" => bare.parse::<bool>().is_ok(),
        _ => is_name(bare),
    }
}

/// A number, a boolean or a name: what has no quotes of its own.
fn is_literal(value: &str) -> bool {
    value != "null" && (value.parse::<f64>().is_ok_and(f64::is_finite) || is_name(value))
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
