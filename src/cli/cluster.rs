//! `prisma cluster …`.

use super::LogPart;
use super::complete::Live;
use super::examples::examples;
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

/// `prisma cluster …`.
#[derive(Debug, Subcommand)]
pub enum Cluster {
    /// show the clusters, asking each for its version
    #[command(visible_alias = "ls")]
    #[command(after_help = examples(&[
        ("prisma cluster list", ""),
        ("prisma cluster list -o json", "for programs"),
        ("prisma cluster list | cut -f 1", "the names alone"),
    ]))]
    List,
    /// add a cluster to the registry
    #[command(after_help = examples(&[
        ("prisma cluster add", "asks for everything"),
        ("prisma cluster add prod --endpoint https://prisma.example.com --secret-file key.pem", ""),
        ("prisma cluster add prod --endpoint https://prisma.example.com --secret-env SECRET", ""),
    ]))]
    Add(Add),
    /// remove a cluster from the registry; its containers stay
    #[command(alias = "rm")]
    #[command(after_help = examples(&[
        ("prisma cluster remove prod", "asks"),
        ("prisma cluster remove prod --yes", ""),
    ]))]
    Remove(Remove),
    /// show what a cluster's server prints (docker logs)
    #[command(after_help = examples(&[
        ("prisma cluster logs", "of the cluster in `prisma.yml`"),
        ("prisma cluster logs prod -f --tail 20", ""),
        ("prisma cluster logs local --all --since 10m", "the database too"),
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

/// `prisma cluster add`. What is not given is asked for.
#[derive(Debug, Clone, Default, Args)]
pub struct Add {
    /// name to give the cluster
    #[arg(env = "PRISMA_CLUSTER")]
    name: Option<String>,
    /// where the server is, for example `https://prisma.example.com`
    #[arg(long, env = "PRISMA_CLUSTER_ENDPOINT", value_name = "URL")]
    endpoint: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub secret: SecretSource,
    /// replace a cluster of that name, or take a reserved name
    #[arg(short, long, env = "PRISMA_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
    /// do not ask the server whether it is one and takes the secret
    #[arg(long, env = "PRISMA_NO_CHECK", value_parser = BoolishValueParser::new())]
    pub no_check: bool,
}

/// Where a server's secret is. Never an argument: others can see those.
#[derive(Debug, Clone, Default, Args)]
pub struct SecretSource {
    /// file that holds the server's secret, `-` for standard input; an empty one for a server
    /// without
    #[arg(long, env = "PRISMA_SECRET_FILE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub secret_file: Option<PathBuf>,
    /// variable that holds the server's secret
    #[arg(
        long,
        env = "PRISMA_SECRET_ENV",
        value_name = "VARIABLE",
        conflicts_with = "secret_file"
    )]
    pub secret_env: Option<String>,
}

impl Add {
    /// The name, where one is given.
    pub fn name(&self) -> Option<&str> {
        given(self.name.as_ref())
    }

    /// The endpoint, where one is given.
    pub fn endpoint(&self) -> Option<&str> {
        given(self.endpoint.as_ref())
    }
}

/// `prisma cluster remove`.
#[derive(Debug, Clone, Args)]
pub struct Remove {
    /// the cluster [default: asks]
    #[arg(env = "PRISMA_CLUSTER", add = Live::Registered)]
    name: Option<String>,
}

impl Remove {
    /// The name, where one is given.
    pub fn name(&self) -> Option<&str> {
        given(self.name.as_ref())
    }
}

/// `prisma cluster logs`.
#[derive(Debug, Clone, Args)]
pub struct ClusterLogs {
    /// the cluster [default: `cluster` of the nearest prisma.yml, else `local`]
    #[arg(env = "PRISMA_CLUSTER", add = Live::Registered)]
    name: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub part: LogPart,
    /// another container than the server's: `db`, or the name of a service
    #[arg(long, env = "PRISMA_SERVICE", value_name = "SERVICE", add = Live::Service)]
    service: Option<String>,
    /// all containers, labelled and in the order of time
    #[arg(long, env = "PRISMA_ALL", value_parser = BoolishValueParser::new(), conflicts_with = "service")]
    pub all: bool,
}

impl ClusterLogs {
    /// The name, where one is given.
    pub fn name(&self) -> Option<&str> {
        given(self.name.as_ref())
    }

    /// The service, where one is given.
    pub fn service(&self) -> Option<&str> {
        given(self.service.as_ref())
    }
}

/// A variable that is set and empty gives nothing.
fn given(value: Option<&String>) -> Option<&str> {
    value
        .map(|value| value.trim())
        .filter(|value| !value.is_empty())
}
