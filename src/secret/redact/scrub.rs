//! Values that look like secrets, in text of any origin.

mod tokens;
mod words;

use super::quoted::value_end;
use crate::secret::MASK;
use crate::url::hidden_until;

/// Words in the names of things that are secrets: of variables, YAML keys, flags, headers and parts of addresses.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "credential",
    "authorization",
    "cookie",
    "webhook",
    "signature",
];

/// Words that are such names only as a part of their own: `DB_PWD`, `db-pass`, `apiKey`; not `KEYBOARD`.
const PARTS: &[&str] = &["pass", "pwd", "pw", "auth", "key", "sig", "dsn"];

/// Names that are none: a folder, the kind of a line that a server logs, what a database calls its columns, an agent.
const HARMLESS_NAMES: &[&str] = &[
    "PWD",
    "OLDPWD",
    "key",
    "SSH_AUTH_SOCK",
    "public_key",
    "publicKey",
    "primary_key",
    "foreign_key",
];

/// Names that are such only in the query of an address.
const QUERY: &[&str] = &["key", "code", "state", "access"];

/// Whether something of this name holds a secret.
pub fn is_sensitive(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let bare = name.trim_matches(['-', '.']);
    // `SQLInvalidAuthorizationSpecException: …` says why.
    if HARMLESS_NAMES.contains(&bare) || lower.ends_with("exception") {
        return false;
    }
    WORDS.iter().any(|word| lower.contains(word)) || parts(name).any(|part| is_part(&part))
}

fn is_part(part: &str) -> bool {
    PARTS.contains(&part)
}

/// The words of a name: `apiKey`, `API_KEY` and `api-key` have the same.
fn parts(name: &str) -> impl Iterator<Item = String> {
    let mut parts = vec![String::new()];
    let mut before = '_';
    for c in name.chars() {
        let begins = !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase());
        if begins {
            parts.push(String::new());
        }
        if let (true, Some(part)) = (c.is_alphanumeric(), parts.last_mut()) {
            part.extend(c.to_lowercase());
        }
        before = c;
    }
    parts.into_iter()
}

/// Whether there may be any of that: a quick look.
pub fn may_be_known(text: &str) -> bool {
    text.contains("://") || tokens::may_be(text) || names_header(text)
}

fn names_header(text: &str) -> bool {
    ["uthorization", "UTHORIZATION", "ookie", "COOKIE"]
        .iter()
        .any(|name| text.contains(name))
}

/// What is a secret wherever it is: in addresses, tokens of well-known forms, and headers.
pub fn known(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines
        .map(|line| headers(&tokens::all(&addresses(line))))
        .collect()
}

/// All of it.
pub fn all(text: &str) -> String {
    let text = lists(&keys(text));
    let lines = text.split_inclusive('\n');
    lines
        .map(|line| assignments(&words::all(&known(line))))
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

/// `Authorization: Basic …`, `Proxy-Authorization: …`, `Set-Cookie: …`, to the end of the line or the string.
fn headers(line: &str) -> String {
    let lower = line.to_ascii_lowercase();
    for name in ["authorization", "cookie"] {
        let Some(at) = lower.find(name) else { continue };
        let sign = skip(line, at + name.len(), |c| "\"' \\".contains(c));
        if !line[sign..].starts_with(':') {
            continue;
        }
        let start = skip(line, sign + 1, |c| "\"' \\".contains(c));
        let end = start
            + line[start..]
                .find(['"', '\'', '\r', '\n', '\\'])
                .unwrap_or(line.len() - start);
        let value = &line[start..end];
        if !is_harmless_value(value, &line[start..]) {
            return format!("{}{MASK}{}", &line[..start], headers(&line[end..]));
        }
    }
    line.to_owned()
}

/// Lists, over any number of lines: `"secrets": ["…", "…"]`, with any number of backslashes before the quotes.
fn lists(text: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some((_, name)) = next_name(text, at) {
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

/// The next name of something secret, and where it ends.
fn next_name(text: &str, from: usize) -> Option<(&str, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let mut at = from;
    loop {
        let start = at + text[at..].find(is_part)?;
        let end = skip(text, start, is_part);
        let name = &text[start..end];
        let is_query = text[..start].ends_with(['?', '&']) && text[..start].contains("://");
        if is_sensitive(name) || (is_query && QUERY.contains(&name)) {
            return Some((name, end));
        }
        at = end;
    }
}

/// The first place from `start` on with another character.
fn skip(text: &str, start: usize, is_skipped: impl Fn(char) -> bool) -> usize {
    let rest = &text[start..];
    start + rest.find(|c| !is_skipped(c)).unwrap_or(rest.len())
}

/// `password=…`, `"secret": "…"`, `Authorization: Bearer …`.
fn assignments(line: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    while let Some((start, end)) = assignment(line, from) {
        out += &line[from..start];
        out += MASK;
        from = end;
    }
    out + &line[from..]
}

/// Where the value of the next one is.
fn assignment(line: &str, from: usize) -> Option<(usize, usize)> {
    let (_, name) = next_name(line, from)?;
    let sign = skip(line, name, |c| "\"' \\".contains(c));
    // `docker.pkg.Key::method` has no value, nor does `https://key:…` before its address.
    if !line[sign..].starts_with(['=', ':'])
        || line[sign..].starts_with("::")
        || line[sign..].starts_with("://")
    {
        return assignment(line, name);
    }
    let start = skip(line, sign + 1, |c| "\"' \\=:".contains(c));
    let quoted = line[..start]
        .chars()
        .next_back()
        .filter(|c| "\"'".contains(*c));
    let ends = |c: char| match quoted {
        Some(quote) => c == quote || c == '\n',
        None => c.is_whitespace() || "\"',;&)}".contains(c),
    };
    let end = start + line[start..].find(ends).unwrap_or(line.len() - start);
    if is_harmless_value(&line[start..end], &line[start..]) {
        assignment(line, start.max(name))
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
    // docker-compose writes `$$` for one that it leaves to the container.
    let name = name.strip_prefix('$').unwrap_or(name);
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
