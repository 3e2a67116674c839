//! `prisma cluster …`: the registry of clusters that services can be deployed to.

mod add;
mod list;
mod logs;
mod remove;

use super::Report;
use crate::cli::Cluster;
use crate::cluster::ClusterName;
use crate::context::Context;
use crate::error::Result;
use crate::plan::{Plan, Step};
use crate::registry::Registry;

/// Runs one of the verbs.
pub fn run(ctx: &Context, command: &Cluster) -> Result<Report> {
    match command {
        Cluster::List => list::run(ctx),
        Cluster::Add(args) => add::run(ctx, args),
        Cluster::Remove(args) => remove::run(ctx, args.name()),
        Cluster::Logs(args) => logs::run(ctx, args),
    }
}

/// The registry, and its owner told what is wrong with it.
fn registry(ctx: &Context) -> Result<Registry> {
    let variable = |name: &str| ctx.env.get(name).map(str::to_owned);
    let registry = Registry::load(&ctx.home.registry(), &variable)?;
    for warning in registry.warnings() {
        ctx.ui.warn(warning);
    }
    Ok(registry)
}

/// The name as one that `prisma local` may run, when it has a folder of ours.
fn managed(ctx: &Context, name: &str) -> Option<ClusterName> {
    // A name that is none could lead out of the folder.
    let name: ClusterName = name.parse().ok()?;
    ctx.home.cluster(name.as_ref()).is_dir().then_some(name)
}

/// Executes a step and reports `done`, or shows the step in a dry run.
fn act(ctx: &Context, step: Step, done: impl FnOnce() -> Report) -> Result<Report> {
    let plan = Plan(vec![step]);
    if ctx.dry_run {
        return Ok(Report::new(plan.text(), plan.data()));
    }
    plan.execute(ctx)?;
    Ok(done())
}
