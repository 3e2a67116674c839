//! `prisma deploy`: from a folder with a `prisma.yml` to a live service.

mod after;
mod beside;
mod changes;
mod choose;
mod input;
mod progress;
mod report;
mod session;
mod shell;
mod target;
mod wake;
mod watch;

use super::Report;
use crate::cli;
use crate::context::Context;
use crate::error::Result;
use session::Session;

/// Deploys the service of the nearest `prisma.yml`, once or at every change.
pub fn run(ctx: &Context, args: &cli::Deploy) -> Result<Report> {
    if args.watch {
        watch::possible(ctx)?;
    }
    let session = Session::new(ctx, args)?;
    if args.watch {
        return watch::run(&session);
    }
    session.deploy(&session.load()?)
}
