//! `prisma local upgrade`: `docker pull` of each image, then `docker-compose up -d`. Data is kept.

use super::{act, report};
use crate::cli;
use crate::cluster::{Cluster, Edition, Fact, PrismaVersion, documented};
use crate::commands::Report;
use crate::context::Context;
use crate::docker::Container;
use crate::docker::ask::containers;
use crate::documents::UpgradedImage;
use crate::error::{Failure, Kind, Result};
use crate::managed::{Observed, check_place, observe_locked, ready, warn_of_new_syntax};
use crate::plan::{AtHand, Step};
use crate::secret::keys;

/// Pulls newer images of the cluster's version, or those of another one, and runs them.
pub fn run(ctx: &Context, args: &cli::Upgrade) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, &args.which.name, "upgrade", Observed::observe)?;
    let mut cluster = observed.cluster_or_new(ctx, args.to.as_ref())?;
    let changes = args.to.as_ref().is_some_and(|to| *to != cluster.version);
    if let Some(to) = &args.to {
        check_possible(&cluster, to)?;
        refuse_downgrade(&cluster, to, args.force)?;
        warn_of_new_syntax(ctx, &observed, &cluster, to)?;
        change_version(ctx, &mut cluster, to)?;
    }
    check_place(ctx, &observed, &cluster)?;
    let ready = ready(ctx, &observed, &mut cluster, args.waiting.limit())?;
    let mut plan = ready.plan();
    // Pulled before anything is written: if an image cannot be pulled, nothing has changed.
    let tools = &observed.tools;
    if args.no_pull {
        let images = AtHand::new(tools, cluster.images());
        images.require(ctx).map_err(|failure| {
            failure.hint(
                "leave out `--no-pull`, or bring it here with `prisma local images load FILE`",
            )
        })?;
    } else if cluster.edition() == Edition::Server
        && !changes
        && observed.matches_files(&ready.rendered)
    {
        let project = observed.project(&ready.rendered);
        let instead = AtHand::new(tools, cluster.images());
        plan.then(Step::pull(
            "the images",
            tools.pull_project(&project),
            instead,
        ));
    } else {
        // docker-compose pulls what its file names, and that is written afterwards.
        for image in cluster.images() {
            let instead = AtHand::new(tools, vec![image.clone()]);
            plan.then(Step::pull(&image, tools.pull(&image), instead));
        }
    }
    observed.write_files(&mut plan, &cluster, &ready.rendered)?;
    observed.remove_other_edition(&mut plan, &cluster);
    observed.bring_up(ctx, &mut plan, &cluster, &ready)?;
    let planned = act(ctx, Some(observed.name.as_ref()), &plan, Report::shown)?;
    if ctx.dry_run {
        return Ok(planned);
    }
    let now = containers(ctx, &observed.tools, observed.name.as_ref())?;
    let started = report::started(&observed, &cluster, ready.limit.is_some(), "is up to date");
    let (images, line) = images(&observed.containers, &now);
    Ok(report::upgraded(started, images, &line))
}

/// Which images changed, where that is known, for programs and for people.
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
        [] => "the images are unchanged\n".to_owned(),
        newer => format!("updated images: {}\n", newer.join(", ")),
    };
    let images = now.iter().map(|container| UpgradedImage {
        image: container.image.clone(),
        newer: is_newer(container),
    });
    (images.collect(), line)
}

/// Gives a cluster another version, and what that version needs. The database keeps its password and the
/// name of the server's own tables, whatever the page of the new edition says: the data is there.
fn change_version(ctx: &Context, cluster: &mut Cluster, to: &PrismaVersion) -> Result<()> {
    cluster.version = to.clone();
    if to.edition() == Edition::Cluster {
        let port = &mut cluster.database.host_port;
        *port = port.or(Some(documented::DATABASE_PORT));
    }
    if cluster.key_pair().is_some() && !to.has(Fact::KeyPairs) {
        ctx.ui.warn(&format!(
            "Prisma {to} does not support key pairs: the cluster gets a new secret, which everyone who \
             deploys with a copy of the old key needs (`clusterSecret` in the registry)"
        ));
        cluster.cluster_secret = Some(keys::random_secret()?);
    }
    Ok(())
}

/// Refuses a version that cannot use the cluster's data or secret, `--force` or not.
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

/// A newer server may have changed the database in ways that an older one does not understand.
fn refuse_downgrade(cluster: &Cluster, to: &PrismaVersion, force: bool) -> Result<()> {
    if *to >= cluster.version || force {
        return Ok(());
    }
    let message = format!(
        "Prisma {to} is older than the version of cluster `{}` ({}) and may not be able to read its data",
        cluster.name, cluster.version
    );
    Err(Failure::new(Kind::Usage, message).hint("use `--force` to downgrade anyway"))
}
