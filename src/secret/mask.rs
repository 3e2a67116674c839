//! What must not be shown, and how it is kept out of a text.

use std::borrow::Cow;

/// What stands in a secret's place.
const MASK: &str = "********";
/// From this length on a secret is masked wherever it occurs.
const LONG: usize = 8;
/// Shorter ones are not masked at all: they are letters of every other word, and what is missing in
/// a text would tell them.
const SHORTEST: usize = 3;

/// Values that must not be shown.
#[derive(Debug, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Adds a value. One of many lines, a key, is masked line by line as well: that is how output comes.
    pub fn add(&mut self, value: &str) {
        let lines = value.lines().map(str::trim);
        // The armour of a key is no secret.
        let lines = lines.filter(|line| !line.starts_with("-----"));
        let parts = lines.chain([value, value.trim()]);
        let parts = parts.filter(|part| part.len() >= SHORTEST && !part.trim().is_empty());
        self.0.extend(parts.map(str::to_owned));
        // A secret that contains another must go first, or its rest would be shown.
        self.0
            .sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.0.dedup();
    }

    /// `text` with every value replaced: long ones wherever they are, short ones where they are a word
    /// of their own, since a password `port` says nothing about `report`.
    pub fn mask<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.iter().fold(Cow::Borrowed(text), |text, secret| {
            match (text.contains(secret), secret.len() >= LONG) {
                (false, _) => text,
                (true, true) => Cow::Owned(text.replace(secret, MASK)),
                (true, false) => Cow::Owned(without_word(&text, secret)),
            }
        })
    }
}

/// The text with `word` replaced where no letter or digit goes on before or behind it.
fn without_word(text: &str, word: &str) -> String {
    let goes_on = |neighbour: Option<char>, end: Option<char>| {
        let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        part(neighbour) && part(end)
    };
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for (found, _) in text.match_indices(word) {
        let end = found + word.len();
        let before = text[..found].chars().next_back();
        let behind = text[end..].chars().next();
        if !goes_on(before, word.chars().next()) && !goes_on(behind, word.chars().next_back()) {
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
        let mut all = Secrets::default();
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
    fn short_ones_are_masked_as_words() {
        let text = "port 'port' report port_1 x=port, ports, `port`";
        let expected = "******** '********' report port_1 x=********, ports, `********`";
        assert_eq!(masked(&["port"], text), expected);
        // A sign that no word goes on with ends one by itself.
        assert_eq!(masked(&["p$!"], "ap$!b p$!b"), "ap$!b ********b");
        assert_eq!(masked(&["a", "to"], "a to b"), "a to b");
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
