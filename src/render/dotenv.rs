//! Lines of `.env` that docker-compose v1 (python-dotenv) and v2 (compose-go) read alike.
//!
//! The two differ in what they expand and unescape inside each kind of quotes, so a value is written
//! in the first form that means the same to both, and a value without such a form is refused. Such
//! values exist: `${` together with anything v1 would expand, `$` together with a quote or a backslash.

use std::fmt;

/// A variable whose value cannot be written into `.env`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unspellable {
    /// The variable.
    pub key: String,
    /// What in the value has no spelling; not the value.
    pub why: &'static str,
}

impl Unspellable {
    /// The comment that stands in a managed cluster's `.env` in the variable's place.
    pub fn comment(&self) -> String {
        format!(
            "# {}: {}; prisma passes it to docker-compose itself",
            self.key, self.why
        )
    }
}

impl fmt::Display for Unspellable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` cannot be written into `.env`: {}",
            self.key, self.why
        )
    }
}

impl std::error::Error for Unspellable {}

/// The line `KEY=VALUE`, without its line end; may contain line breaks only as `\n`.
///
/// # Errors
///
/// [`Unspellable`] when no form means the same to both compose generations.
pub fn write(key: &str, value: &str) -> Result<String, Unspellable> {
    let refuse = |why| {
        Err(Unspellable {
            key: key.to_owned(),
            why,
        })
    };
    let bare = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    if value.chars().all(bare) {
        return Ok(format!("{key}={value}"));
    }
    if value.contains('\0') {
        return refuse("a NUL character fits into no variable");
    }
    if value.contains('\r') {
        return refuse("a carriage return has no spelling that docker-compose v1 and v2 share");
    }
    let breaks = value.contains('\n');
    // v1 expands `${` even in single quotes, v2 keeps backslashes that v1 takes off there.
    if !breaks && !value.contains("${") && !value.contains(['\'', '\\']) {
        return Ok(format!("{key}='{value}'"));
    }
    // v2 expands every `$` in double quotes and knows `\$`, which v1 does not.
    if !value.contains('$') {
        let escaped = value
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('\n', "\\n");
        return Ok(format!("{key}=\"{escaped}\""));
    }
    if value.contains("${") {
        refuse("`${` has no spelling that docker-compose v1 and v2 share")
    } else {
        refuse(
            "`$` together with a quote, a backslash or a line break has no spelling that docker-compose v1 and v2 share",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_gets_the_first_form_that_both_generations_read_alike() {
        let written = |value| write("K", value).expect("has a spelling");
        assert_eq!(written(""), "K=");
        assert_eq!(
            written("http://prisma-database:4466"),
            "K=http://prisma-database:4466"
        );
        assert_eq!(written("a b"), "K='a b'");
        assert_eq!(written(" # "), "K=' # '");
        assert_eq!(written("a$b$$"), "K='a$b$$'");
        assert_eq!(written("say \"hi\""), "K='say \"hi\"'");
        assert_eq!(written("it's"), "K=\"it's\"");
        assert_eq!(written("a\\n\"b'"), "K=\"a\\\\n\\\"b'\"");
        assert_eq!(written("a\nb"), "K=\"a\\nb\"");
    }

    #[test]
    fn what_has_no_form_is_refused_without_repeating_it() {
        for value in ["a${X}", "it's $5", "\\$", "a$\nb", "a\rb", "a\0b"] {
            let refused = write("KEY", value).expect_err(value);
            assert_eq!(refused.key, "KEY");
            assert!(!refused.to_string().contains(value), "{refused}");
            assert!(refused.comment().starts_with("# KEY: "), "{refused}");
        }
    }
}
