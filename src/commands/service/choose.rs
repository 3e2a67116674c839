//! The user chooses a cluster to deploy to.

use crate::commands::add_cluster;
use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::status::{self, ClusterStatus};
use crate::ui::{Choice, Question};

/// Offers the clusters of the registry, those of Prisma Cloud, and to add another. Returns the name,
/// and the registry that has it.
pub fn choose(ctx: &Context, registry: Registry, again: bool) -> Result<(String, Registry)> {
    let question = if again {
        Question::OtherDestination
    } else {
        Question::Destination
    };
    ctx.ask().need(&[question], "")?;
    let known = status::all(ctx, &registry)?.into_iter();
    let mut choices: Vec<_> = known
        .map(|cluster| {
            let line = line(&cluster);
            Choice::new(Some(cluster.name), line)
        })
        .collect();
    // A dry run adds no cluster that it could deploy to.
    if !ctx.dry_run {
        choices.push(Choice::new(None, "add another cluster…"));
    }
    if choices.is_empty() {
        let message = "there is no cluster to deploy to";
        return Err(Failure::new(Kind::UnknownCluster, message)
            .hint("start one on this machine with `prisma local start`")
            .hint("or add one that runs elsewhere with `prisma cluster add`"));
    }
    match ctx.ask().select(question, "", choices)?.value {
        Some(name) => Ok((name, registry)),
        None => Ok((add_cluster::add_by_asking(ctx)?, ctx.registry()?)),
    }
}

fn line(cluster: &ClusterStatus) -> String {
    let ClusterStatus {
        name,
        kind,
        state,
        endpoint,
        ..
    } = cluster;
    let line = format!("{name:<20} {}, {}", kind.word(), state.word());
    match endpoint {
        Some(endpoint) => format!("{line}  {endpoint}"),
        None => line,
    }
}
