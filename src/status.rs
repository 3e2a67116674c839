//! Queries the state and version of all clusters at once.

pub mod cloud;
mod containers;
mod pool;
mod probe;
pub mod target;

use crate::config::registry::Registry;
use crate::config::{Project, compose_file};
use crate::context::{Context, working_folder};
use crate::error::{Failure, Result};
use crate::thread::{beside, joined};
use containers::Containers;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloud::{Cloud, CloudCluster};
use probe::Probe;
pub use probe::{ClusterStatus, Kind, State};

/// How long one cluster, and Prisma Cloud, may take to respond.
const LIMIT: Duration = Duration::from_secs(2);
/// The additional time for the whole query.
const SLACK: Duration = Duration::from_millis(700);
/// The limit of the whole query, for any number of clusters.
const LONGEST: Duration = Duration::from_secs(15);

/// Queries every known cluster: those of the registry in file order, then those of Prisma Cloud.
/// Fails only on a signal; the row of a cluster that cannot be queried says why.
pub fn all(ctx: &Context, registry: &Registry) -> Result<Vec<ClusterStatus>> {
    let probes = probes(ctx, registry);
    let found = Cloud::find(&ctx.env, registry);
    if let Some(key) = cloud::key(&ctx.env, registry) {
        ctx.ui.conceal([key]);
    }
    let cloud = match found {
        Ok(cloud) => cloud,
        Err(failure) => {
            warn(ctx, &failure);
            None
        }
    };
    let stage = ctx
        .ui
        .terminal()
        .live
        .then(|| ctx.ui.stage("querying the clusters", ""));
    let containers = Arc::new(Containers::new(&ctx.env, Arc::clone(&ctx.runner)));
    let shared = Arc::clone(&containers);
    let (rows, clouded) = ctx
        .interrupt
        .run(move || everything(probes, cloud, &shared))?;
    drop(stage);
    for command in containers.asked() {
        ctx.ui.command(&command);
    }
    if let Some(failure) = clouded {
        warn(ctx, &failure);
    }
    Ok(rows)
}

/// Queries the clusters of the registry, without Prisma Cloud and without docker. Fails only on a signal.
pub fn registered(ctx: &Context, registry: &Registry) -> Result<Vec<ClusterStatus>> {
    let probes = probes(ctx, registry);
    ctx.interrupt.run(move || {
        let deadline = deadline(probes.len());
        probe::all(probes, LIMIT, deadline, None)
    })
}

fn deadline(clusters: usize) -> Instant {
    let rounds = u32::try_from(clusters.div_ceil(pool::threads())).unwrap_or(u32::MAX);
    Instant::now() + LIMIT.saturating_mul(rounds.max(1)).min(LONGEST) + SLACK
}

/// An error of Prisma Cloud takes one line and does not stop the rest.
fn warn(ctx: &Context, failure: &Failure) {
    let hint = failure.hints.first().map(|hint| format!("; {hint}"));
    ctx.ui.warn(&format!(
        "{}{}",
        failure.message(),
        hint.unwrap_or_default()
    ));
}

fn probes(ctx: &Context, registry: &Registry) -> Vec<Probe> {
    let here = working_folder().unwrap_or_default();
    let project = Project::find(here.clone(), None);
    let folder = project.map_or(here, |project| project.folder().to_owned());
    let other = |host: &str| {
        let base = host.trim_end_matches('/');
        let secret = compose_file::server(&folder, base, &ctx.env.lookup())?.secret?;
        ctx.ui.conceal([secret.clone()]);
        Some(secret)
    };
    let probe = |entry: &crate::config::registry::Entry| {
        let kind = match ctx.managed(entry) {
            Some(_) => Kind::Managed,
            None => Kind::SelfHosted,
        };
        Probe {
            name: entry.name.clone(),
            kind,
            endpoint: Some(entry.host.clone()),
            secret: entry.secret.clone(),
            other: other(&entry.host),
            problem: match &entry.problem {
                Some(problem) => Some(problem.message()),
                None => {
                    cloud::was_hosting(&entry.host).then(|| format!("it was on {}", cloud::CLOSED))
                }
            },
        }
    };
    registry.clusters().iter().map(probe).collect()
}

/// Queries the registry's clusters and, at the same time, Prisma Cloud for its list and then those.
fn everything(
    probes: Vec<Probe>,
    cloud: Option<Cloud>,
    containers: &Arc<Containers>,
) -> (Vec<ClusterStatus>, Option<Failure>) {
    let deadline = deadline(probes.len());
    std::thread::scope(|scope| {
        let clouded = cloud.map(|cloud| {
            beside(scope, move || {
                let clusters = cloud.clusters(LIMIT)?;
                let probes = clusters.iter().map(of_cloud).collect();
                Ok(probe::all(probes, LIMIT, deadline, None))
            })
        });
        let mut rows = probe::all(probes, LIMIT, deadline, Some(containers));
        match clouded.map(joined) {
            None => (rows, None),
            Some(Ok(more)) => {
                rows.extend(more);
                (rows, None)
            }
            Some(Err(failure)) => (rows, Some(failure)),
        }
    })
}

fn of_cloud(cluster: &CloudCluster) -> Probe {
    let unknown = "Prisma Cloud gives no address for it".to_owned();
    Probe {
        name: cluster.to_string(),
        kind: Kind::Cloud,
        endpoint: cluster.endpoint.clone(),
        secret: None,
        other: None,
        problem: cluster.endpoint.is_none().then_some(unknown),
    }
}
