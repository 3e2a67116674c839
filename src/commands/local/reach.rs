//! Another machine's engine: whether the registry means it, and whether what it publishes can be
//! reached from here. Looked at before anything is done.

use super::world::World;
use crate::address::{host_of, is_loopback};
use crate::cluster::Cluster;
use crate::commands::{is_plain, unencrypted};
use crate::context::Context;
use crate::docker::engine::Source;
use crate::error::{Failure, Kind, Result};
use crate::host;
use crate::registry::Entry;

/// Whether the registry's entry is about another machine than the engine's.
pub fn is_elsewhere(ctx: &Context, world: &World) -> Result<bool> {
    // Verbs that do not need the registry work with a broken one.
    let Ok(Some(entry)) = world.entry() else {
        return Ok(false);
    };
    let at = host_of(&entry.host).to_owned();
    if world.engine.is_at(&at) || is_where_it_is_bound(world, &at) {
        return Ok(false);
    }
    if is_loopback(&at) {
        return Ok(true);
    }
    let engine = (!world.engine.local).then(|| world.engine.host.clone());
    ctx.interrupt.run(move || {
        let found = host::addresses(&at).unwrap_or_default();
        let same = match engine {
            None => found.into_iter().any(host::is_own),
            Some(engine) => {
                let engine = host::addresses(&engine).unwrap_or_default();
                found.iter().any(|ip| engine.contains(ip))
            }
        };
        !same
    })
}

/// Whether the host is the one under which this configuration is reached.
fn is_where_it_is_bound(world: &World, host: &str) -> bool {
    match world.config() {
        Ok(Some((_, cluster))) => world.reach(cluster).eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// A cluster of ours that the registry has on another machine, and of which there is nothing here:
/// stopping, deleting or starting it here would not be about that cluster.
pub fn refuse_elsewhere(world: &World) -> Result<()> {
    if !world.is_remote().unwrap_or(false)
        || !world.containers.is_empty()
        || matches!(world.config(), Ok(None))
    {
        return Ok(());
    }
    let Ok(Some(entry)) = world.entry() else {
        return Ok(());
    };
    let (name, host) = (&world.name, host_of(&entry.host));
    let machine = if world.engine.local {
        "this machine".to_owned()
    } else {
        format!("`{}`", world.engine.host)
    };
    let message = format!(
        "cluster `{name}` is at {} as the registry has it, and the Docker engine in use, {machine}'s, has nothing of it",
        crate::address::without_password(&entry.host)
    );
    let failure = Failure::new(Kind::NotManaged, message).hint(match &world.engine.named_by {
        Source::Variable if is_loopback(host) => {
            "use this machine's engine: unset `DOCKER_HOST`".to_owned()
        }
        Source::Context(_) if is_loopback(host) => {
            "use this machine's engine: `docker context use default`, or `DOCKER_CONTEXT=default`"
                .to_owned()
        }
        _ => format!(
            "use that machine's engine: `DOCKER_HOST=ssh://USER@{host}`, or its docker context"
        ),
    });
    Err(failure
        .hint("or use another name here: `-n NAME`")
        .hint(format!(
            "or, if it is no more, forget it: `prisma cluster remove {name}`"
        )))
}

/// Whether the entry of a cluster that is here names a machine where it is not: the registry was written
/// with another engine, or the machine has got another address. A name may be its owner's choice.
pub fn has_moved(world: &World, entry: &Entry) -> bool {
    let host = host_of(&entry.host);
    let is_name = !is_loopback(host) && host::literal(host).is_none();
    world.is_remote().unwrap_or(false) && !world.engine.local && !is_name
}

/// Fails when a remote cluster that is to be waited for cannot be reached from here; one that is not
/// waited for may become reachable, so that is a warning. Warns when secrets would travel in the open.
pub fn check(ctx: &Context, world: &World, cluster: &Cluster, waits: bool) -> Result<()> {
    if world.engine.local {
        return Ok(());
    }
    let obstacle = match cluster.bind.filter(std::net::IpAddr::is_loopback) {
        Some(_) => Some(bound_to_loopback(world, cluster)),
        None => unknown_host(ctx, world, cluster)?,
    };
    if let Some(failure) = obstacle {
        if waits {
            let message = format!(
                "could not start cluster `{}`: {}",
                world.name, failure.message
            );
            return Err(Failure { message, ..failure });
        }
        let hint = failure.hints.last().map(String::as_str).unwrap_or_default();
        ctx.ui.warn(&format!("{}; {hint}", failure.message));
    }
    let endpoint = world.endpoint(cluster);
    let engine = world.engine.address.as_deref();
    let engine = engine.filter(|_| !world.engine.is_private);
    let what = match (engine, is_plain(&endpoint)) {
        (Some(engine), true) => format!("`{engine}` and `{endpoint}` are reached"),
        (Some(engine), false) => format!("`{engine}` is reached"),
        (None, true) => format!("`{endpoint}` is reached"),
        (None, false) => return Ok(()),
    };
    ctx.ui.warn(&unencrypted(&what));
    Ok(())
}

fn bound_to_loopback(world: &World, cluster: &Cluster) -> Failure {
    let host = &world.engine.host;
    let loopback = world.reach(cluster);
    let forward = |port: u16| format!("-L {port}:{loopback}:{port}");
    let (server, database) = (forward(cluster.port), forward(cluster.database.host_port));
    let login = match world.engine.address.as_deref() {
        // With its user and port.
        Some(address) if world.engine.is_by_ssh() => {
            address.split('/').take(3).collect::<Vec<_>>().join("/")
        }
        _ => format!("USER@{}", host.trim_matches(['[', ']'])),
    };
    Failure::new(
        Kind::Failed,
        format!("its ports are bound to the loopback of `{host}`, and cannot be reached from here"),
    )
    .hint(format!(
        "publish them on all addresses there: `{} --bind 0.0.0.0`",
        world.name.command("start")
    ))
    .hint(format!(
        "or start it with `--no-wait` and forward its ports: `ssh -N {server} {database} {login}`"
    ))
}

/// A host that ssh knows by its own configuration, and nobody else.
fn unknown_host(ctx: &Context, world: &World, cluster: &Cluster) -> Result<Option<Failure>> {
    let host = world.reach(cluster);
    let asked = host.clone();
    let found = ctx.interrupt.run(move || host::addresses(&asked))?;
    if found.is_ok_and(|found| !found.is_empty()) {
        return Ok(None);
    }
    let message = format!("its machine `{host}` cannot be found by that name from here");
    let failure = Failure::new(Kind::Failed, message);
    let whose = match &world.engine.named_by {
        Source::Context(name) => {
            format!("`docker context update {name} --docker host=ssh://USER@HOST`")
        }
        _ => "`DOCKER_HOST=ssh://USER@HOST`".to_owned(),
    };
    Ok(Some(if world.engine.is_by_ssh() {
        failure.hint(format!(
            "`{host}` may be an alias of your ssh configuration, which only ssh knows: name the machine itself, {whose}, or add `{host}` to /etc/hosts"
        ))
    } else {
        failure.hint(format!("add `{host}` to your DNS or to /etc/hosts"))
    }))
}
