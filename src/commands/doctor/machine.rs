//! The machines: disk, memory, proxies, images.

use super::clusters::Seen;
use super::{Finding, Info, documented_cluster};
use crate::cluster::Cluster;
use crate::context::Context;
use crate::docker::Engine;
use crate::docker::info::full_name;
use crate::env::Env;
use crate::error::Result;
use crate::ui::text::quoted;
use crate::url::{host_of, without_password};
use std::collections::BTreeSet;
use std::path::Path;

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// Free disk space that images and a growing database need, and what is enough.
const DISK: (u64, u64) = (500 * MIB, 2 * GIB);
/// Free disk space that the files in `~/.prisma` need.
const HOME_DISK: u64 = 10 * MIB;
/// Memory that a Prisma server and its database need, and what is enough.
const MEMORY: (u64, u64) = (GIB, 2 * GIB);

/// Disk and memory of the engine's machine, and proxies.
pub fn of_engine(ctx: &Context, info: Result<Option<Info>>) -> Vec<Finding> {
    let (disk, memory, info) = match info {
        Ok(Some(info)) => {
            let is_local = Engine::find(&ctx.env).is_ok_and(|engine| engine.local);
            let free = is_local.then(|| free(Path::new(&info.root))).flatten();
            let disk = disk(ctx, free.map(|free| (free, &*info.root)));
            (disk, memory(&info), Some(info))
        }
        Ok(None) => {
            let skipped = |check| Finding::skipped(check, "`docker info` does not report it");
            (skipped("disk"), skipped("memory"), None)
        }
        Err(failure) => (
            Finding::of("disk", &failure),
            Finding::skipped("memory", "see the line above"),
            None,
        ),
    };
    vec![disk, memory, proxy(ctx, info.as_ref())]
}

/// Free space for the engine, if that is visible from here, and for our own files.
pub fn disk(ctx: &Context, engine: Option<(u64, &str)>) -> Finding {
    const PRUNE: &str = "free some space, e.g. with `docker system prune`";
    let home = free(ctx.home.path());
    let mut text = match engine {
        Some((free, root)) => format!("{} free for images and data in {root}", size(free)),
        None => "the engine's disk is not visible from here".to_owned(),
    };
    if let Some(free) = home {
        text += &format!(", {} for {}", size(free), ctx.home.path().display());
    }
    let (needed, enough) = DISK;
    match engine {
        Some((free, _)) if free < needed => Finding::problem("disk", text, PRUNE),
        _ if home.is_some_and(|free| free < HOME_DISK) => {
            Finding::problem("disk", text, "free some space, or set `PRISMA_HOME`")
        }
        Some((free, _)) if free < enough => Finding::warning("disk", text, PRUNE),
        _ => Finding::ok("disk", text),
    }
}

fn memory(info: &Info) -> Finding {
    const HINT: &str = "give the engine's machine 2 GiB or more";
    let text = format!("{} on {}", size(info.memory), info.system);
    let (needed, enough) = MEMORY;
    match info.memory {
        bytes if bytes < needed => Finding::problem("memory", text, HINT),
        bytes if bytes < enough => Finding::warning("memory", text, HINT),
        _ => Finding::ok("memory", text),
    }
}

/// The proxies of this program's requests, and those that the engine pulls images through.
pub fn proxy(ctx: &Context, info: Option<&Info>) -> Finding {
    let mut set = Vec::new();
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        let Some(value) = lower_or_upper(&ctx.env, name) else {
            continue;
        };
        let shown = format!("`{name}` is `{}`", without_password(value));
        if host_of(value).is_empty() {
            let text = format!("{shown}, which has no host");
            let hint = format!("write `{name}=http://HOST:PORT`, or unset it");
            return Finding::problem("proxy", text, hint);
        }
        set.push(shown);
    }
    let mut text = if set.is_empty() {
        "none".to_owned()
    } else {
        format!("{}; not used for this machine itself", set.join(", "))
    };
    let pulls = info.map(|info| info.proxies.as_slice()).unwrap_or_default();
    if !pulls.is_empty() {
        let proxies = pulls.iter().map(|proxy| without_password(proxy));
        text += &format!("; the engine pulls images through {}", quoted(proxies));
    } else if info.is_some() && !set.is_empty() {
        text += "; the engine pulls images without one";
    }
    Finding::ok("proxy", text)
}

/// Lower case first, as curl does.
fn lower_or_upper<'a>(env: &'a Env, name: &str) -> Option<&'a str> {
    env.get(&name.to_lowercase()).or_else(|| env.get(name))
}

/// Whether the images that clusters need have been pulled. `listed` is docker's answer.
pub fn images(ctx: &Context, clusters: &[Seen], listed: Result<String>) -> Finding {
    let new = documented_cluster().with_mirror_of(&ctx.env);
    let (listed, new) = match listed.and_then(|listed| Ok((listed, new?))) {
        Ok(both) => both,
        Err(failure) => return Finding::of("images", &failure),
    };
    let present: BTreeSet<String> = listed.lines().map(full_name).collect();
    let known: Vec<&Cluster> = clusters.iter().filter_map(|c| c.cluster.as_ref()).collect();
    let needed: BTreeSet<String> = if known.is_empty() {
        new.images().into_iter().collect()
    } else {
        known.iter().flat_map(|cluster| cluster.images()).collect()
    };
    let missing = needed
        .iter()
        .filter(|image| !present.contains(&full_name(image)));
    let missing: Vec<&String> = missing.collect();
    match missing.as_slice() {
        [] => Finding::ok("images", format!("{} already pulled", quoted(&needed))),
        _ if known.is_empty() => {
            let text = format!("the first start pulls {}", quoted(missing));
            Finding::ok("images", text)
        }
        [first, ..] => {
            let hint = format!("pull it now: `docker pull {first}`");
            let text = format!(
                "{} not pulled yet, the next start needs the network",
                quoted(&missing)
            );
            Finding::warning("images", text, hint)
        }
    }
}

/// Bytes that users can still write where `path` is or will be.
fn free(path: &Path) -> Option<u64> {
    let existing = path.ancestors().find(|path| path.exists())?;
    let stat = rustix::fs::statvfs(existing).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

fn size(bytes: u64) -> String {
    if bytes < GIB {
        return format!("{} MiB", bytes / MIB);
    }
    let tenths = bytes / (GIB / 10);
    format!("{}.{} GiB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit() {
        assert_eq!(size(25 * GIB + GIB / 2), "25.5 GiB");
        assert_eq!(size(3 * MIB), "3 MiB");
    }

    #[test]
    fn memory_is_judged() {
        let with = |memory| {
            let info = Info {
                root: String::new(),
                memory,
                system: "x".into(),
                architecture: String::new(),
                proxies: Vec::new(),
            };
            super::memory(&info).level
        };
        use super::super::Level;
        assert_eq!(
            [GIB / 2, GIB, 4 * GIB].map(with),
            [Level::Problem, Level::Warning, Level::Ok]
        );
    }
}
