//! Asking all clusters at once: who they are, how they are, which version they run.

mod ask;
pub mod cloud;
mod containers;
mod pool;
pub mod target;

use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::thread::joined;
use containers::Containers;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ask::Question;
pub use ask::{Asked, Kind, State};
use cloud::{Cloud, CloudCluster};

/// How long one cluster, and Prisma Cloud, may take to answer.
const LIMIT: Duration = Duration::from_secs(2);
/// What the whole may take on top of that.
const SLACK: Duration = Duration::from_millis(700);
/// The longest the whole may take, however many clusters there are.
const LONGEST: Duration = Duration::from_secs(15);

/// Asks every cluster that is known: those of the registry in file order, then those of Prisma Cloud.
/// Fails only on a signal; what cannot be asked is a row that says why.
pub fn all(ctx: &Context, registry: &Registry) -> Result<Vec<Asked>> {
    let questions = questions(ctx, registry);
    let found = Cloud::find(&ctx.env, registry);
    if let Some(key) = cloud::key(&ctx.env, registry) {
        ctx.ui.conceal([key]);
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
        .then(|| ctx.ui.stage("querying the clusters", ""));
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
    Ok(rows)
}

/// What Prisma Cloud objects to is one line and no obstacle to the rest.
fn warn(ctx: &Context, failure: &Failure) {
    let hint = failure.hints.first().map(|hint| format!("; {hint}"));
    ctx.ui.warn(&format!(
        "{}{}",
        failure.message(),
        hint.unwrap_or_default()
    ));
}

fn questions(ctx: &Context, registry: &Registry) -> Vec<Question> {
    let question = |entry: &crate::config::registry::Entry| {
        let kind = match ctx.home.managed(&entry.name) {
            Some(_) => Kind::Managed,
            None => Kind::SelfHosted,
        };
        Question {
            name: entry.name.clone(),
            kind,
            endpoint: Some(entry.host.clone()),
            secret: entry.secret.clone(),
            problem: entry.problem.as_ref().map(|problem| problem.message()),
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
        match clouded.map(joined) {
            None => (rows, None),
            Some(Ok(more)) => {
                rows.extend(more);
                (rows, None)
            }
            Some(Err(failure)) => (rows, Some(failure)),
        }
    })
}

fn of_cloud(cluster: &CloudCluster) -> Question {
    let unknown = "Prisma Cloud gives no address for it".to_owned();
    Question {
        name: cluster.to_string(),
        kind: Kind::Cloud,
        endpoint: cluster.endpoint.clone(),
        secret: None,
        problem: cluster.endpoint.is_none().then_some(unknown),
    }
}
