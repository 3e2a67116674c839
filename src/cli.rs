//! The command line: clap types. Their doc comments are the help text.

mod cluster;
pub mod complete;
mod deploy;
mod doctor;
pub mod examples;
mod init;
mod local;
pub mod usage;

use crate::env::Env;
use crate::error::{self, Failure, Kind};
use crate::ui::{Color, Format};
use clap::builder::BoolishValueParser;
use clap::builder::StyledStr;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::str::FromStr;
use std::time::Duration;

pub use cluster::{Add, Cluster, ClusterLogs, Remove, SecretSource};
use complete::Completions;
pub use deploy::Deploy;
pub use doctor::Doctor;
use examples::examples;
pub use init::Init;
pub use local::{
    Eject, History, Local, LogPart, Logs, Name, Nuke, PortWish, Profile, Restart, Start, Upgrade,
    Waiting,
};

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
    help_template = "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}",
    before_help = examples::daily(),
    after_help = statuses()
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
    /// form of the result on stdout: for people, one JSON document, or (`local ps`) variables for a shell
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

    /// Refuses a form that the command's result does not have.
    pub fn check(&self) -> Result<(), Failure> {
        if self.format() != Format::Env || matches!(self.command, Command::Local(Local::Ps(_))) {
            return Ok(());
        }
        let name = self.command.name();
        let message = format!("`prisma {name}` has no result in the form `env`");
        Err(Failure::new(Kind::Usage, message).hint(
            "`prisma local ps` alone has: leave out `--output env`, and `PRISMA_OUTPUT=env` elsewhere",
        ))
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
    #[command(subcommand, after_help = examples(&[
        ("prisma local start", "a cluster, its database and its data"),
        ("prisma local ps -n staging", "what of another one runs"),
    ]))]
    Local(Local),
    /// the clusters that services can be deployed to: the registry `~/.prisma/config.yml`
    #[command(subcommand, after_help = examples(&[
        ("prisma cluster list", "all of them, and which answer"),
        ("prisma cluster add", "one that is there already"),
    ]))]
    Cluster(Cluster),
    /// set up a folder with a service, and a server and database for docker-compose
    #[command(after_help = examples(&[
        ("prisma init hello", "asks what it shall live on"),
        ("prisma init --database postgres", "a new server and database"),
        ("prisma init hello --endpoint https://prisma.example.com", "a server that is there"),
    ]))]
    Init(Box<Init>),
    /// deploy the service of the nearest `prisma.yml`
    #[command(after_help = examples(&[
        ("prisma deploy", "to the cluster that `prisma.yml` names"),
        ("prisma deploy -c staging -s test", "elsewhere, for once"),
        ("prisma deploy -d", "only show what would change"),
        ("prisma deploy -w", "again at every change"),
    ]))]
    Deploy(Box<Deploy>),
    /// tell what is wrong with this machine, one line and one remedy each
    #[command(after_help = examples(&[
        ("prisma doctor", "docker, its engine, the registry, every cluster"),
        ("prisma doctor -o json", "for programs"),
        ("prisma doctor --bundle report.txt", "all that helps with a bug ticket, secrets left out"),
    ]))]
    Doctor(Doctor),
    /// print the script with which a shell completes commands, flags and names
    #[command(after_help = examples(&[
        ("prisma completions bash > ~/.local/share/bash-completion/completions/prisma", ""),
        ("prisma completions zsh > ~/.zsh/completions/_prisma", ""),
        ("prisma completions fish > ~/.config/fish/completions/prisma.fish", ""),
        ("prisma completions powershell >> $PROFILE", ""),
        ("prisma completions elvish >> ~/.config/elvish/rc.elv", ""),
    ]))]
    Completions(Completions),
    /// print the version
    #[command(after_help = examples(&[
        ("prisma version", ""),
        ("prisma version -o json", "for programs"),
    ]))]
    Version,
}

impl Command {
    /// The command's name, as in JSON documents.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Local(local) => local.name(),
            Command::Cluster(cluster) => cluster.name(),
            Command::Init(_) => "init",
            Command::Deploy(_) => "deploy",
            Command::Doctor(_) => "doctor",
            Command::Completions(_) => "completions",
            Command::Version => "version",
        }
    }
}

/// Parses the arguments, program name first.
pub fn parse(args: impl IntoIterator<Item = OsString>, env: &Env) -> Result<Cli, clap::Error> {
    let command = built(with_variables(Cli::command(), env));
    Cli::from_arg_matches(&command.try_get_matches_from(args)?)
}

/// All commands and flags, for what is made of them: completions, manual, reference.
pub fn definition() -> clap::Command {
    built(Cli::command())
}

fn built(mut command: clap::Command) -> clap::Command {
    command.build();
    helpful(command)
}

/// clap's own `help` commands in our style.
fn helpful(command: clap::Command) -> clap::Command {
    if command.get_name() == "help" {
        return command.about("print help of a command");
    }
    command.mut_subcommands(helpful)
}

/// The exit statuses, at the end of the program's help.
fn statuses() -> StyledStr {
    let lines = error::STATUSES
        .iter()
        .map(|(status, what)| format!("\n  {status:<4} {what}"));
    let lines: String = lines.collect();
    StyledStr::from(examples::heading("Exit status:") + &lines)
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
mod tests;
