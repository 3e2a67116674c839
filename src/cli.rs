//! The command line: clap types. Their doc comments are the help text: the first paragraph of a command's
//! is its line in every list, the others are the description that `--help` and the man page show.

mod cluster;
pub mod complete;
pub mod decided;
mod deploy;
mod doctor;
pub mod examples;
mod generate;
mod global;
mod init;
mod local;
mod project;
mod service;
pub mod usage;
mod values;

use crate::env::Env;
use crate::error::{self, Failure, Kind};
use crate::ui::Format;
use clap::builder::StyledStr;
use clap::{ArgAction, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;

pub use cluster::{Add, Cluster, ClusterLogs, SecretSource};
use complete::Completions;
use decided::Decided;
pub use deploy::Deploy;
pub use doctor::Doctor;
use examples::examples;
pub use generate::Generate;
pub use global::Global;
pub use init::Init;
pub use local::{
    Eject, History, Images, Load, Local, LogPart, Logs, Nuke, Profile, RequestedPort, Restart,
    Save, Start, Upgrade,
};
pub use project::{ProjectFlags, ServiceFlags};
pub use service::{Info, List, Token};
use values::{domain, port, wait};

/// What a command does, the description if any, then its usage.
const TEMPLATE: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// run self-hosted Prisma 1 servers ("clusters") in Docker
///
/// Creates and runs Prisma 1 servers with their databases as Docker containers, keeps a registry of the
/// servers you can deploy to, and deploys services to them. It replaces the npm CLI of Prisma 1 and takes
/// over the files and containers that CLI left behind. It is not the CLI of the Prisma ORM.
///
/// A cluster is a Prisma server with its database. Managed clusters are created and run by `prisma local`.
/// The cluster registry, `~/.prisma/config.yml`, holds the address and the secret of every cluster you can
/// deploy to, managed or not. A service is what `prisma deploy` deploys: a `prisma.yml` and a data model.
///
/// Results go to stdout, everything else to stderr. Without a terminal, a command that would have to ask
/// fails with exit status 4 and names the flag to use.
#[derive(Debug, Parser)]
#[command(
    name = "prisma",
    version,
    disable_help_flag = true,
    disable_version_flag = true,
    propagate_version = false,
    infer_subcommands = false,
    max_term_width = 100,
    help_template = TEMPLATE,
    before_help = examples::daily(),
    after_help = statuses()
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
    /// show the version
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    /// What environment variables decided, in the order of the flags.
    #[arg(skip)]
    pub decided: Vec<Decided>,
    /// The flags that have a value, by all their long names.
    #[arg(skip)]
    options: BTreeMap<String, String>,
}

impl Cli {
    /// The output format, from `deploy -j`, `--json` or `--output`.
    pub fn format(&self) -> Format {
        match &self.command {
            Command::Deploy(deploy) if deploy.j => Format::Json,
            Command::Info(info) if info.j => Format::Json,
            _ => self.global.format(),
        }
    }

    /// Rejects an output format that the command does not support.
    pub fn check(&self) -> Result<(), Failure> {
        if self.format() != Format::Env || matches!(self.command, Command::Local(Local::Ps(_))) {
            return Ok(());
        }
        let name = self.command.name();
        let message = format!("`prisma {name}` does not support `--output env`");
        Err(Failure::new(Kind::Usage, message)
            .hint("only `prisma local ps` does: omit `--output env`, or unset `PRISMA_CLI_OUTPUT`"))
    }

    /// The flags that have a value, for `${opt:NAME}` in prisma.yml.
    pub fn options(&self) -> BTreeMap<String, String> {
        // Their short forms are flags of their own.
        let short = [
            ("json", self.format() == Format::Json),
            ("dry-run", self.dry_run()),
        ];
        let short = short.into_iter().filter(|(_, is_given)| *is_given);
        let short = short.map(|(name, _)| (name.to_owned(), "true".to_owned()));
        self.options.clone().into_iter().chain(short).collect()
    }

