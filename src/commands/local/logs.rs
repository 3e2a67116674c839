//! `prisma local logs`: `docker logs` of the cluster's containers; `docker-compose logs` of a whole
//! cluster of the server edition.

use crate::cli;
use crate::cluster::Edition;
use crate::commands::Report;
use crate::context::Context;
use crate::docker::ComposeVersion;
use crate::docker::ask::query;
use crate::docker::{Container, LogOptions};
use crate::error::{Failure, Kind, Result};
use crate::logs;
use crate::managed::Observed;
use crate::process::Invocation;
use crate::render::render;
use crate::ui::Format;

/// Shows the logs of one service, or of all.
pub fn run(ctx: &Context, args: &cli::Logs) -> Result<Report> {
    let observed = Observed::observe(ctx, &args.which.name)?;
    let containers = chosen(&observed, args.service.as_deref())?;
    let name = observed.name.as_ref();
    let options = args.part.options();
    if args.service.is_none()
        && let Some(logs) = by_compose(ctx, &observed, &options)?
    {
        if ctx.dry_run {
            return Ok(Report::from(logs::announced([logs].into_iter())));
        }
        return logs::raw(ctx, &logs).map(Report::from);
    }
    logs::show(ctx, &observed.tools, name, &containers, &options).map(Report::from)
}

/// `docker-compose logs`, if it is documented for the cluster's edition and supports the options.
fn by_compose(
    ctx: &Context,
    observed: &Observed,
    options: &LogOptions,
) -> Result<Option<Invocation>> {
    let Ok(Some((_, cluster))) = observed.config() else {
        return Ok(None);
    };
    let terminal = ctx.ui.terminal();
    let fits = cluster.edition() == Edition::Server
        && observed.compose.is_some()
        && !observed.runs_other_edition(cluster)
        && terminal.format == Format::Text;
    if !fits {
        return Ok(None);
    }
    if options.since.is_some() {
        let version = ComposeVersion::new(&query(ctx, &observed.tools.compose_version())?.stdout);
        // v1 takes the flag for a request for help, prints that and succeeds.
        if version.is_v1() {
            return Ok(None);
        }
    }
    let project = observed.project(&render(cluster)?);
    let color = terminal.color_stderr && terminal.table;
    Ok(Some(observed.tools.logs_project(&project, options, color)))
}

fn chosen<'a>(observed: &'a Observed, service: Option<&str>) -> Result<Vec<&'a Container>> {
    if observed.containers.is_empty() {
        if observed.is_unknown() {
            return Err(observed.not_found());
        }
        let message = format!(
            "cluster `{}` has no containers, so there are no logs",
            observed.name
        );
        let start = observed.name.command("start");
        return Err(Failure::new(Kind::Failed, message).hint(format!("start it with `{start}`")));
    }
    let Some(service) = service else {
        return Ok(observed.containers.iter().collect());
    };
    let named = |c: &&Container| c.service == service || c.name == service;
    let containers: Vec<&Container> = observed.containers.iter().filter(named).collect();
    if containers.is_empty() {
        let names: Vec<String> = observed
            .containers
            .iter()
            .map(|c| format!("`{}`", c.service))
            .collect();
        let message = format!("cluster `{}` has no service `{service}`", observed.name);
        return Err(Failure::new(Kind::Usage, message)
            .hint(format!("its services are {}", names.join(" and "))));
    }
    Ok(containers)
}
