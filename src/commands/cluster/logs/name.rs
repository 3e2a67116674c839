//! The cluster that is meant when none is named: the one the service here is deployed to.

use crate::config::EnvFiles;
use crate::config::prisma_yml::{self, Given};
use crate::context::{Context, working_folder};
use crate::error::Result;
use crate::files;
use std::collections::BTreeMap;
use std::path::Path;

/// `cluster` of the nearest `prisma.yml`, in the working directory or above it; else `local`.
///
/// The rest of the file does not matter here, nor whether there is something wrong with it.
pub fn from_service(ctx: &Context) -> Result<String> {
    let here = working_folder()?;
    let named = match prisma_yml::find(&here) {
        Ok(file) => cluster_of(ctx, &here, &file).map_err(|failure| {
            failure.hint("correct the file, or name the cluster: `prisma cluster logs NAME`")
        })?,
        Err(_) => None,
    };
    let name = named.unwrap_or_else(|| "local".to_owned());
    ctx.ui.status(&format!("logs of cluster `{name}`"));
    Ok(name)
}

fn cluster_of(ctx: &Context, here: &Path, file: &Path) -> Result<Option<String>> {
    let Some(text) = files::read_text(file)? else {
        return Ok(None);
    };
    let folder = file.parent().unwrap_or(Path::new("."));
    let env_files = EnvFiles::load(folder, here, None)?;
    let given = Given {
        env: &|name| env_files.get(&ctx.env.lookup(), name),
        opt: &BTreeMap::new(),
    };
    prisma_yml::cluster(file, &text, given)
}
