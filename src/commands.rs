//! The commands: each one inspects (files, registry, engine), plans, and acts. None calls another.

pub mod add_cluster;
pub mod cluster;
pub mod completions;
pub mod deploy;
pub mod doctor;
mod folder;
pub mod generate;
pub mod info;
pub mod init;
pub mod list;
pub mod local;
mod project;
mod secret;
mod service;
pub mod token;

pub use service::npm::hand_over;

use crate::context::Context;
use crate::documents;
use crate::error::{Failure, Result, document};
use crate::logs::Shown;
use crate::plan::Plan;
use crate::ui::Format;
use serde::Serialize;
use serde_json::Value;

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

/// The failure of a command that still has a result: on stdout, and next to the error in a JSON document.
pub fn failing(ctx: &Context, report: Report, failure: Failure) -> Failure {
    if ctx.ui.terminal().format == Format::Text {
        // A closed stdout must not hide the failure.
        let _ = ctx.ui.print(&ctx.ui.mask(&report.text));
    }
    failure.data(report.data)
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

/// Executes a plan and reports `done`, or shows the plan in a dry run. What changes a `cluster` is
/// recorded in its history.
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
    plan.execute(ctx, cluster)?;
    Ok(done())
}
