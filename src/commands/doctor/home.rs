//! `~/.prisma`: the cluster registry, permissions, and what killed runs left behind.

use super::Finding;
use crate::cluster::ClusterName;
use crate::cluster::files::{COMPOSE, CONFIG, DOTENV};
use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::Result;
use crate::files;
use crate::ui::text::count;
use std::path::{Path, PathBuf};

/// The registry and permissions.
pub fn check(ctx: &Context) -> Vec<Finding> {
    vec![registry(ctx), permissions(ctx)]
}

fn registry(ctx: &Context) -> Finding {
    let path = ctx.home.registry();
    let registry = match Registry::load(&path, &ctx.env.lookup()) {
        Ok(registry) => registry,
        Err(failure) => return Finding::of("registry", &failure),
    };
    let clusters = registry.clusters();
    let secrets = clusters.iter().filter_map(|entry| entry.secret.clone());
    ctx.ui.conceal(secrets);
    let shown = path.display();
    if files::readable_by_others(&path) {
        let text = format!("{shown} holds secrets and can be read by others");
        return Finding::warning("registry", text, format!("`chmod 600 {shown}`"));
    }
    if let Some(warning) = registry.warnings().first() {
        return Finding::warning("registry", warning, "set the variable, or correct the file");
    }
    let text = if path.exists() {
        format!("{} in {shown}", count(clusters.len(), "cluster"))
    } else {
        format!("{shown} does not exist yet")
    };
    Finding::ok("registry", text)
}

/// Whether all of it is writable: after `sudo` it may belong to root.
fn permissions(ctx: &Context) -> Finding {
    let home = ctx.home.path();
    let shown = home.display();
    if !home.exists() {
        return Finding::ok("home", format!("{shown} is created by the first start"));
    }
    let clusters = ctx.home.clusters();
    let folders = clusters.iter().map(|name| ctx.home.cluster(name));
    let secret = |name: &String| {
        let folder = ctx.home.cluster(name);
        [CONFIG, COMPOSE, DOTENV].map(|name| folder.join(name))
    };
    if let Some((text, hint)) = files::exposure(clusters.iter().flat_map(secret)) {
        return Finding::warning("home", text, hint);
    }
    let mut all = [home.to_owned(), ctx.home.registry(), home.join("clusters")]
        .into_iter()
        .chain(folders);
    match all.find(|path| path.exists() && !can_write(path)) {
        Some(path) => Finding::problem(
            "home",
            format!("{} is not writable", path.display()),
            format!("change its owner: `sudo chown -R $USER {shown}`"),
        ),
        None => Finding::ok("home", format!("{shown} is writable")),
    }
}

fn can_write(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Folders without a configuration, half-written files, and containers of deleted folders. `origins`
/// is docker's answer: a compose project and its folder on each line.
pub fn leftovers(ctx: &Context, origins: Result<String>) -> Finding {
    const CHECK: &str = "leftovers";
    let names = ctx.home.clusters();
    let unconfigured = names.iter().find(|name| {
        let folder = ctx.home.cluster(name);
        !folder.join(CONFIG).exists() && folder.join(COMPOSE).exists()
    });
    if let Some(name) = unconfigured {
        let text = format!("{} has no `cluster.yml`", ctx.home.cluster(name).display());
        return Finding::warning(CHECK, text, removal(name));
    }
    let mut files = half_written(ctx.home.path());
    for name in &names {
        files.extend(half_written(&ctx.home.cluster(name)));
    }
    if let Some(file) = files.first() {
        let text = format!("{} of a killed run", count(files.len(), "temporary file"));
        return Finding::warning(CHECK, text, format!("`rm '{}'`", file.display()));
    }
    let origins = match origins {
        Ok(origins) => origins,
        Err(failure) => return Finding::of(CHECK, &failure),
    };
    match orphan(ctx, &origins) {
        Some(name) => {
            let text = format!("containers of cluster `{name}`, whose files were deleted");
            Finding::warning(CHECK, text, removal(&name))
        }
        None => Finding::ok(CHECK, "none"),
    }
}

fn removal(name: &str) -> String {
    match name.parse::<ClusterName>() {
        Ok(name) => format!("remove them: `{}`", name.command("delete")),
        Err(_) => "remove them".to_owned(),
    }
}

/// Files that were to replace others. A running command has one for a few milliseconds.
fn half_written(folder: &Path) -> Vec<PathBuf> {
    let is_temporary = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with('.') && name.ends_with(files::TEMPORARY)
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut found: Vec<PathBuf> = paths.filter(is_temporary).collect();
    found.sort();
    found
}

/// A compose project from a cluster's folder that has no configuration any more.
fn orphan(ctx: &Context, origins: &str) -> Option<String> {
    let clusters = ctx.home.path().join("clusters");
    origins.lines().find_map(|line| {
        let mut parts = line.split('\t');
        let (project, folder) = (parts.next()?, Path::new(parts.next()?));
        let is_ours = folder.parent() == Some(&clusters);
        (is_ours && !folder.join(CONFIG).exists()).then(|| project.to_owned())
    })
}
