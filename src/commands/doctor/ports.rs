//! Ports that clusters need when they are started.

use super::clusters::Seen;
use super::{Finding, documented_cluster};
use crate::cluster::{Cluster, ClusterName};
use crate::context::Context;
use crate::docker::{Engine, Tools};
use crate::ports::{holder, is_free};
use crate::ui::text::quoted;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// A line for each port that something else has taken, or one that says none is.
pub fn check(ctx: &Context, tools: &Tools, clusters: &[Seen]) -> Vec<Finding> {
    if !Engine::find(&ctx.env).is_ok_and(|engine| engine.local) {
        let why = "the engine is on another machine";
        return vec![Finding::skipped("ports", why)];
    }
    let new = documented_cluster();
    let needed: Vec<Needed> = if clusters.is_empty() {
        needed(&new, &BTreeSet::new())
    } else {
        let known = clusters.iter();
        known
            .filter_map(|seen| Some(needed(seen.cluster.as_ref()?, &seen.ports)))
            .flatten()
            .collect()
    };
    let taken = needed
        .iter()
        .filter(|port| !is_free(port.bind, port.number));
    let taken: Vec<Finding> = taken.map(|port| port.finding(ctx, tools)).collect();
    if !taken.is_empty() {
        return taken;
    }
    let names: BTreeSet<&ClusterName> = needed.iter().map(|port| port.name).collect();
    let text = if names.is_empty() {
        "no port conflicts".to_owned()
    } else {
        format!("the ports of {} are free", quoted(names))
    };
    vec![Finding::ok("ports", text)]
}

/// A port that a cluster needs when it is started.
struct Needed<'a> {
    name: &'a ClusterName,
    bind: Option<IpAddr>,
    number: u16,
    flag: &'static str,
}

/// The ports that the cluster's own containers do not have yet.
fn needed<'a>(cluster: &'a Cluster, own: &BTreeSet<u16>) -> Vec<Needed<'a>> {
    let all = Some(Ipv4Addr::UNSPECIFIED.into());
    let ports = [
        (cluster.bind.or(all), Some(cluster.port), "--port"),
        (cluster.bind, cluster.database.host_port, "--db-port"),
    ];
    let needed = ports.into_iter().filter_map(|(bind, number, flag)| {
        Some(Needed {
            name: &cluster.name,
            bind,
            number: number.filter(|number| !own.contains(number))?,
            flag,
        })
    });
    needed.collect()
}

impl Needed<'_> {
    /// The port is taken.
    fn finding(&self, ctx: &Context, tools: &Tools) -> Finding {
        let Needed {
            name, number, flag, ..
        } = self;
        let holder = holder(ctx, Some(tools), *number);
        let text = format!("port {number} of cluster `{name}` is in use by {holder}");
        let start = name.command("start");
        let hint = format!("start it on another port: `{start} {flag} auto`");
        Finding::problem("ports", text, hint).about(name.as_ref())
    }
}
