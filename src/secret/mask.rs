//! Masking secrets in the text, whatever its origin.

mod words;

use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD, Engine as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use zeroize::Zeroizing;

/// What is shown in a secret's place.
pub const MASK: &str = "********";
/// From this length on a secret is masked wherever it occurs, a shorter one only as a word of its own:
/// a password `qwer` says nothing about `qwerty`.
const LONG: usize = 6;
/// Shorter ones are not masked at all: they are in every other word, and what is missing in the text
/// would give them away.
const SHORTEST: usize = 3;

/// Values that must not be shown.
#[derive(Default)]
pub struct Masked(Vec<Zeroizing<String>>);

impl Masked {
    /// Adds a value. One of many lines, a key, is masked line by line as well: that is how output comes.
    pub fn add(&mut self, value: &str) {
        // The armour of a key is not secret.
        let lines = value.lines().map(str::trim);
        for part in lines.filter(|line| !line.starts_with("-----")) {
            self.add_part(part);
        }
        for spelling in spellings(value.trim()) {
            self.add_part(&spelling);
        }
        self.add_part(value);
        self.add_part(value.trim());
    }

    /// Adds a value that is not masked by the line.
    pub(super) fn add_part(&mut self, part: &str) {
        if part.len() < SHORTEST || part.trim().is_empty() {
            return;
        }
        self.0.push(part.to_owned().into());
        // A secret that contains another must go first, or its rest would be shown.
        self.0
            .sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.0.dedup();
    }

    /// `text` with every value replaced.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.iter().fold(Cow::Borrowed(text), |text, secret| {
            if !text.contains(&**secret) {
                text
            } else if words::is_ordinary(secret) {
                Cow::Owned(without(&text, secret, words::is_value))
            } else if secret.len() >= LONG {
                Cow::Owned(text.replace(&**secret, MASK))
            } else {
                Cow::Owned(without(&text, secret, |_, _| true))
            }
        })
    }

    /// The same for a value in a document, which has keys that say what it is: one that is a word, such as
    /// `type`, is none of the secrets.
    pub fn mask_value<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if words::is_ordinary(text) {
            return Cow::Borrowed(text);
        }
        self.mask(text)
    }
}

/// A secret as others may have it: in base64, and in an address.
pub(super) fn spellings(secret: &str) -> Vec<String> {
    if secret.len() < LONG || secret.contains('\n') || words::is_ordinary(secret) {
        return Vec::new();
    }
    let base64 = [&BASE64_STANDARD_NO_PAD, &BASE64_URL_SAFE_NO_PAD].map(|one| one.encode(secret));
    let percent =
        [NON_ALPHANUMERIC, UNRESERVED].map(|set| utf8_percent_encode(secret, set).to_string());
    let all = base64.into_iter().chain(percent);
    all.filter(|spelling| spelling != secret).collect()
}

/// What has to be escaped in any part of an address.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The text with `word` replaced where no letter or digit continues it on either side, if it is to be.
fn without(text: &str, word: &str, is_meant: fn(&str, &str) -> bool) -> String {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let continues = |neighbour, end| is_part(neighbour) && is_part(end);
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for (found, _) in text.match_indices(word) {
        let end = found + word.len();
        // `mysql -pPASSWORD`
        let before = text[..found].strip_suffix("-p").unwrap_or(&text[..found]);
        let before = before.chars().next_back();
        let after = text[end..].chars().next();
        let is_word =
            !continues(before, word.chars().next()) && !continues(after, word.chars().next_back());
        if is_word && is_meant(&text[..found], &text[end..]) {
            kept.push_str(&text[at..found]);
            kept.push_str(MASK);
            at = end;
        }
    }
    kept.push_str(&text[at..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secrets: &[&str], text: &str) -> String {
        let mut all = Masked::default();
        for secret in secrets {
            all.add(secret);
        }
        all.mask(text).into_owned()
    }

    #[test]
    fn long_ones_are_masked_everywhere_and_longest_first() {
        let secrets = ["abcdefgh", "abcdefghij", ""];
        assert_eq!(
            masked(&secrets, "xabcdefghijy abcdefghz"),
            "x********y ********z"
        );
        assert_eq!(masked(&secrets, "nothing"), "nothing");
    }

    #[test]
    fn other_spellings_are_masked() {
        let told = "p%C3%A4ss%2Fw%2Brd cMOkc3MvdytyZA== cMOkc3MvdytyZA p%C3%A4ss/w+rd";
        assert_eq!(
            masked(&["päss/w+rd"], told),
            "******** ********== ******** p%C3%A4ss/w+rd"
        );
    }

    #[test]
    fn short_ones_are_masked_as_words() {
        let text = "purt 'purt' repurt purt_1 x=purt, purts, `purt`";
        let expected = "******** '********' repurt purt_1 x=********, purts, `********`";
        assert_eq!(masked(&["purt"], text), expected);
        // A character that cannot continue a word ends it.
        assert_eq!(masked(&["p$!"], "ap$!b p$!b"), "ap$!b ********b");
        assert_eq!(masked(&["a", "to"], "a to b"), "a to b");
    }

    /// Seen with `secret: wrong`: "invalid signature or ******** algorithm".
    #[test]
    fn ordinary_words_are_masked_as_values_only() {
        let text = "the server says: invalid signature or wrong algorithm\nsecret: wrong\n";
        let expected = "the server says: invalid signature or wrong algorithm\nsecret: ********\n";
        assert_eq!(masked(&["wrong"], text), expected);
        assert_eq!(
            masked(&["Service"], "Service `Services`: SECRET=Service"),
            "Service `Services`: SECRET=********"
        );
        let mut all = Masked::default();
        all.add("type");
        assert_eq!(
            (&*all.mask_value("type"), &*all.mask_value("x=type")),
            ("type", "x=********")
        );
    }

    #[test]
    fn a_key_is_masked_by_the_line() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\r\nAAAABBBB\r\nCCCCDDDD\r\n-----END RSA PRIVATE KEY-----\r\n";
        assert_eq!(
            masked(&[key], "got AAAABBBB and CCCCDDDD"),
            "got ******** and ********"
        );
        assert_eq!(
            masked(&[key], "-----END RSA PRIVATE KEY-----"),
            "-----END RSA PRIVATE KEY-----"
        );
    }
}
