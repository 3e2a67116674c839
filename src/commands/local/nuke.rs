//! `prisma local nuke`: `docker-compose kill`, `docker-compose down -v`, `docker-compose up -d`, in
//! that order. Afterwards the data is gone; ports, key and credentials are the same.

use super::{act, report};
use crate::cli;
use crate::cluster::Cluster;
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::managed::Observed;
use crate::managed::{exposure, observe_locked, ports, reachability};
use crate::plan::{Plan, Step};
use crate::ui::Question;

/// Resets a cluster, with consent.
pub fn run(ctx: &Context, args: &cli::Nuke) -> Result<Report> {
    let (observed, _lock) = observe_locked(
        ctx,
        &args.which.name,
        "nuke",
        Observed::observe_with_volumes,
    )?;
    let mut cluster = observed.cluster()?;
    refuse_external(&observed, &cluster)?;
    // All that could keep it from starting again is checked before anything is destroyed.
    ports::settle(ctx, &observed, &mut cluster)?;
    let rendered = Observed::render(ctx, &cluster)?;
    reachability::check(ctx, &observed, &cluster, args.waiting.limit().is_some())?;
    observed.allow_overwriting(ctx, &rendered)?;
    if !ctx.dry_run {
        consent(ctx, &observed)?;
    }
    exposure::warn(ctx, &observed, &cluster);
    let limit = args.waiting.limit();
    let mut plan = Plan::default();
    observed.write_files(&mut plan, &cluster, &rendered)?;
    observed.remove_other_edition(&mut plan, &cluster);
    let project = observed.project(&rendered);
    plan.then(Step::Run {
        label: "killing the containers".to_owned(),
        done: "containers killed".to_owned(),
        invocation: observed.tools.kill(&project),
        progress: false,
    });
    observed.destroy(&mut plan, &rendered);
    observed.bring_up(ctx, &mut plan, &cluster, &rendered, limit)?;
    act(ctx, Some(observed.name.as_ref()), &plan, || {
        report::running(&observed, &cluster, limit.is_some(), "is running and empty")
    })
}

/// Data that is somewhere else is not ours to destroy.
fn refuse_external(observed: &Observed, cluster: &Cluster) -> Result<()> {
    let Some(external) = &cluster.database.external else {
        return Ok(());
    };
    let name = &observed.name;
    let message = format!(
        "could not reset cluster `{name}`: its data is in the external database at {external}, which only its owner can empty"
    );
    Err(Failure::new(Kind::NotManaged, message)
        .hint("empty it with the database's own tools, then run this cluster's services anew with `prisma deploy`")
        .hint(format!("restart the server with `{}`", name.command("restart"))))
}

fn consent(ctx: &Context, observed: &Observed) -> Result<()> {
    ctx.ui.status(&format!(
        "this destroys all data of cluster `{}`, every deployed service included:\n  containers  {}\n  volumes     {}",
        observed.name,
        list(&observed.container_names()),
        list(&observed.volumes)
    ));
    let about = format!("`{}`", observed.name);
    ctx.ask().confirm(Question::DestroyData, &about)
}

/// Names in a row, or a word for none.
pub fn list(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.join(", ")
}
