//! Finds definitions in SDL without validating it: the server does that, and positions are needed just
//! when the SDL is invalid.

/// A definition such as `type NAME {…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Definition<'t> {
    pub(super) name: &'t str,
    /// The position of the name.
    pub(super) at: usize,
    /// Fields or values, and their positions.
    pub(super) members: Vec<(&'t str, usize)>,
}

/// The keywords that start definitions.
const KEYWORDS: [&str; 6] = ["type", "enum", "input", "interface", "union", "scalar"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Name(&'t str, usize),
    Mark(u8),
}

/// Whether there is nothing but comments and white space. Other characters are for the server to reject.
pub(super) fn is_blank(text: &str) -> bool {
    let lines = text.lines().map(str::trim_start);
    lines
        .into_iter()
        .all(|line| line.is_empty() || line.starts_with('#'))
}

pub(super) fn definitions(text: &str) -> Vec<Definition<'_>> {
    let tokens = tokens(text);
    let mut found: Vec<Definition<'_>> = Vec::new();
    let (mut braces, mut others) = (0_usize, 0_usize);
    let mut previous = None;
    for (index, token) in tokens.iter().enumerate() {
        let next = tokens.get(index + 1);
        match *token {
            Token::Mark(b'{') => braces += 1,
            Token::Mark(b'}') => {
                braces = braces.saturating_sub(1);
                // The end of the block closes everything left open.
                others = 0;
            }
            Token::Mark(b'(' | b'[') => others += 1,
            Token::Mark(b')' | b']') => others = others.saturating_sub(1),
            Token::Name(word, _) if braces == 0 && others == 0 && KEYWORDS.contains(&word) => {
                if let Some(Token::Name(name, at)) = next {
                    let fresh = previous.is_none_or(|token| !KEYWORDS.contains(&word_of(token)));
                    if fresh {
                        found.push(Definition {
                            name,
                            at: *at,
                            members: Vec::new(),
                        });
                    }
                }
            }
            Token::Name(name, at) if braces == 1 && others == 0 => {
                // After `:` comes a type, after `@` a directive, after `=` a value.
                let own = !matches!(previous, Some(Token::Mark(b':' | b'@' | b'=')));
                if own && let Some(definition) = found.last_mut() {
                    definition.members.push((name, at));
                }
            }
            _ => {}
        }
        previous = Some(*token);
    }
    found
}

fn word_of(token: Token<'_>) -> &str {
    match token {
        Token::Name(word, _) => word,
        Token::Mark(_) => "",
    }
}

/// Names and punctuation, without comments and strings.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        at += match byte {
            b'#' => rest.iter().take_while(|b| **b != b'\n').count(),
            b'"' if rest.starts_with(b"\"\"\"") => block_text(rest),
            b'"' => quoted_text(rest),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                let name = |b: &&u8| b.is_ascii_alphanumeric() || **b == b'_';
                let len = rest.iter().take_while(name).count();
                tokens.push(Token::Name(&text[at..at + len], at));
                len
            }
            mark if mark.is_ascii_punctuation() => {
                tokens.push(Token::Mark(*mark));
                1
            }
            _ => 1,
        };
    }
    tokens
}

fn block_text(rest: &[u8]) -> usize {
    let mut at = 3;
    while at < rest.len() {
        if rest[at..].starts_with(b"\\\"\"\"") {
            at += 4;
        } else if rest[at..].starts_with(b"\"\"\"") {
            return at + 3;
        } else {
            at += 1;
        }
    }
    at
}

/// A quoted string ends with its line at the latest.
fn quoted_text(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\n' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_broken_text_still_has_its_definitions() {
        let text = "type A { a: [Int b(: X \"open\n c: Int }\n} type B { d: Int";
        let names: Vec<_> = definitions(text).iter().map(|d| d.name).collect();
        assert_eq!(names, ["A", "B"]);
        assert_eq!(
            definitions(text)[1].members,
            [("d", text.find("d:").expect("there"))]
        );
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "([a-z{}()\\[\\]\"\\\\#:@! \n]|type |\"\"\"|ü){0,80}") {
            for definition in definitions(&text) {
                prop_assert!(text[definition.at..].starts_with(definition.name));
                for (name, at) in definition.members {
                    prop_assert!(text[at..].starts_with(name));
                }
            }
        }
    }
}
