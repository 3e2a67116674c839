//! Statements in the database of a cluster, run by the client in the database's own container.

use super::observed::Observed;
use crate::cluster::{Cluster, ClusterName, Connector};
use crate::context::Context;
use crate::docker::Container;
use crate::docker::ask::{last_lines, query};
use crate::error::Result;
use crate::plan::{Action, Plan, Step};
use crate::render::client;
use crate::server::deploy::Stuck;
use std::time::Duration;

/// How long a query may take.
const LIMIT: Duration = Duration::from_secs(10);

/// How many of the log's last lines to read: the oldest servers write two for each request, also while they are asked
/// for the migration's progress.
const LINES: usize = 20_000;

/// The statements that a migration consists of, if they have been running for a while. Queries of clients are not
/// among them.
const BUSY: [(Connector, &str); 2] = [
    (
        Connector::MySql,
        "SELECT COUNT(*) FROM information_schema.processlist WHERE command = 'Query' AND time >= 5 \
         AND info REGEXP '^[[:space:]]*(ALTER|CREATE|DROP|RENAME|UPDATE|INSERT|DELETE)'",
    ),
    (
        Connector::Postgres,
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query_start < now() - interval '5 seconds' \
         AND query ~* '^\\s*(alter|create|drop|rename|update|insert|delete)'",
    ),
];

impl Observed {
    /// The container of the cluster's database, if it has one that runs.
    fn running_database(&self, cluster: &Cluster) -> Option<&Container> {
        let container = self.container(cluster.database_service()?);
        container.filter(|container| container.is_up())
    }

    /// The answer of the cluster's database, if it has one that runs and answers.
    fn select(&self, ctx: &Context, cluster: &Cluster, sql: &str) -> Option<String> {
        let container = self.running_database(cluster)?;
        let database = &cluster.database;
        let (client, words) = (client(database.connector), [sql, &database.name]);
        let question = self.tools.exec(&container.id, client, &words).limit(LIMIT);
        Some(query(ctx, &question).ok()?.stdout)
    }

    /// The ids of the services that the database holds; `None` if it cannot be read.
    pub(super) fn stored_services(&self, ctx: &Context, cluster: &Cluster) -> Option<Vec<String>> {
        let schema = cluster.database.server_schema();
        let sql = match cluster.database.connector {
            Connector::MySql => format!("SELECT id FROM `{}`.Project", schema.replace('`', "``")),
            Connector::Postgres => format!("SELECT id FROM \"{schema}\".\"Project\""),
        };
        let answer = self.select(ctx, cluster, &sql)?;
        let lines = answer.lines().map(|id| id.trim().replacen('$', "@", 1));
        Some(lines.filter(|id| !id.is_empty()).collect())
    }
}

/// A migration that never ends, and the managed cluster it is on.
pub struct StuckOn {
    observed: Observed,
    cluster: Cluster,
    /// The id of its service.
    service: String,
    /// Marks it as failed in the database.
    pub statement: Action,
}

impl StuckOn {
    /// `None` if the statement cannot be run in a container of the cluster.
    pub fn find(ctx: &Context, name: &ClusterName, stuck: &Stuck) -> Option<StuckOn> {
        let observed = Observed::observe(ctx, name).ok()?;
        let cluster = observed.cluster().ok()?;
        let database = &cluster.database;
        let sql = stuck.statement(database.server_schema());
        let container = observed
            .running_database(&cluster)
            .filter(|_| database.connector == stuck.connector())?;
        let (client, words) = (client(database.connector), [&*sql, &*database.name]);
        let statement = observed.tools.exec_change(&container.name, client, &words);
        Some(StuckOn {
            statement,
            service: stuck.service.clone(),
            observed,
            cluster,
        })
    }

    /// Whether the server's log says that it gave the migration up: a restart does not help then.
    pub fn was_given_up(&self, ctx: &Context) -> bool {
        let server = self.observed.containers.iter().find(|c| c.is_server());
        let log = |server: &Container| last_lines(ctx, &self.observed.tools, server, LINES);
        let line = format!("Error during deployment for project {}:", self.service);
        server.is_some_and(|server| log(server).contains(&line))
    }

    /// Whether the database is executing statements of a migration, as far as it says.
    pub fn is_executing(&self, ctx: &Context) -> bool {
        let connector = self.cluster.database.connector;
        let sql = BUSY.iter().find(|(of, _)| *of == connector);
        let answer = sql.and_then(|(_, sql)| self.observed.select(ctx, &self.cluster, sql));
        answer.is_some_and(|answer| !matches!(answer.trim(), "" | "0"))
    }

    /// Marks it as failed.
    pub fn end(&self, ctx: &Context) -> Result<()> {
        let mut plan = Plan::default();
        plan.then(Step::run(
            "marking the migration as failed",
            "migration marked as failed",
            self.statement.clone(),
        ));
        plan.execute(ctx, Some(self.observed.name.as_ref()))
    }
}
