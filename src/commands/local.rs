//! `prisma local …`: clusters on a Docker engine.

mod delete;
mod eject;
mod history;
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
use crate::context::Context;
use crate::error::Result;

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
