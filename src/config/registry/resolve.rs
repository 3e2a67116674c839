//! References to environment variables: `${env:X}`, `${env:X, "default"}`.

use crate::config::EnvLookup;
use crate::config::references::{Choice, OPEN, Piece, Reference, leading};

/// The text with its references replaced. The error is the name of the first variable that is not set.
///
/// Anything else that looks like a reference (`${self:…}`, no closing brace) is left unchanged. Replaced
/// text is not expanded again.
pub fn resolve(text: &str, env: EnvLookup<'_>) -> Result<String, String> {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        resolved.push_str(&rest[..at]);
        rest = &rest[at..];
        match leading(rest).ok().filter(|(found, _)| is_known(found)) {
            Some((reference, len)) => {
                resolved.push_str(&pick(&reference, env)?);
                rest = &rest[len..];
            }
            None => {
                resolved.push_str(OPEN);
                rest = &rest[OPEN.len()..];
            }
        }
    }
    resolved.push_str(rest);
    Ok(resolved)
}

pub(super) fn has_reference(text: &str) -> bool {
    resolve(text, &|_| Some(String::new())).as_deref() != Ok(text)
}

/// Whether it consists of variables and quoted strings, starting with a variable.
fn is_known(reference: &Reference) -> bool {
    let known = |choice: &Choice| match choice {
        Choice::Source { .. } => variable(choice).is_some(),
        Choice::Quoted(pieces) => literal(pieces).is_some(),
        Choice::Bare(pieces) => matches!(pieces.as_slice(), [Piece::Reference(r)] if is_known(r)),
    };
    reference.choices.iter().all(known) && !matches!(reference.choices[..], [Choice::Quoted(_), ..])
}

fn pick(reference: &Reference, env: EnvLookup<'_>) -> Result<String, String> {
    let mut missing = None;
    for choice in &reference.choices {
        let value = match choice {
            Choice::Source { .. } => {
                let name = variable(choice).unwrap_or_default();
                env(name).ok_or_else(|| name.to_owned())
            }
            Choice::Quoted(pieces) => Ok(literal(pieces).unwrap_or_default().to_owned()),
            Choice::Bare(pieces) => match pieces.as_slice() {
                [Piece::Reference(nested)] => pick(nested, env),
                _ => continue,
            },
        };
        match value {
            Ok(value) => return Ok(value),
            Err(name) => missing = missing.or(Some(name)),
        }
    }
    Err(missing.unwrap_or_default())
}

/// The name in `env:NAME`.
fn variable(choice: &Choice) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    match choice {
        Choice::Source { source, name } if source == "env" => {
            literal(name).filter(|name| !name.is_empty() && name.chars().all(plain))
        }
        _ => None,
    }
}

/// The text of pieces without references.
fn literal(pieces: &[Piece]) -> Option<&str> {
    match pieces {
        [] => Some(""),
        [Piece::Text(text)] => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        ["A", "B"].contains(&name).then(|| format!("<{name}>"))
    }

    #[test]
    fn references_are_replaced_and_lookalikes_left() {
        for (text, expected) in [
            ("http://${env:A}:${env:B}/", "http://<A>:<B>/"),
            ("${ env:A }", "<A>"),
            ("${env:X, \"a, } b\"}", "a, } b"),
            ("${env:X, 'y'}${env:X,''}", "y"),
            ("${env:X, env:A}", "<A>"),
            ("${env:A, \"y\"}", "<A>"),
            ("${env:X, ${env:Y, \"z\"}}", "z"),
            ("${self:a} ${env:} ${env:A", "${self:a} ${env:} ${env:A"),
            (
                "${\"a\"} ${env:A, b} $${env:A}",
                "${\"a\"} ${env:A, b} $<A>",
            ),
            ("${env:ü}${", "${env:ü}${"),
        ] {
            assert_eq!(resolve(text, &env).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(
            resolve("${env:A}${env:X, env:Y}", &env),
            Err("X".to_owned())
        );
        assert!(has_reference("x${env:A}") && !has_reference("${env:A"));
    }
}
