//! The ports of a cluster: they must be free, or somebody must decide what is to be done about it.

mod taken;

use super::observed::Observed;
use crate::cli::PortWish;
use crate::cluster::{Cluster, ClusterName, documented};
use crate::config::cluster_yml;
use crate::context::Context;
use crate::docker::container::held_ports;
use crate::error::Result;
use crate::files;
use crate::ports::{is_free, next_free};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use taken::{Taken, Way};

/// What a port of a cluster is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Server,
    Database,
}

impl Use {
    const BOTH: [Use; 2] = [Use::Server, Use::Database];

    fn port(self, cluster: &Cluster) -> Option<u16> {
        match self {
            Use::Server => Some(cluster.port),
            Use::Database => cluster.database.host_port,
        }
    }

    fn set(self, cluster: &mut Cluster, port: u16) {
        match self {
            Use::Server => cluster.port = port,
            Use::Database => cluster.database.host_port = Some(port),
        }
    }

    /// Where it is published: the database without an address on both families, as the listings have it.
    fn bind(self, cluster: &Cluster) -> Option<IpAddr> {
        match self {
            Use::Server => cluster.bind.or(Some(Ipv4Addr::UNSPECIFIED.into())),
            Use::Database => cluster.bind,
        }
    }
}

/// Sees to it that nobody but the cluster itself has its ports. Where somebody has, the user decides on a
/// terminal: that one is stopped, or the cluster gets another port. Else it is a failure.
pub fn settle(ctx: &Context, observed: &Observed, cluster: &mut Cluster) -> Result<()> {
    if !observed.engine.local {
        // Another machine's ports cannot be tried from here; its docker refuses a taken one.
        return Ok(());
    }
    let own = held_ports(&observed.containers);
    let mut stopped = Vec::new();
    for what in Use::BOTH {
        let Some(port) = what.port(cluster) else {
            continue;
        };
        if own.contains(&port) || is_free(what.bind(cluster), port) {
            continue;
        }
        let taken = Taken::find(ctx, observed, cluster, what, port);
        match taken.ask(ctx)? {
            Way::Next(next) => what.set(cluster, next),
            Way::Stop => stopped.push((taken, what)),
        }
    }
    // Only once all is decided: who cancels the second question has changed nothing.
    stopped
        .iter()
        .try_for_each(|(taken, what)| taken.stop(ctx, observed, what.bind(cluster)))
}

/// Gives a cluster the ports that were asked for. A new one that is not `local` gets free ones where
/// nothing was.
pub fn choose(
    ctx: &Context,
    observed: &Observed,
    cluster: &mut Cluster,
    wishes: [Option<PortWish>; 2],
    is_new: bool,
) {
    for (what, wish) in Use::BOTH.into_iter().zip(wishes) {
        match wish {
            Some(PortWish::Number(port)) => what.set(cluster, port),
            Some(PortWish::Auto) => choose_free(ctx, observed, cluster, what),
            None if is_new && !observed.name.is_local() && what.port(cluster).is_some() => {
                choose_free(ctx, observed, cluster, what);
            }
            None => {}
        }
    }
}

/// Its own port where it has that or may have it, else the next one.
fn choose_free(ctx: &Context, observed: &Observed, cluster: &mut Cluster, what: Use) {
    let usual = match what {
        Use::Server => cluster.port,
        Use::Database => cluster
            .database
            .host_port
            .unwrap_or(documented::DATABASE_PORT),
    };
    let is_own = held_ports(&observed.containers).contains(&usual);
    let next = || {
        next_free(
            usual,
            what.bind(cluster),
            &others(ctx, observed, cluster, what),
        )
    };
    // Where nothing is free, what is wanted is refused with its reason later.
    let port = if is_own { None } else { next() };
    what.set(cluster, port.unwrap_or(usual));
}

/// Ports that are somebody's although nobody may listen on them now: those of other clusters, and the
/// cluster's own other one.
fn others(ctx: &Context, observed: &Observed, cluster: &Cluster, what: Use) -> BTreeSet<u16> {
    let mut ports = clusters_ports(ctx, Some(&observed.name));
    let rest = Use::BOTH.into_iter().filter(|other| *other != what);
    ports.extend(rest.filter_map(|other| other.port(cluster)));
    ports
}

/// The first port from `from` on that is free here and no cluster's, for a server that is none.
pub fn next(ctx: &Context, from: u16, bind: Option<IpAddr>) -> u16 {
    next_free(from, bind, &clusters_ports(ctx, None)).unwrap_or(from)
}

/// Ports that clusters of this user were given, whether they run now or not.
fn clusters_ports(ctx: &Context, own: Option<&ClusterName>) -> BTreeSet<u16> {
    let mut ports = BTreeSet::new();
    let names = ctx.home.clusters().into_iter();
    for name in names.filter(|name| own.is_none_or(|own| own.as_ref() != name)) {
        let path = ctx.home.cluster(&name).join(super::CONFIG);
        // A neighbour's broken file is reported when the neighbour is used.
        let text = files::read_text(&path).ok().flatten();
        let parsed = text.zip(name.parse().ok());
        if let Some(Ok(other)) = parsed.map(|(text, name)| cluster_yml::parse(&name, &path, &text))
        {
            ports.extend(Use::BOTH.into_iter().filter_map(|what| what.port(&other)));
        }
    }
    ports
}
