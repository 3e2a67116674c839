//! `prisma local upgrade`: `docker pull` of each image, then `docker-compose up -d`. Data is kept.

use super::{act, report};
use crate::cli;
use crate::cluster::{Cluster, Edition, PrismaVersion, documented};
use crate::commands::Report;
use crate::context::Context;
use crate::docker::Container;
use crate::docker::ask::containers;
use crate::documents::UpgradedImage;
use crate::error::{Failure, Kind, Result};
use crate::managed::Observed;
use crate::managed::{exposure, external, observe_locked, ports, reachability};
use crate::plan::{Plan, Step};
use crate::secret::keys;

/// Gets newer images of the cluster's version, or those of another one, and runs them.
pub fn run(ctx: &Context, args: &cli::Upgrade) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, &args.which.name, "upgrade", Observed::observe)?;
    let mut cluster = observed.cluster()?;
    let changes = args.to.as_ref().is_some_and(|to| *to != cluster.version);
    if let Some(to) = &args.to {
        check_possible(&cluster, to)?;
        check_direction(&observed, &cluster, to, args.force)?;
        change_version(ctx, &mut cluster, to)?;
    }
    ports::settle(ctx, &observed, &mut cluster)?;
    let rendered = Observed::render(ctx, &cluster)?;
    exposure::warn(ctx, &observed, &cluster);
    reachability::check(ctx, &observed, &cluster, args.waiting.limit().is_some())?;
    external::check(ctx, &observed, &cluster)?;
    observed.allow_overwriting(ctx, &rendered)?;
    observed.check_compose(ctx, &cluster)?;
    let limit = args.waiting.limit();
    let mut plan = Plan::default();
    // Pulled before anything is written: an image that cannot be had leaves all as it was.
    let by_compose = cluster.edition() == Edition::Server && !changes && observed.has(&rendered);
    if by_compose {
        plan.then(Step::Run {
            label: "pulling the images".to_owned(),
            done: "images pulled".to_owned(),
            invocation: observed.tools.pull_project(&observed.project(&rendered)),
            progress: true,
        });
    } else {
        pull(&observed, &mut plan, &cluster);
    }
    observed.write_files(&mut plan, &cluster, &rendered)?;
    observed.remove_other_edition(&mut plan, &cluster);
    observed.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    let planned = act(ctx, Some(observed.name.as_ref()), &plan, Report::shown)?;
    if ctx.dry_run {
        return Ok(planned);
    }
    let now = containers(ctx, &observed.tools, observed.name.as_ref())?;
    let started = report::started(&observed, &cluster, limit.is_some(), "is up to date");
    let (images, line) = images(&observed.containers, &now);
    Ok(report::upgraded(started, images, &line))
}

/// Which images are other ones than before, where that is known.
fn images(before: &[Container], now: &[Container]) -> (Vec<UpgradedImage>, String) {
    let is_newer = |container: &Container| {
        let is_old = |old: &Container| old.image_id == container.image_id;
        !before.is_empty() && !before.iter().any(is_old)
    };
    let newer: Vec<&str> = now
        .iter()
        .filter(|container| is_newer(container))
        .map(|container| container.image.as_str())
        .collect();
    let line = match newer.as_slice() {
        _ if before.is_empty() => String::new(),
        [] => "the images were the newest already\n".to_owned(),
        newer => format!("runs newer images now: {}\n", newer.join(", ")),
    };
    let images = now.iter().map(|container| UpgradedImage {
        image: container.image.clone(),
        newer: is_newer(container),
    });
    (images.collect(), line)
}

/// Image by image: docker-compose pulls what its file names, and that is written afterwards.
fn pull(observed: &Observed, plan: &mut Plan, cluster: &Cluster) {
    for image in cluster.images() {
        plan.then(Step::Run {
            label: format!("pulling {image}"),
            done: format!("{image} pulled"),
            invocation: observed.tools.pull(&image),
            progress: true,
        });
    }
}

/// Gives a cluster another version, and what that version needs. The database keeps its password and the
/// name of the server's own tables, whatever the page of the new edition says: the data is there.
fn change_version(ctx: &Context, cluster: &mut Cluster, to: &PrismaVersion) -> Result<()> {
    cluster.version = to.clone();
    if to.edition() == Edition::Cluster {
        let port = &mut cluster.database.host_port;
        *port = port.or(Some(documented::DATABASE_PORT));
    }
    if cluster.key_pair().is_some() && !to.supports_key_pairs() {
        ctx.ui.warn(&format!(
            "Prisma {to} knows no key pairs: the cluster gets a new secret in its place, and whoever \
             deploys with a copy of the old key needs that one (`clusterSecret` in the registry)"
        ));
        cluster.cluster_secret = Some(keys::random_secret()?);
    }
    Ok(())
}

/// Refuses a version that has no way to the data, or to who may deploy; `--force` makes none.
fn check_possible(cluster: &Cluster, to: &PrismaVersion) -> Result<()> {
    let reasons = cluster.obstacles(to);
    if reasons.is_empty() {
        return Ok(());
    }
    let name = &cluster.name;
    let message = format!(
        "could not change cluster `{name}` from Prisma {} to {to}:\n  {}",
        cluster.version,
        reasons.join("\n  ")
    );
    Err(Failure::new(Kind::Usage, message).hint(format!(
        "start another cluster with `prisma local start -n NAME --prisma-version {to}`, and deploy to that"
    )))
}

/// A newer server may have changed the database in ways an older one does not know.
fn check_direction(
    observed: &Observed,
    cluster: &Cluster,
    to: &PrismaVersion,
    force: bool,
) -> Result<()> {
    if *to >= cluster.version || force {
        return Ok(());
    }
    let message = format!(
        "Prisma {to} is older than the {} that cluster `{}` has, and may not understand its data",
        cluster.version, observed.name
    );
    Err(Failure::new(Kind::Usage, message).hint("add `--force` to change to it all the same"))
}
