//! `prisma local nuke`: `docker-compose kill`, `docker-compose down -v`, `docker-compose up -d`, in
//! that order. Afterwards all data is deleted; ports, key and credentials are the same.

use super::{act, report};
use crate::cli;
use crate::cluster::Cluster;
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::managed::{Observed, observe_locked, ready};
use crate::plan::Step;
use crate::ui::Question;

/// Resets a cluster, with consent.
pub fn run(ctx: &Context, args: &cli::Nuke) -> Result<Report> {
    let (observed, _lock) = observe_locked(
        ctx,
        &args.which.name,
        "nuke",
        Observed::observe_with_volumes,
    )?;
    let mut cluster = observed.cluster_or_new(ctx, None)?;
    let is_new = observed.is_unknown() && observed.volumes.is_empty();
    refuse_external(&cluster)?;
    // Whatever could keep it from starting again is checked before anything is destroyed.
    let ready = ready(ctx, &observed, &mut cluster, args.waiting.limit())?;
    if !ctx.dry_run && !is_new {
        consent(ctx, &observed)?;
    }
    let mut plan = ready.plan();
    observed.write_files(&mut plan, &cluster, &ready.rendered)?;
    observed.remove_other_edition(&mut plan, &cluster);
    if !is_new {
        let project = observed.project(&ready.rendered);
        plan.then(Step::run(
            "killing the containers",
            "containers killed",
            observed.tools.kill(&project),
        ));
        observed.destroy(&mut plan, &ready.rendered);
        observed.check_destroyed(&mut plan, observed.data_folders());
    }
    observed.bring_up(ctx, &mut plan, &cluster, &ready)?;
    act(ctx, Some(observed.name.as_ref()), &plan, || {
        let state = if is_new { "is running" } else { "was reset" };
        report::running(&observed, &cluster, ready.limit.is_some(), state)
    })
}

/// Data in an external database is never destroyed.
fn refuse_external(cluster: &Cluster) -> Result<()> {
    let Some(external) = &cluster.database.external else {
        return Ok(());
    };
    let name = &cluster.name;
    let message = format!(
        "cannot reset cluster `{name}`: its data is in an external database ({external}), which `prisma` never deletes"
    );
    Err(Failure::new(Kind::NotManaged, message)
        .hint("clear it with the database's own tools, then redeploy the services with `prisma deploy`")
        .hint(format!("restart the server with `{}`", name.command("restart"))))
}

fn consent(ctx: &Context, observed: &Observed) -> Result<()> {
    ctx.ui.status(&format!(
        "this will delete all data of cluster `{}`, including all deployed services:\n{}",
        observed.name,
        report::contents(observed)
    ));
    let about = format!("`{}`", observed.name);
    ctx.ask().confirm(Question::DestroyData, &about)
}
