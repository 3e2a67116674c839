//! A cluster of this machine that does not run: it is offered to start that one, never another.

use super::target::Destination;
use crate::commands::local;
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::ui::Question;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// How long a connection on this machine may take.
const LIMIT: Duration = Duration::from_millis(500);

/// Starts the cluster where `prisma local` runs it, nobody listens, and the user agrees. Whether it
/// was started.
pub fn offer_to_start(ctx: &Context, destination: &Destination) -> Result<bool> {
    let Some(name) = &destination.managed else {
        return Ok(false);
    };
    if ctx.dry_run || listens(&destination.base) {
        return Ok(false);
    }
    let about = format!("`{name}`");
    let agreed = ctx.ask().confirm(Question::StartCluster, &about);
    agreed.map_err(|failure| match failure.kind {
        Kind::InputRequired => {
            failure.hint(format!("or start it yourself: `{}`", name.command("start")))
        }
        _ => failure,
    })?;
    local::start_again(ctx, name.clone())?;
    Ok(true)
}

/// Whether anybody accepts connections there. A remote or odd address counts as listening: asking it
/// properly tells more.
fn listens(base: &str) -> bool {
    let address = base.split_once("://").map_or(base, |(_, rest)| rest);
    let Ok(addresses) = address.to_socket_addrs() else {
        return true;
    };
    let connect = |address| TcpStream::connect_timeout(&address, LIMIT);
    addresses
        .into_iter()
        .any(|address| connect(address).is_ok())
}
