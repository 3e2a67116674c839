//! A cluster of this machine that is stopped or, if it is `local`, missing: the user is asked whether to start it.

use crate::cluster::ClusterName;
use crate::commands::service::target::Destination;
use crate::context::Context;
use crate::docker::Tools;
use crate::error::{Failure, Kind, Result};
use crate::managed::{Observed, owner, start_stopped, why_it_is_silent};
use crate::ui::Question;
use crate::url::points_here;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long connecting to this machine may take.
const LIMIT: Duration = Duration::from_millis(500);

/// Starts the cluster if it is one of this machine, nothing listens there, and the user agrees. `limit` is how
/// long to wait for its server. Returns whether it was started.
pub fn offer_to_start(ctx: &Context, destination: &Destination, limit: Duration) -> Result<bool> {
    if ctx.dry_run || listens(&destination.base) {
        return Ok(false);
    }
    let name = match &destination.managed {
        Some(name) => Some(name.clone()),
        None => left_by_npm(ctx, destination)?,
    };
    let Some(name) = name else {
        return Ok(false);
    };
    start_if_agreed(ctx, Question::StartCluster, &name, limit)?;
    Ok(true)
}

/// Creates and starts `local` if the user agrees, as the npm CLI did where it did not know the cluster. `unknown`
/// is the failure otherwise.
pub fn offer_local(ctx: &Context, unknown: Failure, limit: Duration) -> Result<()> {
    if ctx.dry_run {
        return Err(unknown);
    }
    let name = ClusterName::local();
    let question = match observe(ctx, &name)? {
        None => return Err(unknown),
        Some(observed) if observed.containers.is_empty() => Question::CreateCluster,
        Some(_) => Question::StartCluster,
    };
    start_if_agreed(ctx, question, &name, limit)
}

/// The cluster, if it is one that the npm CLI ran on this machine: it has containers, or is the one that CLI
/// started whenever it was missing.
fn left_by_npm(ctx: &Context, destination: &Destination) -> Result<Option<ClusterName>> {
    let cluster = destination.cluster.as_deref();
    let here = cluster.filter(|_| points_here(&destination.base));
    let Some(name) = here.and_then(ClusterName::normalised) else {
        return Ok(None);
    };
    let found = observe(ctx, &name)?;
    let is_here = |observed: Observed| !observed.containers.is_empty() || name.is_local();
    Ok(found.is_some_and(is_here).then_some(name))
}

/// What there is of a cluster. `None` where docker does not tell: it may be about another server.
fn observe(ctx: &Context, name: &ClusterName) -> Result<Option<Observed>> {
    match Observed::observe(ctx, name) {
        Ok(observed) => Ok(Some(observed)),
        Err(failure) if failure.kind == Kind::NotManaged => Err(failure),
        Err(_) => Ok(None),
    }
}

fn start_if_agreed(
    ctx: &Context,
    question: Question,
    name: &ClusterName,
    limit: Duration,
) -> Result<()> {
    let agreed = ctx.ask().confirm(question, &format!("`{name}`"));
    agreed.map_err(|failure| match failure.kind {
        Kind::InputRequired => {
            failure.hint(format!("or start it yourself: `{}`", name.command("start")))
        }
        _ => failure,
    })?;
    start_stopped(ctx, name, limit)
}

/// The failure of a cluster whose database does not run.
pub fn stopped_database(ctx: &Context, name: &ClusterName) -> Option<Failure> {
    let tools = Tools::find_docker(&ctx.env, &*ctx.runner).ok()?;
    let containers = owner::containers(ctx, &tools, name).ok()?;
    let down = containers.iter().find(|c| !c.is_server() && !c.is_up())?;
    let message = format!(
        "its database is not running: container `{}` is {}",
        down.name,
        down.state.word()
    );
    Some(Failure::new(Kind::ServerUnreachable, message))
}

/// The failure of a cluster whose server waits, and so does not answer deployments.
pub fn held_up(ctx: &Context, name: &ClusterName) -> Option<Failure> {
    let ending = why_it_is_silent(ctx, name)?;
    let message = format!("its server does not answer the deployment: {}", ending.why);
    Some(Failure::new(Kind::NotReady, message).hint(ending.hint))
}

/// Whether anything accepts connections there. An address that does not resolve counts as listening:
/// the request to it fails with a better message.
fn listens(base: &str) -> bool {
    let address = base.split_once("://").map_or(base, |(_, rest)| rest);
    address.to_socket_addrs().map_or(true, |mut addresses| {
        addresses.any(|address| TcpStream::connect_timeout(&address, LIMIT).is_ok())
    })
}
