//! `prisma local ps`: the containers of a cluster.

use super::variables;
use crate::cluster::ClusterName;
use crate::commands::Report;
use crate::context::Context;
use crate::docker::{Container, State};
use crate::documents;
use crate::error::Result;
use crate::managed::Observed;
use crate::ui::text::count;
use crate::ui::{Format, Table};
use serde_json::Value;

/// Shows the containers.
pub fn run(ctx: &Context, name: &ClusterName) -> Result<Report> {
    let observed = Observed::observe(ctx, name)?;
    if observed.is_unknown() {
        return Err(observed.not_found());
    }
    if ctx.ui.terminal().format == Format::Env {
        return Ok(Report::new(variables::lines(&observed)?, Value::Null));
    }
    if observed.containers.is_empty() {
        let text = format!(
            "cluster `{name}` has no containers; start it with `{}`\n",
            name.command("start")
        );
        return Ok(Report::new(
            text,
            documents::Containers {
                name: name.to_string(),
                containers: Vec::new(),
            },
        ));
    }
    let mut table = Table::new(&["NAME", "SERVICE", "STATE", "HEALTH", "PORTS", "IMAGE"]);
    for container in &observed.containers {
        table.row([
            container.name.clone(),
            container.service.clone(),
            state(container),
            container
                .health
                .as_ref()
                .map_or("-".to_owned(), |h| h.status.clone()),
            ports(container),
            container.image.clone(),
        ]);
    }
    let containers = observed.containers.iter();
    let data = documents::Containers {
        name: name.to_string(),
        containers: containers.map(Into::into).collect(),
    };
    Ok(Report::new(table.to_string(), data))
}

fn state(container: &Container) -> String {
    let word = container.state.word();
    match container.state {
        State::Restarting => format!(
            "restarting ({}, last status {})",
            count(
                usize::try_from(container.restarts).unwrap_or(usize::MAX),
                "time"
            ),
            container.exit_code
        ),
        State::Exited if container.exit_code != 0 => format!("exited ({})", container.exit_code),
        _ => word.to_owned(),
    }
}

fn ports(container: &Container) -> String {
    let all = |address: &str| {
        if address.is_empty() {
            "0.0.0.0".to_owned()
        } else {
            address.to_owned()
        }
    };
    let ports = container.ports.iter();
    let shown: Vec<String> = ports
        .map(|p| format!("{}:{}->{}", all(&p.address), p.port, p.inside))
        .collect();
    if shown.is_empty() {
        "-".to_owned()
    } else {
        shown.join(", ")
    }
}
