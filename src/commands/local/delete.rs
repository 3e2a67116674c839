//! `prisma local delete`: containers, volumes, files and registry entry of a cluster.

use super::{act, report};
use crate::cluster::{Cluster, ClusterName};
use crate::commands::Report;
use crate::context::Context;
use crate::documents::{self, IsDeleted};
use crate::error::Result;
use crate::managed::{Observed, observe_locked};
use crate::plan::{Plan, Step};
use crate::ui::Question;
use std::path::PathBuf;

/// Deletes a cluster, with consent.
pub fn run(ctx: &Context, name: &ClusterName) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, name, "delete", Observed::observe_with_volumes)?;
    let cluster = observed.cluster()?;
    let rendered = Observed::render(ctx, &cluster)?;
    if !ctx.dry_run {
        consent(ctx, &observed, &cluster)?;
    }
    let (containers, volumes) = (observed.container_names(), &observed.volumes);
    let mut plan = Plan::default();
    if !containers.is_empty() || !volumes.is_empty() {
        // docker-compose v1 takes nothing down without its file.
        observed.write_files(&mut plan, &cluster, &rendered)?;
        observed.remove_other_edition(&mut plan, &cluster);
        observed.destroy(&mut plan, &rendered);
    }
    // Those in the cluster's folder are deleted with it, but before anything else there.
    let own = observed.folder.canonicalize();
    let is_inside = |folder: &PathBuf| own.as_ref().is_ok_and(|own| folder.starts_with(own));
    let (inside, outside) = observed.data_folders().into_iter().partition(is_inside);
    observed.check_destroyed(&mut plan, outside);
    plan.0
        .extend(Vec::into_iter(inside).map(Step::RemoveFolder));
    if observed.entry()?.is_some() && !observed.is_remote()? {
        plan.then(Step::Unregister {
            path: ctx.home.registry(),
            name: observed.registered_name(),
        });
    }
    plan.then(Step::RemoveFolder(observed.folder.clone()));
    act(ctx, Some(name.as_ref()), &plan, || {
        let data = documents::Deleted {
            name: name.to_string(),
            state: IsDeleted::Deleted,
            containers,
            volumes: volumes.clone(),
        };
        Report::new(format!("cluster `{name}` is deleted\n"), data)
    })
}

fn consent(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Result<()> {
    let name = &observed.name;
    let (data, note) = match &cluster.database.external {
        Some(external) => (
            "",
            format!("\ndata in the external database at {external} is not deleted"),
        ),
        None => (" and all its data", String::new()),
    };
    ctx.ui.status(&format!(
        "this will delete cluster `{name}`{data}:\n{}\n  files       {}{note}",
        report::contents(observed),
        observed.folder.display(),
    ));
    let about = format!("`{name}`{data}");
    ctx.ask().confirm(Question::DeleteCluster, &about)
}
