//! What has to hold before a cluster is started, whatever the verb: all of it is checked, and all
//! consent given, before anything changes.

use super::observed::Observed;
use super::start::complete_secret;
use super::{architecture, exposure, external, memory, ports, reachability};
use crate::cluster::Cluster;
use crate::context::Context;
use crate::docker::ask::query;
use crate::docker::{Compose, ComposeVersion, State};
use crate::error::{Failure, Kind, Result};
use crate::plan::{Plan, Step};
use crate::render::Rendered;
use crate::ui::Question;
use std::time::Duration;

/// A cluster that can be started.
pub struct Ready {
    pub rendered: Rendered,
    /// How long to wait for its server, if at all.
    pub limit: Option<Duration>,
    /// What stops whatever holds its ports; the first steps of a plan.
    stops: Vec<Step>,
}

impl Ready {
    /// The beginning of the plan.
    pub fn plan(&self) -> Plan {
        Plan(self.stops.clone())
    }
}

/// Checks that `cluster` can be started, warns, and asks for what needs consent. The cluster gets
/// another port if the user decides so.
pub fn ready(
    ctx: &Context,
    observed: &Observed,
    cluster: &mut Cluster,
    limit: Option<Duration>,
) -> Result<Ready> {
    complete_secret(ctx, observed, cluster)?;
    let rendered = Observed::render(ctx, cluster)?;
    memory::check(observed, cluster)?;
    let ports = (cluster.port, cluster.database.host_port);
    let stops = ports::settle(ctx, observed, cluster)?;
    let rendered = if ports == (cluster.port, cluster.database.host_port) {
        rendered
    } else {
        Observed::render(ctx, cluster)?
    };
    reachability::check(ctx, observed, cluster, limit.is_some())?;
    external::check(ctx, observed, cluster)?;
    confirm_overwriting(ctx, observed, &rendered)?;
    refuse_paused(observed)?;
    check_compose(ctx, observed)?;
    architecture::warn(ctx, observed, cluster);
    exposure::warn(ctx, observed, cluster);
    Ok(Ready {
        rendered,
        limit,
        stops,
    })
}

/// Asks before a rendered file that was edited by hand is replaced. A copy is kept either way.
fn confirm_overwriting(ctx: &Context, observed: &Observed, rendered: &Rendered) -> Result<()> {
    let edited: Vec<&str> = observed.edited(rendered).map(|(name, _)| name).collect();
    if edited.is_empty() || ctx.dry_run {
        return Ok(());
    }
    let files = edited.join(" and ");
    ctx.ui.warn(&format!(
        "{files} in {} was edited by hand; put your changes into docker-compose.override.yml, which \
         `prisma` never writes",
        observed.folder.display()
    ));
    ctx.ask().confirm(Question::ReplaceFiles, &files)
}

/// Someone paused it for a reason, and neither generation of docker-compose can start it.
fn refuse_paused(observed: &Observed) -> Result<()> {
    let mut containers = observed.containers.iter();
    let Some(paused) = containers.find(|c| c.state == State::Paused) else {
        return Ok(());
    };
    let name = &paused.name;
    let message = format!(
        "could not start cluster `{}`: container `{name}` is paused",
        observed.name
    );
    Err(Failure::new(Kind::ContainerFailed, message)
        .hint(format!("resume it with `docker unpause {name}`")))
}

/// Makes sure that there is a docker-compose, and warns when it will recreate all containers only
/// because its other generation created them.
fn check_compose(ctx: &Context, observed: &Observed) -> Result<()> {
    let mut containers = observed.containers.iter();
    let made_by = containers.find_map(|c| c.compose_version.as_ref());
    // A program was found on PATH; whether docker has the plugin shows only when it is asked. v1 takes
    // a third of a second to say its version, so it is asked only where the answer matters.
    if made_by.is_none() && matches!(observed.tools.compose, Compose::Standalone(_)) {
        return Ok(());
    }
    let now = ComposeVersion::new(&query(ctx, &observed.tools.compose_version())?.stdout);
    if let Some(made_by) = made_by.filter(|made_by| made_by.is_v1() != now.is_v1()) {
        let text = format!(
            "the containers were created by docker-compose {made_by} and will be recreated by {now}; \
             data is kept"
        );
        match &observed.tools.passed_over {
            Some(program) => ctx.ui.warn_with(
                &text,
                &format!(
                    "docker's plugin is preferred to docker-compose v1; `PRISMA_COMPOSE={}` keeps v1",
                    program.display()
                ),
            ),
            None => ctx.ui.warn(&text),
        }
    }
    Ok(())
}
