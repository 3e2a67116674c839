//! Writing: generated documents, quoted so that every reader agrees.
//!
//! An own emitter of a hundred lines. serde_yaml cannot be told to quote, and leaves plain what YAML
//! 1.1 readers (compose v1, the server, the old CLI) take for something else: `yes`, `1_000`, `22:22`.
//! yaml-edit's builder honours styles, but decides on keys, nested sequences and the first line of a
//! block by itself, where it can write what libyaml refuses (a block that begins with a tab).

use super::Value;
use crate::error::{Failure, Kind, Result};
use serde::Serialize;
use serde_yaml::Number;

/// The text of anything that serializes, as [`to_text`] writes it.
pub fn serialize<T: Serialize>(value: &T) -> Result<String> {
    let value = serde_yaml::to_value(value)
        .map_err(|error| Failure::new(Kind::Failed, format!("could not write YAML: {error}")))?;
    Ok(to_text(&value))
}

/// A block-style document: two blanks of indentation, sequences indented under their key as in the
/// documented listings, strings plain only where no reader can take them for something else.
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
                // As in the listing: `db-persistence:` without a word for nothing.
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

/// Writes what follows `key:` or `-`.
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

/// A text after a key that stands at `indent`, never plain: for files that people edit, where the
/// quotes show what the next value needs as well.
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

/// Whether every YAML 1.1 and 1.2 reader takes the unquoted text for just this string: stricter than
/// it need be. A letter in front excludes numbers, dates, `=`, `<<`, `~` and all indicators.
fn plain(text: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    let inside = |c: char| c.is_ascii_alphanumeric() || "_$./@%+=-:".contains(c);
    text.starts_with(first) && text.chars().all(inside) && !text.ends_with(':') && !is_word(text)
}

