//! Secrets that are ordinary words. Masked everywhere, such a secret would hide what messages say, and give
//! itself away by what is missing; so it is masked only as a value.

use crate::secret::redact::is_sensitive;

/// The words of the sentences that servers and this program say, as a test finds them in the recordings and
/// the documentation.
const WORDS: &str = include_str!("words.txt");

pub(super) fn is_ordinary(secret: &str) -> bool {
    let word = secret.to_ascii_lowercase();
    WORDS.split_whitespace().any(|one| one == word)
}

/// Whether what is between `before` and `after` is a value: on its own, in quotes, or after `=`, `:`, a flag
/// or a word such as `password`, and not part of a sentence.
pub(super) fn is_value(before: &str, after: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let (line, after) = match line.strip_suffix(['"', '\'']) {
        // As JSON in other JSON has it.
        Some(outside) => (
            outside.trim_end_matches('\\'),
            after
                .trim_start_matches('\\')
                .trim_start_matches(['"', '\'']),
        ),
        None => (line, after),
    };
    let is_closed = after.is_empty()
        || after.starts_with([
            '\n', '\r', ',', ']', ')', '}', ';', '@', '&', '\\', '"', '\'',
        ])
        || after.starts_with(" #");
    let bare = line.trim_end();
    let last = bare
        .rsplit([' ', '"', '\'', '`'])
        .next()
        .unwrap_or_default();
    let is_spaced = bare.len() < line.len();
    let is_list = || line.split([' ', ':', '=']).any(is_sensitive);
    match bare.chars().next_back() {
        Some('=') => true,
        // A flag, or a word that says what follows.
        _ if is_spaced
            && (last.starts_with('-') && last != "-" || last == "Bearer" || is_sensitive(last)) =>
        {
            true
        }
        None | Some(':' | '[' | '(' | '{' | '/') => is_closed,
        Some(',') => is_closed && (!is_spaced || is_list()),
        Some(_) => {
            is_closed && bare.trim_start_matches([' ', '-', '+']).is_empty()
                || last == "-p" && !is_spaced
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_masked(text: &str) -> bool {
        let (before, after) = text.split_once("user").expect("the word");
        is_value(before, after)
    }

    #[test]
    fn values_are_masked() {
        for text in [
            "user",
            "  user\n",
            "- user",
            "+ - user",
            "secret: user",
            "+ secret: 'user'\n",
            "secret: one,user",
            "secret: one, user",
            "SECRET=user",
            "--secret user x",
            "--secret=user",
            "-p user",
            "-puser",
            "Bearer user",
            "the password user is",
            "{\"secret\":\"user\",\"a\":1}",
            "[\"one\",\"user\"]",
            "\\\"secret\\\":\\\"user\\\"}",
            "mysql://root:user@host",
            "secret: user # x",
        ] {
            assert!(is_masked(text), "{text}");
        }
    }

    #[test]
    fn sentences_are_not() {
        for text in [
            "the user is",
            "could not deploy: user is unknown",
            "`user`: missing",
            "a field `user`",
            "'user' is unknown",
            "no such type, user, here",
            "of the user\n",
            "{\"user\":1}",
            "Changed field `a`, user\n",
            "error: user names differ",
            "a user.",
        ] {
            assert!(!is_masked(text), "{text}");
        }
    }
}
