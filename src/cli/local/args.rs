//! The arguments of `prisma local …`.

use crate::cli::complete::Live;
use crate::cli::{domain, port, wait};
use crate::cluster::{ClusterName, Connector, Database, PrismaVersion};
use crate::docker::LogOptions;
use crate::docker::engine::HOST_VARIABLE;
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum, ValueHint};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, Clone, Args)]
pub struct Name {
    /// name of the cluster
    #[arg(short, long, env = "PRISMA_CLI_NAME", default_value = "local", value_parser = ClusterName::of_command_line, add = Live::Managed)]
    pub name: ClusterName,
}

#[derive(Debug, Clone, Args)]
pub struct History {
    #[command(flatten)]
    pub which: Name,
    /// number of entries to show, or `all`
    #[arg(long, env = "PRISMA_CLI_TAIL", value_name = "N", value_parser = tail)]
    tail: Option<String>,
}

impl History {
    /// How many entries to show; `None` for all.
    pub fn tail(&self) -> Option<usize> {
        self.tail.as_ref()?.parse().ok()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedPort {
    /// The default, or the next free one.
    Auto,
    Number(u16),
}

fn requested_port(text: &str) -> Result<RequestedPort, &'static str> {
    match text {
        "auto" => Ok(RequestedPort::Auto),
        text => port(text)
            .map(RequestedPort::Number)
            .map_err(|_| "must be a number from 1 to 65535, or `auto`"),
    }
}

#[derive(Debug, Clone, Args)]
pub struct Waiting {
    /// host under which the published ports are reached, if this program runs in a container of its own
    #[arg(long, env = HOST_VARIABLE, value_name = "HOST")]
    pub host: Option<String>,
    /// how long to wait for the server, e.g. `90s` or `10m`
    #[arg(long, env = "PRISMA_CLI_WAIT_TIMEOUT", default_value = "5m", value_name = "DURATION", value_parser = wait)]
    wait_timeout: Duration,
    /// do not wait for the server
    #[arg(long, env = "PRISMA_CLI_NO_WAIT", value_parser = BoolishValueParser::new())]
    no_wait: bool,
}

impl Waiting {
    /// `None` to not wait at all.
    pub fn limit(&self) -> Option<Duration> {
        (!self.no_wait).then_some(self.wait_timeout)
    }
}

#[derive(Debug, Clone, Args)]
pub struct Start {
    #[command(flatten)]
    pub which: Name,
    /// Prisma version for a new cluster, e.g. `1.1` [default: 1.1]
    #[arg(long, env = "PRISMA_CLI_VERSION", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub prisma_version: Option<PrismaVersion>,
    /// server port, or `auto` for the next free one; saved [default: 4466; `auto` for named clusters]
    #[arg(long, env = "PRISMA_CLI_PORT", value_parser = requested_port)]
    pub port: Option<RequestedPort>,
    /// database port, or `auto`; saved [default: 3366; `auto` for named clusters; not published from Prisma 1.7 on]
    #[arg(long, env = "PRISMA_CLI_DB_PORT", value_name = "PORT", value_parser = requested_port)]
    pub db_port: Option<RequestedPort>,
    /// database for a new cluster: `mysql`, or `postgres` (Prisma 1.7 and later) [default: mysql]
    #[arg(long, env = "PRISMA_CLI_DATABASE", value_name = "DATABASE", value_parser = domain::<Connector>)]
    pub database: Option<Connector>,
    /// database image; saved [default: mysql:5.7, postgres:10]
    #[arg(
        long,
        env = "PRISMA_CLI_DATABASE_IMAGE",
        value_name = "IMAGE",
        conflicts_with = "database_url"
    )]
    pub database_image: Option<String>,
    /// use an existing database: `mysql://…` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    #[arg(long, env = "PRISMA_CLI_DATABASE_URL", value_name = "URL", hide_env_values = true, conflicts_with = "database", value_parser = domain::<Database>)]
    pub database_url: Option<Database>,
    /// address to publish the ports on; saved [default: 0.0.0.0]
    #[arg(long, env = "PRISMA_CLI_BIND", value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    /// take over the cluster of that name, with its data, from another home
    #[arg(long)]
    pub take_over: bool,
    #[command(flatten)]
    pub waiting: Waiting,
}

