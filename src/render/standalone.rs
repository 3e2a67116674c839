//! The same files for users who run docker-compose themselves: complete, and theirs to edit.

use super::{Rendered, render, without_header};
use crate::cluster::{Cluster, ClusterName};
use crate::docker::project;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;

/// `docker-compose.yml` and `.env` of a folder that needs nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standalone {
    /// `docker-compose.yml`. Holds no secret.
    pub compose: String,
    /// `.env`. Holds secrets.
    pub dotenv: Secret,
}

/// Renders a cluster. `origin` is a line that says where the files come from; `project` sets the
/// compose project if the folder's name cannot be used.
///
/// # Errors
///
/// [`Kind::Failed`] if a value cannot be written to `.env`, as nothing else could pass it on.
pub fn standalone(
    cluster: &Cluster,
    origin: &str,
    project: Option<&ClusterName>,
) -> Result<Standalone> {
    let rendered = render(cluster)?;
    spellable(&rendered)?;
    let project = project.map(|name| {
        format!(
            "# The folder's own name is that of a `prisma local` cluster, or not a valid project name.\n{}={name}\n\n",
            project::NAME
        )
    });
    Ok(Standalone {
        compose: format!("# {origin}\n{}", without_header(&rendered.compose)),
        dotenv: format!(
            "# {origin}\n{}{}",
            project.unwrap_or_default(),
            without_header(rendered.dotenv.reveal())
        )
        .into(),
    })
}

fn spellable(rendered: &Rendered) -> Result<()> {
    let Some(first) = rendered.unrepresentable.first() else {
        return Ok(());
    };
    let all: Vec<String> = rendered
        .unrepresentable
        .iter()
        .map(|variable| format!("`{}`", variable.key))
        .collect();
    let message = format!(
        "could not write `.env`: it cannot hold {}: {}",
        all.join(", "),
        first.why
    );
    Err(Failure::new(Kind::Failed, message)
        .hint("choose another value; `prisma local` accepts any because it does not need `.env`"))
}
