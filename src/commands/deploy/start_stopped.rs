//! A stopped cluster of this machine: the user is asked whether to start it.

use crate::cluster::ClusterName;
use crate::commands::service::target::Destination;
use crate::context::Context;
use crate::docker::Tools;
use crate::error::{Failure, Kind, Result};
use crate::managed::{owner, start_stopped};
use crate::ui::Question;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long connecting to this machine may take.
const LIMIT: Duration = Duration::from_millis(500);

/// Starts the cluster if `prisma local` runs it, nothing listens there, and the user agrees. `limit` is how long to wait for its server.
/// Returns whether it was started.
pub fn offer_to_start(ctx: &Context, destination: &Destination, limit: Duration) -> Result<bool> {
    let Some(name) = &destination.managed else {
        return Ok(false);
    };
    if ctx.dry_run || listens(&destination.base) {
        return Ok(false);
    }
    ctx.ask()
        .confirm(Question::StartCluster, &format!("`{name}`"))
        .map_err(|failure| match failure.kind {
            Kind::InputRequired => {
                failure.hint(format!("or start it yourself: `{}`", name.command("start")))
            }
            _ => failure,
        })?;
    start_stopped(ctx, name, limit)?;
    Ok(true)
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

/// Whether anything accepts connections there. An address that does not resolve counts as listening:
/// the request to it fails with a better message.
fn listens(base: &str) -> bool {
    let address = base.split_once("://").map_or(base, |(_, rest)| rest);
    address.to_socket_addrs().map_or(true, |mut addresses| {
        addresses.any(|address| TcpStream::connect_timeout(&address, LIMIT).is_ok())
    })
}
