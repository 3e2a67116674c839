//! The `data` of the JSON documents: what programs can rely on.
//!
//! `assets/schema` is generated from these types, and from those of `deploy` and `doctor`, by the tests
//! below: doc comments become descriptions, and `schemars` attributes add what the type does not say.
//! Strings have at least one character unless they say `length(min = 0)`.

#[cfg(test)]
mod tests;

use crate::cli::complete::Shell;
use crate::cluster::Connector;
use crate::docker::{Container, State};
use crate::history::Run;
use crate::secret::SecretKind;
use crate::status::{self, Kind as ClusterKind, State as ClusterState};
use serde::{Serialize, Serializer};

/// Always `true`.
pub struct True;

impl Serialize for True {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bool(true)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for True {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "True".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"const": true})
    }
}

/// `data` of `prisma version`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Version {
    pub version: &'static str,
}

/// `data` of `prisma completions`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Completions {
    pub shell: Shell,
    pub script: &'static str,
}

/// `data` of `prisma init`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Initialized {
    pub folder: String,
    /// The names of the files that were written.
    pub files: Vec<String>,
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    pub endpoint: String,
    /// Commands to run next.
    pub next: Vec<String>,
    /// Of a new server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prisma_version: Option<String>,
    /// Of a new server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<InitDatabase>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InitDatabase {
    pub connector: Connector,
    /// Of an existing database.
    pub address: Option<String>,
}

/// A cluster that was started.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Running {
    pub name: String,
    pub state: Started,
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    pub endpoint: String,
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    pub playground: String,
    pub database: Database,
    pub prisma_version: String,
}

#[derive(Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Started {
    Running,
    /// With `--no-wait`.
    Starting,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Database {
    /// Host and port; `null` if it is not published.
    pub address: Option<String>,
    pub connector: Connector,
    #[cfg_attr(test, schemars(length(min = 0)))]
    pub user: String,
}

/// `data` of `prisma local upgrade`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Upgraded {
    #[serde(flatten)]
    pub running: Running,
    pub images: Vec<UpgradedImage>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UpgradedImage {
    pub image: String,
    /// Whether the name stands for another image than before.
    pub newer: bool,
}

/// `data` of `prisma local stop`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Stopped {
    pub name: String,
    pub state: IsStopped,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum IsStopped {
    Stopped,
}

/// `data` of `prisma local delete`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Deleted {
    pub name: String,
    pub state: IsDeleted,
    pub containers: Vec<String>,
    pub volumes: Vec<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum IsDeleted {
    Deleted,
}

/// `data` of `prisma local ps`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Containers<'a> {
    pub name: String,
    pub containers: Vec<ContainerState<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ContainerState<'a> {
    id: &'a str,
    name: &'a str,
    #[cfg_attr(test, schemars(length(min = 0)))]
    service: &'a str,
    state: State,
    /// The result of the container's own health check, if it has one.
    health: Option<&'a str>,
    exit_code: i64,
    restarts: u64,
    ports: Vec<PublishedPort<'a>>,
    image: &'a str,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct PublishedPort<'a> {
    /// Empty for all addresses.
    #[cfg_attr(test, schemars(length(min = 0)))]
    address: &'a str,
    #[cfg_attr(test, schemars(range(min = 1)))]
    port: u16,
    /// For example `3306/tcp`.
    #[cfg_attr(test, schemars(regex(pattern = "^[0-9]+/[a-z]+$")))]
    inside: &'a str,
}

impl<'a> From<&'a Container> for ContainerState<'a> {
    fn from(container: &'a Container) -> Self {
        let ports = container.ports.iter().map(|port| PublishedPort {
            address: &port.address,
            port: port.port,
            inside: &port.inside,
        });
        ContainerState {
            id: &container.id,
            name: &container.name,
            service: &container.service,
            state: container.state,
            health: container.health.as_ref().map(|health| &*health.status),
            exit_code: container.exit_code,
            restarts: container.restarts,
            ports: ports.collect(),
            image: &container.image,
        }
    }
}

/// `data` of `prisma local history`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct History<'a> {
    pub name: &'a str,
    /// The oldest first.
    pub runs: &'a [Run],
}

