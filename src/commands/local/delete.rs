//! `prisma local delete`: containers, volumes, files and registry entry of a cluster.

use super::act;
use super::nuke::list;
use crate::cluster::ClusterName;
use crate::commands::Report;
use crate::context::Context;
use crate::documents::{self, IsDeleted};
use crate::error::Result;
use crate::managed::Observed;
use crate::managed::observe_locked;
use crate::plan::{Plan, Step};
use crate::ui::Question;

/// Removes a cluster, with consent.
pub fn run(ctx: &Context, name: &ClusterName) -> Result<Report> {
    let (observed, _lock) = observe_locked(ctx, name, "delete", Observed::observe_with_volumes)?;
    let cluster = observed.cluster()?;
    let rendered = Observed::render(ctx, &cluster)?;
    let (containers, volumes) = (observed.container_names(), observed.volumes.clone());
    if !ctx.dry_run {
        let (data, note) = match &cluster.database.external {
            Some(external) => (
                "",
                format!("\nits data stays in the external database at {external}"),
            ),
            None => (" and all its data", String::new()),
        };
        ctx.ui.status(&format!(
            "this removes cluster `{name}`{data}:\n  containers  {}\n  volumes     {}\n  files       {}{note}",
            list(&containers),
            list(&volumes),
            observed.folder.display(),
        ));
        let about = format!("`{name}`{data}");
        ctx.ask().confirm(Question::DeleteCluster, &about)?;
    }
    let mut plan = Plan::default();
    if !containers.is_empty() || !volumes.is_empty() {
        // docker-compose v1 takes nothing down without its file.
        observed.write_files(&mut plan, &cluster, &rendered)?;
        observed.remove_other_edition(&mut plan, &cluster);
        observed.destroy(&mut plan, &rendered);
    }
    if observed.entry()?.is_some() && !observed.is_remote()? {
        plan.then(Step::Unregister {
            path: ctx.home.registry(),
            name: name.to_string(),
        });
    }
    plan.then(Step::RemoveFolder(observed.folder.clone()));
    act(ctx, Some(name.as_ref()), &plan, || {
        let data = documents::Deleted {
            name: name.to_string(),
            state: IsDeleted::Deleted,
            containers,
            volumes,
        };
        Report::new(format!("cluster `{name}` is gone\n"), data)
    })
}
