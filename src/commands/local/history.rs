//! `prisma local history`: what was done to a cluster.

use crate::cli;
use crate::commands::Report;
use crate::context::Context;
use crate::documents;
use crate::error::{Failure, Kind, Result};
use crate::history::{self, Run};
use crate::ui::{Table, row, short};
use std::time::Duration;

/// Shows the runs that changed a cluster, the oldest first.
pub fn run(ctx: &Context, args: &cli::History) -> Result<Report> {
    let name = args.which.name.as_ref();
    let Some(path) = ctx.home.history(name) else {
        return Err(Failure::new(
            Kind::Usage,
            format!("`{name}` is not a valid cluster name"),
        ));
    };
    let (mut runs, unread) = history::read(&path)?;
    if unread > 0 {
        let (lines, verb) = match unread {
            1 => ("line", "was"),
            _ => ("lines", "were"),
        };
        let shown = path.display();
        ctx.ui.warn(&format!(
            "{unread} {lines} of {shown} could not be read and {verb} skipped"
        ));
    }
    if runs.is_empty() {
        ctx.ui.status(&format!("no history for cluster `{name}`"));
    }
    if let Some(tail) = args.tail() {
        runs.drain(..runs.len().saturating_sub(tail));
    }
    let data = documents::History { name, runs: &runs };
    Ok(Report::new(text(ctx, &runs), data))
}

fn text(ctx: &Context, runs: &[Run]) -> String {
    if !ctx.ui.terminal().table {
        return runs.iter().map(|run| row(cells(run))).collect();
    }
    if runs.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["STARTED", "USER", "DURATION", "RESULT", "COMMAND"]);
    for run in runs {
        table.row(cells(run));
    }
    table.to_string()
}

fn cells(run: &Run) -> [String; 5] {
    let Run { begun, end } = run;
    let user = begun.user.clone().unwrap_or_else(|| "-".to_owned());
    let (took, ended) = match end {
        None => ("-".to_owned(), "unfinished".to_owned()),
        Some(end) => {
            let took = Duration::try_from_secs_f64(end.seconds).unwrap_or_default();
            let ended = match &end.error {
                None => "ok".to_owned(),
                Some(code) => format!("{code} ({})", end.exit),
            };
            (short(took), ended)
        }
    };
    [begun.at.clone(), user, took, ended, begun.command.clone()]
}
