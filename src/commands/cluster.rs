//! `prisma cluster …`: the registry of clusters that services can be deployed to.

mod add;
pub mod list;
mod logs;
mod remove;

use super::Report;
use crate::cli::Cluster;
use crate::context::Context;
use crate::error::Result;

/// Runs one of the verbs.
pub fn run(ctx: &Context, command: &Cluster) -> Result<Report> {
    match command {
        Cluster::List => list::run(ctx),
        Cluster::Add(args) => add::run(ctx, args),
        Cluster::Remove(args) => remove::run(ctx, args.name()),
        Cluster::Logs(args) => logs::run(ctx, args),
    }
}
