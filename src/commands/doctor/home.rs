//! `~/.prisma`: the registry, whose it is, and what runs left there that were broken off.

use super::Finding;
use crate::cluster::ClusterName;
use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::Result;
use crate::files;
use std::path::{Path, PathBuf};

/// Registry and rights.
pub fn look(ctx: &Context) -> Vec<Finding> {
    vec![registry(ctx), rights(ctx)]
}

fn registry(ctx: &Context) -> Finding {
    let path = ctx.home.registry();
    let variable = ctx.env.lookup();
    let registry = match Registry::load(&path, &variable) {
        Ok(registry) => registry,
        Err(failure) => return Finding::of("registry", &failure),
    };
    let secrets = registry
        .clusters()
        .iter()
        .filter_map(|entry| entry.secret.clone());
    ctx.ui.conceal(secrets);
    let shown = path.display();
    if files::readable_by_others(&path) {
        let text = format!("{shown} holds secrets and others can read it");
        return Finding::warning("registry", text, format!("`chmod 600 {shown}`"));
    }
    if let Some(warning) = registry.warnings().first() {
        return Finding::warning("registry", warning, "set the variable, or correct the file");
    }
    match registry.clusters().len() {
        0 if !path.exists() => Finding::ok("registry", format!("none yet at {shown}")),
        1 => Finding::ok("registry", format!("1 cluster in {shown}")),
        many => Finding::ok("registry", format!("{many} clusters in {shown}")),
    }
}

/// Whether everything there can be written: `sudo` once, and it is root's.
fn rights(ctx: &Context) -> Finding {
    let home = ctx.home.path();
    let shown = home.display();
    if !home.exists() {
        return Finding::ok("home", format!("{shown} will be made by the first start"));
    }
    let mut all = vec![home.to_owned(), ctx.home.registry(), home.join("clusters")];
    all.extend(
        ctx.home
            .clusters()
            .iter()
            .map(|name| ctx.home.cluster(name)),
    );
    let foreign = all.iter().find(|path| path.exists() && !can_write(path));
    match foreign {
        Some(path) => Finding::problem(
            "home",
            format!("you may not write {}", path.display()),
            format!("make it yours: `sudo chown -R $USER {shown}`"),
        ),
        None => Finding::ok("home", format!("{shown} is yours to write")),
    }
}

#[cfg(unix)]
fn can_write(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn can_write(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| !metadata.permissions().readonly())
}

/// What runs that were killed left behind: files half written, folders without a configuration,
/// containers whose folder is gone.
pub fn leftovers(ctx: &Context, origins: Result<String>) -> Finding {
    let home = ctx.home.path();
    let folders = ctx.home.clusters();
    let empty = folders.iter().find(|name| {
        let folder = ctx.home.cluster(name);
        !folder.join("cluster.yml").exists() && folder.join("docker-compose.yml").exists()
    });
    if let Some(name) = empty {
        let text = format!("{} has no `cluster.yml`", ctx.home.cluster(name).display());
        return Finding::warning("leftovers", text, removal(name));
    }
    let mut files = half_written(home);
    files.extend(
        folders
            .iter()
            .flat_map(|name| half_written(&ctx.home.cluster(name))),
    );
    if let Some(file) = files.first() {
        let text = format!("{} of a run that was killed", many(&files, "file", "files"));
        return Finding::warning("leftovers", text, format!("`rm '{}'`", file.display()));
    }
    match origins {
        Ok(origins) => match orphan(ctx, &origins) {
            Some(name) => {
                let text = format!("containers of cluster `{name}`, whose files are gone");
                Finding::warning("leftovers", text, removal(&name))
            }
            None => Finding::ok("leftovers", "none"),
        },
        Err(failure) => Finding::of("leftovers", &failure),
    }
}

fn removal(name: &str) -> String {
    match name.parse::<ClusterName>() {
        Ok(name) => format!("remove what is left: `{}`", name.command("delete")),
        Err(_) => "remove what is left".to_owned(),
    }
}

fn many(files: &[PathBuf], one: &str, more: &str) -> String {
    match files.len() {
        1 => format!("1 {one}"),
        count => format!("{count} {more}"),
    }
}

/// Files that were to replace others. One of a run under way is there for a few milliseconds.
fn half_written(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let named = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with('.') && name.ends_with(files::TEMPORARY)
    };
    let mut found: Vec<PathBuf> = entries
        .into_iter()
        .map(|entry| entry.path())
        .filter(named)
        .collect();
    found.sort();
    found
}

/// A project made from our folder, which has no files of it any more.
fn orphan(ctx: &Context, origins: &str) -> Option<String> {
    let clusters = ctx.home.path().join("clusters");
    origins.lines().find_map(|line| {
        let (project, folder) = line.split_once('\t')?;
        let folder = Path::new(folder);
        let is_ours = folder.parent() == Some(&clusters) && !folder.join("cluster.yml").exists();
        is_ours.then(|| project.to_owned())
    })
}
