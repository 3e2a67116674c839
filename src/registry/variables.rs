//! References to environment variables: `${env:X}`, `${env:X, "default"}`.

use super::Env;

/// The text with its references replaced; the name of the first variable that is not set otherwise.
///
/// What only looks like a reference (`${self:…}`, no closing brace) is left as it is. A replaced text
/// is not looked at again.
pub(super) fn resolve(text: &str, env: Env<'_>) -> Result<String, String> {
    let mut resolved = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        resolved.push_str(&rest[..at]);
        rest = &rest[at..];
        match parse(&rest[2..]) {
            Some((choices, len)) => {
                resolved.push_str(&pick(&choices, env)?);
                rest = &rest[2 + len..];
            }
            None => {
                resolved.push_str("${");
                rest = &rest[2..];
            }
        }
    }
    resolved.push_str(rest);
    Ok(resolved)
}

/// Whether there is a reference in it.
pub(super) fn has_reference(text: &str) -> bool {
    resolve(text, &|_| Some(String::new())).as_deref() != Ok(text)
}

enum Choice<'t> {
    Variable(&'t str),
    Literal(&'t str),
}

fn pick(choices: &[Choice<'_>], env: Env<'_>) -> Result<String, String> {
    let mut missing = None;
    for choice in choices {
        match choice {
            Choice::Literal(text) => return Ok((*text).to_owned()),
            Choice::Variable(name) => match env(name) {
                Some(value) => return Ok(value),
                None => missing = missing.or(Some(*name)),
            },
        }
    }
    Err(missing.unwrap_or_default().to_owned())
}

/// The choices behind `${`, and where they end. The first has to be a variable.
fn parse(text: &str) -> Option<(Vec<Choice<'_>>, usize)> {
    let mut choices = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix("env:") {
            let end = behind.find([',', '}'])?;
            let name = behind[..end].trim();
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            if name.is_empty() || !name.chars().all(plain) {
                return None;
            }
            choices.push(Choice::Variable(name));
            rest = &behind[end..];
        } else {
            let quote = rest.chars().next().filter(|c| "'\"".contains(*c))?;
            if choices.is_empty() {
                return None;
            }
            let end = rest[1..].find(quote)?;
            choices.push(Choice::Literal(&rest[1..=end]));
            rest = rest[end + 2..].trim_start();
        }
        match rest.chars().next()? {
            '}' => return Some((choices, text.len() - rest.len() + 1)),
            ',' => rest = &rest[1..],
            _ => return None,
        }
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
