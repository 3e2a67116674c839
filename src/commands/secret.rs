//! A cluster's secret: from a file, standard input, a variable, or asked for without showing it.

use crate::cli::SecretSource;
use crate::context::Context;
use crate::error::{Failure, Kind, Result, Tried};
use crate::files;
use crate::secret::{Secret, SecretKind};
use crate::ui::Question;
use std::io::Read;
use std::path::Path;

/// Bytes. Nothing longer is a secret.
const LONGEST: u64 = 64 << 10;

/// What was given as the secret.
pub struct Given(Option<Secret>);

impl Given {
    /// Interprets the text, and keeps it off the screen from now on. Empty means no secret.
    fn new(ctx: &Context, text: &str) -> Result<Given> {
        let tidied = tidy(text);
        if tidied.trim().is_empty() {
            return Ok(Given(None));
        }
        // Nothing here shows a secret; this is for servers that repeat what they are sent.
        ctx.ui.conceal([Secret::from(text), Secret::from(&*tidied)]);
        let secret = Secret::from(tidied);
        secret.check()?;
        Ok(Given(Some(secret)))
    }

    /// The secret, unless the server is one without.
    pub fn secret(&self) -> Option<&Secret> {
        self.0.as_ref()
    }

    /// As the registry has it: a key in the form of the overview page.
    pub fn as_registered(&self) -> Option<Secret> {
        self.0.as_ref().map(Secret::as_registered)
    }

    /// Whether it is a key or text; `None` for no secret.
    pub fn kind(&self) -> Option<SecretKind> {
        self.0.as_ref().map(Secret::kind)
    }

    /// What it is, for people.
    pub fn word(&self) -> &'static str {
        self.kind().map_or("none", SecretKind::name)
    }
}

/// The secret that the flags name, if they name one.
pub fn given(ctx: &Context, source: &SecretSource) -> Result<Option<Given>> {
    let text = match (&source.secret_file, source.secret_env.as_deref()) {
        (Some(path), _) if path.as_os_str().is_empty() => return Ok(None),
        (Some(path), _) if path == Path::new("-") => from_stdin()?,
        (Some(path), _) => files::read_text(path)?.ok_or_else(|| {
            // It may be the secret itself, also for the history.
            ctx.ui.conceal(path.to_str().map(Secret::from));
            let message = "the file given with `--secret-file` does not exist";
            Failure::new(Kind::Io, message)
                .hint("give the name of a file, or `-` for standard input")
        })?,
        (None, Some("")) | (None, None) => return Ok(None),
        (None, Some(variable)) => from_variable(ctx, variable)?,
    };
    Given::new(ctx, &text).map(Some)
}

fn from_stdin() -> Result<String> {
    let mut text = String::new();
    let read = std::io::stdin().take(LONGEST).read_to_string(&mut text);
    read.tried(Kind::Io, "could not read the secret from standard input")?;
    Ok(text)
}

fn from_variable(ctx: &Context, variable: &str) -> Result<String> {
    let value = ctx.env.get(variable).map(str::to_owned);
    value.ok_or_else(|| {
        // The name may be the secret itself, also for the history.
        ctx.ui.conceal([Secret::from(variable)]);
        let message = "the variable given with `--secret-env` is not set or empty";
        Failure::new(Kind::Usage, message).hint("set and export it, or use `--secret-file`")
    })
}

/// Asks for the secret. Without a terminal, a server that is known to be `open` needs none.
pub fn ask(ctx: &Context, open: bool) -> Result<Given> {
    if !ctx.ask().possible() && open {
        return Ok(Given(None));
    }
    let text = ctx.ask().hidden(Question::Secret)?;
    Given::new(ctx, text.reveal())
}

/// Undoes what copying does to a secret: a trailing newline and, for a key, the quotes and escapes it
/// has in a registry.
fn tidy(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if SecretKind::of(text) == SecretKind::Text {
        return text.trim_end_matches(['\r', '\n']).to_owned();
    }
    let bare = text.trim().trim_matches(['"', '\'']);
    bare.replace("\\r", "\r").replace("\\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::keys;

    #[test]
    fn a_shared_secret_loses_only_its_line_end() {
        assert_eq!(tidy(" my secret \r\n"), " my secret ");
        assert_eq!(tidy("a\\nb\"\n"), "a\\nb\"");
        assert_eq!(tidy("\n"), "");
    }

    #[test]
    fn a_key_may_come_as_the_registry_spells_it() {
        let key = keys::generate().expect("random");
        let escaped = key
            .pem_pkcs1_crlf()
            .reveal()
            .replace('\r', "\\r")
            .replace('\n', "\\n");
        for text in [
            key.pem_pkcs1().reveal().to_owned(),
            format!("\"{escaped}\"\n"),
            escaped,
        ] {
            assert_eq!(Secret::from(tidy(&text)).key(), Ok(&key));
        }
    }
}
