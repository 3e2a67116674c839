//! The machines: disk, memory, proxies, images.

use super::clusters::Seen;
use super::{Finding, Info};
use crate::cluster::{Cluster, ClusterName, PrismaVersion};
use crate::context::Context;
use crate::docker::Engine;
use crate::docker::info::full_name;
use crate::env::Env;
use crate::error::Result;
use crate::url::address::without_password;
use std::collections::BTreeSet;
use std::path::Path;

const GIB: u64 = 1 << 30;
const MIB: u64 = 1 << 20;

/// Below that, images and a growing database have no room.
const DISK: (u64, u64) = (500 * MIB, 2 * GIB);
/// What a Prisma server and its database need, and what they want.
const MEMORY: (u64, u64) = (GIB, 2 * GIB);

/// Disk and memory of the engine's machine, and the engine's own proxies.
pub fn of_engine(ctx: &Context, info: Result<Option<Info>>) -> Vec<Finding> {
    let info = match info {
        Ok(Some(info)) => info,
        Ok(None) => {
            let why = "`docker info` does not tell";
            return vec![
                Finding::skipped("disk", why),
                Finding::skipped("memory", why),
                proxy(ctx, None),
            ];
        }
        Err(failure) => {
            return vec![
                Finding::of("disk", &failure),
                Finding::skipped("memory", "see the line above"),
                proxy(ctx, None),
            ];
        }
    };
    let local = Engine::find(&ctx.env).is_ok_and(|engine| engine.local);
    vec![
        disk(ctx, &info, local),
        memory(&info),
        proxy(ctx, Some(&info)),
    ]
}

/// The disk of this machine alone.
pub fn of_home(ctx: &Context) -> Finding {
    judge_disk(ctx, None)
}

fn disk(ctx: &Context, info: &Info, local: bool) -> Finding {
    let engine = local.then(|| free(Path::new(&info.root))).flatten();
    judge_disk(ctx, engine.map(|free| (free, info.root.as_str())))
}

/// Judges what is free for the engine, where that can be seen, and for our own files.
fn judge_disk(ctx: &Context, engine: Option<(u64, &str)>) -> Finding {
    const PRUNE: &str = "free some, for example with `docker system prune`";
    let home = free(ctx.home.path());
    let mut parts = Vec::new();
    match engine {
        Some((free, root)) => {
            parts.push(format!("{} free for images and data in {root}", size(free)))
        }
        None => parts.push("the engine's own cannot be seen from here".to_owned()),
    }
    if let Some(free) = home {
        parts.push(format!("{} for {}", size(free), ctx.home.path().display()));
    }
    let text = parts.join(", ");
    let (least, enough) = DISK;
    match engine {
        Some((free, _)) if free < least => Finding::problem("disk", text, PRUNE),
        _ if home.is_some_and(|free| free < 10 * MIB) => {
            Finding::problem("disk", text, "free some, or set `PRISMA_HOME`")
        }
        Some((free, _)) if free < enough => Finding::warning("disk", text, PRUNE),
        _ => Finding::ok("disk", text),
    }
}

fn memory(info: &Info) -> Finding {
    let text = format!("{} on {}", size(info.memory), info.system);
    let (least, enough) = MEMORY;
    let hint = "give the engine's machine 2 GiB or more";
    match info.memory {
        bytes if bytes < least => Finding::problem("memory", text, hint),
        bytes if bytes < enough => Finding::warning("memory", text, hint),
        _ => Finding::ok("memory", text),
    }
}

/// The proxies that requests of this program go through, and those that the engine pulls through.
pub fn proxy(ctx: &Context, info: Option<&Info>) -> Finding {
    let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    let set = names
        .iter()
        .filter_map(|name| Some((*name, either(&ctx.env, name)?)));
    let set: Vec<(&str, &str)> = set.collect();
    let shown = |(name, value): &(&str, &str)| format!("`{name}` is `{}`", without_password(value));
    let broken = set
        .iter()
        .find(|(_, value)| crate::url::address::host_of(value).is_empty());
    if let Some(broken) = broken {
        return Finding::problem(
            "proxy",
            format!("{}, which names no host", shown(broken)),
            format!("write `{}=http://HOST:PORT`, or unset it", broken.0),
        );
    }
    let here = match set.is_empty() {
        true => "none".to_owned(),
        false => {
            let all = set.iter().map(shown).collect::<Vec<_>>();
            format!("{}; this machine itself is reached without", all.join(", "))
        }
    };
    let engine = info.map(|info| info.proxies.as_slice());
    Finding::ok(
        "proxy",
        match engine {
            Some([]) if !set.is_empty() => format!("{here}; the engine pulls without one"),
            Some([]) | None => here,
            Some(all) => {
                let all: Vec<_> = all
                    .iter()
                    .map(|proxy| format!("`{}`", without_password(proxy)))
                    .collect();
                format!("{here}; the engine pulls through {}", all.join(", "))
            }
        },
    )
}

/// Small spelling first, as curl does.
fn either<'a>(env: &'a Env, name: &str) -> Option<&'a str> {
    env.get(&name.to_lowercase()).or_else(|| env.get(name))
}

/// Whether the images that clusters need are there.
pub fn images(clusters: &[Seen], listed: Result<String>) -> Finding {
    let listed = match listed {
        Ok(listed) => listed,
        Err(failure) => return Finding::of("images", &failure),
    };
    let there: BTreeSet<String> = listed.lines().map(full_name).collect();
    let known: Vec<&Cluster> = clusters
        .iter()
        .filter_map(|seen| seen.cluster.as_ref())
        .collect();
    let is_new = known.is_empty();
    let needed: BTreeSet<String> = match is_new {
        true => Cluster::documented(ClusterName::local(), PrismaVersion::default_local()).images(),
        false => known.iter().flat_map(|cluster| cluster.images()).collect(),
    }
    .into_iter()
    .collect();
    let missing: Vec<&String> = needed
        .iter()
        .filter(|image| !there.contains(&full_name(image)))
        .collect();
    let list = |images: &[&String]| {
        images
            .iter()
            .map(|i| format!("`{i}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match missing.as_slice() {
        [] => Finding::ok(
            "images",
            format!("{} here", list(&needed.iter().collect::<Vec<_>>())),
        ),
        missing if is_new => {
            Finding::ok("images", format!("the first start pulls {}", list(missing)))
        }
        [first, ..] => Finding::warning(
            "images",
            format!(
                "{} not here, the next start needs the network",
                list(&missing)
            ),
            format!("get it now: `docker pull {first}`"),
        ),
    }
}

/// Bytes that users may still write where `path` is, or will be.
#[cfg(unix)]
fn free(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|path| path.exists())?;
    let stat = rustix::fs::statvfs(there).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// Bytes for people.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= GIB => {
            let tenths = bytes / (GIB / 10);
            format!("{}.{} GiB", tenths / 10, tenths % 10)
        }
        bytes => format!("{} MiB", bytes / MIB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
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
