//! The cluster that is meant when none is named: the one the service here is deployed to.

use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::yaml::{Document, Position};
use std::path::{Path, PathBuf};

const FILE: &str = "prisma.yml";

/// `cluster` of the nearest `prisma.yml`, in the working directory or above it; else `local`.
pub fn from_service(ctx: &Context) -> Result<String> {
    let here = std::env::current_dir().map_err(|error| {
        Failure::new(
            Kind::Io,
            format!("could not find the working directory: {error}"),
        )
        .hint("change to a folder that is there, or name the cluster")
    })?;
    let name = match nearest(&here)? {
        Some((path, text)) => cluster_of(&path, &text)?,
        None => None,
    };
    let name = name.unwrap_or_else(|| "local".to_owned());
    ctx.ui.status(&format!("logs of cluster `{name}`"));
    Ok(name)
}

fn nearest(here: &Path) -> Result<Option<(PathBuf, String)>> {
    for folder in here.ancestors() {
        let path = folder.join(FILE);
        if path.is_file() {
            return Ok(files::read_text(&path)?.map(|text| (path, text)));
        }
    }
    Ok(None)
}

fn cluster_of(path: &Path, text: &str) -> Result<Option<String>> {
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
    match document.value().get("cluster") {
        None | Some(crate::yaml::Value::Null) => Ok(None),
        Some(crate::yaml::Value::String(name)) if name.contains("${") => {
            let why = "`cluster` refers to a variable, which is not resolved here";
            Err(fail(at(), why).hint(NAME))
        }
        Some(crate::yaml::Value::String(name)) => Ok(Some(name.trim().to_owned())),
        Some(_) => {
            Err(fail(at(), "`cluster` is no text").hint(format!("put it in quotes, or {NAME}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(text: &str) -> Result<Option<String>> {
        cluster_of(Path::new("p.yml"), text)
    }

    #[test]
    fn the_key_is_read_or_the_line_is_told() {
        assert_eq!(
            cluster("service: x\ncluster: 'a b'\n"),
            Ok(Some("a b".into()))
        );
        for none in ["", "service: x\n", "cluster:\n", "- a\n"] {
            assert_eq!(cluster(none), Ok(None), "{none:?}");
        }
        for (text, why) in [
            ("a: 1\ncluster: 7\n", "p.yml:2:1: `cluster` is no text"),
            (
                "cluster: ${env:X}\n",
                "p.yml:1:1: `cluster` refers to a variable, which is not resolved here",
            ),
        ] {
            let failure = cluster(text).expect_err(text);
            assert_eq!((failure.exit(), &*failure.message), (6, why));
        }
        let broken = cluster("a: [1\nb: 2\n").expect_err("broken");
        assert!(broken.message.starts_with("p.yml:"), "{broken}");
    }

    #[test]
    fn the_nearest_file_counts() {
        let home = tempfile::tempdir().expect("temporary folder");
        let below = home.path().join("a/b");
        std::fs::create_dir_all(&below).expect("folders");
        let write = |path: &Path| {
            files::write_atomic(path, b"x", files::Access::Shared).expect("writes");
        };
        write(&home.path().join(FILE));
        let found = |from: &Path| nearest(from).expect("reads").map(|(path, _)| path);
        assert_eq!(found(&below), Some(home.path().join(FILE)));
        write(&home.path().join("a").join(FILE));
        assert_eq!(found(&below), Some(home.path().join("a").join(FILE)));
    }
}
