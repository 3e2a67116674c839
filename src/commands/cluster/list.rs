//! `prisma cluster list`: every cluster that is known, asked for its version, all at once.

mod ask;
mod containers;
mod pool;

use super::{managed, registry};
use crate::cloud::{self, Cloud, CloudCluster};
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::registry::Registry;
use crate::ui::Table;
use ask::{Asked, Kind, Question, State};
use containers::Containers;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long one cluster, and Prisma Cloud, may take to answer.
const LIMIT: Duration = Duration::from_secs(2);
/// What the whole may take on top of that.
const SLACK: Duration = Duration::from_millis(700);
/// The longest the whole may take, however many clusters there are.
const LONGEST: Duration = Duration::from_secs(15);

/// Lists the clusters.
pub fn run(ctx: &Context) -> Result<Report> {
    let registry = registry(ctx)?;
    let questions = questions(ctx, &registry);
    let found = Cloud::find(&ctx.env, &registry);
    if let Some(key) = cloud::key(&ctx.env, &registry) {
        ctx.ui.conceal([key.to_owned()]);
    }
    let cloud = match found {
        Ok(cloud) => cloud,
        Err(failure) => {
            warn(ctx, &failure);
            None
        }
    };
    let stage = ctx
        .ui
        .terminal()
        .live
        .then(|| ctx.ui.stage("asking the clusters", ""));
    let containers = Arc::new(Containers::new(&ctx.env, Arc::clone(&ctx.runner)));
    let shared = Arc::clone(&containers);
    let (rows, clouded) = ctx
        .interrupt
        .run(move || everything(questions, cloud, &shared))?;
    drop(stage);
    if let Some(command) = containers.asked() {
        ctx.ui.command(command);
    }
    if let Some(failure) = clouded {
        warn(ctx, &failure);
    }
    tell(ctx, &rows);
    Ok(report(ctx, &rows))
}

/// What Prisma Cloud objects to is one line and no obstacle to the rest.
fn warn(ctx: &Context, failure: &Failure) {
    let hint = failure.hints.first().map(|hint| format!("; {hint}"));
    ctx.ui
        .warn(&format!("{}{}", failure.message, hint.unwrap_or_default()));
}

fn questions(ctx: &Context, registry: &Registry) -> Vec<Question> {
    let question = |entry: &crate::registry::Entry| {
        let kind = match managed(ctx, &entry.name) {
            Some(_) => Kind::Managed,
            None => Kind::SelfHosted,
        };
        Question {
            name: entry.name.clone(),
            kind,
            endpoint: Some(entry.host.clone()),
            secret: entry.secret.clone(),
            problem: entry
                .problem
                .as_ref()
                .map(|problem| problem.message.clone()),
        }
    };
    registry.clusters().iter().map(question).collect()
}

/// Asks the registry's clusters and, beside that, Prisma Cloud for its own and then those.
fn everything(
    questions: Vec<Question>,
    cloud: Option<Cloud>,
    containers: &Arc<Containers>,
) -> (Vec<Asked>, Option<Failure>) {
    let rounds = u32::try_from(questions.len().div_ceil(pool::threads())).unwrap_or(u32::MAX);
    let all = LIMIT.saturating_mul(rounds.max(1)).min(LONGEST) + SLACK;
    let deadline = Instant::now() + all;
    std::thread::scope(|scope| {
        let clouded = cloud.map(|cloud| {
            scope.spawn(move || {
                let clusters = cloud.clusters(LIMIT)?;
                let questions = clusters.iter().map(of_cloud).collect();
                Ok(ask::all(questions, LIMIT, deadline, None))
            })
        });
        let mut rows = ask::all(questions, LIMIT, deadline, Some(containers));
        match clouded.map(|thread| thread.join()) {
            None => (rows, None),
            Some(Ok(Ok(more))) => {
                rows.extend(more);
                (rows, None)
            }
            Some(Ok(Err(failure))) => (rows, Some(failure)),
            Some(Err(_)) => {
                let failure = Failure::new(crate::error::Kind::Failed, "a worker thread panicked");
                (rows, Some(failure))
            }
        }
    })
}

fn of_cloud(cluster: &CloudCluster) -> Question {
    let unknown = "Prisma Cloud does not say where it is".to_owned();
    Question {
        name: cluster.to_string(),
        kind: Kind::Cloud,
        endpoint: cluster.endpoint.clone(),
        secret: None,
        problem: cluster.endpoint.is_none().then_some(unknown),
    }
}

/// What the table has no room for.
fn tell(ctx: &Context, rows: &[Asked]) {
    for row in rows {
        let Some(reason) = &row.reason else { continue };
        let line = format!("`{}`: {reason}", row.name);
        if row.state == State::NotAuthorised || ctx.ui.terminal().verbose {
            ctx.ui.status(&line);
        }
    }
    if rows.is_empty() {
        ctx.ui
            .status("no clusters; add one with `prisma cluster add` or `prisma local start`");
    }
}

fn report(ctx: &Context, rows: &[Asked]) -> Report {
    let cells = |row: &Asked| {
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
        rows.iter()
            .map(|row| cells(row).join("\t") + "\n")
            .collect()
    };
    let document = |row: &Asked| {
        json!({
            "name": row.name,
            "kind": row.kind.code(),
            "version": row.version,
            "state": row.state.code(),
            "endpoint": row.endpoint,
            "reason": row.reason,
        })
    };
    let clusters: Vec<Value> = rows.iter().map(document).collect();
    Report::new(text, json!({ "clusters": clusters }))
}
