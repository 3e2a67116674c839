//! `prisma local start`: `docker-compose up -d`, with everything around it that makes it safe to
//! repeat.

use super::{act, report};
use crate::cli;
use crate::cluster::{Cluster, Connector, Database, Edition, PrismaVersion, documented};
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::managed::Observed;
use crate::managed::{exposure, external, observe_locked, ports, reachability, service};
use crate::plan::Plan;
use crate::render::PrismaConfig;
use crate::secret::keys;
use crate::server::version::ask;
use std::time::Duration;

/// Starts a cluster; a quick no-op when it runs as it should.
pub fn run(ctx: &Context, args: &cli::Start) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, &args.which.name, "start", Observed::observe)?;
    let mut cluster = wanted(ctx, &observed, args)?;
    let rendered = Observed::render(ctx, &cluster)?;
    let limit = args.waiting.limit();

    let mut plan = Plan::default();
    if is_settled(ctx, &observed, &cluster)? {
        let taken_over = observed.config()?.is_none();
        let as_it_is = taken_over || (observed.has(&rendered) && !observed.override_is_newer());
        if as_it_is {
            exposure::warn(ctx, &observed, &cluster);
            // Containers that serve well are not made anew for a file's sake.
            observed.write_files(&mut plan, &cluster, &rendered)?;
            observed.register(ctx, &mut plan, &cluster)?;
            return act(ctx, Some(observed.name.as_ref()), &plan, || {
                report::running(&observed, &cluster, true, "is running already")
            });
        }
    }
    ports::settle(ctx, &observed, &mut cluster)?;
    let rendered = Observed::render(ctx, &cluster)?;
    reachability::check(ctx, &observed, &cluster, limit.is_some())?;
    external::check(ctx, &observed, &cluster)?;
    observed.allow_overwriting(ctx, &rendered)?;
    observed.check_compose(ctx, &cluster)?;
    exposure::warn(ctx, &observed, &cluster);
    if observed.config()?.is_none() && !observed.containers.is_empty() {
        ctx.ui
            .status("taking over the containers of another prisma CLI; their data is kept");
    }
    observed.write_files(&mut plan, &cluster, &rendered)?;
    observed.remove_other_edition(&mut plan, &cluster);
    observed.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    act(ctx, Some(observed.name.as_ref()), &plan, || {
        report::running(&observed, &cluster, limit.is_some(), "is running")
    })
}

