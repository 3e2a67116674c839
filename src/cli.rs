//! The command line: clap types. Their doc comments are the help text.

mod cluster;
mod deploy;
pub mod usage;

use crate::cluster::{ClusterName, PrismaVersion};
use crate::docker::LogOptions;
use crate::error::Failure;
use crate::ui::{Color, Format};
use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

pub use cluster::{Add, Cluster, ClusterLogs, Remove};
pub use deploy::Deploy;

/// run self-hosted Prisma 1 servers ("clusters") through Docker
#[derive(Debug, Parser)]
#[command(
    name = "prisma",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    propagate_version = false,
    infer_subcommands = false,
    max_term_width = 100,
    after_help = "start a cluster with `prisma local start`, see it with `prisma local ps`"
)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// print the version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of every command")]
#[expect(clippy::struct_excessive_bools, reason = "flags are independent")]
pub struct Global {
    /// form of the result on stdout
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "PRISMA_OUTPUT",
        value_name = "FORM"
    )]
    output: Format,
    /// short for `--output json`
    #[arg(long, global = true, env = "PRISMA_JSON", value_parser = BoolishValueParser::new())]
    json: bool,
    /// say nothing but results, warnings and errors
    #[arg(short, long, global = true, env = "PRISMA_QUIET", value_parser = BoolishValueParser::new())]
    pub quiet: bool,
    /// show each command that is run
    #[arg(short, long, global = true, env = "PRISMA_VERBOSE", value_parser = BoolishValueParser::new())]
    pub verbose: bool,
    /// show what would be written and run, and do nothing
    #[arg(long, global = true, env = "PRISMA_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub dry_run: bool,
    /// never ask; fail where an answer is needed
    #[arg(long, global = true, env = "PRISMA_NO_INPUT", value_parser = BoolishValueParser::new())]
    pub no_input: bool,
    /// answer confirmations with yes
    #[arg(short, long, global = true, env = "PRISMA_YES", value_parser = BoolishValueParser::new())]
    pub yes: bool,
    /// when to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "PRISMA_COLOR",
        value_name = "WHEN"
    )]
    pub color: Color,
    /// print help
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
}

impl Cli {
    /// Form of the result, by whichever flag.
    pub fn format(&self) -> Format {
        match &self.command {
            Command::Deploy(deploy) if deploy.j => Format::Json,
            _ => self.global.format(),
        }
    }

    /// Whether nothing may be changed, by whichever flag.
    pub fn dry_run(&self) -> bool {
        let short = matches!(&self.command, Command::Deploy(deploy) if deploy.d);
        short || self.global.dry_run
    }
}

impl Global {
    /// Form of the result, by either flag.
    fn format(&self) -> Format {
        if self.json { Format::Json } else { self.output }
    }
}

/// The verb groups.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// run clusters on this machine's Docker engine
    #[command(subcommand)]
    Local(Local),
    /// the clusters that services can be deployed to: the registry `~/.prisma/config.yml`
    #[command(subcommand)]
    Cluster(Cluster),
    /// deploy the service of the nearest `prisma.yml`
    Deploy(Box<Deploy>),
}

/// `prisma local …`.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub enum Local {
    /// start a cluster, creating it when there is none (docker-compose up -d)
    Start(Start),
    /// stop a cluster, keeping its data (docker stop)
    Stop(Name),
    /// stop a cluster and start it again on the same data
    Restart(Restart),
    /// get newer images, or another version, and run them (docker pull, docker-compose up -d)
    Upgrade(Upgrade),
    /// destroy a cluster's data and start it empty (docker-compose kill, down -v, up -d)
    Nuke(Nuke),
    /// show a cluster's containers: state, health, ports, image
    #[command(alias = "status")]
    Ps(Name),
    /// show what a cluster's containers print (docker logs)
    Logs(Logs),
    /// destroy a cluster: containers, data, files and registry entry
    Delete(Name),
}

impl Command {
    /// The command's name, as in JSON documents.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Local(local) => local.name(),
            Command::Cluster(cluster) => cluster.name(),
            Command::Deploy(_) => "deploy",
        }
    }
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
            Local::Delete(_) => "local delete",
        }
    }
}

