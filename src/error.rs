//! What a run can end with: a [`Failure`] has a kind, one message and the remedies that fit.
//!
//! A failure is created where the cause is known and printed in one place, `lib.rs`. Its kind decides
//! the exit status and the stable code in JSON output. Its message reads "what was tried: why it
//! failed", lower case, values in backticks; each hint is one remedy. The error of a library or of the
//! system is kept as its source ([`anyhow`]).

use serde::Serialize;
use std::fmt;
use std::sync::Arc;

/// Why a run failed: decides exit status and JSON code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Anything without a kind of its own.
    Failed,
    /// A file could not be read or written.
    Io,
    /// The command line asks for something that makes no sense.
    Usage,
    /// The named cluster is not known.
    UnknownCluster,
    /// The name belongs to a cluster that is not run by this program.
    NotManaged,
    /// A port that would be published is taken.
    PortInUse,
    /// A program that was run ended with a failure status.
    ChildFailed,
    /// An image is unknown, or could not be pulled.
    ImageUnavailable,
    /// A container crashes again and again, or cannot be started.
    ContainerFailed,
    /// `docker` or `docker-compose` is not installed.
    ToolMissing,
    /// The Docker engine does not answer.
    EngineUnreachable,
    /// The Docker engine refuses this user.
    EnginePermission,
    /// Input or a confirmation is required, but this is not an interactive terminal.
    InputRequired,
    /// A limit passed before the thing waited for happened.
    NotReady,
    /// A look at this machine found something wrong.
    Unhealthy,
    /// A configuration file is invalid.
    ConfigInvalid,
    /// A Prisma server cannot be reached, or what answers is none.
    ServerUnreachable,
    /// The server refused: token, schema, migration.
    Refused,
    /// Another run holds the lock.
    Locked,
    /// Ctrl-C.
    Interrupted,
    /// SIGTERM or SIGHUP.
    Terminated,
}

/// What the exit statuses mean, for help, man pages and reference.
pub const STATUSES: [(u8, &str); 11] = [
    (0, "success"),
    (1, "failure"),
    (2, "invalid command line"),
    (
        3,
        "docker, docker-compose or the Docker engine is missing or unreachable",
    ),
    (
        4,
        "input or confirmation required, but not running interactively",
    ),
    (5, "timed out waiting for the server"),
    (6, "invalid configuration file"),
    (
        7,
        "rejected by the server (credentials, schema or migration)",
    ),
    (8, "another command is running on the same cluster"),
    (130, "interrupted (Ctrl-C)"),
    (143, "terminated"),
];

impl Kind {
    /// Every kind, for tests and documentation that enumerate them.
    pub const ALL: [Kind; 21] = [
        Kind::Failed,
        Kind::Io,
        Kind::Usage,
        Kind::UnknownCluster,
        Kind::NotManaged,
        Kind::PortInUse,
        Kind::ChildFailed,
        Kind::ImageUnavailable,
        Kind::ContainerFailed,
        Kind::ToolMissing,
        Kind::EngineUnreachable,
        Kind::EnginePermission,
        Kind::InputRequired,
        Kind::NotReady,
        Kind::Unhealthy,
        Kind::ConfigInvalid,
        Kind::ServerUnreachable,
        Kind::Refused,
        Kind::Locked,
        Kind::Interrupted,
        Kind::Terminated,
    ];

    /// The stable code of JSON error documents.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Io => "io",
            Kind::Usage => "usage",
            Kind::UnknownCluster => "unknown_cluster",
            Kind::NotManaged => "not_managed",
            Kind::PortInUse => "port_in_use",
            Kind::ChildFailed => "child_failed",
            Kind::ImageUnavailable => "image_unavailable",
            Kind::ContainerFailed => "container_failed",
            Kind::ToolMissing => "tool_missing",
            Kind::EngineUnreachable => "engine_unreachable",
            Kind::EnginePermission => "engine_permission",
            Kind::InputRequired => "input_required",
            Kind::NotReady => "not_ready",
            Kind::Unhealthy => "unhealthy",
            Kind::ConfigInvalid => "config_invalid",
            Kind::ServerUnreachable => "server_unreachable",
            Kind::Refused => "refused",
            Kind::Locked => "locked",
            Kind::Interrupted => "interrupted",
            Kind::Terminated => "terminated",
        }
    }

    /// The exit status of the process.
    pub fn exit(self) -> u8 {
        match self {
            Kind::Failed
            | Kind::Io
            | Kind::UnknownCluster
            | Kind::NotManaged
            | Kind::PortInUse
            | Kind::ChildFailed
            | Kind::ImageUnavailable
            | Kind::ContainerFailed
            | Kind::Unhealthy
            | Kind::ServerUnreachable => 1,
            Kind::Usage => 2,
            Kind::ToolMissing | Kind::EngineUnreachable | Kind::EnginePermission => 3,
            Kind::InputRequired => 4,
            Kind::NotReady => 5,
            Kind::ConfigInvalid => 6,
            Kind::Refused => 7,
            Kind::Locked => 8,
            Kind::Interrupted => 130,
            Kind::Terminated => 143,
        }
    }
}

/// Why a run did not succeed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Decides exit status and JSON code.
    pub kind: Kind,
    /// What was tried, the outermost attempt first.
    tried: Vec<String>,
    /// Why it failed. May have more than one line.
    why: String,
    /// Remedies, the most likely first.
    pub hints: Vec<String>,
    /// An exit status that is not the kind's own: `logs` forwards its child's.
    pub exit: Option<u8>,
    /// `data` of the JSON document.
    pub data: Option<Box<serde_json::Value>>,
    /// The error of the system or of a library behind it.
    source: Option<Arc<anyhow::Error>>,
}

