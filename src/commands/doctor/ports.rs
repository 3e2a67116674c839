//! Ports that clusters will want when they are started.

use super::Finding;
use super::clusters::Seen;
use crate::cluster::{Cluster, ClusterName, PrismaVersion};
use crate::context::Context;
use crate::docker::{Engine, Tools};
use crate::ports::{holder, is_free};
use std::net::Ipv4Addr;

/// A line for each port that is taken by somebody else; one line when none is.
pub fn look(ctx: &Context, tools: &Tools, clusters: &[Seen]) -> Vec<Finding> {
    if !Engine::find(&ctx.env).is_ok_and(|engine| engine.local) {
        return vec![Finding::skipped(
            "ports",
            "the engine is on another machine",
        )];
    }
    let new = Cluster::documented(ClusterName::local(), PrismaVersion::default_local());
    // Those of a running cluster are its own.
    let down: Vec<&Cluster> = clusters
        .iter()
        .filter(|seen| !seen.alive)
        .filter_map(|seen| seen.cluster.as_ref())
        .collect();
    let wanted = match clusters.is_empty() {
        true => vec![&new],
        false => down,
    };
    let taken = wanted.iter().flat_map(|cluster| taken(ctx, tools, cluster));
    let taken: Vec<Finding> = taken.collect();
    if !taken.is_empty() {
        return taken;
    }
    vec![match wanted.as_slice() {
        [] => Finding::ok("ports", "all clusters have theirs"),
        wanted => {
            let names: Vec<String> = wanted.iter().map(|c| format!("`{}`", c.name)).collect();
            Finding::ok("ports", format!("those of {} are free", names.join(", ")))
        }
    }]
}

fn taken(ctx: &Context, tools: &Tools, cluster: &Cluster) -> Vec<Finding> {
    let all = Some(Ipv4Addr::UNSPECIFIED.into());
    let wanted = [
        (cluster.bind.or(all), Some(cluster.port), "--port"),
        (cluster.bind, cluster.database.host_port, "--db-port"),
    ];
    let taken = wanted
        .into_iter()
        .filter_map(|(bind, port, flag)| Some((bind, port?, flag)));
    let taken = taken.filter(|(bind, port, _)| !is_free(*bind, *port));
    let told = |(_, port, flag): (_, u16, &str)| {
        let name = &cluster.name;
        let text = format!(
            "port {port} of cluster `{name}` is taken by {}",
            holder(ctx, Some(tools), port)
        );
        let hint = format!(
            "start it on another: `{} {flag} auto`",
            name.command("start")
        );
        Finding::problem("ports", text, hint).about(name.as_ref())
    };
    taken.map(told).collect()
}
