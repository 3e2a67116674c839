//! A service, as its `prisma.yml` ([`crate::config::prisma_yml`]) describes it.

mod datamodel;
mod endpoint;
pub mod export;
pub mod name;

pub use crate::secret::Secret;
pub use datamodel::{Datamodel, Place};
pub use endpoint::{Address, DEFAULT, Endpoint};

use crate::error::Failure;
use crate::yaml::Position;
use std::path::{Path, PathBuf};

/// A service and its target.
#[derive(Debug, Clone)]
pub struct Service {
    pub file: PathBuf,
    /// Its folder; paths in the file are relative to it.
    pub folder: PathBuf,
    /// The format of the file.
    pub form: Form,
    /// The service's name, without the workspace.
    pub name: String,
    pub stage: String,
    pub target: Target,
    /// What the target comes from, if the file has variables for it.
    pub target_origin: Option<Origin>,
    pub datamodel: Datamodel,
    /// The secrets of the service's API; the first one signs tokens. Empty if authentication is disabled.
    pub secrets: Vec<Secret>,
    /// Files named by variables that need not exist, so that anything would do as their name.
    pub file_origins: Vec<(PathBuf, Origin)>,
    /// In file order.
    pub subscriptions: Vec<Subscription>,
    /// What to import after the first deployment.
    pub seed: Option<Seed>,
    /// Where to write the API's schema after each deployment.
    pub schema: Option<PathBuf>,
    /// What to generate after each deployment, in order.
    pub generators: Vec<Generator>,
    /// Commands to run after each deployment, in order.
    pub post_deploy: Vec<Command>,
    /// Warnings about valid but suspicious values, `FILE:LINE:COLUMN: …`.
    pub warnings: Vec<String>,
}

/// The formats of `prisma.yml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `service`, `stage`, `cluster`.
    Cluster,
    /// `endpoint`, or none of the four.
    Endpoint,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The file does not say, so the user is asked.
    Unset,
    /// An entry of the cluster registry.
    Cluster(String),
    /// A cluster of Prisma Cloud.
    Cloud {
        workspace: String,
        cluster: String,
    },
    Endpoint(Endpoint),
}

impl Target {
    /// The target of a `cluster:` key or `--cluster`: `WORKSPACE/NAME` is in Prisma Cloud.
    pub fn of_cluster(text: &str) -> std::result::Result<Target, String> {
        match text.split('/').collect::<Vec<_>>().as_slice() {
            [name] if !name.is_empty() => Ok(Target::Cluster((*name).to_owned())),
            [workspace, cluster] if !workspace.is_empty() && !cluster.is_empty() => {
                Ok(Target::Cloud {
                    workspace: (*workspace).to_owned(),
                    cluster: (*cluster).to_owned(),
                })
            }
            _ => Err("write the name of a cluster, or `WORKSPACE/NAME` in Prisma Cloud".to_owned()),
        }
    }

    /// The value of `cluster:`, if the target is a cluster.
    pub fn cluster_name(&self) -> Option<String> {
        match self {
            Target::Cluster(name) => Some(name.clone()),
            Target::Cloud { workspace, cluster } => Some(format!("{workspace}/{cluster}")),
            Target::Unset | Target::Endpoint(_) => None,
        }
    }
}

/// What a value of the file comes from, if not from the file alone. It may be a secret that is used in the
/// wrong place, so messages show this instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The reference, for example `${env:NAME}`.
    pub written: String,
    /// Where its variables are set, for example "`NAME` is set in `/home/me/.env`".
    pub set: String,
}

impl Origin {
    /// The failure without the value that it has in backticks.
    pub fn hide(&self, value: &str, failure: &Failure) -> Failure {
        let shown = format!("`{}`", value.escape_debug());
        let written = format!("`{}`", self.written);
        let hidden = failure.map_text(|text| text.replace(&shown, &written));
        hidden.hint(&*self.set)
    }
}

/// A query whose results are sent to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub name: String,
    pub query: String,
    /// The file that contains the query, if any.
    pub file: Option<PathBuf>,
    /// The URL that receives the results. May contain a token.
    pub url: Secret,
    /// The headers to send.
    pub headers: Vec<(String, Secret)>,
    /// Its position in `prisma.yml`.
    pub at: Position,
}

/// Data for a new service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seed {
    /// A file to import; it need not exist before it is needed.
    Import {
        path: PathBuf,
        /// Its position in `prisma.yml`.
        at: Position,
    },
    /// A command to run.
    Run(Command),
}

/// Something that is generated from a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator {
    /// For example `typescript-client`.
    pub name: String,
    /// The file or folder to write.
    pub output: PathBuf,
}

impl Generator {
    /// The generator of the API's schema.
    pub const SCHEMA: &str = "graphql-schema";

    /// All that the npm CLI has.
    pub const NAMES: [&str; 5] = [
        Generator::SCHEMA,
        "typescript-client",
        "javascript-client",
        "go-client",
        "flow-client",
    ];
}

/// A command line for the shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// With references replaced, so it may contain secrets.
    pub run: Secret,
    /// As written in the file, safe to show.
    pub shown: String,
    /// Its position in `prisma.yml`.
    pub at: Position,
}

impl Service {
    /// A file to write or to import as it is written in `prisma.yml`.
    pub fn shown(&self, path: &Path) -> String {
        let mut origins = self.file_origins.iter();
        match origins.find(|(file, _)| file == path) {
            Some((_, origin)) => origin.written.clone(),
            None => path
                .strip_prefix(&self.folder)
                .unwrap_or(path)
                .display()
                .to_string(),
        }
    }

    /// The failure without the names of files that come from variables.
    pub fn hide(&self, failure: Failure) -> Failure {
        let origins = self.file_origins.iter();
        origins.fold(failure, |failure, (file, origin)| {
            let shown = file.display().to_string();
            let hidden = failure.map_text(|text| text.replace(&shown, &origin.written));
            if failure.message().contains(&shown) {
                hidden.hint(&*origin.set)
            } else {
                failure
            }
        })
    }

    /// The files that affect a deployment: `prisma.yml`, the datamodel, queries of subscriptions.
    pub fn files(&self) -> Vec<&Path> {
        let models = self
            .datamodel
            .files()
            .iter()
            .map(|file| file.path.as_path());
        let queries = self.subscriptions.iter().filter_map(|s| s.file.as_deref());
        [self.file.as_path()]
            .into_iter()
            .chain(models)
            .chain(queries)
            .collect()
    }
}
