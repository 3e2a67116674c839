//! The grammar of references in configuration files: `${env:X}`, `${self:a.b, "default"}`.
//!
//! A reference is a list of choices; the first one with a value counts. A choice is `SOURCE:NAME`, a
//! quoted string (single or double quotes) or an unquoted one; all three may contain references. The
//! reader of each file decides which sources it supports and what to do with malformed references:
//! the cluster registry supports only `env`, `prisma.yml` supports more.

/// A way to look up environment variables.
pub type EnvLookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Literal text.
    Text(String),
    Reference(Reference),
}

/// `${…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The number of `${` before it in the whole text.
    pub nth: usize,
    /// What to try, in order; never empty.
    pub choices: Vec<Choice>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// `SOURCE:NAME`.
    Source {
        /// The word before the colon.
        source: String,
        /// The text after the colon, trimmed.
        name: Vec<Piece>,
    },
    /// A quoted string.
    Quoted(Vec<Piece>),
    /// An unquoted string, trimmed; usually a nested reference.
    Bare(Vec<Piece>),
}

/// Why text that begins with `${` is not a valid reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its `}`, or a closing quote, is missing.
    Unclosed,
    /// Something follows a closing quote.
    Junk,
    /// References are nested too deeply.
    Deep,
}

/// No one nests deeper by hand, and the stack is finite.
const DEEPEST: usize = 16;

/// The start of every reference.
pub const OPEN: &str = "${";

/// The pieces of a whole text. The error is the index of the malformed `${`, and why.
pub fn pieces(text: &str) -> Result<Vec<Piece>, (usize, Why)> {
    let mut parser = Parser {
        text,
        at: 0,
        opened: 0,
    };
    let mut pieces = Vec::new();
    while parser.at < text.len() {
        let rest = parser.rest();
        let plain = rest.find(OPEN).unwrap_or(rest.len());
        if plain > 0 {
            pieces.push(Piece::Text(rest[..plain].to_owned()));
            parser.at += plain;
        } else {
            let nth = parser.opened;
            let reference = parser.reference(0).map_err(|why| (nth, why))?;
            pieces.push(Piece::Reference(reference));
        }
    }
    Ok(pieces)
}

/// The reference at the start of the text, and its length.
pub fn leading(text: &str) -> Result<(Reference, usize), Why> {
    let mut parser = Parser {
        text,
        at: 0,
        opened: 0,
    };
    let reference = parser.reference(0)?;
    Ok((reference, parser.at))
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    opened: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// `${ CHOICE , CHOICE … }`.
    fn reference(&mut self, depth: usize) -> Result<Reference, Why> {
        if depth == DEEPEST {
            return Err(Why::Deep);
        }
        let nth = self.opened;
        if !self.rest().starts_with(OPEN) {
            return Err(Why::Unclosed);
        }
        self.opened += 1;
        self.at += OPEN.len();
        let mut choices = Vec::new();
        loop {
            self.blank();
            let choice = match self.rest().chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    self.at += 1;
                    let pieces = self.until(&[quote], depth)?;
                    self.at += 1;
                    self.blank();
                    Choice::Quoted(pieces)
                }
                _ => bare(self.until(&[',', '}'], depth)?),
            };
            choices.push(choice);
            match self.rest().chars().next() {
                Some(',') => self.at += 1,
                Some('}') => break,
                Some(_) => return Err(Why::Junk),
                None => return Err(Why::Unclosed),
            }
        }
        self.at += 1;
        Ok(Reference { nth, choices })
    }

    /// The pieces up to one of the characters, which is not consumed.
    fn until(&mut self, ends: &[char], depth: usize) -> Result<Vec<Piece>, Why> {
        let mut pieces = Vec::new();
        let mut plain = self.at;
        loop {
            let special = |c: char| c == '$' || ends.contains(&c);
            self.at += self.rest().find(special).ok_or(Why::Unclosed)?;
            let nested = self.rest().starts_with(OPEN);
            if !nested && self.rest().starts_with('$') {
                self.at += 1;
                continue;
            }
            if plain < self.at {
                pieces.push(Piece::Text(self.text[plain..self.at].to_owned()));
            }
            if !nested {
                return Ok(pieces);
            }
            pieces.push(Piece::Reference(self.reference(depth + 1)?));
            plain = self.at;
        }
    }
}

