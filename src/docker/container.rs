//! What `docker inspect` says about containers.
//!
//! States are read from here and never from compose's tables or exit codes: those differ between
//! v1 and v2 and are wrong about restarting containers.

use super::ComposeVersion;
use crate::cluster::PrismaVersion;
use crate::error::{Kind, Result, Tried};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// How long a server may take from its start to its first answer, on a busy machine.
const YOUNG: Duration = Duration::from_secs(5 * 60);

/// So many restarts are more than a server makes until its database is up.
pub const CRASHES: u64 = 3;

/// Docker's container states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Created but never started; also after a failed start.
    Created,
    Running,
    Paused,
    /// Between a crash and the next attempt.
    Restarting,
    Exited,
    /// Being removed, or broken.
    #[serde(rename = "dead")]
    Other,
}

impl State {
    /// Whether it keeps its ports and name in use: running, paused or restarting.
    pub fn is_alive(self) -> bool {
        matches!(self, State::Running | State::Restarting | State::Paused)
    }

    /// The word docker uses.
    pub fn word(self) -> &'static str {
        match self {
            State::Created => "created",
            State::Running => "running",
            State::Paused => "paused",
            State::Restarting => "restarting",
            State::Exited => "exited",
            State::Other => "dead",
        }
    }
}

/// The result of a container's own health check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// `starting`, `healthy` or `unhealthy`.
    pub status: String,
}

/// A port of the container and the one on the host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Published {
    /// Port inside, with protocol, for example `4466/tcp`.
    pub inside: String,
    /// Address on the host, empty for all.
    pub address: String,
    /// Port on the host.
    pub port: u16,
}

/// Which files compose was run on, from the labels of its containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The project's folder.
    pub folder: PathBuf,
    /// The first compose file, relative to where compose was run or absolute.
    pub file: PathBuf,
}

/// One container of a compose project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    pub id: String,
    /// Name without the leading slash.
    pub name: String,
    pub project: String,
    pub service: String,
    /// Image as named in the compose file.
    pub image: String,
    /// Id of the image it was created from; the name may refer to a newer image now.
    pub image_id: String,
    pub state: State,
    /// Health, if the image or the compose file defines a check.
    pub health: Option<Health>,
    /// Last exit status; meaningful while it is down or restarting.
    pub exit_code: i64,
    /// Docker's reason why it could not be started.
    pub error: String,
    /// Killed because it ran out of memory.
    pub out_of_memory: bool,
    /// The most memory it may use, in bytes.
    pub memory: Option<u64>,
    /// How often docker restarted it since it was last started by a command.
    pub restarts: u64,
    /// When it was created, RFC 3339.
    pub created: String,
    /// When it was last started, RFC 3339; empty if docker does not say.
    pub started: String,
    /// Environment, exact.
    pub env: BTreeMap<String, String>,
    /// Published ports as configured, even if it is not running.
    pub ports: Vec<Published>,
    /// Where docker-compose found its files, if the labels say.
    pub origin: Option<Origin>,
    /// Version of the docker-compose that created it.
    pub compose_version: Option<ComposeVersion>,
    /// Names of its volumes.
    pub volumes: BTreeSet<String>,
    /// Whether it has lost its network: it runs, or can be started, but nothing reaches it.
    pub is_cut_off: bool,
}

impl Container {
    /// Running, and not between crashes.
    pub fn is_up(&self) -> bool {
        self.state == State::Running
    }

    /// Whether it runs, and was started so recently that it may still be starting. The engine's clock may differ a bit.
    pub fn is_young(&self) -> bool {
        let since = |started: SystemTime| match started.elapsed() {
            Ok(elapsed) => elapsed,
            Err(ahead) => ahead.duration(),
        };
        let started = humantime::parse_rfc3339(&self.started);
        self.is_up() && started.is_ok_and(|started| since(started) < YOUNG)
    }

    /// Whether it is between crashes, or in one of its lives: a server lives for seconds to minutes before it crashes.
    /// One of a server that answers is the last.
    pub fn is_in_crash_loop(&self) -> bool {
        let lives = self.is_young() && self.restarts >= CRASHES;
        self.state == State::Restarting || lives
    }

    /// Whether it runs a Prisma server, by its image's name or else by the settings only a server has.
    pub fn is_server(&self) -> bool {
        let image = self.image.rsplit('/').next().unwrap_or_default();
        let image = image.split([':', '@']).next().unwrap_or_default();
        image == "prisma"
            || image.starts_with("prisma-prod")
            || self.env.contains_key("PRISMA_CONFIG")
            || self.env.contains_key("SQL_CLIENT_HOST")
    }

    /// The version of its Prisma server, if its image has the name of a released one.
    pub fn version(&self) -> Option<PrismaVersion> {
        self.image
            .strip_prefix("prismagraphql/prisma:")?
            .parse()
            .ok()
    }

    /// The host port of a port inside, for example of `3306/tcp`.
    pub fn published(&self, inside: &str) -> Option<&Published> {
        self.ports.iter().find(|port| port.inside == inside)
    }
}

