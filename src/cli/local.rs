//! `prisma local …`.

use super::complete::Live;
use super::examples::examples;
use super::{domain, port, wait};
use crate::cluster::{ClusterName, Connector, Database, PrismaVersion};
use crate::docker::LogOptions;
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand, ValueEnum, ValueHint};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// `prisma local …`.
#[derive(Debug, Subcommand)]
pub enum Local {
    /// start a cluster, creating it when there is none (docker-compose up -d)
    #[command(after_help = examples(&[
        ("prisma local start", "create a cluster, or start it again on its data"),
        ("prisma local start -n staging", "another one beside it, ports and data its own"),
        ("prisma local start --prisma-version 1.2", "another version"),
        ("prisma local start --bind 127.0.0.1", "reached from here alone"),
    ]))]
    Start(Box<Start>),
    /// stop a cluster, keeping its data (docker stop)
    #[command(after_help = examples(&[
        ("prisma local stop", "the data stays"),
        ("prisma local stop -n staging", ""),
    ]))]
    Stop(Name),
    /// stop a cluster and start it again on the same data
    #[command(after_help = examples(&[
        ("prisma local restart", "after a change of `cluster.yml`, for example"),
    ]))]
    Restart(Restart),
    /// get newer images, or another version, and run them (docker pull, docker-compose up -d)
    #[command(after_help = examples(&[
        ("prisma local upgrade", "newer images of the version it has"),
        ("prisma local upgrade --to 1.2", "another version"),
        ("prisma local upgrade --to 1.2 --dry-run", "only show what would be done"),
    ]))]
    Upgrade(Upgrade),
    /// destroy a cluster's data and start it empty (docker-compose kill, down -v, up -d)
    #[command(after_help = examples(&[
        ("prisma local nuke", "says what goes, and asks"),
        ("prisma local nuke -n test --yes", "without asking, in a script"),
    ]))]
    Nuke(Nuke),
    /// show a cluster's containers: state, health, ports, image
    #[command(alias = "status")]
    #[command(after_help = examples(&[
        ("prisma local ps", ""),
        ("prisma local ps -n staging -o json", "for programs"),
        ("prisma local ps -o env", "where it is, as variables for a shell to source"),
    ]))]
    Ps(Name),
    /// show what a cluster's containers print (docker logs)
    #[command(after_help = examples(&[
        ("prisma local logs", "all there is, of all containers"),
        ("prisma local logs -f --tail 20 prisma-db", "its last lines and all new ones"),
        ("prisma local logs --since 10m -t", ""),
    ]))]
    Logs(Logs),
    /// show what was done to a cluster: when, by whom, and how it ended
    #[command(after_help = examples(&[
        ("prisma local history", ""),
        ("prisma local history -n staging --tail 5", "the last five"),
    ]))]
    History(History),
    /// write a cluster's docker-compose.yml and .env into a folder of your own
    #[command(after_help = examples(&[
        ("prisma local eject hello", "as it is, into a folder"),
        ("prisma local eject droplet --profile digital-ocean", "with new secrets"),
        ("prisma local eject --profile digital-ocean --register do --host 203.0.113.7", ""),
    ]))]
    Eject(Eject),
    /// destroy a cluster: containers, data, files and registry entry
    #[command(after_help = examples(&[
        ("prisma local delete -n staging", "says what goes, and asks"),
        ("prisma local delete -n staging --dry-run", "only show what would go"),
    ]))]
    Delete(Name),
}

impl Local {
    /// The command's name, as in JSON documents.
    pub fn name(&self) -> &'static str {
        match self {
            Local::Start(_) => "local start",
            Local::Stop(_) => "local stop",
            Local::Restart(_) => "local restart",
            Local::Upgrade(_) => "local upgrade",
            Local::Nuke(_) => "local nuke",
            Local::Ps(_) => "local ps",
            Local::Logs(_) => "local logs",
            Local::History(_) => "local history",
            Local::Eject(_) => "local eject",
            Local::Delete(_) => "local delete",
        }
    }
}

