//! The cluster that is meant when none is named: the one the service here is deployed to.

use crate::config::{prisma_yml, registry};
use crate::context::{Context, working_folder};
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::yaml::{Document, Position, Value};
use std::path::Path;

/// `cluster` of the nearest `prisma.yml`, in the working directory or above it; else `local`.
///
/// The rest of the file does not matter here, nor whether there is something wrong with it.
pub fn from_service(ctx: &Context) -> Result<String> {
    let here = working_folder()?;
    let env = ctx.env.lookup();
    let name = match prisma_yml::find(&here) {
        Ok(path) => match files::read_text(&path)? {
            Some(text) => cluster_of(&path, &text, &env)?,
            None => None,
        },
        Err(_) => None,
    };
    let name = name.unwrap_or_else(|| "local".to_owned());
    ctx.ui.status(&format!("logs of cluster `{name}`"));
    Ok(name)
}

fn cluster_of(
    path: &Path,
    text: &str,
    env: crate::config::EnvLookup<'_>,
) -> Result<Option<String>> {
    const NAME: &str = "name the cluster: `prisma cluster logs NAME`";
    let fail = |at: Position, why: &str| {
        let message = format!("{}:{at}: {why}", path.display());
        Failure::new(Kind::ConfigInvalid, message)
    };
    let document = Document::parse(text).map_err(|error| {
        let at = error.position.unwrap_or(Position { line: 1, column: 1 });
        fail(at, &error.message).hint(format!("correct the file, or {NAME}"))
    })?;
    let at = || document.position(&["cluster"]);
    let text = match document.value().get("cluster") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.trim(),
        Some(_) => {
            let failure = fail(at(), "`cluster` is no text");
            return Err(failure.hint(format!("put it in quotes, or {NAME}")));
        }
    };
    match registry::resolve(text, env) {
        Ok(name) if name.contains("${") => {
            let why =
                "`cluster` refers to something else than a variable, which is not looked up here";
            Err(fail(at(), why).hint(NAME))
        }
        Ok(name) => Ok(Some(name).filter(|name| !name.is_empty())),
        Err(variable) => {
            let why = format!("`cluster` refers to the variable `{variable}`, which is not set");
            Err(fail(at(), &why).hint(format!("set it, or {NAME}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(text: &str) -> Result<Option<String>> {
        let env = |name: &str| (name == "SET").then(|| "staging".to_owned());
        cluster_of(Path::new("p.yml"), text, &env)
    }

    #[test]
    fn the_key_is_read_or_the_line_is_told() {
        let found = |text: &str| cluster(text).expect(text);
        assert_eq!(
            found("service: x\ncluster: 'a b'\n").as_deref(),
            Some("a b")
        );
        assert_eq!(found("cluster: ${env:SET}\n").as_deref(), Some("staging"));
        for none in ["", "service: x\n", "cluster:\n", "- a\n", "cluster: ''\n"] {
            assert_eq!(found(none), None, "{none:?}");
        }
        for (text, why) in [
            ("a: 1\ncluster: 7\n", "p.yml:2:1: `cluster` is no text"),
            (
                "cluster: ${env:X}\n",
                "p.yml:1:1: `cluster` refers to the variable `X`, which is not set",
            ),
            (
                "cluster: ${opt:X}\n",
                "p.yml:1:1: `cluster` refers to something else than a variable, which is not looked up here",
            ),
        ] {
            let failure = cluster(text).expect_err(text);
            assert_eq!((failure.exit(), &*failure.message), (6, why));
        }
        let broken = cluster("a: [1\nb: 2\n").expect_err("broken");
        assert!(broken.message.starts_with("p.yml:"), "{broken}");
    }
}