/// The host ports that live containers keep in use.
pub fn held_ports(containers: &[Container]) -> BTreeSet<u16> {
    let alive = containers.iter().filter(|c| c.state.is_alive());
    alive.flat_map(|c| c.ports.iter().map(|p| p.port)).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    id: String,
    name: String,
    #[serde(default)]
    image: String,
    #[serde(default)]
    created: String,
    #[serde(default)]
    restart_count: u64,
    config: WireConfig,
    state: WireState,
    #[serde(default)]
    host_config: WireHost,
    #[serde(default)]
    mounts: Vec<WireMount>,
    #[serde(default)]
    network_settings: WireNetworks,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireNetworks {
    networks: Option<BTreeMap<String, serde::de::IgnoredAny>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireConfig {
    image: String,
    #[serde(default)]
    labels: Option<BTreeMap<String, String>>,
    #[serde(default)]
    env: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireState {
    status: String,
    #[serde(default)]
    exit_code: i64,
    #[serde(default)]
    error: String,
    #[serde(default, rename = "OOMKilled")]
    oom_killed: bool,
    #[serde(default)]
    started_at: String,
    health: Option<WireHealth>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireHealth {
    status: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireHost {
    network_mode: String,
    port_bindings: Option<BTreeMap<String, Option<Vec<WireBinding>>>>,
    /// 0 without a limit.
    memory: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireBinding {
    #[serde(default)]
    host_ip: String,
    #[serde(default)]
    host_port: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireMount {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    name: String,
}

/// The ids in the answer of `docker ps -q --no-trunc`. Wrappers of docker put notices of their own between them.
pub fn parse_ids(stdout: &str) -> Vec<String> {
    let is_id = |line: &&str| !line.is_empty() && line.bytes().all(|b| b.is_ascii_hexdigit());
    stdout
        .lines()
        .map(str::trim)
        .filter(is_id)
        .map(str::to_owned)
        .collect()
}

/// The names in the answer of `docker volume ls -q`, without such notices.
pub fn parse_names(stdout: &str) -> Vec<String> {
    let is_name = |line: &&str| !line.is_empty() && !line.contains(char::is_whitespace);
    stdout
        .lines()
        .map(str::trim)
        .filter(is_name)
        .map(str::to_owned)
        .collect()
}

/// The containers in the answer of `docker inspect`, sorted by service and name.
pub fn parse_inspect(stdout: &str) -> Result<Vec<Container>> {
    let hint = "check that `docker` is Docker's own client, or set `PRISMA_DOCKER`";
    let begins = |line: &str| line.trim_start().starts_with('[');
    let document: String = stdout
        .split_inclusive('\n')
        .skip_while(|line| !begins(line))
        .collect();
    let document = if document.is_empty() {
        stdout
    } else {
        &document
    };
    let wires: Vec<Wire> = serde_json::from_str(document)
        .tried(
            Kind::Failed,
            "could not read the output of `docker inspect`",
        )
        .map_err(|failure| failure.hint(hint))?;
    let mut containers: Vec<Container> = wires.into_iter().map(Container::from).collect();
    containers.sort_by(|a, b| (&a.service, &a.name).cmp(&(&b.service, &b.name)));
    Ok(containers)
}

impl From<Wire> for Container {
    fn from(wire: Wire) -> Container {
        let mut labels = wire.config.labels.unwrap_or_default();
        let env = wire.config.env.unwrap_or_default();
        let pair = |text: &String| {
            let (name, value) = text.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        Container {
            id: wire.id,
            name: wire.name.trim_start_matches('/').to_owned(),
            project: labels
                .remove("com.docker.compose.project")
                .unwrap_or_default(),
            service: labels
                .remove("com.docker.compose.service")
                .unwrap_or_default(),
            image: wire.config.image,
            image_id: wire.image,
            state: state(&wire.state.status),
            health: wire.state.health.map(|h| Health { status: h.status }),
            exit_code: wire.state.exit_code,
            error: wire.state.error,
            out_of_memory: wire.state.oom_killed,
            memory: Some(wire.host_config.memory).filter(|bytes| *bytes > 0),
            restarts: wire.restart_count,
            created: wire.created,
            started: wire.state.started_at,
            env: env.iter().filter_map(pair).collect(),
            is_cut_off: is_cut_off(&wire.network_settings, &wire.host_config),
            ports: published(wire.host_config),
            origin: origin(&mut labels),
            compose_version: labels
                .remove("com.docker.compose.version")
                .map(|version| ComposeVersion::new(&version)),
            volumes: wire
                .mounts
                .into_iter()
                .filter(|mount| mount.r#type == "volume")
                .map(|mount| mount.name)
                .collect(),
        }
    }
}

fn origin(labels: &mut BTreeMap<String, String>) -> Option<Origin> {
    let folder = labels.remove("com.docker.compose.project.working_dir")?;
    let files = labels.remove("com.docker.compose.project.config_files")?;
    let file = files.split(',').next().unwrap_or_default();
    Some(Origin {
        folder: folder.into(),
        file: file.into(),
    })
}

/// One that shares the network of another container has none of its own.
fn is_cut_off(networks: &WireNetworks, host: &WireHost) -> bool {
    let has_none = networks.networks.as_ref().is_some_and(BTreeMap::is_empty);
    has_none && !host.network_mode.starts_with("container:")
}

fn published(host: WireHost) -> Vec<Published> {
    let mut ports = Vec::new();
    for (inside, bindings) in host.port_bindings.unwrap_or_default() {
        for binding in bindings.unwrap_or_default() {
            // An empty or zero port is one that docker chooses at each start.
            if let Some(port) = binding.host_port.parse().ok().filter(|port| *port != 0) {
                ports.push(Published {
                    inside: inside.clone(),
                    address: binding.host_ip,
                    port,
                });
            }
        }
    }
    ports.sort();
    ports
}

fn state(word: &str) -> State {
    match word {
        "created" => State::Created,
        "running" => State::Running,
        "paused" => State::Paused,
        "restarting" => State::Restarting,
        "exited" => State::Exited,
        _ => State::Other,
    }
}

#[cfg(test)]
mod tests;
