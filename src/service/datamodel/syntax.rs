//! Where a syntax error is. Servers report where the definition or block begins that they could not read,
//! and quote it up to the character at which they stopped.

/// A syntax error: its position in the text, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) at: usize,
    pub(super) message: String,
}

/// Reads a server's message about `text`. `None` for other messages, and for those about another datamodel.
pub(super) fn error(text: &str, message: &str) -> Option<SyntaxError> {
    let (_, rest) = message.split_once("Syntax error while parsing GraphQL query. ")?;
    if rest.starts_with("Unexpected end of input") {
        return Some(at_the_end(text));
    }
    let rest = rest.strip_prefix("Invalid input ")?;
    let mark = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (quoted, rest) = rest[1..].split_once(&format!("{mark}, expected "))?;
    let (_, place) = rest.split_once("(line ")?;
    let (line, place) = place.split_once(", column ")?;
    let (column, _) = place.split_once(')')?;
    let begin = offset(text, line.parse().ok()?, column.parse().ok()?)?;
    let at = begin + last_of(&text[begin..], quoted)?;
    let found = &text[at..];
    let stopped = found.chars().next()?;
    let is_cut_off = stopped.is_ascii() && !matches!(stopped, '}' | ')' | ']');
    if is_cut_off && found[1..].trim().is_empty() {
        return Some(at_the_end(text));
    }
    let unexpected = first_word(found);
    let message = match last_word(&text[..at]) {
        "" => format!("syntax error: unexpected `{unexpected}`"),
        before => format!("syntax error: unexpected `{unexpected}` after `{before}`"),
    };
    Some(SyntaxError { at, message })
}

fn at_the_end(text: &str) -> SyntaxError {
    let last = text.trim_end().char_indices().next_back();
    SyntaxError {
        at: last.map_or(0, |(at, _)| at),
        message: "syntax error: unexpected end of the datamodel".to_owned(),
    }
}

/// The position of a line and column, both counted from one. Servers count columns in UTF-16.
fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let lines = text.split_inclusive('\n');
    let before: usize = lines.take(line.checked_sub(1)?).map(str::len).sum();
    let mut left = column.checked_sub(1)?;
    for (at, c) in text[before..].char_indices() {
        if left == 0 {
            return Some(before + at);
        }
        left = left.checked_sub(c.len_utf16())?;
    }
    None
}

/// The position of the last character that `quoted`, which has escapes, has of the beginning of `text`.
fn last_of(text: &str, quoted: &str) -> Option<usize> {
    let mut rest = quoted;
    let mut last = None;
    for (at, c) in text.char_indices() {
        if rest.is_empty() {
            break;
        }
        let escaped: String = c.escape_debug().collect();
        rest = rest
            .strip_prefix(c)
            .or_else(|| rest.strip_prefix(&escaped))?;
        last = Some(at);
    }
    // What is left stands for the end of the text.
    last.filter(|_| rest.is_empty() || rest == "EOI")
}

fn is_part_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The name or the character at the beginning.
fn first_word(text: &str) -> &str {
    let end = text.find(|c| !is_part_of_name(c)).unwrap_or(text.len());
    let first = text.chars().next().map_or(0, char::len_utf8);
    &text[..end.max(first)]
}

/// The name or the character at the end, without white space.
fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    let begin = text.rfind(|c| !is_part_of_name(c));
    let name = &text[begin.map_or(0, |at| {
        at + text[at..].chars().next().map_or(0, char::len_utf8)
    })..];
    match (name, begin) {
        ("", Some(at)) => &text[at..],
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, quoted: &str, place: &str) -> Option<String> {
        let message = format!(
            "Syntax error while parsing GraphQL query. Invalid input {quoted}, expected \
             ImplementsInterfaces, '(' or FieldDefinitions ({place}):\ntype\n   ^"
        );
        let error = error(text, &message)?;
        let before = &text[..error.at];
        let line = 1 + before.matches('\n').count();
        let column = 1 + before
            .rsplit('\n')
            .next()
            .map_or(0, |line| line.chars().count());
        Some(format!("{line}:{column}: {}", error.message))
    }

    /// As recorded of 1.1.3 to 1.34.12.
    #[test]
    fn the_place_is_where_the_quoted_input_ends() {
        let text =
            "type A {\n  id: ID! @unique\n}\n\ntype User {\n  id: ID! @unique\n  name String\n}\n";
        assert_eq!(
            shown(
                text,
                r#""{\n  id: ID! @unique\n  name S""#,
                "line 5, column 11"
            )
            .as_deref(),
            Some("7:8: syntax error: unexpected `String` after `name`")
        );
        let text = "type User {\n  id: ID!\n  näme: String!\n}\n";
        assert_eq!(
            shown(text, r#""{\n  id: ID!\n  nä""#, "line 1, column 11").as_deref(),
            Some("3:4: syntax error: unexpected `ä` after `n`")
        );
        assert_eq!(
            shown("type User {\n}\n", r#""{\n}""#, "line 1, column 11").as_deref(),
            Some("2:1: syntax error: unexpected `}` after `{`")
        );
        assert_eq!(
            shown("hello {}\n", "'h'", "line 1, column 1").as_deref(),
            Some("1:1: syntax error: unexpected `hello`")
        );
        assert_eq!(
            shown("type User {\n", r#""{""#, "line 1, column 11").as_deref(),
            Some("1:11: syntax error: unexpected end of the datamodel")
        );
        let tab = "type A { \"x\" \t!: Int }";
        assert_eq!(
            shown(tab, r#""{ "x" \t!""#, "line 1, column 8").as_deref(),
            Some("1:15: syntax error: unexpected `!` after `\"`")
        );
    }

    #[test]
    fn a_message_about_another_text_has_no_place() {
        assert_eq!(shown("type B {}\n", r#""{\n x""#, "line 1, column 8"), None);
        assert_eq!(shown("type B {}\n", "'t'", "line 9, column 1"), None);
        assert_eq!(error("type B {}", "One field of the type `B` …"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[a-zä{\"\n ]{0,20}", quoted in "[a-zä{\\\\n ]{0,9}", line in 0..4_usize, column in 0..9_usize) {
            let _ = shown(&text, &format!("'{quoted}'"), &format!("line {line}, column {column}"));
            let _ = error(&text, &format!("Syntax error while parsing GraphQL query. {quoted}"));
        }
    }
}
