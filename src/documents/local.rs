//! Of `prisma local`, and of logs.

use super::True;
use crate::cluster::Connector;
use crate::docker::archive::Image;
use crate::docker::{Container, State};
use crate::history::Run;
use serde::Serialize;

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

/// `data` of `prisma local images save`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SavedImages {
    pub file: String,
    /// The size of the file.
    pub bytes: u64,
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub images: Vec<Image>,
}

/// `data` of `prisma local images load`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LoadedImages {
    pub file: String,
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub images: Vec<Image>,
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
