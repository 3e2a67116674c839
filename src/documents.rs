//! The `data` of the JSON documents: what programs can rely on.
//!
//! `assets/schema` is generated from these types, and from those of `deploy` and `doctor`, by the tests
//! below: doc comments become descriptions, and `schemars` attributes add what the type does not say.
//! Strings have at least one character unless they say `length(min = 0)`.

mod cluster;
mod local;
mod service;
#[cfg(test)]
mod tests;

pub use cluster::*;
pub use local::*;
pub use service::*;

use crate::cli::complete::Shell;
use crate::cluster::Connector;
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

/// `data` of `prisma generate`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Generated {
    pub generated: Vec<GeneratedFile>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct GeneratedFile {
    pub generator: String,
    /// The file, or the folder of a client.
    pub output: String,
    pub status: FileStatus,
}

#[derive(Clone, Copy, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum FileStatus {
    Written,
    Unchanged,
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

/// `data` next to the errors `container_failed` and `not_ready`, if a log shows the cause.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct WhyNotStarted {
    /// Stable, for example `password_rejected`.
    pub cause: &'static str,
}
