//! `prisma cluster logs`: what a cluster's server prints, where docker can tell.

mod name;
mod whereabouts;

use crate::cli::ClusterLogs;
use crate::cluster::ClusterName;
use crate::commands::Report;
use crate::config::registry::{Entry, Registry};
use crate::context::Context;
use crate::docker::{Container, Tools};
use crate::error::{Failure, Kind, Result};
use crate::logs;
use crate::managed::read_config;
use crate::status::{cloud, target};

/// Shows the logs of the server, of another container, or of all.
pub fn run(ctx: &Context, args: &ClusterLogs) -> Result<Report> {
    let registry = ctx.registry()?;
    let (name, origin) = match args.name() {
        Some(name) => (name.to_owned(), None),
        None => name::from_service(ctx, &args.project, &registry)?,
    };
    of_cluster(ctx, args, &registry, &name).map_err(|failure| match origin {
        Some(origin) if failure.kind == Kind::UnknownCluster => origin.hide(&name, &failure),
        _ => failure,
    })
}

fn of_cluster(
    ctx: &Context,
    args: &ClusterLogs,
    registry: &Registry,
    name: &str,
) -> Result<Report> {
    let entry = registry.get(name).or_else(|| registry.respelled(name));
    if entry.is_none() && cloud::has_closed(&ctx.env, name) {
        return Err(cloud::closed(&format!("cluster `{}`", name.escape_debug())));
    }
    if entry.is_none() && name.contains('/') {
        return Err(whereabouts::in_the_cloud(name));
    }
    conceal(ctx, name, entry);
    whereabouts::check_here(ctx, name, entry)?;
    let asked = Tools::find_docker(&ctx.env, &*ctx.runner).and_then(|tools| {
        let containers = whereabouts::containers(ctx, &tools, name, entry)?;
        Ok((tools, containers))
    });
    let (tools, containers) = asked.map_err(|failure| match (failure.kind, entry) {
        (Kind::ToolMissing | Kind::EngineUnreachable | Kind::EnginePermission, Some(entry))
            if managed(ctx, name, Some(entry)).is_none() =>
        {
            failure.hint(whereabouts::not_ours(entry))
        }
        _ => failure,
    })?;
    if containers.is_empty() {
        if entry.is_none() && managed(ctx, name, entry).is_none() {
            return Err(target::unknown(name, registry.names()));
        }
        return Err(whereabouts::nothing(ctx, name, entry));
    }
    let chosen = chosen(name, &containers, args)?;
    logs::show(ctx, &tools, name, &chosen, &args.part.options()).map(Report::from)
}

/// Has masked what a container may print of its cluster's secrets.
fn conceal(ctx: &Context, name: &str, entry: Option<&Entry>) {
    ctx.ui.conceal(entry.and_then(|entry| entry.secret.clone()));
    if let Some(name) = managed(ctx, name, entry) {
        // Logs are wanted most where something is broken, a configuration for example.
        let _ = read_config(ctx, &name);
    }
}

/// The managed cluster of a name.
fn managed(ctx: &Context, name: &str, entry: Option<&Entry>) -> Option<ClusterName> {
    entry.map_or_else(|| ctx.home.managed(name), |entry| ctx.managed(entry))
}

fn chosen<'a>(
    name: &str,
    containers: &'a [Container],
    args: &ClusterLogs,
) -> Result<Vec<&'a Container>> {
    if args.all {
        return Ok(containers.iter().collect());
    }
    let found: Vec<&Container> = match args.service() {
        None | Some("server") => containers.iter().filter(|c| c.is_server()).collect(),
        Some(service) => {
            let named = |c: &&Container| c.service == service || c.name == service;
            let named: Vec<&Container> = containers.iter().filter(named).collect();
            if named.is_empty() && matches!(service, "db" | "database") {
                containers.iter().filter(|c| !c.is_server()).collect()
            } else {
                named
            }
        }
    };
    if !found.is_empty() {
        return Ok(found);
    }
    let names: Vec<String> = containers
        .iter()
        .map(|c| {
            format!(
                "`{}`",
                if c.service.is_empty() {
                    &c.name
                } else {
                    &c.service
                }
            )
        })
        .collect();
    let what = match args.service() {
        None | Some("server") => "no container of a Prisma server".to_owned(),
        Some(service) => format!("no service `{}`", service.escape_debug()),
    };
    let message = format!("cluster `{name}` has {what}");
    Err(Failure::new(Kind::Usage, message)
        .hint(format!("name one with `--service`: {}", names.join(", "))))
}
