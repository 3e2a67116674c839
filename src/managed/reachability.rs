//! Another machine's engine: whether the registry means it, and whether what it publishes can be
//! reached from here. Looked at before anything is done.

use super::observed::Observed;
use crate::cluster::{Cluster, Edition};
use crate::commands::{is_unencrypted, warn_unencrypted};
use crate::config::registry::Entry;
use crate::context::Context;
use crate::docker::ComposeVersion;
use crate::docker::Tools;
use crate::docker::ask::query;
use crate::docker::engine::{Engine, Source};
use crate::error::{Failure, Kind, Result};
use crate::url::{host_of, is_loopback, is_own, literal, resolve};
use std::net::IpAddr;

/// Fails where docker-compose 1 would take another engine for the context's, not being able to be told.
pub fn refuse_v1(ctx: &Context, tools: &Tools, engine: &Engine) -> Result<()> {
    let (Source::Context(context), true) = (&engine.named_by, engine.only_v2) else {
        return Ok(());
    };
    let version = ComposeVersion::new(&query(ctx, &tools.compose_version())?.stdout);
    if !version.is_v1() {
        return Ok(());
    }
    let message = format!(
        "docker-compose {version} cannot use the docker context `{context}`: it knows TLS only with a check, by \
         all of `ca.pem`, `cert.pem` and `key.pem`"
    );
    Err(Failure::new(Kind::ToolMissing, message)
        .hint("use docker-compose 2")
        .hint(format!(
            "or give the context all three: `docker context update {context} --docker host=…,ca=…,cert=…,key=…`"
        )))
}

/// Whether the registry's entry is about another machine than the engine's.
pub fn is_elsewhere(ctx: &Context, observed: &Observed) -> Result<bool> {
    // Verbs that do not need the registry work with a broken one.
    let Ok(Some(entry)) = observed.entry() else {
        return Ok(false);
    };
    let at = host_of(&entry.host).to_owned();
    if observed.engine.is_at(&at) || is_where_it_is_bound(observed, &at) {
        return Ok(false);
    }
    if is_loopback(&at) {
        return Ok(true);
    }
    let engine = (!observed.engine.local).then(|| observed.engine.host.clone());
    ctx.interrupt.run(move || {
        let found = resolve(&at).unwrap_or_default();
        let same = match engine {
            None => found.into_iter().any(is_own),
            Some(engine) => {
                let engine = resolve(&engine).unwrap_or_default();
                found.iter().any(|ip| engine.contains(ip))
            }
        };
        !same
    })
}

/// Whether the host is the one under which this configuration is reached.
fn is_where_it_is_bound(observed: &Observed, host: &str) -> bool {
    match observed.config() {
        Ok(Some((_, cluster))) => observed.reach(cluster).eq_ignore_ascii_case(host),
        _ => false,
    }
}

