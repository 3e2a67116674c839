//! `prisma init`.

use super::cluster::SecretSource;
use super::{domain, port};
use crate::cluster::{Connector, Database, PrismaVersion};
use clap::{Args, ValueHint};
use std::net::IpAddr;
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub struct Init {
    /// folder to create or use [default: .]
    #[arg(value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    /// set up a new server with a new database: `mysql` or `postgres`
    #[arg(long, env = "PRISMA_CLI_DATABASE", value_name = "DATABASE", value_parser = domain::<Connector>)]
    pub database: Option<Connector>,
    /// set up a new server with an existing database: `mysql://…` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    #[arg(long, env = "PRISMA_CLI_DATABASE_URL", value_name = "URL", hide_env_values = true, conflicts_with = "database", value_parser = domain::<Database>)]
    pub database_url: Option<Database>,
    /// use an existing server, e.g. `https://prisma.example.com`
    #[arg(
        long,
        short_alias = 'e',
        env = "PRISMA_CLI_CLUSTER_ENDPOINT",
        value_name = "URL",
        conflicts_with_all = ["database", "database_url", "prisma_version", "port", "bind"]
    )]
    pub endpoint: Option<String>,
    #[command(flatten)]
    pub secret: SecretSource,
    /// Prisma version for a new server (1.7 or later) [default: 1.8]
    #[arg(long, env = "PRISMA_CLI_VERSION", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub prisma_version: Option<PrismaVersion>,
    /// port for a new server [default: 4466, or the next free one]
    #[arg(long, env = "PRISMA_CLI_PORT", value_parser = port)]
    pub port: Option<u16>,
    /// address to publish a new server's port on [default: all]
    #[arg(long, env = "PRISMA_CLI_BIND", value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    /// service name [default: `default`; on an existing server, the folder name]
    #[arg(long, env = "PRISMA_CLI_SERVICE_NAME", value_name = "NAME")]
    pub service: Option<String>,
    /// stage [default: `default`; `dev` if a service name is given]
    #[arg(long, env = "PRISMA_CLI_STAGE")]
    pub stage: Option<String>,
}

impl Init {
    /// The existing server, if given and not empty.
    pub fn endpoint(&self) -> Option<&str> {
        let endpoint = self.endpoint.as_deref().map(str::trim);
        endpoint.filter(|endpoint| !endpoint.is_empty())
    }
}