    /// Whether to only show what would be done, from `deploy -d` or `--dry-run`.
    pub fn dry_run(&self) -> bool {
        let short = matches!(&self.command, Command::Deploy(deploy) if deploy.d);
        short || self.global.dry_run
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// manage clusters on this machine's (or DOCKER_HOST's) Docker engine
    ///
    /// A managed cluster consists of containers, a network and a data volume in Docker, of the files in
    /// `~/.prisma/clusters/NAME`, and of an entry in the cluster registry. `cluster.yml` is its
    /// configuration: edit it and run `prisma local start`. docker-compose.yml and .env are generated from
    /// it. Only `nuke` and `delete` destroy data, and both ask first.
    ///
    /// Only one command at a time changes a cluster. A second one waits for it, up to `--lock-timeout`.
    #[command(subcommand, after_help = examples(&[
        ("prisma local start", "start cluster `local` with its database"),
        ("prisma local ps -n staging", "show the containers of cluster `staging`"),
    ]))]
    Local(Local),
    /// manage the cluster registry (`~/.prisma/config.yml`): the servers you can deploy to
    ///
    /// The registry maps the name of each cluster to its address and secret. You may edit it by hand:
    /// `prisma` changes only the lines it has to and keeps comments, order and unknown keys.
    #[command(subcommand, after_help = examples(&[
        ("prisma cluster list", "list clusters and whether they respond"),
        ("prisma cluster add", "register an existing server"),
    ]))]
    Cluster(Cluster),
    /// create a project folder: a service and, optionally, a docker-compose server and database
    ///
    /// Without flags it asks what to set up: a new server with a new or an existing database, or a
    /// connection to an existing server.
    ///
    /// Writes prisma.yml and datamodel.graphql; for a new server also docker-compose.yml and .env. Secrets
    /// are generated at random and stored in .env, which only you can read and which is added to
    /// .gitignore. Existing files are never overwritten, and either all files are written or none. No
    /// container is started: the report ends with the commands to run next.
    #[command(after_help = examples(&[
        ("prisma init hello", "asks for server and database"),
        ("prisma init --database postgres", "with a new server and database"),
        ("prisma init hello --endpoint https://prisma.example.com", "on an existing server"),
    ]))]
    Init(Box<Init>),
    /// deploy the service of the nearest `prisma.yml`
    ///
    /// Stages: read prisma.yml, its data model and .env; find the cluster; query the server's version;
    /// create the service if it is new; deploy, and follow the migration to its end. After that, in this
    /// order: write the API schema to the file named by `schema`, run the generators, import or run the seed
    /// (first deployment only), run the `hooks.post-deploy` commands in the current directory. A failing
    /// step does not stop the others, but the exit status is 1.
    ///
    /// prisma.yml is the one of the current directory or of `prisma/` in it, the one that
    /// `extensions.prisma` of a .graphqlconfig names, the nearest one in a parent folder, or the only one
    /// in `database`, `server`, `backend` or `api`. `--project` names another.
    ///
    /// If neither prisma.yml nor a flag names a cluster, you are asked, and the choice is saved in
    /// prisma.yml; nothing else in that file changes. The secret comes from the cluster registry or from
    /// PRISMA_MANAGEMENT_API_SECRET.
    ///
    /// Changes that would lose data require `--force`; without it nothing is changed and the exit status
    /// is 7. If a migration fails, the server tries to roll it back. A migration that exceeds
    /// `--wait-timeout`, or that you interrupt, is not stopped.
    #[command(after_help = examples(&[
        ("prisma deploy", "deploy to the cluster in prisma.yml"),
        ("prisma deploy -c staging -s test", "override cluster and stage for one run"),
        ("prisma deploy -d", "preview the changes"),
        ("prisma deploy -p server/prisma -e .env.prod", "another project and env file"),
        ("prisma deploy -w", "redeploy on every change"),
    ]))]
    Deploy(Box<Deploy>),
    /// run the generators in prisma.yml
    ///
    /// `generate` in prisma.yml lists generators, each with its output. `graphql-schema` writes the schema of
    /// the deployed service's API. Clients (`typescript-client`, `javascript-client`, `flow-client`,
    /// `go-client`) are generated by the npm CLI of Prisma 1, `prisma1`, which must be installed in the
    /// project or globally. Files are only rewritten if they change.
    ///
    /// `prisma deploy` does the same after each deployment.
    #[command(after_help = examples(&[
        ("prisma generate", "run all generators"),
        ("prisma generate -p server/prisma -s test", "another project and stage"),
        ("prisma generate --dry-run", "show how the schema would change"),
    ]))]
    Generate(Generate),
    /// list the deployed services of all clusters, or of one
    ///
    /// Asks every server of the registry at once. Prints one line for each service: its cluster, name, stage,
    /// the state of its last migration and when it ended; tab-separated when piped. A cluster that cannot be asked is
    /// named on stderr with the reason, and the exit status is 1.
    #[command(after_help = examples(&[
        ("prisma list", "services of all clusters"),
        ("prisma list staging", "of one cluster"),
        ("prisma list -o json", "for scripts"),
    ]))]
    #[command(visible_alias = "ls")]
    List(List),
    /// show a deployed service: its endpoints, server and last migrations
    ///
    /// Asks the server that prisma.yml names for the service's migrations, and whether its API requires a
    /// token. A migration that is open is named with its age. Exits with status 1 if the service is not
    /// deployed.
    #[command(after_help = examples(&[
        ("prisma info", "the service of the nearest prisma.yml"),
        ("prisma info --stage test", "another stage"),
        ("prisma info -o json", "for scripts"),
    ]))]
    Info(Info),
    /// print a token for the service's API
    ///
    /// Signs a token with the first `secret` in prisma.yml and prints it, and nothing else, on stdout. No
    /// server is asked. A token cannot be revoked before it expires, except by deploying without its secret.
    #[command(after_help = examples(&[
        ("prisma token", "valid for seven days"),
        ("prisma token --valid 1h -s test", ""),
    ]))]
    Token(Token),
    /// check this machine and suggest fixes
    ///
    /// Checks docker and docker-compose, the Docker engine and your permission to use it, disk space,
    /// memory, proxy settings, images, ports, the cluster registry and every cluster in it. Prints one
    /// line for each finding, with what to do about it. The exit status is 1 if there is a problem; what
    /// is wrong with a cluster that others run is a warning. Changes nothing; `--bundle` writes a report
    /// with secrets removed.
    #[command(after_help = examples(&[
        ("prisma doctor", "docker, its engine, the registry and every cluster"),
        ("prisma doctor -o json", "for scripts"),
        ("prisma doctor --bundle report.txt", "write a report to attach to a bug report"),
    ]))]
    Doctor(Doctor),
    /// print a shell completion script
    ///
    /// The script completes commands, flags, cluster names, service names and stages. Completion reads
    /// local files only; it never calls docker. `scripts/install` installs the scripts for bash, zsh and
    /// fish.
    #[command(after_help = examples(&[
        ("prisma completions bash > ~/.local/share/bash-completion/completions/prisma", ""),
        ("prisma completions zsh > ~/.zsh/completions/_prisma", ""),
        ("prisma completions fish > ~/.config/fish/completions/prisma.fish", ""),
        ("prisma completions powershell >> $PROFILE", ""),
        ("prisma completions elvish >> ~/.config/elvish/rc.elv", ""),
    ]))]
    Completions(Completions),
    /// show the version
    #[command(after_help = examples(&[
        ("prisma version", ""),
        ("prisma version -o json", "for scripts"),
    ]))]
    Version,
}

