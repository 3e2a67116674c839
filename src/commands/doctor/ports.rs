//! Ports that clusters will want when they are started.

use super::Finding;
use super::clusters::Seen;
use crate::cluster::{Cluster, ClusterName, PrismaVersion};
use crate::context::Context;
use crate::docker::{Engine, Tools};
use crate::ports::{holder, is_free};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};

/// A line for each port that is taken by somebody else; one line when none is.
pub fn look(ctx: &Context, tools: &Tools, clusters: &[Seen]) -> Vec<Finding> {
    if !Engine::find(&ctx.env).is_ok_and(|engine| engine.local) {
        return vec![Finding::skipped(
            "ports",
            "the engine is on another machine",
        )];
    }
    let new = Cluster::documented(ClusterName::local(), PrismaVersion::default_local());
    let wanted: Vec<Wanted> = match clusters.is_empty() {
        true => wanted(&new, &BTreeSet::new()),
        false => clusters
            .iter()
            .filter_map(|seen| Some(wanted(seen.cluster.as_ref()?, &seen.ports)))
            .flatten()
            .collect(),
    };
    let taken = wanted
        .iter()
        .filter(|port| !is_free(port.bind, port.number));
    let taken: Vec<Finding> = taken.map(|port| told(ctx, tools, port)).collect();
    if !taken.is_empty() {
        return taken;
    }
    let names: BTreeSet<String> = wanted
        .iter()
        .map(|port| format!("`{}`", port.name))
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    vec![match names.is_empty() {
        true => Finding::ok("ports", "all clusters have theirs"),
        false => Finding::ok("ports", format!("those of {} are free", names.join(", "))),
    }]
}

/// A port that a cluster will want when it is started.
struct Wanted<'a> {
    name: &'a ClusterName,
    bind: Option<IpAddr>,
    number: u16,
    flag: &'static str,
}

/// Those that its containers do not have already.
fn wanted<'a>(cluster: &'a Cluster, own: &BTreeSet<u16>) -> Vec<Wanted<'a>> {
    let all = Some(Ipv4Addr::UNSPECIFIED.into());
    let wanted = [
        (cluster.bind.or(all), Some(cluster.port), "--port"),
        (cluster.bind, cluster.database.host_port, "--db-port"),
    ];
    let wanted = wanted.into_iter().filter_map(|(bind, number, flag)| {
        Some(Wanted {
            name: &cluster.name,
            bind,
            number: number.filter(|number| !own.contains(number))?,
            flag,
        })
    });
    wanted.collect()
}

fn told(ctx: &Context, tools: &Tools, port: &Wanted) -> Finding {
    let Wanted {
        name, number, flag, ..
    } = port;
    let text = format!(
        "port {number} of cluster `{name}` is taken by {}",
        holder(ctx, Some(tools), *number)
    );
    let hint = format!(
        "start it on another: `{} {flag} auto`",
        name.command("start")
    );
    Finding::problem("ports", text, hint).about(name.as_ref())
}
