//! `.env` as docker-compose reads it: a model of both generations, for where they are not installed.
//!
//! v1 is python-dotenv 0.21, v2 compose-go's own reader. Only what a written file can contain is
//! modelled; `roundtrip.rs` holds the model against the real programs.

/// A generation of docker-compose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// The one in Python.
    V1,
    /// The one in Go.
    V2,
}

/// The variables in a text, in order; `None` for what the model does not know.
pub fn read(text: &str, generation: Generation) -> Option<Vec<(String, String)>> {
    let mut variables: Vec<(String, String)> = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Some(variables);
        }
        if rest.starts_with('#') {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
            continue;
        }
        let (key, after) = rest.split_once('=')?;
        let value;
        (value, rest) = match after.chars().next() {
            Some(quote @ ('\'' | '"')) => quoted(&after[1..], quote, generation)?,
            _ => {
                let (line, rest) = after.split_once('\n').unwrap_or((after, ""));
                let line = line.split(" #").next().unwrap_or_default();
                (line.trim().to_owned(), rest)
            }
        };
        let expands = match generation {
            Generation::V1 => true,
            Generation::V2 => !after.starts_with('\''),
        };
        let value = if expands {
            expand(&value, generation, &variables)?
        } else {
            value
        };
        variables.push((key.to_owned(), value));
    }
}

/// The text up to the closing quote, and what follows it.
fn quoted(text: &str, quote: char, generation: Generation) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((value, &text[at + 1..]));
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        let next = text[at + 1..].chars().next()?;
        // v1 looks for the end first, and any backslash keeps a quote from being it.
        let ends_v1 = next == '\\' && text[at + 2..].starts_with(quote);
        match (quote, generation, next) {
            (_, Generation::V1, '\\') if ends_v1 && !text[at + 3..].contains(quote) => return None,
            ('"', _, 'n') => value.push('\n'),
            ('"', _, 'r') => value.push('\r'),
            ('"', _, '\\' | '"') => value.push(next),
            _ => return None,
        }
        chars.next();
    }
    None
}

/// Puts in the values of earlier variables. v1 knows `${NAME}` only.
fn expand(value: &str, generation: Generation, known: &[(String, String)]) -> Option<String> {
    let Some((before, after)) = value.split_once('$') else {
        return Some(value.to_owned());
    };
    let Some((name, after)) = after.strip_prefix('{').and_then(|a| a.split_once('}')) else {
        return match generation {
            Generation::V1 => Some(value.to_owned()),
            Generation::V2 => None,
        };
    };
    let found = known.iter().find(|(key, _)| key == name);
    let put = found.map(|(_, value)| value.as_str()).unwrap_or_default();
    Some(format!(
        "{before}{put}{}",
        expand(after, generation, known)?
    ))
}