#[derive(Debug, Clone, Args)]
pub struct Restart {
    #[command(flatten)]
    pub which: Name,
    #[command(flatten)]
    pub waiting: Waiting,
}

#[derive(Debug, Clone, Args)]
pub struct Upgrade {
    #[command(flatten)]
    pub which: Name,
    /// version to switch to [default: newer images of the current version]
    #[arg(long, env = "PRISMA_CLI_TO", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub to: Option<PrismaVersion>,
    /// use the images that are already there
    #[arg(long, env = "PRISMA_CLI_NO_PULL", value_parser = BoolishValueParser::new())]
    pub no_pull: bool,
    /// allow switching to an older version
    #[arg(short, long)]
    pub force: bool,
    #[command(flatten)]
    pub waiting: Waiting,
}

#[derive(Debug, Clone, Args)]
pub struct Nuke {
    #[command(flatten)]
    pub which: Name,
    #[command(flatten)]
    pub waiting: Waiting,
}

#[derive(Debug, Clone, Args)]
pub struct Logs {
    #[command(flatten)]
    pub which: Name,
    #[command(flatten)]
    pub part: LogPart,
    /// show only this compose service, e.g. `prisma-db`
    #[arg(add = Live::Service)]
    pub service: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct Eject {
    /// target folder, created if missing [default: .]
    #[arg(value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    #[command(flatten)]
    pub which: Name,
    /// `local`: as is; `digital-ocean`: for another machine, with new random secrets
    #[arg(long, env = "PRISMA_CLI_PROFILE", value_enum, default_value_t)]
    pub profile: Profile,
    /// Prisma version, if the cluster does not exist [default: 1.1]
    #[arg(long, env = "PRISMA_CLI_VERSION", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub prisma_version: Option<PrismaVersion>,
    /// database, if the cluster does not exist: `mysql`, or `postgres` (Prisma 1.7 and later) [default: mysql]
    #[arg(long, env = "PRISMA_CLI_DATABASE", value_name = "DATABASE", value_parser = domain::<Connector>)]
    pub database: Option<Connector>,
    /// add the server to the cluster registry under this name
    #[arg(
        long,
        env = "PRISMA_CLI_REGISTER",
        value_name = "NAME",
        requires = "host"
    )]
    pub register: Option<String>,
    /// address of the registered server: a host name, an IP address or a URL
    #[arg(
        long,
        env = "PRISMA_CLI_EJECT_HOST",
        value_name = "ADDRESS",
        requires = "register"
    )]
    pub host: Option<String>,
    /// overwrite existing files
    #[arg(short, long)]
    pub force: bool,
}

/// Which values the files get; named as in the documentation of Prisma 1.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Profile {
    #[default]
    Local,
    DigitalOcean,
}

#[derive(Debug, Clone, Args)]
pub struct LogPart {
    /// follow the log until Ctrl-C
    #[arg(short, long, env = "PRISMA_CLI_FOLLOW", value_parser = BoolishValueParser::new())]
    follow: bool,
    /// number of lines to show from the end, or `all`
    #[arg(long, env = "PRISMA_CLI_TAIL", value_name = "N", value_parser = tail)]
    tail: Option<String>,
    /// only entries since a time, or newer than a duration such as `10m`
    #[arg(long, env = "PRISMA_CLI_SINCE", value_name = "TIME")]
    since: Option<String>,
    /// show timestamps
    #[arg(short, long, env = "PRISMA_CLI_TIMESTAMPS", value_parser = BoolishValueParser::new())]
    timestamps: bool,
}

impl LogPart {
    /// As options of `docker logs`.
    pub fn options(&self) -> LogOptions {
        LogOptions {
            follow: self.follow,
            tail: self.tail.clone(),
            since: self.since.clone(),
            timestamps: self.timestamps,
        }
    }
}

fn tail(text: &str) -> Result<String, String> {
    match text.parse::<u32>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) if text == "all" => Ok(text.to_owned()),
        Err(_) => Err("expected a number or `all`".into()),
    }
}
