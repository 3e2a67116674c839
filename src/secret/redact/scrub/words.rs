//! Secrets that follow a word of a command line, of SQL or of a configuration, without a sign between them.

use super::{is_sensitive, skip};
use crate::secret::MASK;

/// Programs that read a password glued to or after a short flag.
const SHORT: &[(&str, &str)] = &[
    ("mysql", "-p"),
    ("mariadb", "-p"),
    ("mysqladmin", "-p"),
    ("mysqldump", "-p"),
    ("sshpass", "-p"),
    ("docker login", "-p"),
    ("redis-cli", "-a"),
    ("curl", "-u"),
    ("curl", "--user"),
    ("curl", "-U"),
    ("curl", "--proxy-user"),
    ("wget", "--user"),
];

/// Words of SQL and `.netrc` before a password, and what has to come before them in the line.
const BEFORE: &[(&str, &str)] = &[
    ("identified", "by"),
    ("identified", "as"),
    ("user", "password"),
    ("role", "password"),
    ("set", "password"),
    ("login", "password"),
    ("machine", "password"),
];

/// All of them in a line.
pub fn all(line: &str) -> String {
    let mut out = String::new();
    let mut from = 0;
    let mut at = 0;
    while let Some((start, end)) = next_word(line, at) {
        at = end;
        let word = &line[start..end];
        let seen = line[..start].to_ascii_lowercase();
        let Some(value) = value_after(line, word, end, &seen) else {
            continue;
        };
        let (start, end) = value;
        if end > start && !line[start..].starts_with(MASK) && !line[start..].starts_with('$') {
            out += &line[from..start];
            out += MASK;
            from = end;
            at = end;
        }
    }
    out + &line[from..]
}

/// Where the secret is that follows `word`, or is a part of it.
fn value_after(line: &str, word: &str, end: usize, seen: &str) -> Option<(usize, usize)> {
    let short =
        |(program, flag): &&(&str, &str)| seen.contains(*program) && word.starts_with(*flag);
    if let Some((_, flag)) = SHORT.iter().find(short) {
        let glued = &word[flag.len()..];
        let is_mysql = *flag == "-p" && !seen.contains("sshpass") && !seen.contains("docker login");
        let (start, end) = match glued.is_empty() {
            false if flag.starts_with("--") => return None,
            false => (end - glued.len(), end),
            // For MySQL, what follows is the name of a database.
            true if is_mysql => return None,
            true => value(line, end)?,
        };
        // Of a user and a password, the user stays.
        let user = line[start..end]
            .find(':')
            .filter(|_| flag.to_ascii_lowercase().contains('u'));
        return match user {
            Some(user) => Some((start + user + 1, end)),
            None if flag.to_ascii_lowercase().contains('u') => None,
            None => Some((start, end)),
        };
    }
    if word.starts_with("--") && is_sensitive(word) && !word.contains('=') {
        let is_source =
            word.ends_with("-file") || word.ends_with("-env") || word.ends_with("-stdin");
        return value(line, end)
            .filter(|(start, _)| !is_source && !line[*start..].starts_with('-'));
    }
    let lower = word.to_ascii_lowercase();
    let is_before = |(first, last): &&(&str, &str)| {
        lower == **last
            && seen
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == *first)
    };
    BEFORE.iter().find(is_before)?;
    let is_quoted = line[end..].trim_start().starts_with(['\'', '"', '(']);
    let is_netrc = seen.contains("login ") || seen.contains("machine ");
    let (start, end) = value(line, end)?;
    (is_quoted || is_netrc).then_some((start, end))
}

/// The next value: in quotes, or up to the next space.
fn value(line: &str, from: usize) -> Option<(usize, usize)> {
    let start = skip(line, from, |c| c.is_whitespace() || "=(".contains(c));
    let quote = line[start..].chars().next().filter(|c| "'\"".contains(*c));
    let start = start + quote.map_or(0, char::len_utf8);
    let ends = |c: char| match quote {
        Some(quote) => c == quote,
        None => c.is_whitespace() || ",;)\"'".contains(c),
    };
    let end = start + line[start..].find(ends).unwrap_or(line.len() - start);
    (end > start && start > from).then_some((start, end))
}

fn next_word(line: &str, from: usize) -> Option<(usize, usize)> {
    let is_end = |c: char| c.is_whitespace() || "\"'`()[],;".contains(c);
    let start = from + line[from..].find(|c| !is_end(c))?;
    Some((
        start,
        start + line[start..].find(is_end).unwrap_or(line.len() - start),
    ))
}
