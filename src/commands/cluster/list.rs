//! `prisma cluster list`: every cluster that is known, asked for its version, all at once.

use crate::commands::Report;
use crate::context::Context;
use crate::documents;
use crate::error::Result;
use crate::status::{self, ClusterStatus, State};
use crate::ui::{Table, row};

/// For whom the registry is empty.
pub const NO_CLUSTERS: &str =
    "no clusters yet; start one with `prisma local start`, or add one with `prisma cluster add`";

/// Lists the clusters.
pub fn run(ctx: &Context) -> Result<Report> {
    let registry = ctx.registry()?;
    let rows = status::all(ctx, &registry)?;
    tell(ctx, &rows);
    Ok(report(ctx, &rows))
}

/// What the table has no room for.
fn tell(ctx: &Context, rows: &[ClusterStatus]) {
    for row in rows {
        let Some(reason) = &row.reason else { continue };
        let line = format!("`{}`: {reason}", row.name);
        let needs_a_word = matches!(
            row.state,
            State::Up | State::NotAuthorised | State::Unhealthy
        );
        if needs_a_word || ctx.ui.terminal().verbose {
            ctx.ui.status(&line);
        }
    }
    if rows.is_empty() {
        ctx.ui.status(NO_CLUSTERS);
    }
}

fn report(ctx: &Context, rows: &[ClusterStatus]) -> Report {
    let cells = |row: &ClusterStatus| {
        [
            row.name.clone(),
            row.kind.word().to_owned(),
            row.version.clone().unwrap_or_default(),
            row.state.word().to_owned(),
            row.endpoint.clone().unwrap_or_default(),
        ]
    };
    let text = if rows.is_empty() {
        String::new()
    } else if ctx.ui.terminal().table {
        let mut table = Table::new(&["NAME", "KIND", "VERSION", "STATE", "ENDPOINT"]);
        for row in rows {
            table.row(cells(row).map(|cell| if cell.is_empty() { "-".into() } else { cell }));
        }
        table.to_string()
    } else {
        // One line each, cells divided by tabs: nothing moves when a name gets longer.
        rows.iter().map(|one| row(cells(one))).collect()
    };
    let clusters = rows.iter().map(Into::into).collect();
    Report::new(text, documents::Clusters { clusters })
}