/// The cluster as it should be: what is known of it, changed by the flags, or a new one.
fn wanted(ctx: &Context, observed: &Observed, args: &cli::Start) -> Result<Cluster> {
    let known = observed.known()?;
    let is_new = known.is_none();
    let mut cluster = match known {
        Some(cluster) => cluster,
        None => new_cluster(observed, args)?,
    };
    if !is_new {
        refuse_version_change(observed, &cluster, args)?;
        refuse_database_change(observed, &mut cluster, args)?;
    }
    if let Some(image) = &args.database_image {
        cluster.database.image = Some(image.clone());
    }
    if let (Some(_), Some(external)) = (args.db_port, &cluster.database.external) {
        let message = format!("the database at {external} is external, its port is not published");
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
    if cluster.cluster_secret.is_none() {
        cluster.cluster_secret = Some(match cluster.edition() {
            Edition::Cluster => keys::generate()?.pem_pkcs1(),
            Edition::Server => documented::MANAGEMENT_SECRET.into(),
        });
    }
    Ok(cluster)
}

fn new_cluster(observed: &Observed, args: &cli::Start) -> Result<Cluster> {
    if observed.is_remote()? {
        let host = observed
            .entry()?
            .map(|entry| entry.host.as_str())
            .unwrap_or_default();
        return Err(Failure::new(
            Kind::NotManaged,
            format!(
                "cluster `{}` is a self-hosted one at {host}, it is not run from here",
                observed.name
            ),
        )
        .hint("start a cluster under another name with `-n NAME`"));
    }
    let connector = match &args.database_url {
        Some(external) => external.connector,
        None => args.database.unwrap_or(Connector::MySql),
    };
    // The version of the 1.1 page has neither.
    let needs_server = connector == Connector::Postgres || args.database_url.is_some();
    let version = match &args.prisma_version {
        Some(version) => version.clone(),
        None if needs_server => PrismaVersion::default_init(),
        None => PrismaVersion::default_local(),
    };
    if needs_server && version.edition() == Edition::Cluster {
        let (flag, knows) = match &args.database_url {
            Some(_) => (
                "--database-url",
                "no database but that of its own container",
            ),
            None => ("--database", "only MySQL"),
        };
        let message = format!("Prisma {version} knows {knows}");
        return Err(Failure::new(Kind::Usage, message).hint(format!(
            "leave out `{flag}`, or take a later version with `--prisma-version 1.8`"
        )));
    }
    let mut cluster = Cluster::documented(observed.name.clone(), version);
    cluster.database = match &args.database_url {
        Some(external) => external.clone(),
        None => Database::documented(cluster.edition(), connector),
    };
    Ok(cluster)
}

/// Another version is a matter of `upgrade`, which checks more.
fn refuse_version_change(observed: &Observed, cluster: &Cluster, args: &cli::Start) -> Result<()> {
    let Some(version) = args
        .prisma_version
        .as_ref()
        .filter(|v| **v != cluster.version)
    else {
        return Ok(());
    };
    let message = format!(
        "cluster `{}` has Prisma {}, not {version}",
        observed.name, cluster.version
    );
    let upgrade = observed.name.command("upgrade");
    Err(Failure::new(Kind::Usage, message).hint(format!(
        "change its version with `{upgrade} --to {version}`"
    )))
}

/// A cluster's data stays in the database it is in: only how an external one is reached may change.
fn refuse_database_change(
    observed: &Observed,
    cluster: &mut Cluster,
    args: &cli::Start,
) -> Result<()> {
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
        "cluster `{}` has {place}{} database, not {wanted}, and its data cannot move",
        observed.name,
        has.connector.name()
    );
    Err(Failure::new(Kind::Usage, message).hint("start another cluster with `-n NAME`"))
}

/// Whether the containers run with this configuration and the server answers.
fn is_settled(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Result<bool> {
    if !observed.is_up(cluster) || !has_key(observed, cluster) || !has_ports(observed, cluster) {
        return Ok(false);
    }
    let endpoint = observed.endpoint(cluster);
    let answer = ctx
        .interrupt
        .run(move || ask(&endpoint, Duration::from_secs(2)))?;
    Ok(answer.is_ok())
}

fn has_key(observed: &Observed, cluster: &Cluster) -> bool {
    let Some(server) = service(&observed.containers, cluster.server_service()) else {
        return false;
    };
    if cluster.edition() == Edition::Server {
        let theirs = server.env.get("PRISMA_CONFIG");
        let theirs = theirs.and_then(|text| PrismaConfig::read(text));
        return theirs.is_some_and(|theirs| theirs.has_secret_of(cluster));
    }
    let ours = cluster.key_pair();
    let theirs = server.env.get("CLUSTER_PUBLIC_KEY");
    // The npm CLI handed over the same key with its armour and line breaks.
    let body = |pem: &String| -> String {
        let lines = pem.lines().filter(|line| !line.starts_with("-----"));
        lines.flat_map(str::split_whitespace).collect()
    };
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => ours.public_spki_base64() == body(theirs),
        _ => false,
    }
}

fn has_ports(observed: &Observed, cluster: &Cluster) -> bool {
    let published = |port: u16| {
        observed
            .containers
            .iter()
            .any(|c| c.ports.iter().any(|p| p.port == port))
    };
    published(cluster.port) && cluster.database.host_port.is_none_or(published)
}
