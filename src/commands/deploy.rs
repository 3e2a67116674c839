//! `prisma deploy`: from a folder with a `prisma.yml` to a live service.

mod changes;
mod choose;
mod compose_server;
mod input;
mod post_deploy;
mod progress;
mod report;
mod run;
mod shell;
mod start_stopped;
mod target;
mod watch;

use super::Report;
use crate::cli;
use crate::context::Context;
use crate::error::Result;
use run::DeployRun;

/// Deploys the service of the nearest `prisma.yml`, once or at every change.
pub fn run(ctx: &Context, args: &cli::Deploy) -> Result<Report> {
    if args.watch {
        watch::check_supported(ctx)?;
    }
    let session = DeployRun::new(ctx, args)?;
    if args.watch {
        return watch::run(&session);
    }
    session.deploy(&session.load()?)
}
