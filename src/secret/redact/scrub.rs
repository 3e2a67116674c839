//! Values that look like secrets, in text of any origin.

use super::quoted::value_end;
use crate::secret::MASK;
use crate::url::hidden_until;

/// Words in the names of things that are secrets.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "credential",
    "authorization",
    "private_key",
    "sessionkey",
    "session_key",
    "access_key",
];

/// Whether a variable of this name holds a secret.
pub fn is_sensitive(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let short = ["pass", "pwd", "auth", "key"];
    let part = |word: &&str| name.split(['_', '-', '.']).any(|part| part == *word);
    WORDS.iter().any(|word| name.contains(word)) || (name != "pwd" && short.iter().any(part))
}

/// All of it.
pub fn all(text: &str) -> String {
    let text = lists(&keys(text));
    let lines = text.split_inclusive('\n');
    lines
        .map(|line| assignments(&tokens(&addresses(line))))
        .collect()
}

/// Private keys, between their armour, over any number of lines.
fn keys(text: &str) -> String {
    const BEGIN: &str = "-----BEGIN ";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(BEGIN) {
        let (before, armoured) = rest.split_at(at);
        out += before;
        out += MASK;
        // One that is cut off goes to the end.
        let end = armoured.find("-----END ");
        let end = end.and_then(|end| Some(end + 9 + armoured[end + 9..].find("-----")? + 5));
        rest = &armoured[end.unwrap_or(armoured.len())..];
    }
    out + rest
}

/// User and password of addresses.
fn addresses(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out += before;
        let ends = |c: char| c.is_whitespace() || "/'\"`<>,".contains(c);
        let end = after.find(ends).unwrap_or(after.len());
        match hidden_until(before.trim_end_matches("://"), &after[..end]) {
            Some(user) => {
                out += MASK;
                rest = &after[user..];
            }
            None => {
                out += &after[..end];
                rest = &after[end..];
            }
        }
    }
    out + rest
}

/// Signed tokens: three parts of base64, the first of which begins a JSON document.
fn tokens(line: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.=".contains(c);
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("eyJ") {
        let (before, token) = rest.split_at(at);
        out += before;
        let end = token.find(|c| !is_part(c)).unwrap_or(token.len());
        out += if token[..end].contains('.') {
            MASK
        } else {
            &token[..end]
        };
        rest = &token[end..];
    }
    out + rest
}

/// Lists, over any number of lines: `"secrets": ["…", "…"]`, with any number of backslashes before the quotes.
fn lists(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some((_, name)) = next_word(&lower, at) {
        at = name;
        let sign = skip(text, name, |c| "\"' \\".contains(c));
        if !text[sign..].starts_with(['=', ':']) {
            continue;
        }
        let start = skip(text, sign + 1, char::is_whitespace);
        let end = start + value_end(&text[start..]);
        let Some(inside) = text[start..end].strip_prefix('[') else {
            continue;
        };
        let inside = inside.trim_end_matches(']').trim();
        // A type in GraphQL hides nothing.
        if !["", "String!", "String"].contains(&inside) {
            out += &text[from..=start];
            out += MASK;
            from = end - usize::from(text[..end].ends_with(']'));
        }
        at = end;
    }
    out + &text[from..]
}

/// The next word for something secret, and where the name that it is in ends.
fn next_word(lower: &str, from: usize) -> Option<(&'static str, usize)> {
    let found = WORDS
        .iter()
        .filter_map(|word| Some((lower[from..].find(word)? + from, *word)));
    let (at, word) = found.min()?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    Some((word, skip(lower, at + word.len(), is_part)))
}

/// The first place from `start` on with another character.
fn skip(text: &str, start: usize, is_skipped: impl Fn(char) -> bool) -> usize {
    let rest = &text[start..];
    start + rest.find(|c| !is_skipped(c)).unwrap_or(rest.len())
}

/// `password=…`, `"secret": "…"`, `Authorization: Bearer …`.
fn assignments(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    let mut out = String::new();
    let mut from = 0;
    while let Some((start, end)) = assignment(&lower, line, from) {
        out += &line[from..start];
        out += MASK;
        from = end;
    }
    out + &line[from..]
}

/// Where the value of the next one is.
fn assignment(lower: &str, line: &str, from: usize) -> Option<(usize, usize)> {
    let (word, name) = next_word(lower, from)?;
    let sign = skip(line, name, |c| "\"' \\".contains(c));
    // `SQLInvalidAuthorizationSpecException: …` says why.
    let is_exception = line[..name].ends_with("Exception");
    if is_exception || !line[sign..].starts_with(['=', ':']) {
        return assignment(lower, line, name);
    }
    let start = skip(line, sign + 1, |c| "\"' \\=:".contains(c));
    let quoted = line[..start]
        .chars()
        .next_back()
        .filter(|c| "\"'".contains(*c));
    let ends = |c: char| match quoted {
        Some(quote) => c == quote || c == '\n',
        None if word == "authorization" => "\r\n\"'".contains(c),
        None => c.is_whitespace() || "\"',;&)}".contains(c),
    };
    let end = start + line[start..].find(ends).unwrap_or(line.len() - start);
    if is_harmless_value(&line[start..end], &line[start..]) {
        assignment(lower, line, start.max(name))
    } else {
        Some((start, end))
    }
}

/// Whether there is nothing to hide: already left out, a reference to a variable, or JSON's `null`.
fn is_harmless_value(value: &str, rest: &str) -> bool {
    let left_out = rest.starts_with('(')
        && rest
            .split_once(')')
            .is_some_and(|(inside, _)| inside.ends_with(" left out"));
    // The closing brace of a reference ends a value.
    let variable = is_reference(value) || is_reference(&format!("{value}}}"));
    let null = rest
        .strip_prefix("null")
        .is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric()));
    // Already masked, with or without the bracket of a list.
    let masked = value.trim_start_matches('[').starts_with(MASK);
    // `(using password: YES)`, and what a list in GraphQL holds.
    let word = ["YES", "NO", "[String!]", "[String!]!", "[]"].contains(&value);
    value.is_empty() || masked || left_out || variable || null || word
}

/// Whether a value only refers to a variable: `$NAME`, in capitals as no one spells a secret, or
/// `${name}` without a default, which could be one.
pub fn is_reference(value: &str) -> bool {
    let Some(name) = value.trim_matches(['"', '\'']).strip_prefix('$') else {
        return false;
    };
    let (name, is_part): (_, fn(char) -> bool) = match name.strip_prefix('{') {
        Some(braced) => (braced.strip_suffix('}').unwrap_or_default(), |c| {
            c.is_alphanumeric() || "_.:".contains(c)
        }),
        None => (name, |c| {
            c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'
        }),
    };
    !name.is_empty() && name.chars().all(is_part)
}
