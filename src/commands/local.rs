//! `prisma local …`: clusters on a Docker engine.

mod adopt;
mod delete;
mod eject;
mod exposure;
mod external;
mod foreign;
mod history;
mod logs;
mod nuke;
mod ports;
mod ps;
mod reach;
mod report;
mod restart;
mod start;
mod steps;
mod stop;
mod upgrade;
pub mod variables;
mod world;

use super::{Report, act};
use crate::cli::Local;
use crate::cluster::ClusterName;
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::files::{Lock, Request};
use world::World;

/// Runs one of the verbs.
pub fn run(ctx: &Context, command: &Local) -> Result<Report> {
    match command {
        Local::Start(args) => start::run(ctx, args),
        Local::Stop(args) => stop::run(ctx, &args.name),
        Local::Restart(args) => restart::run(ctx, args),
        Local::Upgrade(args) => upgrade::run(ctx, args),
        Local::Nuke(args) => nuke::run(ctx, args),
        Local::Ps(args) => ps::run(ctx, &args.name),
        Local::Logs(args) => logs::run(ctx, args),
        Local::History(args) => history::run(ctx, args),
        Local::Eject(args) => eject::run(ctx, args),
        Local::Delete(args) => delete::run(ctx, &args.name),
    }
}

pub use external::silent;
pub use ports::next as next_port;

/// Starts a cluster that is there and stopped, for a command that needs it.
pub fn start_again(ctx: &Context, name: ClusterName) -> Result<()> {
    start::run(ctx, &crate::cli::Start::again(name)).map(|_| ())
}

/// Looks at a cluster under its lock, so that what is seen stays true until the verb ends. A dry
/// run changes nothing and needs no lock.
fn look_locked(
    ctx: &Context,
    name: &ClusterName,
    verb: &str,
    look: fn(&Context, &ClusterName) -> Result<World>,
) -> Result<(World, Option<Lock>)> {
    let lock = if ctx.dry_run {
        None
    } else {
        let who = format!("`{}`, process {}", name.command(verb), std::process::id());
        let request = Request {
            path: &ctx.home.cluster_lock(name.as_ref()),
            what: &format!("cluster `{name}`"),
            who: &who,
            limit: ctx.lock_timeout,
            on_wait: &|held| ctx.ui.status(&format!("{held}; waiting for it to end")),
        };
        let lock = Lock::acquire_with(&request, &ctx.interrupt);
        Some(lock.map_err(|failure| match failure.kind {
            Kind::Locked => failure.hint("or wait longer, for example with `--lock-timeout 10m`"),
            _ => failure,
        })?)
    };
    Ok((look(ctx, name)?, lock))
}
