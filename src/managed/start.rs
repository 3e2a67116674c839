//! Starting a cluster: `docker-compose up -d`, with everything around it that makes it safe to repeat.

use super::observed::Observed;
use super::{check_place, exposure, observe_locked, ready};
use crate::cluster::files::OVERRIDE;
use crate::cluster::{Cluster, ClusterName, Edition, documented};
use crate::context::Context;
use crate::docker::ask::log;
use crate::docker::diagnosis::{Ending, LOCKED, why_it_does_not_answer};
use crate::error::Result;
use crate::plan::Plan;
use crate::render::PrismaConfig;
use crate::secret::keys;
use crate::server::readiness::Readiness;
use std::time::Duration;

/// How long a server that should be running may take to say so.
const QUESTION: Duration = Duration::from_secs(2);

/// How a cluster is started.
pub struct Start {
    pub plan: Plan,
    /// It runs as it should: the plan does not touch its containers.
    pub is_running: bool,
}

/// Starts a stopped cluster as it is, or a new one, for a command that needs it.
pub fn start_stopped(ctx: &Context, name: &ClusterName, limit: Duration) -> Result<()> {
    let (observed, _lock) = observe_locked(ctx, name, "start", Observed::observe)?;
    let mut cluster = observed.cluster_or_new(ctx, None)?;
    complete_secret(ctx, &observed, &mut cluster)?;
    let start = start(ctx, &observed, &mut cluster, Some(limit))?;
    start.plan.execute(ctx, Some(name.as_ref()))
}

/// Restarts a cluster as it is, for a command that needs it.
pub fn restart_running(ctx: &Context, name: &ClusterName, limit: Duration) -> Result<()> {
    let (observed, _lock) = observe_locked(ctx, name, "restart", Observed::observe)?;
    let mut cluster = observed.cluster()?;
    let plan = restart(ctx, &observed, &mut cluster, Some(limit))?;
    plan.execute(ctx, Some(name.as_ref()))
}

/// Plans to stop and start `cluster`. `limit` is how long to wait for its server, if at all.
pub fn restart(
    ctx: &Context,
    observed: &Observed,
    cluster: &mut Cluster,
    limit: Option<Duration>,
) -> Result<Plan> {
    check_place(ctx, observed, cluster)?;
    let ready = ready(ctx, observed, cluster, limit)?;
    let mut plan = ready.plan();
    if !observed.runs_other_edition(cluster) {
        observed.stop(&mut plan)?;
    }
    observed.write_files(&mut plan, cluster, &ready.rendered)?;
    observed.remove_other_edition(&mut plan, cluster);
    observed.bring_up(ctx, &mut plan, cluster, &ready)?;
    Ok(plan)
}

/// Gives a cluster that has no secret the one that a new cluster gets.
pub fn complete_secret(ctx: &Context, observed: &Observed, cluster: &mut Cluster) -> Result<()> {
    if cluster.cluster_secret.is_none() {
        if let Some(entry) = observed.entry()?.filter(|entry| entry.secret.is_some()) {
            ctx.ui.warn(&format!(
                "`clusterSecret` of cluster `{}` in the registry is not a private key, and is replaced by a new one",
                entry.name
            ));
        }
        cluster.cluster_secret = Some(match cluster.edition() {
            Edition::Cluster => keys::generate()?.pem_pkcs1(),
            Edition::Server => documented::MANAGEMENT_SECRET.into(),
        });
    }
    Ok(())
}

/// Plans the start of `cluster`. `limit` is how long to wait for its server, if at all.
pub fn start(
    ctx: &Context,
    observed: &Observed,
    cluster: &mut Cluster,
    limit: Option<Duration>,
) -> Result<Start> {
    if !observed.is_taken_over && is_running(ctx, observed, cluster)? {
        let rendered = Observed::render(ctx, cluster)?;
        let is_unknown = observed.config()?.is_none();
        // Containers that serve well are not recreated for a file's sake.
        if is_unknown || (observed.matches_files(&rendered) && !observed.override_is_newer()) {
            exposure::warn(ctx, observed, cluster);
            let mut plan = Plan::default();
            observed.write_files(&mut plan, cluster, &rendered)?;
            observed.register(ctx, &mut plan, cluster)?;
            return Ok(Start {
                plan,
                is_running: true,
            });
        }
    }
    check_place(ctx, observed, cluster)?;
    let ready = ready(ctx, observed, cluster, limit)?;
    if observed.config()?.is_none() && !observed.containers.is_empty() {
        let whose = if observed.is_taken_over {
            "another home"
        } else {
            "another prisma CLI"
        };
        ctx.ui.status(&format!(
            "taking over the containers of {whose}; their data is kept"
        ));
    }
    if observed.inherited.is_some() {
        ctx.ui.status(&format!(
            "copying its {OVERRIDE}; relative paths in it start from {} now",
            observed.folder.display()
        ));
    }
    let mut plan = ready.plan();
    observed.write_files(&mut plan, cluster, &ready.rendered)?;
    observed.remove_other_edition(&mut plan, cluster);
    observed.bring_up(ctx, &mut plan, cluster, &ready)?;
    Ok(Start {
        plan,
        is_running: false,
    })
}

/// Whether the containers run with this configuration and the server is ready.
fn is_running(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Result<bool> {
    if !observed.is_up(cluster) || !has_secret(observed, cluster) || !has_ports(observed, cluster) {
        return Ok(false);
    }
    let server = observed.candidate(cluster);
    let answer = ctx.interrupt.run(move || server.ask(QUESTION))?;
    let is_ready = matches!(answer, Readiness::Ready(_));
    // One that waits for the lock answers requests meanwhile, but cannot be deployed to.
    Ok(is_ready && silence(ctx, observed, cluster) != Some(&LOCKED))
}

/// Why the server of a cluster does not answer, or not all requests, if its log shows it.
pub fn why_it_is_silent(ctx: &Context, name: &ClusterName) -> Option<&'static Ending> {
    let observed = Observed::observe(ctx, name).ok()?;
    silence(ctx, &observed, &observed.cluster().ok()?)
}

fn silence(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Option<&'static Ending> {
    let server = observed.container(cluster.server_service())?;
    why_it_does_not_answer(&log(ctx, &observed.tools, server))
}

/// Whether the server runs with the cluster's secret.
fn has_secret(observed: &Observed, cluster: &Cluster) -> bool {
    let Some(server) = observed.container(cluster.server_service()) else {
        return false;
    };
    if cluster.edition() == Edition::Server {
        let theirs = server.env.get("PRISMA_CONFIG");
        let theirs = theirs.and_then(|text| PrismaConfig::read(text));
        return theirs.is_some_and(|theirs| theirs.has_secret_of(cluster));
    }
    let (Some(ours), Some(theirs)) = (cluster.key_pair(), server.env.get("CLUSTER_PUBLIC_KEY"))
    else {
        return false;
    };
    // The npm CLI passed the same key with its armour and line breaks.
    let lines = theirs.lines().filter(|line| !line.starts_with("-----"));
    let theirs: String = lines.flat_map(str::split_whitespace).collect();
    ours.public_spki_base64() == theirs
}

fn has_ports(observed: &Observed, cluster: &Cluster) -> bool {
    let is_published = |port| {
        let mut ports = observed.containers.iter().flat_map(|c| &c.ports);
        ports.any(|published| published.port == port)
    };
    is_published(cluster.port) && cluster.database.host_port.is_none_or(is_published)
}
