//! Queries one cluster and builds its row.

use super::containers::{Condition, Containers};
use super::pool;
use crate::secret::Secret;
use crate::server::access::{Access, access};
use crate::server::version::{self, ManagementPath, Server, Unreachable};
use crate::ui::text::count;
use crate::url::{host_of, without_password};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A server that takes longer for a request that needs its database has a problem.
const ENOUGH: Duration = Duration::from_secs(1);

/// Who runs a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `prisma local`.
    Managed,
    /// Its owner.
    SelfHosted,
    /// Prisma Cloud.
    Cloud,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Kind::Managed => "managed",
            Kind::SelfHosted => "self-hosted",
            Kind::Cloud => "Prisma Cloud",
        }
    }
}

/// The state of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It responds and accepts the secret.
    Up,
    /// It runs, but cannot be deployed to: it does not answer requests that need its database, waits for the lock on it, keeps
    /// crashing, or does not listen.
    Unhealthy,
    /// Its containers are not running.
    Stopped,
    /// Its containers were started a moment ago, and its server does not respond yet.
    Starting,
    /// No Prisma server responds.
    Unreachable,
    /// It responds and rejects the secret.
    NotAuthorised,
}

impl State {
    pub fn word(self) -> &'static str {
        match self {
            State::Up => "up",
            State::Unhealthy => "unhealthy",
            State::Stopped => "stopped",
            State::Starting => "starting",
            State::Unreachable => "unreachable",
            State::NotAuthorised => "not authorised",
        }
    }
}

/// A cluster to query.
pub struct Probe {
    pub name: String,
    pub kind: Kind,
    pub endpoint: Option<String>,
    pub secret: Option<Secret>,
    /// That of the compose file that runs it, if the registry's is not the one.
    pub other: Option<Secret>,
    /// Why it cannot be queried.
    pub problem: Option<String>,
}

/// The result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterStatus {
    /// `WORKSPACE/NAME` in Prisma Cloud.
    pub name: String,
    pub kind: Kind,
    /// Its address, without a password.
    pub endpoint: Option<String>,
    /// The version its server reports.
    pub version: Option<String>,
    pub state: State,
    /// The reason for the state, if not obvious.
    pub reason: Option<String>,
}

/// Queries all of them at once: each for at most `limit`, and none beyond the deadline.
pub fn all(
    probes: Vec<Probe>,
    limit: Duration,
    deadline: Instant,
    containers: Option<&Arc<Containers>>,
) -> Vec<ClusterStatus> {
    let probes = Arc::new(probes);
    let containers = containers.map(Arc::clone);
    let answers = pool::run(&probes, deadline, move |probe| {
        one(probe, limit, deadline, containers.as_deref())
    });
    let row = |(probe, answer): (&Probe, Option<ClusterStatus>)| {
        let late = "no answer in time";
        answer.unwrap_or_else(|| status(probe, State::Unreachable, Some(late.to_owned())))
    };
    probes.iter().zip(answers).map(row).collect()
}

fn one(
    probe: &Probe,
    limit: Duration,
    deadline: Instant,
    containers: Option<&Containers>,
) -> ClusterStatus {
    let endpoint = match (&probe.endpoint, &probe.problem) {
        (Some(endpoint), None) => endpoint,
        (_, problem) => return status(probe, State::Unreachable, problem.clone()),
    };
    let begun = Instant::now();
    let first = ManagementPath::likely(probe.secret.as_ref());
    let server = match version::ask(endpoint, first, limit) {
        Ok(server) => server,
        Err(why) => {
            let containers = containers.filter(|_| probe.kind == Kind::Managed);
            let host = host_of(endpoint);
            let condition = containers.and_then(|c| c.condition(&probe.name, host, deadline));
            return match (condition, why) {
                (Some(Condition::Stopped), _) => status(probe, State::Stopped, None),
                (_, Unreachable::NotPrisma(why)) => {
                    let reason = format!("not a Prisma server: {why}");
                    status(probe, State::Unreachable, Some(reason))
                }
                (Some(Condition::Starting), Unreachable::NoAnswer(_)) => {
                    status(probe, State::Starting, None)
                }
                (Some(Condition::Crashing(restarts)), Unreachable::NoAnswer(_)) => {
                    let restarts =
                        count(usize::try_from(restarts).unwrap_or(usize::MAX), "restart");
                    let reason = format!("its server keeps crashing ({restarts})");
                    status(probe, State::Unhealthy, Some(reason))
                }
                (Some(Condition::Running(Some(ending))), _) => {
                    status(probe, State::Unhealthy, Some(ending.why.to_owned()))
                }
                (_, why) => status(probe, State::Unreachable, Some(why.to_string())),
            };
        }
    };
    let (state, reason) = if probe.kind == Kind::Cloud {
        // The cloud issues tokens per service, so there is no token to try.
        (State::Up, None)
    } else {
        let left = limit.saturating_sub(begun.elapsed());
        authorised(probe, endpoint, &server, left)
    };
    let obstacle = containers
        .filter(|_| probe.kind == Kind::Managed && state == State::Up)
        .and_then(|c| c.obstacle(&probe.name, host_of(endpoint), deadline));
    let (state, reason) = match obstacle {
        Some(ending) => (State::Unhealthy, Some(ending.why.to_owned())),
        None => (state, reason),
    };
    ClusterStatus {
        version: Some(server.version),
        ..status(probe, state, reason)
    }
}

fn authorised(
    probe: &Probe,
    endpoint: &str,
    server: &Server,
    limit: Duration,
) -> (State, Option<String>) {
    let secret = probe.secret.as_ref().filter(|secret| !secret.is_empty());
    if let Some(Err(failure)) = secret.map(Secret::check) {
        let reason = format!("`clusterSecret` in the registry is {failure}");
        return (State::NotAuthorised, Some(reason));
    }
    let is_granted = |other: Option<&Secret>| {
        let tried = other.map(|other| access(endpoint, server.path, Some(other), limit));
        matches!(tried, Some(Ok(Access::Granted)))
    };
    match access(endpoint, server.path, secret, limit) {
        Ok(Access::Granted) => (
            State::Up,
            secret.and_then(|secret| server.opened_by(secret)),
        ),
        Ok(Access::Refused(_)) if is_granted(probe.other.as_ref()) => {
            let other = probe.other.as_ref();
            (State::Up, other.and_then(|other| server.opened_by(other)))
        }
        Ok(Access::Refused(_)) if secret.is_none() => {
            let reason = "the server requires a secret, and the registry has no `clusterSecret`";
            (State::NotAuthorised, Some(reason.to_owned()))
        }
        Ok(Access::Refused(why)) => {
            let reason = match why.clocks {
                Some(remedy) => format!("the server rejected the token: {why}; {remedy}"),
                None => format!("the server rejected the `clusterSecret` in the registry: {why}"),
            };
            (State::NotAuthorised, Some(reason))
        }
        // After a slow answer there was hardly time for this one.
        Ok(Access::Unclear(why)) if limit < ENOUGH => {
            let reason = format!("the secret could not be tried: {why}");
            (State::Up, Some(reason))
        }
        Ok(Access::Unclear(why)) => {
            let reason =
                format!("the server does not answer requests that need its database: {why}");
            (State::Unhealthy, Some(reason))
        }
        Err(failure) => (State::NotAuthorised, Some(failure.message())),
    }
}

fn status(probe: &Probe, state: State, reason: Option<String>) -> ClusterStatus {
    ClusterStatus {
        name: probe.name.clone(),
        kind: probe.kind,
        endpoint: probe.endpoint.as_deref().map(without_password),
        version: None,
        state,
        reason,
    }
}
