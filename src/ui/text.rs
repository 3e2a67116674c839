//! Numbers, lists and the texts of others in sentences.

use std::borrow::Cow;

/// `1 error`, `2 errors`.
pub fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// `a`, `a and b`, `a, b and c`.
pub fn all_of(things: impl IntoIterator<Item = String>) -> String {
    let mut things: Vec<String> = things.into_iter().collect();
    match things.pop() {
        Some(last) if things.is_empty() => last,
        Some(last) => format!("{} and {last}", things.join(", ")),
        None => String::new(),
    }
}

/// Each value in backticks, with commas between them.
pub fn quoted(values: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    let quoted = values.into_iter().map(|value| format!("`{value}`"));
    quoted.collect::<Vec<_>>().join(", ")
}

/// Text of any origin as it may leave the program: what would control a terminal or turn the direction of
/// writing is spelled out. Lines and tabs are kept.
pub fn legible(text: &str) -> Cow<'_, str> {
    spelled_out(text, |c, next| {
        controls(c) && !(matches!(c, '\n' | '\t') || (c == '\r' && next == Some('\n')))
    })
}

/// The same for what has to stay on its line and in its column: a value cannot begin a line of its own.
pub fn on_one_line(text: &str) -> Cow<'_, str> {
    spelled_out(text, |c, _| controls(c))
}

/// Whether a character does something to a terminal but be shown there.
pub fn controls(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || turns || matches!(c, '\u{2028}' | '\u{2029}')
}

fn spelled_out(text: &str, is_spelled: impl Fn(char, Option<char>) -> bool) -> Cow<'_, str> {
    if !text.contains(controls) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            c if !is_spelled(c, rest.clone().next()) => shown.push(c),
            '\n' => shown += "\\n",
            '\r' => shown += "\\r",
            '\t' => shown += "\\t",
            c if c < '\u{100}' => shown += &format!("\\x{:02x}", u32::from(c)),
            c => shown += &format!("\\u{{{:x}}}", u32::from(c)),
        }
    }
    Cow::Owned(shown)
}

/// A message in which no value looks like another message: one that is in backticks stays on the first line,
/// and no line but the first begins as a message does.
pub fn message(text: &str) -> String {
    const LABELS: [&str; 3] = ["error:", "warning:", "hint:"];
    let mut shown = String::with_capacity(text.len());
    let mut is_inside = false;
    for (number, line) in text.split('\n').enumerate() {
        if is_inside {
            shown += "\\n";
        } else if number > 0 {
            shown.push('\n');
            if LABELS.iter().any(|label| line.starts_with(label)) {
                shown += "  ";
            }
        }
        let is_first = number == 0 || is_inside;
        is_inside = is_first && is_inside != (line.matches('`').count() % 2 == 1);
        shown += line;
    }
    legible(&shown).into_owned()
}

/// JSON in which the characters that control a terminal are escapes: the same document.
pub fn json(document: &str) -> String {
    let escape = |c: char| match c {
        c if c == '\n' || !controls(c) => c.to_string(),
        // All of them have four digits.
        c => format!("\\u{:04x}", u32::from(c)),
    };
    document.chars().map(escape).collect()
}

/// The start of a text of others that is longer than anyone reads.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            let left = text[end..].chars().count();
            Cow::Owned(format!("{}… ({left} characters left out)", &text[..end]))
        }
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_lists_read_as_a_sentence() {
        let counts = [0, 1, 2].map(|number| count(number, "error"));
        assert_eq!(counts, ["0 errors", "1 error", "2 errors"]);
        for (things, text) in [("a", "a"), ("a b", "a and b"), ("a b c", "a, b and c")] {
            assert_eq!(all_of(things.split(' ').map(str::to_owned)), text);
        }
        assert_eq!(quoted(["a", "b"]), "`a`, `b`");
    }

    #[test]
    fn what_controls_a_terminal_is_spelled_out() {
        let evil = "a\u{1b}]0;x\u{7}\u{9b}1m\u{202e}\u{2069}\tb\r\nc\rd";
        let kept = "a\\x1b]0;x\\x07\\x9b1m\\u{202e}\\u{2069}\tb\r\nc\\rd";
        assert_eq!(legible(evil), kept);
        let all = "a\\x1b]0;x\\x07\\x9b1m\\u{202e}\\u{2069}\\tb\\r\\nc\\rd";
        assert_eq!(on_one_line(evil), all);
        let document = serde_json::json!({ "a": evil });
        let shown = json(&format!("{document:#}"));
        assert!(!shown.contains(|c| controls(c) && c != '\n'), "{shown}");
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&shown).ok(),
            Some(document)
        );
    }

    #[test]
    fn a_value_is_no_message_of_its_own() {
        for (text, shown) in [
            ("no `a\nhint: b` here", "no `a\\nhint: b` here"),
            ("no `a\n\nb`\n  more `x\ny", "no `a\\n\\nb`\n  more `x\ny"),
            ("said:\nerror: b\n  c", "said:\n  error: b\n  c"),
        ] {
            assert_eq!(message(text), shown);
        }
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß!", 3), "äöü… (2 characters left out)");
    }
}