/// Which cluster.
#[derive(Debug, Clone, Args)]
pub struct Name {
    /// name of the cluster
    #[arg(short, long, env = "PRISMA_NAME", default_value = "local", value_parser = domain::<ClusterName>, add = Live::Managed)]
    pub name: ClusterName,
}

/// `prisma local history`.
#[derive(Debug, Clone, Args)]
pub struct History {
    /// which cluster
    #[command(flatten)]
    pub which: Name,
    /// only the last runs: a number, or `all`
    #[arg(long, env = "PRISMA_TAIL", value_name = "N", value_parser = tail)]
    tail: Option<String>,
}

impl History {
    /// How many of the last runs to show; `None` for all.
    pub fn tail(&self) -> Option<usize> {
        self.tail.as_ref()?.parse().ok()
    }
}

/// A port as it may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestedPort {
    /// The usual one, or the next that is free.
    Auto,
    /// This one.
    Number(u16),
}

fn requested_port(text: &str) -> Result<RequestedPort, &'static str> {
    match text {
        "auto" => Ok(RequestedPort::Auto),
        text => port(text)
            .map(RequestedPort::Number)
            .map_err(|_| "write a number from 1 to 65535, or `auto`"),
    }
}

/// How long to wait until the server answers.
#[derive(Debug, Clone, Copy, Args)]
pub struct Waiting {
    /// how long to wait until the server answers, for example `90s` or `10m`
    #[arg(long, env = "PRISMA_WAIT_TIMEOUT", default_value = "5m", value_name = "DURATION", value_parser = wait)]
    wait_timeout: Duration,
    /// do not wait until the server answers
    #[arg(long, env = "PRISMA_NO_WAIT", value_parser = BoolishValueParser::new())]
    no_wait: bool,
}

impl Waiting {
    /// The limit; `None` for not waiting at all.
    pub fn limit(self) -> Option<Duration> {
        (!self.no_wait).then_some(self.wait_timeout)
    }
}

/// `prisma local start`.
#[derive(Debug, Clone, Args)]
pub struct Start {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub which: Name,
    /// Prisma version of a new cluster, for example `1.1` [default: 1.1]
    #[arg(long, env = "PRISMA_VERSION", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub prisma_version: Option<PrismaVersion>,
    /// port of the server, or `auto` for the next free one; kept for later starts
    /// [default: 4466, or as `auto` for `-n NAME`]
    #[arg(long, env = "PRISMA_PORT", value_parser = requested_port)]
    pub port: Option<RequestedPort>,
    /// port of the database, or `auto`; kept [default: 3366, or as `auto` for `-n NAME`; none from Prisma 1.7 on]
    #[arg(long, env = "PRISMA_DB_PORT", value_name = "PORT", value_parser = requested_port)]
    pub db_port: Option<RequestedPort>,
    /// database of a new cluster: `mysql`, or with Prisma 1.7 and later `postgres` [default: mysql]
    #[arg(long, env = "PRISMA_DATABASE", value_name = "DATABASE", value_parser = domain::<Connector>)]
    pub database: Option<Connector>,
    /// image of the database; kept [default: mysql:5.7, postgres:10]
    #[arg(
        long,
        env = "PRISMA_DATABASE_IMAGE",
        value_name = "IMAGE",
        conflicts_with = "database_url"
    )]
    pub database_image: Option<String>,
    /// a database that is there already: `mysql://…` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`
    #[arg(long, env = "PRISMA_DATABASE_URL", value_name = "URL", hide_env_values = true, conflicts_with = "database", value_parser = domain::<Database>)]
    pub database_url: Option<Database>,
    /// address both ports are published on; kept [default: 0.0.0.0]
    #[arg(long, env = "PRISMA_BIND", value_name = "ADDRESS")]
    pub bind: Option<IpAddr>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub waiting: Waiting,
}

