//! `prisma cluster …`.

use super::complete::Live;
use super::examples::examples;
use super::{LogPart, ProjectFlags};
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// list clusters with version and state
    ///
    /// Queries all servers of the registry at once, and those of a private successor of Prisma Cloud if there
    /// is one (PRISMA_CLOUD_API) and a session key; takes little more than two seconds, even for many clusters and unreachable hosts. When
    /// piped, prints one tab-separated line per cluster: name, kind, version, state, endpoint.
    #[command(visible_alias = "ls")]
    #[command(after_help = examples(&[
        ("prisma cluster list", ""),
        ("prisma cluster list -o json", "for scripts"),
        ("prisma cluster list | cut -f 1", "names only"),
    ]))]
    List,
    /// add an existing server to the registry
    ///
    /// Checks that the server is a Prisma server and accepts the secret, then adds the entry to
    /// `~/.prisma/config.yml`. Whatever is not given is asked for. The secret is never an argument, which
    /// other users could see: it is read from a file, from an environment variable or from a hidden prompt.
    /// An existing entry is replaced only with `--force`.
    #[command(after_help = examples(&[
        ("prisma cluster add", "interactive"),
        ("prisma cluster add prod --endpoint https://prisma.example.com --secret-file key.pem", ""),
        ("prisma cluster add prod --endpoint https://prisma.example.com --secret-env SECRET", ""),
    ]))]
    Add(Add),
    /// remove a cluster from the registry; its containers are kept
    ///
    /// Removes the entry and its secret from `~/.prisma/config.yml`, and nothing else. To delete a managed
    /// cluster with its data, use `prisma local delete`.
    #[command(alias = "rm")]
    #[command(after_help = examples(&[
        ("prisma cluster remove prod", "asks first"),
        ("prisma cluster remove prod --yes", ""),
    ]))]
    Remove(Remove),
    /// show the logs of a cluster's server (docker logs)
    ///
    /// Works for clusters whose containers run on the Docker engine in use. For a cluster on another
    /// machine, set DOCKER_HOST to that machine's engine. Exits with the status of `docker logs`.
    #[command(after_help = examples(&[
        ("prisma cluster logs", "of the cluster in prisma.yml"),
        ("prisma cluster logs prod -f --tail 20", ""),
        ("prisma cluster logs local --all --since 10m", "including the database"),
    ]))]
    Logs(ClusterLogs),
}

impl Cluster {
    /// The command's name, as in JSON documents.
    pub fn name(&self) -> &'static str {
        match self {
            Cluster::List => "cluster list",
            Cluster::Add(_) => "cluster add",
            Cluster::Remove(_) => "cluster remove",
            Cluster::Logs(_) => "cluster logs",
        }
    }
}

#[derive(Debug, Clone, Default, Args)]
pub struct Add {
    /// name for the cluster [asks if omitted]
    #[arg(env = "PRISMA_CLI_CLUSTER")]
    name: Option<String>,
    /// server URL, e.g. `https://prisma.example.com` [asks if omitted]
    #[arg(long, env = "PRISMA_CLI_CLUSTER_ENDPOINT", value_name = "URL")]
    endpoint: Option<String>,
    #[command(flatten)]
    pub secret: SecretSource,
    /// replace an existing cluster, or allow a reserved name
    #[arg(short, long)]
    pub force: bool,
    /// skip the connection check
    #[arg(long, env = "PRISMA_CLI_NO_CHECK", value_parser = BoolishValueParser::new())]
    pub no_check: bool,
}

/// Where to read a server's secret. Never an argument: other users can see those.
#[derive(Debug, Clone, Default, Args)]
pub struct SecretSource {
    /// file with the server's secret, `-` for stdin; empty if the server has none
    #[arg(long, env = "PRISMA_CLI_SECRET_FILE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub secret_file: Option<PathBuf>,
    /// environment variable with the server's secret
    #[arg(
        long,
        env = "PRISMA_CLI_SECRET_ENV",
        value_name = "VARIABLE",
        conflicts_with = "secret_file"
    )]
    pub secret_env: Option<String>,
}

impl Add {
    pub fn name(&self) -> Option<&str> {
        given(self.name.as_ref())
    }

    pub fn endpoint(&self) -> Option<&str> {
        given(self.endpoint.as_ref())
    }
}

#[derive(Debug, Clone, Args)]
pub struct Remove {
    /// cluster to remove [asks if omitted]
    // Without a variable: one that is set for `deploy` must not choose what is removed.
    #[arg(add = Live::Registered)]
    name: Option<String>,
}

impl Remove {
    pub fn name(&self) -> Option<&str> {
        given(self.name.as_ref())
    }
}

#[derive(Debug, Clone, Args)]
pub struct ClusterLogs {
    /// cluster name [default: `cluster` in prisma.yml, otherwise `local`]
    #[arg(env = "PRISMA_CLI_CLUSTER", add = Live::Registered)]
    name: Option<String>,
    #[command(flatten)]
    pub part: LogPart,
    /// show another container: `db`, or a compose service name
    #[arg(long, env = "PRISMA_CLI_SERVICE", value_name = "SERVICE", add = Live::Service)]
    service: Option<String>,
    /// all containers, prefixed and in chronological order
    #[arg(long, env = "PRISMA_CLI_ALL", value_parser = BoolishValueParser::new(), conflicts_with = "service")]
    pub all: bool,
    #[command(flatten)]
    pub project: ProjectFlags,
}

impl ClusterLogs {
    pub fn name(&self) -> Option<&str> {
        given(self.name.as_ref())
    }

    pub fn service(&self) -> Option<&str> {
        given(self.service.as_ref())
    }
}

/// An empty variable counts as unset.
fn given(value: Option<&String>) -> Option<&str> {
    value
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
}
