//! Quotes scalars and keys so that YAML 1.1 and 1.2 readers read them alike.

use super::New;
use crate::yaml::write::{double_quoted, is_printable, is_word};

/// The text in single quotes, or in double quotes if a character needs an escape.
pub fn single_quoted(text: &str) -> String {
    if !text.chars().all(is_printable) {
        return double_quoted(text);
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// A name as a key or a value: unquoted if that is unambiguous.
pub fn key(name: &str) -> String {
    if is_bare(name) {
        name.to_owned()
    } else {
        single_quoted(name)
    }
}

/// A scalar in its requested form. Empty for mappings, which are not scalars.
pub(super) fn scalar(new: &New) -> String {
    match new {
        New::Text(text) => single_quoted(text),
        New::Escaped(text) => double_quoted(text),
        New::Bare(text) => key(text),
        New::Number(number) => number.to_string(),
        New::Flag(flag) => flag.to_string(),
        New::Map(_) => String::new(),
    }
}

/// Whether YAML readers of all versions read it as a string.
fn is_bare(name: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(inside)
        && !is_word(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Node;

    #[test]
    fn everything_reads_back() {
        let hard = [
            "",
            " ",
            "a",
            "1",
            "1.10",
            "yes",
            "Null",
            "~",
            "=",
            "<<x",
            "a: b",
            "a #b",
            "-",
            "- a",
            "it's",
            "\"q\"",
            "\\n",
            "a\nb",
            "a\r\nb\r\n",
            "\ta",
            "ü",
            "\u{85}",
            "\u{2028}",
            "\u{feff}x",
            "\u{0}",
            "\u{7f}",
            "{a}",
            "[a]",
            "@a",
            "`a`",
            "%a",
            "!a",
            "&a",
            "*a",
            "🦀",
            "0x1f",
            "1e3",
            "12:30:45",
            ".inf",
            "---",
            "...",
            "a/b.c-d_e",
            "?",
            "? a",
            ":",
            "|",
            ">",
        ];
        for text in hard {
            for written in [single_quoted(text), double_quoted(text), key(text)] {
                let read = Node::parse(&format!("k: {written}\n{written}: v\n"));
                let read = read.unwrap_or_else(|e| panic!("{written}: {e:?}"));
                let value = read.get("k").and_then(Node::as_text);
                assert_eq!(value, Some(text), "{written}");
                assert!(text == "k" || read.get(text).is_some(), "{written}");
            }
        }
    }

    #[test]
    fn only_plain_names_stay_bare() {
        assert_eq!(key("digital-ocean"), "digital-ocean");
        assert_eq!(key("team/eu.1"), "team/eu.1");
        for quoted in ["1", "on", "NULL", "a b", "-a", "a:b", ""] {
            assert!(key(quoted).starts_with('\''), "{quoted}");
        }
    }
}
