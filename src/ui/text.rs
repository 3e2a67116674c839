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
}
