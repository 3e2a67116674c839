//! The default cluster: the one that the service here is deployed to.

use crate::cli::ProjectFlags;
use crate::commands::project;
use crate::config::Project;
use crate::config::prisma_yml::{self, Given};
use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::files;
use crate::service::Origin;

/// `cluster` of the `prisma.yml` that `prisma deploy` finds; otherwise `local`.
pub fn from_service(
    ctx: &Context,
    flags: &ProjectFlags,
    registry: &Registry,
) -> Result<(String, Option<Origin>)> {
    let found = match project::find(ctx, flags.path()) {
        Ok(project) => cluster_of(ctx, &project, flags)
            .map_err(|failure| failure.hint("name the cluster: `prisma cluster logs NAME`"))?,
        // Without a service it is about the cluster that everyone has.
        Err(failure) if flags.path().is_some() || failure.kind != Kind::ConfigInvalid => {
            return Err(failure);
        }
        Err(_) => None,
    };
    let (name, origin) = found.unwrap_or_else(|| ("local".to_owned(), None));
    let is_known = registry.get(&name).is_some() || ctx.home.managed(&name).is_some();
    ctx.ui.status(&match &origin {
        Some(Origin { written, set }) if !is_known => {
            format!("logs of cluster `{written}` ({set})")
        }
        _ => format!("logs of cluster `{name}`"),
    });
    Ok((name, origin))
}

/// `cluster` as `prisma deploy` reads it; nothing else in the file matters here.
fn cluster_of(
    ctx: &Context,
    project: &Project,
    flags: &ProjectFlags,
) -> Result<Option<(String, Option<Origin>)>> {
    let Some(text) = files::read_text(&project.file)? else {
        return Ok(None);
    };
    let env_files = project.env_files(flags.env_file())?;
    let given = Given {
        env: &|name: &str| env_files.get(&ctx.env.lookup(), name),
        origin: &|name: &str| env_files.origin(&ctx.env, name),
        opt: &ctx.options,
    };
    prisma_yml::cluster(&project.file, &text, given)
}