/// `data` of `prisma local eject`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Ejected<'a> {
    pub folder: String,
    pub files: [&'a str; 2],
    pub prisma_version: &'a str,
    pub database: EjectedDatabase,
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub port: u16,
    /// A new key that is not stored anywhere: shown only once.
    pub private_key: Option<&'a str>,
    pub registered: Option<RegisteredCluster<'a>>,
    /// Commands to run next.
    pub next: Vec<String>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EjectedDatabase {
    pub connector: Connector,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RegisteredCluster<'a> {
    pub name: &'a str,
    pub endpoint: &'a str,
}

/// Logs, never with `--follow`: a document has an end.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Logs<'a> {
    pub name: &'a str,
    /// Sorted by time.
    pub lines: Vec<LogLine>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LogLine {
    /// As docker prints it.
    #[cfg_attr(test, schemars(length(min = 0)))]
    pub time: String,
    #[cfg_attr(test, schemars(length(min = 0)))]
    pub service: String,
    #[cfg_attr(test, schemars(length(min = 0)))]
    pub line: String,
}

/// The commands that would show the logs: `data` with `--dry-run`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LogCommands {
    pub dry_run: True,
    pub commands: Vec<String>,
}

/// `data` of `prisma cluster list`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Clusters<'a> {
    pub clusters: Vec<ClusterStatus<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClusterStatus<'a> {
    name: &'a str,
    kind: ClusterKind,
    version: Option<&'a str>,
    state: ClusterState,
    endpoint: Option<&'a str>,
    /// The reason for the state, unless that is obvious.
    reason: Option<&'a str>,
}

impl<'a> From<&'a status::ClusterStatus> for ClusterStatus<'a> {
    fn from(asked: &'a status::ClusterStatus) -> Self {
        ClusterStatus {
            name: &asked.name,
            kind: asked.kind,
            version: asked.version.as_deref(),
            state: asked.state,
            endpoint: asked.endpoint.as_deref(),
            reason: asked.reason.as_deref(),
        }
    }
}

/// `data` of `prisma cluster add`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Added<'a> {
    pub name: &'a str,
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    pub endpoint: &'a str,
    /// `null` if the server was not queried.
    pub version: Option<&'a str>,
    pub secret: SecretCode,
    pub replaced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SecretCode {
    /// A private key.
    Key,
    /// A shared secret.
    Text,
    None,
}

impl From<Option<SecretKind>> for SecretCode {
    fn from(kind: Option<SecretKind>) -> SecretCode {
        match kind {
            Some(SecretKind::Key) => SecretCode::Key,
            Some(SecretKind::Text) => SecretCode::Text,
            None => SecretCode::None,
        }
    }
}

/// `data` of `prisma cluster remove`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Removed<'a> {
    pub name: &'a str,
    pub removed: True,
}

/// What a command would do: its `data` with `--dry-run`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    pub dry_run: True,
    /// In the order in which they would be done.
    pub steps: Vec<PlannedStep>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum PlannedStep {
    Write {
        path: String,
        change: FileChange,
        /// The change as a unified diff, secrets masked.
        #[cfg_attr(test, schemars(length(min = 0)))]
        diff: String,
    },
    Run {
        /// As it can be pasted into a shell, secrets masked.
        command: String,
    },
    Stop {
        /// The program that uses the ports, with its process id.
        process: String,
        /// The ports that the cluster needs.
        #[cfg_attr(test, schemars(length(min = 1)))]
        ports: Vec<u16>,
    },
    Wait {
        host: String,
        /// For example `5m`.
        limit: String,
    },
    Register {
        path: String,
        name: String,
        host: String,
        /// The change as a unified diff, secrets masked.
        #[cfg_attr(test, schemars(length(min = 0)))]
        diff: String,
    },
    Unregister {
        path: String,
        name: String,
        /// The change as a unified diff, secrets masked.
        #[cfg_attr(test, schemars(length(min = 0)))]
        diff: String,
    },
    Remove {
        path: String,
    },
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FileChange {
    New,
    Changed,
}

/// `data` next to the error `port_in_use`, if the port is known.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PortInUse {
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub port: u16,
}
