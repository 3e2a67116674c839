//! Lines of `.env` that docker-compose v1 (python-dotenv) and v2 (compose-go) read alike.
//!
//! The two differ in what they expand and unescape inside each kind of quotes, so a value is written
//! in the first form that means the same to both, and a value without such a form is refused. Such
//! values exist: those with `${`, with `$` next to `'`, `\` or a carriage return, and a few that end with a
//! backslash. Found out by reading arbitrary values back through both (`tests/it/render/roundtrip.rs`).

use std::fmt;

/// A variable whose value cannot be written into `.env`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrepresentable {
    pub key: String,
    /// The part of the value that cannot be written, not the value itself.
    pub why: &'static str,
}

impl Unrepresentable {
    /// The comment that replaces the variable in a managed cluster's `.env`.
    pub fn comment(&self) -> String {
        format!(
            "# {}: {}; prisma passes it to docker-compose directly",
            self.key, self.why
        )
    }
}

impl fmt::Display for Unrepresentable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` cannot be written into `.env`: {}",
            self.key, self.why
        )
    }
}

impl std::error::Error for Unrepresentable {}

/// `KEY=VALUE` without a trailing line end. Contains line breaks only if the value does.
///
/// # Errors
///
/// [`Unrepresentable`] if both generations of docker-compose read no form alike.
pub fn write(key: &str, value: &str) -> Result<String, Unrepresentable> {
    let forms = [
        bare,
        single_quoted,
        double_quoted,
        single_quoted_lines,
        verbatim,
    ];
    match forms.iter().find_map(|form| form(value)) {
        Some(form) => Ok(format!("{key}={form}")),
        None => Err(Unrepresentable {
            key: key.to_owned(),
            why: reason(value),
        }),
    }
}

/// Characters without a special meaning in either generation.
fn bare(value: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_./:@%+,=-".contains(c);
    value.chars().all(plain).then(|| value.to_owned())
}

/// v1 expands `${` even here, and takes off backslashes that v2 keeps.
fn single_quoted(value: &str) -> Option<String> {
    let fits = !value.contains(['\n', '\'', '\\', '\r', '\0']) && !value.contains("${");
    fits.then(|| format!("'{value}'"))
}

/// v2 expands every `$` here and knows `\$`, which v1 does not. v1 takes a backslash before the closing
/// quote for an escaped quote, even an escaped backslash.
fn double_quoted(value: &str) -> Option<String> {
    if value.contains(['$', '\0']) || value.ends_with('\\') {
        return None;
    }
    let escaped = value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\r', "\\r");
    Some(format!("\"{escaped}\""))
}

/// Literal line breaks: ugly in a line-based file, but the only way to combine them with a `$`.
fn single_quoted_lines(value: &str) -> Option<String> {
    let fits = !value.contains(['\'', '\\', '\r', '\0']) && !value.contains("${");
    fits.then(|| format!("'{value}'"))
}

/// Without quotes, backslashes and inner quotes are literal; spaces are trimmed, a `#` after a space
/// starts a comment, and a leading quote starts a quoted value.
fn verbatim(value: &str) -> Option<String> {
    let special = |c: char| c == '$' || (c.is_whitespace() && c != ' ') || c.is_control();
    let fits = !value.contains(special)
        && value.trim() == value
        && !value.contains(" #")
        && !value.starts_with(['\'', '"', '#']);
    fits.then(|| value.to_owned())
}

fn reason(value: &str) -> &'static str {
    if value.contains('\0') {
        "no variable can hold a NUL character"
    } else if value.contains("${") {
        "docker-compose v1 and v2 have no common way to write `${`"
    } else if value.contains('$') {
        "docker-compose v1 and v2 have no common way to write `$` together with a quote, a backslash or \
         a carriage return"
    } else {
        "docker-compose v1 and v2 have no common way to write a final backslash together with quotes, \
         spaces or line breaks"
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
        assert_eq!(written("a\r\nb"), "K=\"a\\r\\nb\"");
        assert_eq!(written("a$\nb"), "K='a$\nb'");
        assert_eq!(written("it's \\"), "K=it's \\");
    }

    #[test]
    fn what_has_no_form_is_refused_without_repeating_it() {
        for value in ["a${X}", "it's $5", "\\$", "a$\rb", "a\n\\", "a\0b"] {
            let refused = write("KEY", value).expect_err(value);
            assert_eq!(refused.key, "KEY");
            assert!(!refused.to_string().contains(value), "{refused}");
            assert!(refused.comment().starts_with("# KEY: "), "{refused}");
        }
    }
}