/// An unquoted choice. A word and a colon at its start name a source, unless `//` follows: then it is
/// a URL.
fn bare(mut pieces: Vec<Piece>) -> Choice {
    if let Some(Piece::Text(last)) = pieces.last_mut() {
        last.truncate(last.trim_end().len());
    }
    pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
    let source = match pieces.first() {
        Some(Piece::Text(first)) => first.split_once(':').filter(|(word, rest)| {
            let letters = word.chars().all(|c| c.is_ascii_alphanumeric());
            letters && word.starts_with(char::is_alphabetic) && !rest.starts_with("//")
        }),
        _ => None,
    };
    let Some((source, rest)) = source else {
        return Choice::Bare(pieces);
    };
    let (source, rest) = (source.to_owned(), rest.trim_start().to_owned());
    let first = (!rest.is_empty()).then_some(Piece::Text(rest));
    let name = first.into_iter().chain(pieces.drain(1..)).collect();
    Choice::Source { source, name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The pieces in readable form: `<env:X | "a">`.
    fn shown(pieces: &[Piece]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Reference(reference) => {
                let choice = |choice: &Choice| match choice {
                    Choice::Source { source, name } => format!("{source}:{}", shown(name)),
                    Choice::Quoted(pieces) => format!("\"{}\"", shown(pieces)),
                    Choice::Bare(pieces) => shown(pieces),
                };
                let choices: Vec<_> = reference.choices.iter().map(choice).collect();
                format!("<{}>", choices.join(" | "))
            }
        };
        pieces.iter().map(piece).collect()
    }

    #[test]
    fn references_are_taken_apart() {
        for (text, expected) in [
            ("a${env:X}b${self:c.d}", "a<env:X>b<self:c.d>"),
            ("${ env: X , \"y, } z\" }", "<env:X | \"y, } z\">"),
            ("${env:X, 'it\"s'}", "<env:X | \"it\"s\">"),
            ("${env:X, ${env:Y, \"z\"}}", "<env:X | <env:Y | \"z\">>"),
            (
                "${env:X, \"${env:Y, \"z\"}\"}",
                "<env:X | \"<env:Y | \"z\">\">",
            ),
            ("${self:a.${opt:stage}.b}", "<self:a.<opt:stage>.b>"),
            ("${env:X, http://h:1/s}", "<env:X | http://h:1/s>"),
            ("${env:X, plain text}", "<env:X | plain text>"),
            ("${\"$\"}{HOME}", "<\"$\">{HOME}"),
            ("${HOME}${}", "<HOME><>"),
            ("$ {} } $x {${a}}", "$ {} } $x {<a>}"),
        ] {
            let pieces = pieces(text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
            assert_eq!(shown(&pieces), expected, "{text}");
        }
        for (text, expected) in [
            ("${env:X} ${env:Y", (1, Why::Unclosed)),
            ("${env:X, \"y}", (0, Why::Unclosed)),
            ("${env:X, \"y\" z}", (0, Why::Junk)),
            ("${a${b}", (0, Why::Unclosed)),
        ] {
            assert_eq!(pieces(text), Err(expected), "{text}");
        }
        assert_eq!(pieces(&OPEN.repeat(100_000)), Err((0, Why::Deep)));
    }

    proptest! {
        #[test]
        fn nothing_panics_and_plain_text_stays(text in "[${}a:,\"' ü]{0,60}") {
            if let Ok(pieces) = pieces(&text) && !text.contains(OPEN) {
                prop_assert_eq!(shown(&pieces), text);
            }
        }
    }
}
