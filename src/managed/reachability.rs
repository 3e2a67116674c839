//! Whether what another machine's engine publishes can be reached from here, checked before anything is
//! done.

use super::observed::Observed;
use crate::cluster::{Cluster, Edition};
use crate::context::Context;
use crate::docker::engine::Source;
use crate::error::{Failure, Kind, Result};
use crate::url::{is_unencrypted, resolve};
use std::net::IpAddr;

/// Why a cluster cannot be reached from here.
struct Obstacle {
    why: String,
    /// What to do before it is started.
    remedies: Vec<String>,
    /// What to do if it is started anyway.
    later: String,
}

/// Fails when a remote cluster that is to be waited for cannot be reached from here; one that is not
/// waited for may become reachable, so that is a warning. Warns when secrets would travel unencrypted.
pub fn check(ctx: &Context, observed: &Observed, cluster: &Cluster, waits: bool) -> Result<()> {
    if observed.engine.local {
        return Ok(());
    }
    let name = &observed.name;
    let obstacle = match cluster.bind.filter(IpAddr::is_loopback) {
        Some(ip) if observed.engine.is_around => Some(bound_around(observed, ip)),
        Some(ip) => Some(bound_to_loopback(observed, cluster, ip)),
        None => unreachable_host(ctx, observed, cluster)?,
    };
    match obstacle {
        Some(Obstacle { why, remedies, .. }) if waits => {
            let message = format!(
                "could not start cluster `{name}`: it would not be reachable from here: {why}"
            );
            let failure = Failure::new(Kind::Failed, message);
            return Err(remedies.into_iter().fold(failure, Failure::hint));
        }
        Some(Obstacle { why, later, .. }) => ctx.ui.warn_with(
            &format!("cluster `{name}` will not be reachable from here: {why}"),
            &later,
        ),
        None => {}
    }
    if !observed.engine.is_around {
        warn_of_the_way(ctx, observed, cluster);
    }
    Ok(())
}

fn warn_of_the_way(ctx: &Context, observed: &Observed, cluster: &Cluster) {
    let endpoint = observed.endpoint(cluster);
    let engine = observed.engine.address.as_deref();
    let engine = engine.filter(|_| !observed.engine.is_private);
    let what = match (engine, is_unencrypted(&endpoint)) {
        (Some(engine), true) => format!("`{engine}` and `{endpoint}` are"),
        (Some(engine), false) => format!("`{engine}` is"),
        (None, true) => format!("`{endpoint}` is"),
        (None, false) => return,
    };
    ctx.warn_unencrypted(&what);
}

/// The loopback of the machine that runs the container this program is in.
fn bound_around(observed: &Observed, ip: IpAddr) -> Obstacle {
    let start = observed.name.command("start");
    let publish = format!("publish them on all addresses: `{start} --bind 0.0.0.0`");
    Obstacle {
        why: format!("its ports are bound to {ip} of the machine that runs this container"),
        remedies: vec![
            publish.clone(),
            "or give this container the network of that machine: `docker run --network host`"
                .to_owned(),
        ],
        later: publish,
    }
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
        why: format!("its ports are bound to {ip} on `{host}`"),
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
    let host = observed.published_host(cluster);
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
                "its ports are published on IPv4 addresses only, and `{host}` has only IPv6 addresses"
            ),
            remedies: vec![remedy.clone()],
            later: remedy,
        })
    } else {
        None
    })
}

/// A host that only ssh can resolve, by its own configuration.
fn unknown_host(observed: &Observed, host: &str) -> Obstacle {
    let named = match &observed.engine.named_by {
        Source::Context(name) => {
            format!("`docker context update {name} --docker host=ssh://USER@HOST`")
        }
        _ => "`DOCKER_HOST=ssh://USER@HOST`".to_owned(),
    };
    let remedy = if observed.engine.is_by_ssh() {
        format!(
            "if `{host}` is an alias in your ssh configuration, which only ssh can resolve, name the machine \
             itself, {named}, or add `{host}` to /etc/hosts"
        )
    } else {
        format!("add `{host}` to your DNS or to /etc/hosts")
    };
    Obstacle {
        why: format!("its machine `{host}` cannot be found by that name"),
        remedies: vec![remedy.clone()],
        later: remedy,
    }
}
