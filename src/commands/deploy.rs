//! `prisma deploy`: deploys the service of the nearest `prisma.yml`.

mod changes;
mod compose_server;
mod located;
mod post_deploy;
mod progress;
mod remedy;
mod renames;
pub mod report;
mod run;
mod save_target;
mod seed;
mod shell;
mod start_stopped;
mod starting;
pub mod syntax;
mod watch;

use super::Report;
use crate::cli;
use crate::context::Context;
use crate::error::Result;
use run::DeployRun;

/// Deploys once, or with `--watch` at every change.
pub fn run(ctx: &Context, args: &cli::Deploy) -> Result<Report> {
    if args.watch {
        watch::check_supported(ctx)?;
    }
    let mut run = DeployRun::new(ctx, args)?;
    if args.watch {
        return watch::run(&mut run);
    }
    let loaded = run.files.load(ctx)?;
    if args.convert_datamodel {
        return syntax::convert(&mut run, &loaded);
    }
    run.deploy(&loaded)
}