/// A cluster of ours that the registry has on another machine, and of which there is nothing here:
/// stopping, deleting or starting it here would not be about that cluster.
pub fn refuse_elsewhere(observed: &Observed) -> Result<()> {
    if !observed.is_remote().unwrap_or(false)
        || !observed.containers.is_empty()
        || matches!(observed.config(), Ok(None))
    {
        return Ok(());
    }
    let Ok(Some(entry)) = observed.entry() else {
        return Ok(());
    };
    let (name, host) = (&observed.name, host_of(&entry.host));
    let machine = if observed.engine.local {
        "this machine".to_owned()
    } else {
        format!("`{}`", observed.engine.host)
    };
    let message = format!(
        "cluster `{name}` is at {} as the registry has it, and the Docker engine in use, {machine}'s, has nothing of it",
        crate::url::without_password(&entry.host)
    );
    let failure = Failure::new(Kind::NotManaged, message).hint(match &observed.engine.named_by {
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
pub fn has_moved(observed: &Observed, entry: &Entry) -> bool {
    let host = host_of(&entry.host);
    let is_name = !is_loopback(host) && literal(host).is_none();
    observed.is_remote().unwrap_or(false) && !observed.engine.local && !is_name
}

/// Why a cluster cannot be reached from here.
struct Obstacle {
    why: String,
    /// What to do before it is started.
    remedies: Vec<String>,
    /// What to do where it is started all the same.
    later: String,
}

/// Fails when a remote cluster that is to be waited for cannot be reached from here; one that is not
/// waited for may become reachable, so that is a warning. Warns when secrets would travel in the open.
pub fn check(ctx: &Context, observed: &Observed, cluster: &Cluster, waits: bool) -> Result<()> {
    if observed.engine.local {
        return Ok(());
    }
    let name = &observed.name;
    let obstacle = match cluster.bind.filter(IpAddr::is_loopback) {
        Some(ip) => Some(bound_to_loopback(observed, cluster, ip)),
        None => unreachable_host(ctx, observed, cluster)?,
    };
    match obstacle {
        Some(Obstacle { why, remedies, .. }) if waits => {
            let message =
                format!("could not start cluster `{name}`: it would be out of reach, {why}");
            let failure = Failure::new(Kind::Failed, message);
            return Err(remedies.into_iter().fold(failure, Failure::hint));
        }
        Some(Obstacle { why, later, .. }) => ctx.ui.warn_with(
            &format!("cluster `{name}` will be out of reach from here, {why}"),
            &later,
        ),
        None => {}
    }
    warn_of_the_way(ctx, observed, cluster);
    Ok(())
}

fn warn_of_the_way(ctx: &Context, observed: &Observed, cluster: &Cluster) {
    let endpoint = observed.endpoint(cluster);
    let engine = observed.engine.address.as_deref();
    let engine = engine.filter(|_| !observed.engine.is_private);
    let what = match (engine, is_unencrypted(&endpoint)) {
        (Some(engine), true) => format!("`{engine}` and `{endpoint}` are reached"),
        (Some(engine), false) => format!("`{engine}` is reached"),
        (None, true) => format!("`{endpoint}` is reached"),
        (None, false) => return,
    };
    warn_unencrypted(ctx, &what);
}

fn bound_to_loopback(observed: &Observed, cluster: &Cluster, ip: IpAddr) -> Obstacle {
    let host = &observed.engine.host;
    let forward = |port: u16| match ip {
        IpAddr::V4(ip) => format!("-L {port}:{ip}:{port}"),
        IpAddr::V6(ip) => format!("-L {port}:[{ip}]:{port}"),
    };
    let ports = [Some(cluster.port), cluster.database.host_port];
    let forwards: Vec<String> = ports.into_iter().flatten().map(forward).collect();
    let forwards = forwards.join(" ");
    let login = match observed.engine.address.as_deref() {
        // With its user and port.
        Some(address) if observed.engine.is_by_ssh() => {
            address.split('/').take(3).collect::<Vec<_>>().join("/")
        }
        _ => format!("USER@{}", host.trim_matches(['[', ']'])),
    };
    let tunnel = format!("`ssh -N {forwards} {login}`");
    let start = observed.name.command("start");
    Obstacle {
        why: format!("its ports being bound to {ip} of `{host}`"),
        remedies: vec![
            format!("publish them on all addresses there: `{start} --bind 0.0.0.0`"),
            format!("or start it with `--no-wait`, and forward the ports: {tunnel}"),
        ],
        later: format!("forward the ports: {tunnel}"),
    }
}

/// A host that cannot be found, or not by the family of addresses that is published.
fn unreachable_host(
    ctx: &Context,
    observed: &Observed,
    cluster: &Cluster,
) -> Result<Option<Obstacle>> {
    let host = observed.reach(cluster);
    let asked = host.clone();
    let found = ctx.interrupt.run(move || resolve(&asked))?;
    let found = found.unwrap_or_default();
    let is_v4_only = match cluster.bind {
        Some(ip) => ip.is_ipv4(),
        // As the documentation's listing has it.
        None => cluster.edition() == Edition::Cluster,
    };
    Ok(if found.is_empty() {
        Some(unknown_host(observed, &host))
    } else if is_v4_only && found.iter().all(IpAddr::is_ipv6) {
        let start = observed.name.command("start");
        let remedy = format!("publish them on all addresses: `{start} --bind ::`");
        Some(Obstacle {
            why: format!(
                "its ports being published on IPv4 addresses alone, and `{host}` being reached by IPv6"
            ),
            remedies: vec![remedy.clone()],
            later: remedy,
        })
    } else {
        None
    })
}

/// A host that ssh knows by its own configuration, and nobody else.
fn unknown_host(observed: &Observed, host: &str) -> Obstacle {
    let named = match &observed.engine.named_by {
        Source::Context(name) => {
            format!("`docker context update {name} --docker host=ssh://USER@HOST`")
        }
        _ => "`DOCKER_HOST=ssh://USER@HOST`".to_owned(),
    };
    let remedy = if observed.engine.is_by_ssh() {
        format!(
            "if `{host}` is an alias of your ssh configuration, which only ssh knows, name the machine itself, \
             {named}, or add `{host}` to /etc/hosts"
        )
    } else {
        format!("add `{host}` to your DNS or to /etc/hosts")
    };
    Obstacle {
        why: format!("its machine `{host}` cannot be found by that name from here"),
        remedies: vec![remedy.clone()],
        later: remedy,
    }
}
