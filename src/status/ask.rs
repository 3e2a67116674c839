//! One cluster's row: what it is asked, and what becomes of the answer.

use super::containers::Containers;
use super::pool;
use crate::secret::Secret;
use crate::server::access::{Access, access};
use crate::server::version::{self, Unreachable};
use crate::url::{host_of, without_password};
use serde::Serialize;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Managed => "managed",
            Kind::SelfHosted => "self-hosted",
            Kind::Cloud => "Prisma Cloud",
        }
    }
}

/// How a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It answers, and takes the secret.
    Up,
    /// Its containers do not run.
    Stopped,
    /// Nobody answers as a Prisma server there.
    Unreachable,
    /// It answers, and refuses the secret.
    NotAuthorised,
}

impl State {
    /// For people.
    pub fn word(self) -> &'static str {
        match self {
            State::Up => "up",
            State::Stopped => "stopped",
            State::Unreachable => "unreachable",
            State::NotAuthorised => "not authorised",
        }
    }
}

/// A cluster to ask.
pub struct Question {
    pub name: String,
    pub kind: Kind,
    pub endpoint: Option<String>,
    pub secret: Option<Secret>,
    /// Why it cannot be asked at all.
    pub problem: Option<String>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its name; `WORKSPACE/NAME` in Prisma Cloud.
    pub name: String,
    /// Who runs it.
    pub kind: Kind,
    /// Where it is, without a password.
    pub endpoint: Option<String>,
    /// The version its server reports.
    pub version: Option<String>,
    /// How it is.
    pub state: State,
    /// Why it is so, where that is not plain.
    pub reason: Option<String>,
}

/// Asks all of them at once, each for at most `limit`, all until the deadline.
pub fn all(
    questions: Vec<Question>,
    limit: Duration,
    deadline: Instant,
    containers: Option<&Arc<Containers>>,
) -> Vec<Asked> {
    let questions = Arc::new(questions);
    let containers = containers.map(Arc::clone);
    let answers = pool::run(&questions, deadline, move |question| {
        one(question, limit, deadline, containers.as_deref())
    });
    let row = |(question, answer): (&Question, Option<Asked>)| {
        let late = "no answer in time";
        answer.unwrap_or_else(|| asked(question, State::Unreachable, Some(late.to_owned())))
    };
    questions.iter().zip(answers).map(row).collect()
}

fn one(
    question: &Question,
    limit: Duration,
    deadline: Instant,
    containers: Option<&Containers>,
) -> Asked {
    let endpoint = match (&question.endpoint, &question.problem) {
        (Some(endpoint), None) => endpoint,
        (_, problem) => return asked(question, State::Unreachable, problem.clone()),
    };
    let begun = Instant::now();
    let server = match version::ask(endpoint, limit) {
        Ok(server) => server,
        Err(why) => {
            let stopped = question.kind == Kind::Managed
                && containers
                    .is_some_and(|c| c.has_stopped(&question.name, host_of(endpoint), deadline));
            return if stopped {
                asked(question, State::Stopped, None)
            } else {
                let reason = match why {
                    Unreachable::NoAnswer(why) => why,
                    Unreachable::NotPrisma(why) => format!("not a Prisma server: {why}"),
                };
                asked(question, State::Unreachable, Some(reason))
            };
        }
    };
    let (state, reason) = if question.kind == Kind::Cloud {
        // A token is made for one service by the cloud; there is none to try.
        (State::Up, None)
    } else {
        let left = limit.saturating_sub(begun.elapsed());
        authorised(question, endpoint, server.path, left)
    };
    Asked {
        version: Some(server.version),
        ..asked(question, state, reason)
    }
}

fn authorised(
    question: &Question,
    endpoint: &str,
    path: version::ManagementPath,
    limit: Duration,
) -> (State, Option<String>) {
    let secret = question.secret.as_ref().filter(|secret| !secret.is_empty());
    if let Some(Err(failure)) = secret.map(Secret::check) {
        let reason = format!("`clusterSecret` in the registry is {failure}");
        return (State::NotAuthorised, Some(reason));
    }
    match access(endpoint, path, secret, limit) {
        Ok(Access::Granted) => (State::Up, None),
        Ok(Access::Refused(_)) if secret.is_none() => {
            let reason = "the server requires a secret, and the registry has no `clusterSecret`";
            (State::NotAuthorised, Some(reason.to_owned()))
        }
        Ok(Access::Refused(why)) => {
            let reason = format!("the server rejected the `clusterSecret` in the registry: {why}");
            (State::NotAuthorised, Some(reason))
        }
        Ok(Access::Unclear(why)) => (
            State::Up,
            Some(format!("the secret could not be tried: {why}")),
        ),
        Err(failure) => (State::NotAuthorised, Some(failure.message())),
    }
}

fn asked(question: &Question, state: State, reason: Option<String>) -> Asked {
    Asked {
        name: question.name.clone(),
        kind: question.kind,
        endpoint: question.endpoint.as_deref().map(without_password),
        version: None,
        state,
        reason,
    }
}
