//! Where a cluster's containers are: on the engine in use, on another machine, or in Prisma Cloud.

use crate::cluster::ClusterName;
use crate::config::registry::Entry;
use crate::context::Context;
use crate::docker::ask;
use crate::docker::{Container, Engine, Tools};
use crate::error::{Failure, Kind, Result};
use crate::managed::owner;
use crate::url::{host_of, is_loopback, port_of, without_password};

/// Fails if the engine in use is not where a cluster runs. That needs no engine.
pub fn check_here(ctx: &Context, name: &str, entry: Option<&Entry>) -> Result<()> {
    match entry.map(|entry| host_of(&entry.host)) {
        Some(host) if !is_loopback(host) && !Engine::find(&ctx.env)?.is_at(host) => {
            Err(elsewhere(name, host))
        }
        _ => Ok(()),
    }
}

/// The containers of a cluster on the engine in use.
///
/// The registry decides what a name means: a project that happens to have the name of a cluster on
/// another machine is not that cluster.
pub fn containers(
    ctx: &Context,
    tools: &Tools,
    name: &str,
    entry: Option<&Entry>,
) -> Result<Vec<Container>> {
    let found = named(ctx, tools, name);
    if found.as_ref().is_ok_and(|found| !found.is_empty()) {
        return found;
    }
    // Elsewhere people call the project as they like; the port it publishes shows which it is.
    let Some(port) = entry.and_then(|entry| port_of(&entry.host)) else {
        return found;
    };
    let publishing = publishing(ctx, tools, port)?;
    if publishing.is_empty() {
        found
    } else {
        Ok(publishing)
    }
}

/// The containers of the project of that name, if there can be one. Fails if they are another home's.
fn named(ctx: &Context, tools: &Tools, name: &str) -> Result<Vec<Container>> {
    match ClusterName::normalised(name) {
        Some(name) => owner::containers(ctx, tools, &name),
        None => Ok(Vec::new()),
    }
}

/// The project, or the lone container, that publishes a port and has a Prisma server in it.
fn publishing(ctx: &Context, tools: &Tools, port: u16) -> Result<Vec<Container>> {
    for (container, project) in ask::publishers(ctx, tools, port)? {
        let found = match project {
            Some(project) => ask::containers(ctx, tools, &project)?,
            None => ask::container(ctx, tools, container)?,
        };
        if found.iter().any(Container::is_server) {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// The failure for a cluster on another machine.
fn elsewhere(name: &str, host: &str) -> Failure {
    let message = format!("cluster `{name}` runs on `{host}`; its logs are only available there");
    Failure::new(Kind::NotManaged, message)
        .hint(format!(
            "use that machine's engine: `DOCKER_HOST=ssh://USER@{host} prisma cluster logs {name}`"
        ))
        .hint("or use its Docker context: `docker context use …`, or `DOCKER_CONTEXT=…`")
}

/// The failure for a cluster of Prisma Cloud.
pub fn in_the_cloud(name: &str) -> Failure {
    let message = format!("cluster `{name}` is hosted on Prisma Cloud, which does not expose logs");
    Failure::new(Kind::NotManaged, message)
        .hint("ask the operators; on that machine: `docker logs CONTAINER`")
}

/// The failure for a cluster that has no containers on the engine in use. Only `prisma local` can start
/// one that it manages; with another name it would create a cluster.
pub fn nothing(ctx: &Context, name: &str, entry: Option<&Entry>) -> Failure {
    let message =
        format!("cluster `{name}` has no containers on this Docker engine, so there are no logs");
    let failure = Failure::new(Kind::Failed, message);
    match (super::managed(ctx, name, entry), entry) {
        (Some(name), _) => failure.hint(format!("start it with `{}`", name.command("start"))),
        (None, Some(entry)) => failure.hint(not_ours(entry)),
        (None, None) => failure,
    }
}

/// The hint for a server that may not be on this engine at all.
pub fn not_ours(entry: &Entry) -> String {
    format!(
        "`prisma local` does not run the server at `{}`: read its log where it was started",
        without_password(&entry.host)
    )
}
