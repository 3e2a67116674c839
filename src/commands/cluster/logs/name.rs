//! The default cluster: the one that the service here is deployed to.

use crate::config::prisma_yml::{self, Given};
use crate::config::{EnvFiles, EnvLookup};
use crate::context::{Context, working_folder};
use crate::error::Result;
use crate::files;
use std::collections::BTreeMap;
use std::path::Path;

/// `cluster` of the nearest `prisma.yml`, in the working directory or above it; otherwise `local`.
pub fn from_service(ctx: &Context) -> Result<String> {
    let here = working_folder()?;
    let found = match prisma_yml::find(&here) {
        Ok(file) => cluster_of(&file, &here, &ctx.env.lookup())
            .map_err(|failure| failure.hint("name the cluster: `prisma cluster logs NAME`"))?,
        Err(_) => None,
    };
    let name = found.unwrap_or_else(|| "local".to_owned());
    ctx.ui.status(&format!("logs of cluster `{name}`"));
    Ok(name)
}

/// `cluster` as `prisma deploy` reads it; nothing else in the file matters here.
fn cluster_of(file: &Path, here: &Path, env: EnvLookup<'_>) -> Result<Option<String>> {
    let Some(text) = files::read_text(file)? else {
        return Ok(None);
    };
    let folder = file.parent().unwrap_or(here);
    let env_files = EnvFiles::load(folder, here, None)?;
    let given = Given {
        env: &|name: &str| env_files.get(env, name),
        opt: &BTreeMap::new(),
    };
    let name = prisma_yml::cluster(file, &text, given)?;
    Ok(name
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty()))
}