/// The result of everything that can end a run.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure of `kind`, and why.
    pub fn new(kind: Kind, why: impl Into<String>) -> Self {
        Failure {
            kind,
            tried: Vec::new(),
            why: why.into(),
            hints: Vec::new(),
            exit: None,
            data: None,
            source: None,
        }
    }

    /// A failure of `kind` because of an error, which is kept as its source.
    pub fn caused(kind: Kind, tried: impl fmt::Display, error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        Failure::new(kind, format!("{error:#}"))
            .context(tried)
            .source(error)
    }

    /// Keeps the error behind it.
    #[must_use]
    pub fn source(mut self, error: impl Into<anyhow::Error>) -> Self {
        self.source = Some(Arc::new(error.into()));
        self
    }

    /// Adds a remedy after those already there.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds what programs may want to know besides the message.
    #[must_use]
    pub fn data(mut self, data: impl Serialize) -> Self {
        self.data = Some(Box::new(document(data)));
        self
    }

    /// Adds what was being done.
    #[must_use]
    pub fn context(mut self, tried: impl fmt::Display) -> Self {
        self.tried.insert(0, tried.to_string());
        self
    }

    /// Adds to the reason.
    #[must_use]
    pub fn and(mut self, more: impl fmt::Display) -> Self {
        self.why += &more.to_string();
        self
    }

    /// What was tried and why it failed, as people read it.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// Why it failed, without what was tried.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The same, but of another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: Kind) -> Self {
        self.kind = kind;
        self
    }

    /// Whether it is of this kind.
    pub fn is(&self, kind: Kind) -> bool {
        self.kind == kind
    }

    /// The same with another wording: masked, for example.
    #[must_use]
    pub fn map_text(&self, change: impl Fn(&str) -> String) -> Self {
        let data = self.data.as_ref();
        Failure {
            tried: self.tried.iter().map(|tried| change(tried)).collect(),
            why: change(&self.why),
            hints: self.hints.iter().map(|hint| change(hint)).collect(),
            data: data.map(|data| Box::new(texts(data, &change))),
            ..self.clone()
        }
    }

    /// The status the process ends with.
    pub fn exit(&self) -> u8 {
        self.exit.unwrap_or_else(|| self.kind.exit())
    }
}

/// A value as JSON. Only keys that are not strings could fail, and our types have none.
pub fn document(data: impl Serialize) -> serde_json::Value {
    serde_json::to_value(data).unwrap_or_default()
}

/// The same with each text in it changed: values, not keys.
pub fn texts(data: &serde_json::Value, change: &impl Fn(&str) -> String) -> serde_json::Value {
    use serde_json::Value;
    match data {
        Value::String(text) => change(text).into(),
        Value::Array(items) => items.iter().map(|item| texts(item, change)).collect(),
        Value::Object(pairs) => {
            let pair = |(key, value): (&String, &Value)| (key.clone(), texts(value, change));
            Value::Object(pairs.iter().map(pair).collect())
        }
        other => other.clone(),
    }
}

impl fmt::Display for Failure {
    /// `what was tried: why it failed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for tried in &self.tried {
            write!(f, "{tried}: ")?;
        }
        f.write_str(&self.why)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error.as_ref().as_ref())
    }
}

/// As people and programs see it: the source does not count.
impl PartialEq for Failure {
    fn eq(&self, other: &Self) -> bool {
        let seen = |failure: &Failure| (failure.kind, failure.exit(), failure.to_string());
        seen(self) == seen(other) && (&self.hints, &self.data) == (&other.hints, &other.data)
    }
}

impl Eq for Failure {}

/// Turns the error of the system or of a library into a failure.
pub trait Tried<T> {
    /// Says what was tried; the error becomes the reason and is kept.
    fn tried(self, kind: Kind, what: impl fmt::Display) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> Tried<T> for std::result::Result<T, E> {
    fn tried(self, kind: Kind, what: impl fmt::Display) -> Result<T> {
        self.map_err(|error| Failure::caused(kind, what, error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_and_statuses_are_the_documented_ones() {
        let codes: BTreeSet<_> = Kind::ALL.iter().map(|k| k.code()).collect();
        assert_eq!(codes.len(), Kind::ALL.len());
        let statuses: BTreeSet<_> = Kind::ALL.iter().map(|k| k.exit()).collect();
        let documented = STATUSES.iter().map(|(status, _)| *status);
        let done = [0].into_iter();
        assert!(documented.eq(done.chain(statuses)));
    }

    #[test]
    fn what_is_known_beside_the_message_is_masked() {
        let known = serde_json::json!({"a": ["secret", 1]});
        let failure = Failure::new(Kind::Failed, "x").data(known);
        let masked = failure.map_text(|text| text.replace("secret", "*"));
        assert_eq!(masked.data.expect("kept")["a"][0], "*");
    }

    #[test]
    fn a_failure_says_what_was_tried_and_keeps_the_error_behind_it() {
        let error = std::io::Error::from(std::io::ErrorKind::TimedOut);
        let failed = Err::<(), _>(error).tried(Kind::Io, "could not read `x`");
        let failure = failed.expect_err("failed").context("cluster `a`");
        assert_eq!(
            failure.message(),
            "cluster `a`: could not read `x`: timed out"
        );
        assert_eq!(failure.why(), "timed out");
        let source = std::error::Error::source(&failure).expect("kept");
        let source = source
            .downcast_ref::<std::io::Error>()
            .expect("an I/O error");
        assert_eq!(source.kind(), std::io::ErrorKind::TimedOut);
    }
}
