//! `prisma local ps`: the containers of a cluster.

use super::variables;
use crate::cluster::ClusterName;
use crate::commands::Report;
use crate::context::Context;
use crate::docker::{Container, State};
use crate::error::Result;
use crate::managed::Observed;
use crate::ui::{Format, Table};
use serde_json::{Value, json};

/// Shows the containers.
pub fn run(ctx: &Context, name: &ClusterName) -> Result<Report> {
    let observed = Observed::observe(ctx, name)?;
    if observed.is_unknown() {
        return Err(observed.unknown());
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
            json!({"name": name.to_string(), "containers": []}),
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
    let containers: Vec<Value> = observed.containers.iter().map(data).collect();
    let data = json!({"name": name.to_string(), "containers": containers});
    Ok(Report::new(table.to_string(), data))
}

fn state(container: &Container) -> String {
    let word = container.state.word();
    match container.state {
        State::Restarting => format!(
            "restarting ({} times, last status {})",
            container.restarts, container.exit_code
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

fn data(container: &Container) -> Value {
    let ports: Vec<Value> = container
        .ports
        .iter()
        .map(|p| json!({"address": p.address, "port": p.port, "inside": p.inside}))
        .collect();
    json!({
        "id": container.id,
        "name": container.name,
        "service": container.service,
        "state": container.state.word(),
        "health": container.health.as_ref().map(|h| &h.status),
        "exitCode": container.exit_code,
        "restarts": container.restarts,
        "ports": ports,
        "image": container.image,
    })
}
