//! `prisma local …`: clusters on a Docker engine.

mod delete;
mod eject;
mod history;
mod images;
mod logs;
mod nuke;
mod ps;
mod report;
mod restart;
mod start;
mod stop;
mod upgrade;
pub mod variables;

use super::{Report, act};
use crate::cli::Local;
use crate::cluster::ClusterName;
use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::Result;

/// Runs one of the verbs.
pub fn run(ctx: &Context, command: &Local) -> Result<Report> {
    if let Some(name) = command.cluster() {
        refuse_unregistered(ctx, name)?;
    }
    match command {
        Local::Start(args) => start::run(ctx, args),
        Local::Stop(args) => stop::run(ctx, &args.name),
        Local::Restart(args) => restart::run(ctx, args),
        Local::Upgrade(args) => upgrade::run(ctx, args),
        Local::Nuke(args) => nuke::run(ctx, args),
        Local::Ps(args) => ps::run(ctx, &args.name),
        Local::Logs(args) => logs::run(ctx, args),
        Local::History(args) => history::run(ctx, args),
        Local::Images(command) => images::run(ctx, command),
        Local::Eject(args) => eject::run(ctx, args),
        Local::Delete(args) => delete::run(ctx, &args.name),
    }
}

/// Only a registry entry of the npm CLI has a name that is not a valid one.
fn refuse_unregistered(ctx: &Context, name: &ClusterName) -> Result<()> {
    let Some(given) = name.given() else {
        return Ok(());
    };
    let registry = Registry::load(&ctx.home.registry(), &ctx.env.lookup())?;
    match registry.get(given) {
        Some(_) => Ok(()),
        None => match given.parse::<ClusterName>() {
            Ok(_) => Ok(()),
            Err(failure) => Err(failure.context("`--name`")),
        },
    }
}