impl Command {
    /// Where the ports of its cluster are reached, if that is given.
    pub fn host(&self) -> Option<&str> {
        match self {
            Command::Local(local) => local.host(),
            _ => None,
        }
    }

    /// The command's name, as in JSON documents.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Local(local) => local.name(),
            Command::Cluster(cluster) => cluster.name(),
            Command::Init(_) => "init",
            Command::Deploy(_) => "deploy",
            Command::Generate(_) => "generate",
            Command::List(_) => "list",
            Command::Info(_) => "info",
            Command::Token(_) => "token",
            Command::Doctor(_) => "doctor",
            Command::Completions(_) => "completions",
            Command::Version => "version",
        }
    }
}

/// Parses the arguments, program name first.
pub fn parse(args: impl IntoIterator<Item = OsString>, env: &Env) -> Result<Cli, clap::Error> {
    let mut args: Vec<OsString> = args.into_iter().collect();
    // As in the npm CLIs. With a command it is `--verbose`.
    if args.len() == 2 && args[1] == "-v" {
        args[1] = "--version".into();
    }
    let is_long = args.iter().any(|arg| arg == "--help" || arg == "help");
    let mut command = built(described(
        with_variables(Cli::command(), env, is_long),
        is_long,
    ));
    let matches = command.try_get_matches_from_mut(args)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    cli.decided = decided::find(&command, &matches);
    cli.options = decided::options(&command, &matches);
    Ok(cli)
}

/// All commands and flags, for completions, man pages and reference.
pub fn definition() -> clap::Command {
    built(Cli::command())
}

fn built(mut command: clap::Command) -> clap::Command {
    command.build();
    helpful(command)
}

/// What a command does at length: its doc comment without the first paragraph.
pub fn description(command: &clap::Command) -> Option<String> {
    let text = command.get_long_about()?.to_string();
    let (_, description) = text.split_once("\n\n")?;
    Some(description.to_owned())
}

/// Puts the descriptions above the usage for `--help` and `help`, and removes them for `-h`. Before `build`: if
/// clap saw a long text, its `--help` would spread every flag over several lines.
fn described(command: clap::Command, is_long: bool) -> clap::Command {
    let description = description(&command).filter(|_| is_long);
    let mut command = command.long_about(None);
    if let Some(mut text) = description {
        if let Some(before) = command.get_before_help() {
            let _ = write!(text, "\n\n{}", before.ansi());
        }
        command = command.help_template(TEMPLATE).before_help(text);
    }
    command.mut_subcommands(|command| described(command, is_long))
}

/// Words clap's own `help` commands like ours.
fn helpful(command: clap::Command) -> clap::Command {
    if command.get_name() == "help" {
        return command.about("show help for a command");
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

/// `--help` names each flag's variable, but not the value it happens to have; `-h` stays short. An empty one
/// counts as unset: that is how makefiles and CI spell it.
fn with_variables(command: clap::Command, env: &Env, is_long: bool) -> clap::Command {
    let arg = |arg: clap::Arg| {
        let name = arg.get_env().and_then(|name| name.to_str());
        let is_empty = name.is_some_and(|name| env.is_empty(name));
        let arg = arg.hide_env_values(true).hide_env(!is_long);
        if is_empty { arg.env(None) } else { arg }
    };
    command
        .mut_args(arg)
        .mut_subcommands(|command| with_variables(command, env, is_long))
}

/// Prints clap's help, version or error; returns the exit status.
pub fn report(error: &clap::Error) -> u8 {
    // The reader may have closed the pipe, like `head`.
    let _ = error.print();
    u8::try_from(error.exit_code()).unwrap_or(2)
}

#[cfg(test)]
mod tests;
