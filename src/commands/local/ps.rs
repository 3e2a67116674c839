//! `prisma local ps`: the containers of a cluster.

use super::variables;
use crate::cluster::ClusterName;
use crate::commands::Report;
use crate::context::Context;
use crate::docker::{Container, State};
use crate::documents;
use crate::error::Result;
use crate::managed::Observed;
use crate::server::version::{ManagementPath, ask};
use crate::ui::text::count;
use crate::ui::{Format, Table};
use serde_json::Value;
use std::time::Duration;

/// How long a server may take to say that it is up.
const QUESTION: Duration = Duration::from_secs(1);

/// Shows the containers.
pub fn run(ctx: &Context, name: &ClusterName) -> Result<Report> {
    let observed = Observed::observe(ctx, name)?;
    if observed.is_mistaken() {
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
            state(container, is_silent(ctx, &observed, container)?),
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

/// Whether it is a server that was started recently and does not answer yet. Only then is it asked.
fn is_silent(ctx: &Context, observed: &Observed, container: &Container) -> Result<bool> {
    let (Ok(cluster), true) = (
        observed.cluster(),
        container.is_young() && container.is_server(),
    ) else {
        return Ok(false);
    };
    let endpoint = observed.endpoint(&cluster);
    let first = ManagementPath::of(&cluster.version);
    let answer = ctx.interrupt.run(move || ask(&endpoint, first, QUESTION))?;
    Ok(answer.is_err())
}

/// A container's state, and how often it was restarted while that matters.
fn state(container: &Container, is_silent: bool) -> String {
    let restarts = usize::try_from(container.restarts).unwrap_or(usize::MAX);
    let word = match container.state {
        State::Restarting => {
            let times = count(restarts, "time");
            return match container.exit_code {
                // Read in the moment of the restart, which says nothing.
                0 => format!("restarting ({times})"),
                status => format!("restarting ({times}, last status {status})"),
            };
        }
        State::Exited if container.exit_code != 0 => {
            return format!("exited ({})", container.exit_code);
        }
        _ if is_silent && container.is_in_crash_loop() => "keeps crashing",
        _ if is_silent => "starting",
        state => state.word(),
    };
    if restarts > 0 && container.is_young() {
        format!("{word} ({})", count(restarts, "restart"))
    } else {
        word.to_owned()
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
