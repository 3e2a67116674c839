//! `prisma local start`: `docker-compose up -d`, with everything around it that makes it safe to
//! repeat.

use super::adopt::service;
use super::world::World;
use super::{act, look_locked, ports, report};
use crate::api::readiness::cluster_info;
use crate::cli;
use crate::cluster::{Cluster, PrismaVersion};
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::keys;
use crate::plan::Plan;
use std::time::Duration;

/// Starts a cluster; a quick no-op when it runs as it should.
pub fn run(ctx: &Context, args: &cli::Start) -> Result<Report> {
    let (world, _lock) = look_locked(ctx, &args.which.name, "start", World::look)?;
    let cluster = wanted(ctx, &world, args)?;
    let rendered = World::render(ctx, &cluster)?;
    let limit = args.waiting.limit();

    let mut plan = Plan::default();
    if is_settled(ctx, &world, &cluster)? {
        let taken_over = world.config()?.is_none();
        let as_it_is = taken_over || (world.has(&rendered) && !world.override_is_newer());
        if as_it_is {
            // Containers that serve well are not made anew for a file's sake.
            world.write_files(&mut plan, &cluster, &rendered)?;
            world.register(ctx, &mut plan, &cluster)?;
            return act(ctx, &plan, || {
                report::running(&world, &cluster, true, "is running already")
            });
        }
    }
    ports::check(ctx, &world, &cluster)?;
    super::reach::check(ctx, &world, &cluster, limit.is_some())?;
    world.allow_overwriting(ctx, &rendered)?;
    world.check_compose(ctx)?;
    if world.config()?.is_none() && !world.containers.is_empty() {
        ctx.ui
            .status("taking over the containers of another prisma CLI; their data is kept");
    }
    world.write_files(&mut plan, &cluster, &rendered)?;
    world.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    act(ctx, &plan, || {
        report::running(&world, &cluster, limit.is_some(), "is running")
    })
}

/// The cluster as it should be: what is known of it, changed by the flags, or a new one.
fn wanted(ctx: &Context, world: &World, args: &cli::Start) -> Result<Cluster> {
    let known = world.known()?;
    let is_new = known.is_none();
    let mut cluster = match known {
        Some(cluster) => cluster,
        None => new_cluster(world)?,
    };
    if let Some(version) = &args.prisma_version {
        set_version(world, &mut cluster, version, is_new)?;
    }
    cluster.port = args.port.unwrap_or(cluster.port);
    cluster.database.host_port = args.db_port.unwrap_or(cluster.database.host_port);
    cluster.bind = args.bind.or(cluster.bind);
    if is_new {
        ports::choose(
            ctx,
            world,
            &mut cluster,
            args.port.is_none(),
            args.db_port.is_none(),
        );
    }
    if cluster.cluster_secret.is_none() {
        cluster.cluster_secret = Some(keys::generate()?.pem_pkcs1());
    }
    Ok(cluster)
}

fn new_cluster(world: &World) -> Result<Cluster> {
    if world.is_remote()? {
        let host = world
            .entry()?
            .map(|entry| entry.host.as_str())
            .unwrap_or_default();
        return Err(Failure::new(
            Kind::NotManaged,
            format!(
                "cluster `{}` is a self-hosted one at {host}, it is not run from here",
                world.name
            ),
        )
        .hint("start a cluster under another name with `-n NAME`"));
    }
    Ok(Cluster::documented(
        world.name.clone(),
        PrismaVersion::default_local(),
    ))
}

fn set_version(
    world: &World,
    cluster: &mut Cluster,
    version: &PrismaVersion,
    is_new: bool,
) -> Result<()> {
    if !is_new && cluster.version != *version {
        let message = format!(
            "cluster `{}` has Prisma {}, not {version}",
            world.name, cluster.version
        );
        let upgrade = world.name.command("upgrade");
        return Err(Failure::new(Kind::Usage, message).hint(format!(
            "change its version with `{upgrade} --to {version}`"
        )));
    }
    cluster.version = version.clone();
    Ok(())
}

/// Whether the containers run with this configuration and the server answers.
fn is_settled(ctx: &Context, world: &World, cluster: &Cluster) -> Result<bool> {
    if !world.is_up() || !has_key(world, cluster) || !has_ports(world, cluster) {
        return Ok(false);
    }
    let endpoint = world.endpoint(cluster);
    let answer = ctx
        .interrupt
        .run(move || cluster_info(&endpoint, Duration::from_secs(2)))?;
    Ok(answer.is_ok())
}

fn has_key(world: &World, cluster: &Cluster) -> bool {
    let Some(server) = service(&world.containers, cluster.server_service()) else {
        return false;
    };
    let ours = cluster
        .cluster_secret
        .as_deref()
        .and_then(|pem| keys::PrivateKey::parse(pem).ok());
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

fn has_ports(world: &World, cluster: &Cluster) -> bool {
    let published = |port: u16| {
        world
            .containers
            .iter()
            .any(|c| c.ports.iter().any(|p| p.port == port))
    };
    published(cluster.port) && published(cluster.database.host_port)
}
