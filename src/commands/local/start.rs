//! `prisma local start`: `docker-compose up -d`, with everything around it that makes it safe to
//! repeat.

use super::{act, report};
use crate::cli;
use crate::cluster::{Cluster, Connector, Database, Edition, PrismaVersion};
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::managed::{Observed, complete_secret, observe_locked, ports, start};

/// Starts a cluster; quickly done when it already runs as it should.
pub fn run(ctx: &Context, args: &cli::Start) -> Result<Report> {
    let observe = if args.take_over {
        Observed::observe_to_take_over
    } else {
        Observed::observe
    };
    let (observed, _lock) = observe_locked(ctx, &args.which.name, "start", observe)?;
    let mut cluster = wanted(ctx, &observed, args)?;
    let limit = args.waiting.limit();
    let start = start(ctx, &observed, &mut cluster, limit)?;
    let (is_up, state) = if start.is_running {
        (true, "is already running")
    } else {
        (limit.is_some(), "is running")
    };
    act(ctx, Some(observed.name.as_ref()), &start.plan, || {
        report::running(&observed, &cluster, is_up, state)
    })
}

/// The cluster as it should be: what is known of it, changed by the flags, or a new one.
fn wanted(ctx: &Context, observed: &Observed, args: &cli::Start) -> Result<Cluster> {
    let known = observed.known()?;
    let is_new = known.is_none();
    let mut cluster = match known {
        Some(mut cluster) => {
            refuse_version_change(observed, &cluster, args)?;
            change_database(observed, &mut cluster, args)?;
            cluster
        }
        None => new_cluster(ctx, observed, args)?,
    };
    if let Some(image) = &args.database_image {
        cluster.database.image = Some(image.clone());
    }
    if let (Some(_), Some(external)) = (args.db_port, &cluster.database.external) {
        let message = format!("the database at {external} is external; its port is not published");
        return Err(Failure::new(Kind::Usage, message).hint("leave out `--db-port`"));
    }
    cluster.bind = args.bind.or(cluster.bind);
    ports::choose(
        ctx,
        observed,
        &mut cluster,
        [args.port, args.db_port],
        is_new,
    );
    complete_secret(ctx, observed, &mut cluster)?;
    Ok(cluster)
}

fn new_cluster(ctx: &Context, observed: &Observed, args: &cli::Start) -> Result<Cluster> {
    if observed.is_remote()? {
        let host = observed
            .entry()?
            .map(|entry| entry.host.as_str())
            .unwrap_or_default();
        return Err(Failure::new(
            Kind::NotManaged,
            format!(
                "cluster `{}` is a self-hosted server at {host} and is not managed by this program",
                observed.name
            ),
        )
        .hint("start a cluster under another name with `-n NAME`"));
    }
    let connector = match &args.database_url {
        Some(external) => external.connector,
        None => args.database.unwrap_or(Connector::MySql),
    };
    // The version that the documentation of `local` describes supports neither.
    let needs_server = connector == Connector::Postgres || args.database_url.is_some();
    let version = match &args.prisma_version {
        Some(version) => version.clone(),
        None if needs_server => PrismaVersion::default_init(),
        None => PrismaVersion::default_local(),
    };
    if needs_server && version.edition() == Edition::Cluster {
        let (flag, supported) = match &args.database_url {
            Some(_) => ("--database-url", "its own database container"),
            None => ("--database", "MySQL"),
        };
        let message = format!("Prisma {version} supports only {supported}");
        return Err(Failure::new(Kind::Usage, message).hint(format!(
            "leave out `{flag}`, or use a later version: `--prisma-version 1.8`"
        )));
    }
    let mut cluster =
        Cluster::documented(observed.name.clone(), version).with_mirror_of(&ctx.env)?;
    cluster.database = match &args.database_url {
        Some(external) => external.clone(),
        None => Database::documented(cluster.edition(), connector),
    };
    Ok(cluster)
}

/// Changing the version is up to `upgrade`, which checks more.
fn refuse_version_change(observed: &Observed, cluster: &Cluster, args: &cli::Start) -> Result<()> {
    let Some(version) = args
        .prisma_version
        .as_ref()
        .filter(|v| **v != cluster.version)
    else {
        return Ok(());
    };
    let message = format!(
        "cluster `{}` runs Prisma {}, not {version}",
        observed.name, cluster.version
    );
    let upgrade = observed.name.command("upgrade");
    Err(Failure::new(Kind::Usage, message).hint(format!(
        "change its version with `{upgrade} --to {version}`"
    )))
}

/// A cluster's data stays in its database: only the address of an external one may change.
fn change_database(observed: &Observed, cluster: &mut Cluster, args: &cli::Start) -> Result<()> {
    let has = &cluster.database;
    let is_external = has.external.is_some();
    let wanted = match &args.database_url {
        Some(url) if is_external && url.connector == has.connector => {
            let tuning = has.tuning.clone();
            cluster.database = url.clone();
            cluster.database.tuning.ssl = url.tuning.ssl.or(tuning.ssl);
            return Ok(());
        }
        Some(url) => format!("an external {} one", url.connector.name()),
        None => match args.database {
            Some(database) if is_external || database != has.connector => {
                database.name().to_owned()
            }
            _ => return Ok(()),
        },
    };
    let place = if is_external { "an external " } else { "a " };
    let message = format!(
        "cluster `{}` uses {place}{} database, not {wanted}; its data cannot be moved",
        observed.name,
        has.connector.name()
    );
    Err(Failure::new(Kind::Usage, message).hint("start another cluster with `-n NAME`"))
}