/// The words that some reader takes for a truth value or nothing, in any case.
pub(super) fn is_word(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a literal block gives exactly this text in every reader: nothing that must be escaped, no
/// leading blank that would change the indentation, no blank at a line's end that an editor strips.
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

/// Characters that may stand for themselves in every reader. Not those beyond the first 65536: old
/// PyYAML refuses them; no line separators, which YAML 1.1 takes for line breaks.
fn is_printable(c: char) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::bent::is_bent;
    use proptest::prelude::*;

    fn read(text: &str) -> Value {
        serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
    }

    #[test]
    fn documents_look_like_the_listings() {
        let value = read(
            r#"{version: "3", services: {db: {image: "mysql:5.7", restart: always, ports: ["1:2", a],
            empty: {}, none: [], limit: 10, on: true, nothing: null, nested: [{a: 1, b: 2}, [c]],
            text: "a\nb\n", cut: "a\n\n b", password: "yes"}}}"#,
        );
        assert_eq!(
            to_text(&value),
            r#"version: "3"
services:
  db:
    image: mysql:5.7
    restart: always
    ports:
      - "1:2"
      - a
    empty: {}
    none: []
    limit: 10
    "on": true
    nothing:
    nested:
      -
        a: 1
        b: 2
      -
        - c
    text: |
      a
      b
    cut: |-
      a

       b
    password: "yes"
"#
        );
    }

    #[test]
    fn what_some_reader_bends_is_quoted() {
        let bent = [
            "",
            " ",
            "~",
            "=",
            "<<",
            "-",
            "?",
            ":",
            "y",
            "N",
            "yes",
            "No",
            "ON",
            "off",
            "true",
            "False",
            "NULL",
            "0",
            "0123",
            "-1",
            "+1",
            "1_000",
            "0x1F",
            "0o17",
            "0b1",
            "1.5",
            ".5",
            "1e3",
            "1.0e+3",
            ".inf",
            "-.INF",
            ".NaN",
            "22:22",
            "12:30:45",
            "2001-01-01",
            "2001-1-1T1:1:1Z",
            " a",
            "a ",
            "a b",
            "a#b",
            "a: b",
            "a:",
            "- a",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "|",
            ">",
            "{a",
            "[a",
            "'a",
            "\"a",
            "#a",
            "a,b",
            "a\tb",
            "a\rb",
            "a\u{85}b",
            "\u{feff}a",
            "ü",
            "---",
            "...",
            "a\u{2028}b",
            "\u{1f600}",
            "\0",
            "\u{7f}",
        ];
        for text in bent {
            let written = to_text(&Value::from(text));
            assert!(written.starts_with('"'), "{text:?}: {written}");
            assert_eq!(read(&written), Value::from(text));
        }
        for text in [
            "always",
            "mysql:5.7",
            "$X",
            "db-persistence:/var/lib/mysql",
            "a.b@c",
        ] {
            assert_eq!(to_text(&Value::from(text)), format!("{text}\n"));
        }
    }

    #[test]
    fn a_long_key_and_a_collection_as_key_are_readable() {
        let long = "k".repeat(2000);
        let mut map = crate::yaml::Mapping::new();
        map.insert(Value::from(long), Value::from(1));
        map.insert(read("{a: [1, {}]}"), read("[x]"));
        map.insert(Value::from("a: b"), Value::Null);
        map.insert(Value::Null, read("{c: 1}"));
        map.insert(Value::from(1), read("!tag {d: 1}"));
        map.insert(Value::from(true), read("!tag e"));
        let value = Value::from(map);
        assert_eq!(read(&to_text(&value)), value);
    }

    /// Texts made of what means something to some reader.
    fn text() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            proptest::sample::select(vec![
                "yes",
                "no",
                "null",
                "~",
                "=",
                "<<",
                "0123",
                "1_000",
                "22:22",
                "2001-01-01",
                "1e3",
                ".inf",
                "0x1",
                "- ",
                ": ",
                " #",
                "#",
                "\n",
                "\r\n",
                "\t",
                " ",
                "\"",
                "'",
                "\\",
                "$",
                "${X}",
                "%",
                "@",
                "---",
                "...",
                "|",
                ">",
                "{",
                "}",
                "[",
                "]",
                ",",
                "&a",
                "*a",
                "!",
                "\u{85}",
                "\u{a0}",
                "\u{2028}",
                "\u{feff}",
                "\u{1f600}",
                "\0",
                "\u{1b}",
                "ü",
            ]),
            Just("plain"),
        ];
        let words = proptest::collection::vec(word, 0..6).prop_map(|words| words.concat());
        prop_oneof![3 => words, 1 => any::<String>(), 1 => "[a-z\\n ]{0,20}"]
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            4 => text().prop_map(Value::from),
            1 => any::<i64>().prop_map(Value::from),
            1 => any::<u64>().prop_map(Value::from),
            1 => any::<bool>().prop_map(Value::from),
            1 => any::<f64>().prop_map(Value::from),
            1 => Just(Value::Null),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let pairs = proptest::collection::vec((text(), inner.clone()), 0..5);
            prop_oneof![
                proptest::collection::vec(inner, 0..5).prop_map(Value::from),
                pairs.prop_map(|pairs| {
                    let pairs = pairs.into_iter().map(|(k, v)| (Value::from(k), v));
                    Value::from(pairs.collect::<crate::yaml::Mapping>())
                }),
            ]
        })
    }

    proptest! {
            #[test]
            fn every_document_reads_back_exactly(value in value()) {
                let written = to_text(&value);
                prop_assert_eq!(read(&written), value, "{}", written);
            }

            #[test]
            fn a_plain_text_is_one_for_every_reader(text in text()) {
                if plain(&text) {
                    prop_assert!(!is_bent(&text));
                }
            }

            #[test]
            fn quoted_texts_read_back_under_a_key(text in text()) {
                let written = format!("a:\n  b: {}\nc: d\n", quoted(&text, 2));
    let back = read(&written);
                prop_assert_eq!(back["a"]["b"].as_str(), Some(text.as_str()), "{}", written);
            }
        }
}