/// `prisma local restart`.
#[derive(Debug, Clone, Args)]
#[expect(missing_docs, reason = "doc comments here would become help text")]
pub struct Restart {
    #[command(flatten)]
    pub which: Name,
    #[command(flatten)]
    pub waiting: Waiting,
}

/// `prisma local upgrade`.
#[derive(Debug, Clone, Args)]
pub struct Upgrade {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub which: Name,
    /// version to change to [default: newer images of the version it has]
    #[arg(long, env = "PRISMA_TO", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub to: Option<PrismaVersion>,
    /// change to an older version all the same
    #[arg(short, long, env = "PRISMA_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub waiting: Waiting,
}

/// `prisma local nuke`.
#[derive(Debug, Clone, Args)]
#[expect(missing_docs, reason = "doc comments here would become help text")]
pub struct Nuke {
    #[command(flatten)]
    pub which: Name,
    #[command(flatten)]
    pub waiting: Waiting,
}

/// `prisma local logs`.
#[derive(Debug, Clone, Args)]
pub struct Logs {
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub which: Name,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub part: LogPart,
    /// only this service, for example `prisma-db`
    #[arg(add = Live::Service)]
    pub service: Option<String>,
}

/// `prisma local eject`.
#[derive(Debug, Clone, Args)]
pub struct Eject {
    /// folder to write into, made if there is none [default: the current one]
    #[arg(value_hint = ValueHint::DirPath)]
    pub dir: Option<PathBuf>,
    #[command(flatten)]
    #[expect(missing_docs, reason = "a doc comment here would become help text")]
    pub which: Name,
    /// `local` for the cluster as it is, `digital-ocean` for another machine: with new random secrets
    #[arg(long, env = "PRISMA_PROFILE", value_enum, default_value_t)]
    pub profile: Profile,
    /// Prisma version, where there is no such cluster [default: 1.1]
    #[arg(long, env = "PRISMA_VERSION", value_name = "VERSION", value_parser = domain::<PrismaVersion>)]
    pub prisma_version: Option<PrismaVersion>,
    /// database, where there is no such cluster: `mysql`, or with Prisma 1.7 and later `postgres` [default: mysql]
    #[arg(long, env = "PRISMA_DATABASE", value_name = "DATABASE", value_parser = domain::<Connector>)]
    pub database: Option<Connector>,
    /// add the server to the cluster registry under this name
    #[arg(long, env = "PRISMA_REGISTER", value_name = "NAME", requires = "host")]
    pub register: Option<String>,
    /// where the server of `--register` will be: a host name, an address, or a URL
    #[arg(
        long,
        env = "PRISMA_EJECT_HOST",
        value_name = "ADDRESS",
        requires = "register"
    )]
    pub host: Option<String>,
    /// replace files that are there
    #[arg(short, long, env = "PRISMA_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
}

/// The values of a compose file, called as the 1.1 page calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
#[expect(missing_docs, reason = "doc comments here would become help text")]
pub enum Profile {
    #[default]
    Local,
    DigitalOcean,
}

/// What part of the logs to show.
#[derive(Debug, Clone, Args)]
pub struct LogPart {
    /// go on as lines appear, until Ctrl-C
    #[arg(short, long, env = "PRISMA_FOLLOW", value_parser = BoolishValueParser::new())]
    follow: bool,
    /// only the last lines: a number, or `all`
    #[arg(long, env = "PRISMA_TAIL", value_name = "N", value_parser = tail)]
    tail: Option<String>,
    /// only what is newer: a time, or a duration such as `10m`
    #[arg(long, env = "PRISMA_SINCE", value_name = "TIME")]
    since: Option<String>,
    /// put the time in front of each line
    #[arg(short, long, env = "PRISMA_TIMESTAMPS", value_parser = BoolishValueParser::new())]
    timestamps: bool,
}

impl LogPart {
    /// The same as docker is told.
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
        Err(_) => Err("not a number of lines; write a number or `all`".into()),
    }
}
