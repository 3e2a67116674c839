//! What `docker inspect` says about containers.
//!
//! States are read from here and never from compose's tables or exit codes: those differ between
//! v1 and v2 and are wrong about restarting containers.

mod read;

pub use read::{parse_ids, parse_inspect, parse_names};

use super::ComposeVersion;
use crate::cluster::{PrismaVersion, image};
use serde::Serialize;
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
    /// Whether there was an override file.
    pub is_overridden: bool,
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
        image::version(&self.image)
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

#[cfg(test)]
mod tests;
