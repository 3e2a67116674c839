//! `prisma init`.

use super::cluster::SecretSource;
use super::{domain, port};
use crate::cluster::{Connector, Database, PrismaVersion};
use clap::{Args, ValueHint};
use std::net::IpAddr;
use std::path::PathBuf;

/// `prisma init`. What is not given is asked for.
#[derive(Debug, Clone, Args)]
pub struct Init {
    /// folder to set up, made if there is none [default: the current one]
    #[arg(value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// a new server with a new database: `mysql` or `postgres`
    #[arg(long, env = "PRISMA_DATABASE", value_name = "DATABASE", value_parser = domain::<Connector>)]
    pub database: Option<Connector>,
    /// a new server with a database that is there already: `mysql://…` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    #[arg(long, env = "PRISMA_DATABASE_URL", value_name = "URL", hide_env_values = true, conflicts_with = "database", value_parser = domain::<Database>)]
    pub database_url: Option<Database>,
    /// a server that is there already, for example `https://prisma.example.com`
    #[arg(
        long,
        env = "PRISMA_CLUSTER_ENDPOINT",
        value_name = "URL",
        conflicts_with_all = ["database", "database_url", "prisma_version", "port", "bind"]
    )]
    pub endpoint: Option<String>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub secret: SecretSource,
    /// Prisma version of a new server, 1.7 or later [default: 1.8]
    #[arg(long, env = "PRISMA_VERSION", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub prisma_version: Option<PrismaVersion>,
    /// port of a new server [default: 4466, or the next free one]
    #[arg(long, env = "PRISMA_PORT", value_parser = port)]
    pub port: Option<u16>,
    /// address the port of a new server is published on [default: all]
    #[arg(long, env = "PRISMA_BIND", value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    /// name of the service [default: `default`, or for a server that is there the folder's name]
    #[arg(long, env = "PRISMA_SERVICE_NAME", value_name = "NAME")]
    pub service: Option<String>,
    /// stage of the service [default: `default`, or with a name `dev`]
    #[arg(long, env = "PRISMA_STAGE")]
    pub stage: Option<String>,
}

impl Init {
    /// The server that is there already, where one is given.
    pub fn endpoint(&self) -> Option<&str> {
        let endpoint = self.endpoint.as_deref().map(str::trim);
        endpoint.filter(|endpoint| !endpoint.is_empty())
    }
}
