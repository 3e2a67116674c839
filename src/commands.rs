//! The commands: each looks (files, registry, engine), plans, and acts. They do not call each other.

pub mod add_cluster;
pub mod cluster;
pub mod completions;
pub mod deploy;
pub mod doctor;
mod folder;
pub mod init;
pub mod local;
mod secret;

use crate::cluster::{Cluster, ClusterName};
use crate::config::cluster_yml;
use crate::config::registry::Registry;
use crate::context::Context;
use crate::documents;
use crate::error::{Kind, Result, document};
use crate::files;
use crate::logs::Shown;
use crate::plan::Plan;
use crate::url::points_here;
use serde::Serialize;
use serde_json::Value;
use std::path::Path;

/// What a command has to say in the end: the same for people and for programs.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// For people, on stdout, with its line ends.
    pub text: String,
    /// For programs: `data` of the JSON document.
    pub data: Value,
}

impl Report {
    /// A report.
    pub fn new(text: impl Into<String>, data: impl Serialize) -> Self {
        Report {
            text: text.into(),
            data: document(data),
        }
    }

    /// A report of a command that showed its result while it ran.
    pub fn shown() -> Self {
        Report::new("", Value::Null)
    }
}

impl From<Shown> for Report {
    fn from(shown: Shown) -> Report {
        Report::new(shown.text, shown.data)
    }
}

/// `prisma version`.
pub fn version() -> Report {
    let version = env!("CARGO_PKG_VERSION");
    Report::new(
        format!("prisma {version}\n"),
        documents::Version { version },
    )
}

/// A line of "key   value" pairs under each other.
pub fn facts(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let line = |(key, value): &(&str, String)| format!("  {key:width$}   {value}\n");
    pairs.iter().map(line).collect()
}

/// The registry, and its owner told what is wrong with it.
pub fn registry(ctx: &Context) -> Result<Registry> {
    let variable = ctx.env.lookup();
    let registry = Registry::load(&ctx.home.registry(), &variable)?;
    for warning in registry.warnings() {
        ctx.ui.warn(warning);
    }
    Ok(registry)
}

/// Reads and judges a `cluster.yml`, where there is one, and has its secrets masked from now on.
pub fn config(ctx: &Context, name: &ClusterName, path: &Path) -> Result<Option<(String, Cluster)>> {
    let Some(text) = files::read_text(path)? else {
        return Ok(None);
    };
    let cluster = cluster_yml::parse(name, path, &text)?;
    ctx.ui.conceal(cluster.secrets());
    Ok(Some((text, cluster)))
}

/// Whether what is sent to a server's address can be read on its way.
pub fn is_unencrypted(address: &str) -> bool {
    let is_https = address.to_ascii_lowercase().starts_with("https://");
    !is_https && !points_here(address)
}

/// Warns that `what`, a sentence's beginning about addresses that "are reached", is in the open.
pub fn warn_unencrypted(ctx: &Context, what: &str) {
    ctx.ui.warn_with(
        &format!("{what} without encryption: secrets and data can be read on their way"),
        "keep to a private network, or use a tunnel",
    );
}

/// Executes a plan and reports `done`, or shows the plan in a dry run. What changes a `cluster` is noted
/// in its history.
pub fn act(
    ctx: &Context,
    cluster: Option<&str>,
    plan: &Plan,
    done: impl FnOnce() -> Report,
) -> Result<Report> {
    if ctx.dry_run {
        let (text, data) = plan.show(ctx)?;
        return Ok(Report::new(text, data));
    }
    plan.execute(ctx, cluster)
        .map_err(|failure| match failure.kind {
            Kind::Interrupted | Kind::Terminated => {
                failure.hint("run the same command again: it goes on from what is there")
            }
            _ => failure,
        })?;
    Ok(done())
}