/// Which cluster.
#[derive(Debug, Clone, Args)]
pub struct Name {
    /// name of the cluster
    #[arg(short, long, env = "PRISMA_NAME", default_value = "local", value_parser = domain::<ClusterName>)]
    pub name: ClusterName,
}

impl Start {
    /// Starting a cluster that is there already, as it is.
    pub fn again(name: ClusterName) -> Self {
        Start {
            which: Name { name },
            prisma_version: None,
            port: None,
            db_port: None,
            bind: None,
            waiting: Waiting {
                wait_timeout: Duration::from_secs(300),
                no_wait: false,
            },
        }
    }
}

/// How long to wait until the server answers.
#[derive(Debug, Clone, Copy, Args)]
pub struct Waiting {
    /// how long to wait until the server answers, for example `90s` or `10m`
    #[arg(long, env = "PRISMA_WAIT_TIMEOUT", default_value = "5m", value_name = "DURATION", value_parser = duration)]
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
    /// port of the server; kept for later starts [default: 4466, or the next free one for `-n NAME`]
    #[arg(long, env = "PRISMA_PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,
    /// port of the database; kept [default: 3366, or the next free one for `-n NAME`]
    #[arg(long, env = "PRISMA_DB_PORT", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub db_port: Option<u16>,
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
    pub service: Option<String>,
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

/// Parses the arguments, program name first.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = without_values(Cli::command());
    command.build();
    let command = command.mut_subcommand("help", |help| help.about("print help of a command"));
    Cli::from_arg_matches(&command.try_get_matches_from(args)?)
}

/// Help names each flag's variable, but not the value it happens to have.
fn without_values(command: clap::Command) -> clap::Command {
    command
        .mut_args(|arg| arg.hide_env_values(true))
        .mut_subcommands(without_values)
}

/// Prints what clap has to say, help and version included; returns the exit status.
pub fn report(error: &clap::Error) -> u8 {
    // A reader that went away has seen enough.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(2)
}

/// Parses a type of the domain; its hints become part of clap's message.
fn domain<T: FromStr<Err = Failure>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|failure: Failure| {
        let parts: Vec<&str> = std::iter::once(&failure.message)
            .chain(&failure.hints)
            .map(String::as_str)
            .collect();
        parts.join("; ")
    })
}

/// A duration with its unit, or plain seconds.
fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map(Duration::from_secs);
    let duration = seconds.or_else(|_| humantime::parse_duration(text));
    match duration {
        Ok(Duration::ZERO) => Err("must be longer than nothing; `--no-wait` does not wait".into()),
        Ok(duration) => Ok(duration),
        Err(_) => Err("not a duration; write for example `90s` or `10m`".into()),
    }
}

fn tail(text: &str) -> Result<String, String> {
    match text.parse::<u32>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) if text == "all" => Ok(text.to_owned()),
        Err(_) => Err("not a number of lines; write a number or `all`".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_is_sound_and_every_flag_has_a_variable() {
        let mut command = Cli::command();
        command.build();
        command.clone().debug_assert();
        let mut stack = vec![command];
        while let Some(command) = stack.pop() {
            for arg in command.get_arguments() {
                let built_in = matches!(arg.get_id().as_str(), "help" | "version");
                if !built_in && !arg.is_positional() {
                    let name = format!("{} --{}", command.get_name(), arg.get_id());
                    let variable = arg.get_env().map(|v| v.to_string_lossy().into_owned());
                    assert!(variable.is_some_and(|v| v.starts_with("PRISMA_")), "{name}");
                    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                    assert!(
                        help.starts_with(|c: char| !c.is_uppercase() || help.starts_with("Prisma")),
                        "{name}: {help}"
                    );
                    assert!(!help.ends_with('.'), "{name}: {help}");
                }
            }
            stack.extend(command.get_subcommands().cloned());
        }
    }

    #[test]
    fn durations_take_units_and_plain_seconds() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert!(duration("0").is_err() && duration("soon").is_err());
    }
}
