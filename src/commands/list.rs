//! `prisma list`: the services of every cluster in the registry, asked all at once.

use super::cluster::list::NO_CLUSTERS;
use super::{Report, failing};
use crate::cli;
use crate::context::Context;
use crate::documents::{self, ListedService};
use crate::error::{Failure, Kind, Result};
use crate::status::services::{self, Deployed, Listed};
use crate::status::target;
use crate::ui::Table;
use crate::ui::text::count;

/// Lists them, and fails if a cluster could not be asked.
pub fn run(ctx: &Context, args: &cli::List) -> Result<Report> {
    let registry = ctx.registry()?;
    if let Some(name) = args.cluster() {
        let entry = registry.get(name);
        entry.ok_or_else(|| target::unknown(name, registry.names()))?;
    }
    let clusters = services::all(ctx, &registry, args.cluster())?;
    let mut rows: Vec<ListedService> = Vec::new();
    let mut silent = 0;
    for cluster in &clusters {
        match &cluster.services {
            Ok(services) => rows.extend(services.iter().map(|one| row(cluster, one))),
            Err(why) => {
                silent += 1;
                ctx.ui.warn(&format!("cluster `{}`: {why}", cluster.name));
            }
        }
    }
    if clusters.is_empty() {
        ctx.ui.status(NO_CLUSTERS);
    } else if rows.is_empty() && silent == 0 {
        ctx.ui
            .status("no services yet; deploy one with `prisma deploy`");
    }
    let report = Report::new(text(ctx, &rows), documents::Services { services: rows });
    if silent == 0 {
        return Ok(report);
    }
    let message = format!("{} could not be asked", count(silent, "cluster"));
    Err(failing(ctx, report, Failure::new(Kind::Failed, message)))
}

fn row(cluster: &Listed, one: &Deployed) -> ListedService {
    ListedService {
        cluster: cluster.name.clone(),
        service: one.name.clone(),
        stage: one.stage.clone(),
        migration: one.migration.as_ref().map(Into::into),
    }
}

fn text(ctx: &Context, rows: &[ListedService]) -> String {
    let cells = |row: &ListedService| {
        let migration = row.migration.as_ref();
        let status = migration.map(|one| one.status.clone());
        let finished = migration.and_then(|one| one.finished_at.clone());
        [
            row.cluster.clone(),
            row.service.clone(),
            row.stage.clone(),
            status.unwrap_or_default(),
            finished.unwrap_or_default(),
        ]
    };
    if rows.is_empty() {
        return String::new();
    }
    if !ctx.ui.terminal().table {
        return rows
            .iter()
            .map(|row| cells(row).join("\t") + "\n")
            .collect();
    }
    let mut table = Table::new(&["CLUSTER", "SERVICE", "STAGE", "STATUS", "DEPLOYED"]);
    for row in rows {
        table.row(cells(row).map(|cell| if cell.is_empty() { "-".into() } else { cell }));
    }
    table.to_string()
}
