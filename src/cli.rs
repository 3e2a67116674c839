//! The command line: clap types. Their doc comments are the help text.

mod cluster;
mod deploy;
mod local;
pub mod usage;

use crate::context::Env;
use crate::error::Failure;
use crate::ui::{Color, Format};
use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::str::FromStr;
use std::time::Duration;

pub use cluster::{Add, Cluster, ClusterLogs, Remove};
pub use deploy::Deploy;
pub use local::{Local, LogPart, Logs, Name, Nuke, Restart, Start, Upgrade, Waiting};

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
    /// how long to wait for another run that works on the same cluster, `0` for not at all
    #[arg(
        long,
        global = true,
        env = "PRISMA_LOCK_TIMEOUT",
        value_name = "DURATION",
        default_value = "10s",
        value_parser = duration
    )]
    pub lock_timeout: Duration,
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
    /// print the version
    Version,
}

impl Command {
    /// The command's name, as in JSON documents.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Local(local) => local.name(),
            Command::Cluster(cluster) => cluster.name(),
            Command::Deploy(_) => "deploy",
            Command::Version => "version",
        }
    }
}

/// Parses the arguments, program name first.
pub fn parse(args: impl IntoIterator<Item = OsString>, env: &Env) -> Result<Cli, clap::Error> {
    let mut command = with_variables(Cli::command(), env);
    command.build();
    let command = command
        .mut_subcommand("help", help)
        .mut_subcommand("local", |group| group.mut_subcommand("help", help))
        .mut_subcommand("cluster", |group| group.mut_subcommand("help", help));
    Cli::from_arg_matches(&command.try_get_matches_from(args)?)
}

fn help(command: clap::Command) -> clap::Command {
    command.about("print help of a command")
}

/// Help names each flag's variable, but not the value it happens to have. One that is set and empty
/// gives nothing: that is how makefiles and CI spell "not set".
fn with_variables(command: clap::Command, env: &Env) -> clap::Command {
    let arg = |arg: clap::Arg| {
        let name = arg.get_env().and_then(|name| name.to_str());
        let is_empty = name.is_some_and(|name| env.is_empty(name));
        let arg = arg.hide_env_values(true);
        if is_empty { arg.env(None) } else { arg }
    };
    command
        .mut_args(arg)
        .mut_subcommands(|command| with_variables(command, env))
}

/// Prints what clap has to say, help and version included; returns the exit status.
pub fn report(error: &clap::Error) -> u8 {
    // A reader that went away has seen enough.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(2)
}

/// Parses a type of the domain; its failure is found again in clap's.
fn domain<T: FromStr<Err = Failure>>(text: &str) -> Result<T, Failure> {
    text.parse()
}

/// A port that can be published.
fn port(text: &str) -> Result<u16, &'static str> {
    match text.parse() {
        Ok(0) | Err(_) => Err("write a number from 1 to 65535"),
        Ok(port) => Ok(port),
    }
}

/// A duration with its unit, or plain seconds.
fn duration(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().map(Duration::from_secs);
    let duration = seconds.or_else(|_| humantime::parse_duration(text));
    duration.map_err(|_| "not a duration; write for example `90s` or `10m`")
}

/// How long to wait for a server: some time, as there is another flag for none.
fn wait(text: &str) -> Result<Duration, &'static str> {
    match duration(text)? {
        Duration::ZERO => Err("must be longer than nothing; `--no-wait` does not wait"),
        some => Ok(some),
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
        assert_eq!(duration("0"), Ok(Duration::ZERO));
        assert!(wait("0").is_err() && wait("soon").is_err());
    }
}
