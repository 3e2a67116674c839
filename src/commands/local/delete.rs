//! `prisma local delete`: containers, volumes, files and registry entry of a cluster.

use super::nuke::list;
use super::world::World;
use super::{act, look_locked};
use crate::cluster::ClusterName;
use crate::commands::Report;
use crate::context::Context;
use crate::error::Result;
use crate::plan::{Plan, Step};
use crate::ui::Question;
use serde_json::json;

/// Removes a cluster, with consent.
pub fn run(ctx: &Context, name: &ClusterName) -> Result<Report> {
    let (world, _lock) = look_locked(ctx, name, "delete", World::look_at_all)?;
    let cluster = world.cluster()?;
    let rendered = World::render(ctx, &cluster)?;
    let (containers, volumes) = (world.container_names(), world.volumes.clone());
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
            world.folder.display(),
        ));
        let about = format!("`{name}`{data}");
        ctx.ask().confirm(Question::DeleteCluster, &about)?;
    }
    let mut plan = Plan::default();
    if !containers.is_empty() || !volumes.is_empty() {
        // docker-compose v1 takes nothing down without its file.
        world.write_files(&mut plan, &cluster, &rendered)?;
        world.leave_other_edition(&mut plan, &cluster);
        world.destroy(&mut plan, &rendered);
    }
    if world.entry()?.is_some() && !world.is_remote()? {
        plan.then(Step::Unregister {
            path: ctx.home.registry(),
            name: name.to_string(),
        });
    }
    plan.then(Step::RemoveFolder(world.folder.clone()));
    act(ctx, Some(name.as_ref()), &plan, || {
        let data = json!({"name": name.to_string(), "state": "deleted", "containers": containers, "volumes": volumes});
        Report::new(format!("cluster `{name}` is gone\n"), data)
    })
}
