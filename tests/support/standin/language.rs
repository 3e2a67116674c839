//! As much of GraphQL's language as clients of the management API use.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub enum Selection {
    Field {
        alias: String,
        name: String,
        args: BTreeMap<String, Argument>,
        selections: Vec<Selection>,
    },
    /// `... on TYPE { … }`
    On(String, Vec<Selection>),
}

/// A value that may have variables in it.
#[derive(Debug, Clone)]
pub enum Argument {
    Variable(String),
    Object(BTreeMap<String, Argument>),
    Other(Value),
}

impl Argument {
    /// The value; a variable that is not set is `None`, as if it were not there.
    pub fn value(&self, variables: &Value) -> Option<Value> {
        match self {
            Argument::Variable(name) => variables.get(name).cloned(),
            Argument::Other(value) => Some(value.clone()),
            Argument::Object(fields) => {
                let set = |(name, field): (&String, &Argument)| {
                    Some((name.clone(), field.value(variables)?))
                };
                Some(Value::Object(
                    fields.iter().filter_map(set).collect::<Map<_, _>>(),
                ))
            }
        }
    }
}

/// What is said of a text that is empty.
pub const NOTHING: &str = "Syntax error while parsing GraphQL query. Unexpected end of input, expected OperationDefinition, FragmentDefinition or TypeSystemDefinition (line 1, column 1):\n\n^";

/// What is said of a text that begins with something unknown.
pub fn nonsense(text: &str) -> String {
    let (first, line) = (&text[..1], text.lines().next().unwrap_or_default());
    format!(
        "Syntax error while parsing GraphQL query. Invalid input '{first}', expected OperationDefinition, FragmentDefinition or TypeSystemDefinition (line 1, column 1):\n{line}\n^"
    )
}

/// The selections of the one operation of a document.
pub fn parse(text: &str) -> Result<Vec<Selection>, String> {
    if text.is_empty() {
        return Err(NOTHING.to_owned());
    }
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
    };
    if parser.peek() != "{" {
        let word = parser.next()?;
        if !matches!(word.as_str(), "query" | "mutation") {
            return Err(format!(
                "Syntax error while parsing GraphQL query. Invalid input \"{word}\""
            ));
        }
        if parser.peek() != "{" && parser.peek() != "(" {
            parser.next()?;
        }
        if parser.peek() == "(" {
            while parser.next()? != ")" {}
        }
    }
    parser.selections()
}

struct Parser {
    tokens: Vec<String>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> Result<String, String> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token.ok_or_else(|| {
            "Syntax error while parsing GraphQL query. Unexpected end of input".to_owned()
        })
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        match self.next()? {
            found if found == token => Ok(()),
            found => Err(format!(
                "Syntax error while parsing GraphQL query. Invalid input \"{found}\", expected {token}"
            )),
        }
    }

    fn selections(&mut self) -> Result<Vec<Selection>, String> {
        self.expect("{")?;
        let mut found = Vec::new();
        while self.peek() != "}" {
            found.push(self.selection()?);
        }
        self.next()?;
        Ok(found)
    }

    fn selection(&mut self) -> Result<Selection, String> {
        let mut name = self.next()?;
        if name == "..." {
            self.expect("on")?;
            return Ok(Selection::On(self.next()?, self.selections()?));
        }
        let alias = name.clone();
        if self.peek() == ":" {
            self.next()?;
            name = self.next()?;
        }
        let mut args = BTreeMap::new();
        if self.peek() == "(" {
            args = self.fields("(", ")")?;
        }
        let selections = if self.peek() == "{" {
            self.selections()?
        } else {
            Vec::new()
        };
        Ok(Selection::Field {
            alias,
            name,
            args,
            selections,
        })
    }

    fn fields(&mut self, open: &str, close: &str) -> Result<BTreeMap<String, Argument>, String> {
        self.expect(open)?;
        let mut fields = BTreeMap::new();
        while self.peek() != close {
            let name = self.next()?;
            self.expect(":")?;
            fields.insert(name, self.value()?);
        }
        self.next()?;
        Ok(fields)
    }

    fn value(&mut self) -> Result<Argument, String> {
        if self.peek() == "{" {
            return Ok(Argument::Object(self.fields("{", "}")?));
        }
        let token = self.next()?;
        Ok(match token.strip_prefix('$') {
            Some(name) => Argument::Variable(name.to_owned()),
            None if token.starts_with('"') => Argument::Other(json!(token.trim_matches('"'))),
            None => Argument::Other(serde_json::from_str(&token).unwrap_or(json!(token))),
        })
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                2 + rest[1..]
                    .find('"')
                    .ok_or("Syntax error while parsing GraphQL query. Unterminated string")?
            }
            '.' if rest.starts_with("...") => 3,
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '$' => 1 + rest[1..].find(|c| !word(c)).unwrap_or(rest.len() - 1),
            first if word(first) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            first if "{}()[]:!=".contains(first) => 1,
            first => {
                return Err(format!(
                    "Syntax error while parsing GraphQL query. Invalid input '{first}'"
                ));
            }
        };
        if first != '#' {
            tokens.push(rest[..length].to_owned());
        }
        rest = rest[length..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    }
    Ok(tokens)
}
