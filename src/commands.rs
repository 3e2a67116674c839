//! The commands: each one inspects (files, registry, engine), plans, and acts. None calls another.

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

/// The result of a command, for people and for programs.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// For people, on stdout; ends with a newline.
    pub text: String,
    /// For programs: `data` in the JSON document.
    pub data: Value,
}

impl Report {
    pub fn new(text: impl Into<String>, data: impl Serialize) -> Self {
        Report {
            text: text.into(),
            data: document(data),
        }
    }

    /// For a command that has already shown its result.
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

/// Aligned "key   value" lines.
pub fn facts(pairs: &[(&str, String)]) -> String {
    let width = pairs.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let line = |(key, value): &(&str, String)| format!("  {key:width$}   {value}\n");
    pairs.iter().map(line).collect()
}

/// The cluster registry; shows its warnings.
pub fn registry(ctx: &Context) -> Result<Registry> {
    let variable = ctx.env.lookup();
    let registry = Registry::load(&ctx.home.registry(), &variable)?;
    for warning in registry.warnings() {
        ctx.ui.warn(warning);
    }
    Ok(registry)
}

/// Reads and checks a `cluster.yml`, if there is one, and masks its secrets from now on.
pub fn config(ctx: &Context, name: &ClusterName, path: &Path) -> Result<Option<(String, Cluster)>> {
    let Some(text) = files::read_text(path)? else {
        return Ok(None);
    };
    let cluster = cluster_yml::parse(name, path, &text)?;
    ctx.ui.conceal(cluster.secrets());
    Ok(Some((text, cluster)))
}

/// Whether what is sent to this server can be intercepted.
pub fn is_unencrypted(address: &str) -> bool {
    let is_https = address.to_ascii_lowercase().starts_with("https://");
    !is_https && !points_here(address)
}

/// Warns about `what`, the beginning of a sentence such as "`URL` is reached".
pub fn warn_unencrypted(ctx: &Context, what: &str) {
    ctx.ui.warn_with(
        &format!("{what} without encryption: secrets and data can be intercepted"),
        "use a private network or a tunnel",
    );
}

/// Executes a plan and reports `done`, or shows the plan in a dry run. A run that changes a `cluster`
/// is recorded in its history.
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
                failure.hint("run the same command again: it resumes from here")
            }
            _ => failure,
        })?;
    Ok(done())
}
