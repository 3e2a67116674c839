//! The ports of a cluster: free ones for a new cluster, and what to do about one that is in use.

mod conflict;

use super::observed::Observed;
use crate::cli::RequestedPort;
use crate::cluster::files::CONFIG;
use crate::cluster::{Cluster, ClusterName, documented};
use crate::config::{cluster_yml, registry};
use crate::context::Context;
use crate::docker::container::held_ports;
use crate::error::Result;
use crate::files::{self, Lock};
use crate::plan::{FreePorts, Step};
use crate::ports::{Holder, holder, is_free, next_free};
use conflict::{Conflict, Decision};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// What a port of a cluster is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Server,
    Database,
}

impl Purpose {
    const BOTH: [Purpose; 2] = [Purpose::Server, Purpose::Database];

    fn port(self, cluster: &Cluster) -> Option<u16> {
        match self {
            Purpose::Server => Some(cluster.port),
            Purpose::Database => cluster.database.host_port,
        }
    }

    fn set(self, cluster: &mut Cluster, port: u16) {
        match self {
            Purpose::Server => cluster.port = port,
            Purpose::Database => cluster.database.host_port = Some(port),
        }
    }

    /// Where it is published: the database without an address on both families, as documented.
    fn bind(self, cluster: &Cluster) -> Option<IpAddr> {
        match self {
            Purpose::Server => cluster.bind.or(Some(Ipv4Addr::UNSPECIFIED.into())),
            Purpose::Database => cluster.bind,
        }
    }
}

/// Makes sure that only the cluster itself uses its ports. At a terminal the user decides what to do
/// about a port in use: the cluster gets another one, or the returned steps stop whatever uses it.
pub fn settle(ctx: &Context, observed: &Observed, cluster: &mut Cluster) -> Result<Vec<Step>> {
    if !observed.engine.local {
        // Another machine's ports cannot be tried from here; its docker refuses one in use.
        return Ok(Vec::new());
    }
    let own = held_ports(&observed.containers);
    let mut stops: Vec<FreePorts> = Vec::new();
    for purpose in Purpose::BOTH {
        let Some(port) = purpose.port(cluster) else {
            continue;
        };
        let bind = purpose.bind(cluster);
        if own.contains(&port) || is_free(bind, port) {
            continue;
        }
        let holder = holder(ctx, Some(&observed.tools), port);
        if let Some(stop) = stops.iter_mut().find(|stop| stop.holder == holder) {
            stop.ports.push((port, bind));
            continue;
        }
        let conflict = Conflict {
            cluster: &observed.name,
            purpose,
            port,
            holder: &holder,
            next: next_free(port, bind, &others(ctx, observed, cluster, purpose)),
        };
        match conflict.decide(ctx)? {
            Decision::Move(next) => purpose.set(cluster, next),
            Decision::Stop => stops.push(FreePorts {
                stop: match &holder {
                    Holder::Container { name, .. } => {
                        Some(observed.tools.stop(std::slice::from_ref(name)))
                    }
                    _ => None,
                },
                ports: vec![(port, bind)],
                holder,
            }),
        }
    }
    Ok(stops.into_iter().map(Step::FreePorts).collect())
}

/// Gives a cluster the ports that were requested. A new one that is not `local` gets free ones where
/// none was requested. Commands choose free ones one after the other, and see what each other's are.
pub fn choose(
    ctx: &Context,
    observed: &Observed,
    cluster: &mut Cluster,
    requested: [Option<RequestedPort>; 2],
    is_new: bool,
) -> Result<()> {
    let mut free = Vec::new();
    for (purpose, requested) in Purpose::BOTH.into_iter().zip(requested) {
        match requested {
            Some(RequestedPort::Number(port)) => purpose.set(cluster, port),
            Some(RequestedPort::Auto) => free.push(purpose),
            None if is_new && !observed.name.is_local() && purpose.port(cluster).is_some() => {
                free.push(purpose);
            }
            None => {}
        }
    }
    if free.is_empty() {
        return Ok(());
    }
    let _alone = if ctx.dry_run {
        None
    } else {
        Some(registry::lock(&ctx.home.registry(), &ctx.interrupt)?)
    };
    for purpose in free {
        choose_free(ctx, observed, cluster, purpose);
    }
    if ctx.dry_run {
        return Ok(());
    }
    // Its `cluster.yml` will say so later.
    let ports = Purpose::BOTH.into_iter().filter_map(|p| p.port(cluster));
    let lock = ctx.home.cluster_lock(observed.name.as_ref());
    for port in ports {
        Lock::annotate(&lock, &format!("{RESERVED}{port}"))
            .map_err(|error| files::failure("write", &lock, error))?;
    }
    Ok(())
}

/// In the lock of a cluster, before a port that it is about to use.
const RESERVED: &str = "port ";

/// The ports that running commands have chosen for clusters whose files are not written yet.
fn reserved(ctx: &Context, own: Option<&ClusterName>) -> impl Iterator<Item = u16> {
    let own = own.map(|own| ctx.home.cluster_lock(own.as_ref()));
    let entries = std::fs::read_dir(ctx.home.path().join("clusters"));
    let paths = entries
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let locks = paths.filter(move |path| {
        path.extension().is_some_and(|ending| ending == "lock") && Some(path) != own.as_ref()
    });
    let lines = locks.flat_map(|lock| Lock::annotations(&lock));
    lines.filter_map(|line| line.strip_prefix(RESERVED)?.parse().ok())
}

/// Its usual port where it holds that or can have it, else the next free one.
fn choose_free(ctx: &Context, observed: &Observed, cluster: &mut Cluster, purpose: Purpose) {
    let usual = purpose.port(cluster).unwrap_or(documented::DATABASE_PORT);
    if held_ports(&observed.containers).contains(&usual) {
        return purpose.set(cluster, usual);
    }
    let others = others(ctx, observed, cluster, purpose);
    // Where nothing is free, the usual one is refused later, with its reason.
    let next = next_free(usual, purpose.bind(cluster), &others);
    purpose.set(cluster, next.unwrap_or(usual));
}

/// Ports that are taken even if nothing listens on them now: those of other clusters, and the cluster's
/// own other one.
fn others(
    ctx: &Context,
    observed: &Observed,
    cluster: &Cluster,
    purpose: Purpose,
) -> BTreeSet<u16> {
    let mut ports = clusters_ports(ctx, Some(&observed.name));
    let rest = Purpose::BOTH.into_iter().filter(|other| *other != purpose);
    ports.extend(rest.filter_map(|other| other.port(cluster)));
    ports
}

/// The first port from `from` on that is free here and no cluster's, for a server outside of all clusters.
pub fn next(ctx: &Context, from: u16, bind: Option<IpAddr>) -> u16 {
    next_free(from, bind, &clusters_ports(ctx, None)).unwrap_or(from)
}

/// Ports that clusters of this user were given, whether they run now or not.
fn clusters_ports(ctx: &Context, own: Option<&ClusterName>) -> BTreeSet<u16> {
    let names = ctx.home.clusters().into_iter();
    let others = names.filter(|name| own.is_none_or(|own| own.as_ref() != name));
    // A broken file of another cluster is reported when that one is used. Its key is of no interest here: with
    // hundreds of clusters, checking those takes longer than all else.
    let ports = |name: String| {
        let text = files::read_text(&ctx.home.cluster(&name).join(CONFIG));
        let text = text.ok().flatten();
        text.map_or([None, None], |text| cluster_yml::ports(&text))
    };
    others
        .flat_map(ports)
        .flatten()
        .chain(reserved(ctx, own))
        .collect()
}
