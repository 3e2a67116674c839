//! Writes documents, quoted so that every reader agrees.
//!
//! This is a custom emitter because serde_yaml has no option to quote, and leaves strings plain that
//! YAML 1.1 readers (compose v1, the server, the old CLI) misread: `yes`, `1_000`, `22:22`. yaml-edit's
//! builder supports styles, but not for keys, nested sequences and the first line of a block, where it
//! can write what libyaml rejects (a block that begins with a tab).

#[cfg(test)]
mod tests;

use super::Value;
use crate::error::{Kind, Result, Tried};
use serde::Serialize;
use serde_yaml::Number;

/// The text of anything that serializes, as [`to_text`] writes it.
pub fn serialize<T: Serialize>(value: &T) -> Result<String> {
    let value = serde_yaml::to_value(value).tried(Kind::Failed, "could not write YAML")?;
    Ok(to_text(&value))
}

/// A block-style document: indented by two spaces, sequences indented under their key as in the
/// documented listings, strings plain only if no reader can misread them.
pub fn to_text(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Mapping(map) if !map.is_empty() => block(&mut out, value, 0),
        Value::Sequence(items) if !items.is_empty() => block(&mut out, value, 0),
        _ => {
            let scalar = inline(value, 0);
            out.push_str(&scalar);
            out.push('\n');
        }
    }
    out
}

/// Writes a non-empty collection, each line ended.
fn block(out: &mut String, value: &Value, indent: usize) {
    let pad = " ".repeat(indent);
    match value {
        Value::Mapping(map) => {
            for (key, value) in map {
                let name = flow(key);
                // Readers give up looking for the colon of a key after 1024 characters.
                if is_collection(key) || name.len() > 1000 {
                    out.push_str(&format!("{pad}? {name}\n{pad}:"));
                } else {
                    out.push_str(&format!("{pad}{name}:"));
                }
                // As in the listing: `db-persistence:` without an explicit null.
                if value.is_null() {
                    out.push('\n');
                } else {
                    after(out, value, indent);
                }
            }
        }
        Value::Sequence(items) => {
            for item in items {
                out.push_str(&pad);
                out.push('-');
                after(out, item, indent);
            }
        }
        _ => {}
    }
}

/// Writes the value after `key:` or `-`.
fn after(out: &mut String, value: &Value, indent: usize) {
    let (tag, value) = match value {
        Value::Tagged(tagged) => (format!(" {}", tagged.tag), &tagged.value),
        value => (String::new(), value),
    };
    out.push_str(&tag);
    if is_collection(value) && !is_empty(value) {
        out.push('\n');
        block(out, value, indent + 2);
    } else {
        out.push(' ');
        out.push_str(&inline(value, indent));
        out.push('\n');
    }
}

fn is_collection(value: &Value) -> bool {
    matches!(
        value,
        Value::Mapping(_) | Value::Sequence(_) | Value::Tagged(_)
    )
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Mapping(map) => map.is_empty(),
        Value::Sequence(items) => items.is_empty(),
        _ => false,
    }
}

/// A string after a key at `indent`, always quoted: for files that users edit, where the quotes show
/// how to write other values.
pub fn quoted(text: &str, indent: usize) -> String {
    literal_block(text, indent).unwrap_or_else(|| double_quoted(text))
}

/// A scalar after its key; one of many lines as a literal block where that is exact.
fn inline(value: &Value, indent: usize) -> String {
    let block = value.as_str().and_then(|text| literal_block(text, indent));
    block.unwrap_or_else(|| flow(value))
}

/// A literal block under a key at `indent`, its last line not ended.
fn literal_block(text: &str, indent: usize) -> Option<String> {
    if !literal(text) {
        return None;
    }
    let pad = " ".repeat(indent + 2);
    let (mark, body) = match text.strip_suffix('\n') {
        Some(body) => ("|", body),
        None => ("|-", text),
    };
    let mut out = mark.to_owned();
    for line in body.split('\n') {
        out.push('\n');
        if !line.is_empty() {
            out.push_str(&pad);
            out.push_str(line);
        }
    }
    Some(out)
}

/// Any value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number_text(number),
        Value::String(text) if plain(text) => text.clone(),
        Value::String(text) => double_quoted(text),
        Value::Sequence(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Mapping(map) => {
            let pairs: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("? {} : {}", flow(key), flow(value)))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        Value::Tagged(tagged) => format!("{} {}", tagged.tag, flow(&tagged.value)),
    }
}

/// YAML 1.1 knows an exponent only after a point and with a sign: `1e16` would be text.
fn number_text(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else {
        return text;
    };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) {
        ""
    } else {
        "+"
    };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Whether every YAML 1.1 and 1.2 reader reads the unquoted text as this string; stricter than
/// necessary. A leading letter rules out numbers, dates, `=`, `<<`, `~` and all indicators.
fn plain(text: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    let inside = |c: char| c.is_ascii_alphanumeric() || "_$./@%+=-:".contains(c);
    text.starts_with(first) && text.chars().all(inside) && !text.ends_with(':') && !is_word(text)
}

/// The words that some reader reads as a boolean or null, in upper or lower case.
pub(super) fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether every reader reads a literal block as exactly this text: no characters to escape, no leading
/// space that changes the indentation, no trailing space that an editor strips.
fn literal(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let visible = |c: char| c == '\n' || is_printable(c);
    text.contains('\n')
        && !body.is_empty()
        && !body.starts_with([' ', '\n'])
        && !body.ends_with('\n')
        && text.chars().all(visible)
        && body.lines().all(|line| !line.ends_with(' '))
        && body
            .lines()
            .all(|line| !line.starts_with(' ') || !line.trim().is_empty())
}

/// Characters that every reader accepts unescaped. Not those beyond U+FFFF, which old PyYAML rejects,
/// nor line separators, which YAML 1.1 treats as line breaks.
pub(super) fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a1}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// A double-quoted scalar on one line.
pub fn double_quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let escape = match code {
                    0..=0xff => format!("\\x{code:02X}"),
                    0x100..=0xffff => format!("\\u{code:04X}"),
                    _ => format!("\\U{code:08X}"),
                };
                out.push_str(&escape);
            }
        }
    }
    out + "\""
}
