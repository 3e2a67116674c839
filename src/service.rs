//! A service, as its `prisma.yml` ([`crate::config::prisma_yml`]) describes it.

mod datamodel;
mod endpoint;

pub use crate::secret::Secret;
pub use datamodel::Datamodel;
pub use endpoint::{Address, DEFAULT, Endpoint};

use crate::yaml::Position;
use std::path::{Path, PathBuf};

/// A service and where it goes.
#[derive(Debug, Clone)]
pub struct Service {
    /// The `prisma.yml`.
    pub file: PathBuf,
    /// Its folder, which paths in it are relative to.
    pub folder: PathBuf,
    /// The generation of the file.
    pub form: Form,
    /// The service's name, without workspace.
    pub name: String,
    /// The stage.
    pub stage: String,
    /// Where to deploy to.
    pub target: Target,
    /// The types.
    pub datamodel: Datamodel,
    /// What opens the service's API, the first one being the one to sign with; empty when it is open.
    pub secrets: Vec<Secret>,
    /// In file order.
    pub subscriptions: Vec<Subscription>,
    /// What to do after the first deploy.
    pub seed: Option<Seed>,
    /// Where the API's schema is to be written, after each deploy.
    pub schema: Option<PathBuf>,
    /// Commands to run after each deploy, in order.
    pub post_deploy: Vec<Command>,
    /// What is allowed but probably not meant, `FILE:LINE:COLUMN: …`.
    pub warnings: Vec<String>,
}

/// The generations of `prisma.yml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `service`, `stage`, `cluster`.
    Cluster,
    /// `endpoint`, or none of the four.
    Endpoint,
}

/// Where to deploy to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The file does not say: ask.
    Unset,
    /// An entry of the cluster registry.
    Cluster(String),
    /// A cluster of Prisma Cloud.
    Cloud {
        /// The workspace.
        workspace: String,
        /// The cluster's name there.
        cluster: String,
    },
    /// An address.
    Endpoint(Endpoint),
}

impl Target {
    /// What a `cluster:` key, or `--cluster`, means: `WORKSPACE/NAME` is in Prisma Cloud.
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

    /// The name as it stands behind `cluster:`, when it is a cluster.
    pub fn cluster_name(&self) -> Option<String> {
        match self {
            Target::Cluster(name) => Some(name.clone()),
            Target::Cloud { workspace, cluster } => Some(format!("{workspace}/{cluster}")),
            Target::Unset | Target::Endpoint(_) => None,
        }
    }

    /// The workspace in Prisma Cloud.
    pub fn workspace(&self) -> Option<&str> {
        match self {
            Target::Cloud { workspace, .. } => Some(workspace),
            Target::Endpoint(endpoint) => endpoint.workspace.as_deref(),
            Target::Unset | Target::Cluster(_) => None,
        }
    }
}

/// A query whose results are sent to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its name.
    pub name: String,
    /// GraphQL.
    pub query: String,
    /// The file the query is from, when it is from one.
    pub file: Option<PathBuf>,
    /// Where the results go. May have a token in it.
    pub url: Secret,
    /// What is sent along.
    pub headers: Vec<(String, Secret)>,
    /// Where it stands in `prisma.yml`.
    pub at: Position,
}

/// Data for a new service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seed {
    /// A file to import; it need not exist before it is needed.
    Import {
        /// The file.
        path: PathBuf,
        /// Where it stands in `prisma.yml`.
        at: Position,
    },
    /// A command to run.
    Run(Command),
}

/// A command line for the shell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// With references replaced: there may be secrets in it.
    pub run: Secret,
    /// As it stands in the file: to be shown.
    pub shown: String,
    /// Where it stands in `prisma.yml`.
    pub at: Position,
}

impl Service {
    /// Where the thing stands that an answer of the server names: a type or enum, a field of it, or,
    /// as `Subscription`, a subscription. File and line.
    pub fn locate(&self, type_name: &str, field: Option<&str>) -> Option<(&Path, usize)> {
        let subscription = || {
            let mut named = self.subscriptions.iter();
            let found = named.find(|subscription| Some(subscription.name.as_str()) == field)?;
            Some((self.file.as_path(), found.at.line))
        };
        let found = self.datamodel.locate(type_name, field);
        match type_name {
            "Subscription" => subscription().or(found),
            _ => found,
        }
    }

    /// The files whose content counts: `prisma.yml`, the datamodel, queries of subscriptions.
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
