//! `prisma` runs self-hosted Prisma 1 servers ("clusters") through Docker.
//!
//! Only [`run`] is public. What happens inside, from top to bottom:
//!
//! 1. `cli` turns the arguments into a value. (A shell that asks for completions is answered before
//!    anything else, by `cli::complete`.)
//! 2. `context` holds what a run gets from outside: environment (`env`), folders, terminal, processes,
//!    signals (`interrupt`).
//! 3. A command in `commands` looks: at the files that people write (`config`: the cluster registry,
//!    `cluster.yml`, `prisma.yml`, `.env`; all on top of `yaml`), at containers (`docker`, through
//!    `process`) and at servers (`status`, `server`). Commands for managed clusters share `managed`.
//! 4. It decides, with pure functions: a `cluster` is rendered to the files that docker-compose reads
//!    (`render`), calls of docker become values (`docker::verbs`), and everything that changes something
//!    becomes a step of a `plan`. `--dry-run` shows the plan, with files as a `diff`, and stops.
//! 5. The plan acts: `files` writes, `process` runs, `wait` waits for the server, and a deployment
//!    speaks the server's protocol (`server::deploy`). `history` records what was done to a cluster.
//! 6. A report goes to stdout (`ui`) or a failure (`error`) to stderr, here, in one place; with
//!    `--output json` either is one document (`envelope`).
//!
//! Secrets travel as `secret::Secret`, which does not show itself, and are masked in all output.
//!
//! Each external crate has one owner: clap and clap_complete `cli` (`ui` derives clap's value lists),
//! duct `process`, serde_yaml and yaml-edit `yaml`, console, indicatif and inquire `ui`, ureq
//! `server::http`, jsonwebtoken `server::token`, similar `diff`, zip `service::export`, flate2 `docker::archive`, anyhow `error`, secrecy
//! and the crates for cryptography `secret`.

#![allow(
    rustdoc::private_intra_doc_links,
    reason = "only `run` is public: the documentation is read with `--document-private-items`"
)]
#![cfg_attr(
    test,
    allow(clippy::disallowed_methods, reason = "tests stage their own files")
)]

mod cli;
mod clock;
mod cluster;
mod commands;
mod config;
mod context;
mod diff;
mod docker;
mod documents;
mod env;
mod envelope;
mod error;
mod files;
mod history;
mod interrupt;
mod logs;
mod managed;
mod plan;
mod ports;
mod process;
mod render;
mod secret;
mod server;
mod service;
mod status;
mod suggest;
mod thread;
mod ui;
mod url;
mod wait;
mod yaml;

#[doc(hidden)]
pub mod testing;

#[cfg(test)]
#[path = "../tests/support/skip.rs"]
mod skip;

use cli::{Cli, Command};
use commands::Report;
use context::{Context, Home};
use docker::engine::HOST_VARIABLE;
use env::Env;
use error::{Failure, Kind, Result};
use interrupt::Interrupt;
use process::System;
use secret::redact::passwords;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use ui::{Facts, Format, Terminal, Ui};

/// Runs the program: from its arguments to the status it ends with. A panic, which is a bug, has said so by
/// then; it is a failure like any other.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    std::panic::catch_unwind(|| run_with(&args)).unwrap_or_else(|_| Kind::Failed.exit())
}

fn run_with(args: &[OsString]) -> u8 {
    let env = Env::of_process();
    if let Some(words) = cli::complete::asked(args) {
        return complete(&words, env);
    }
    let cli = match cli::parse(args.to_vec(), &env) {
        Ok(cli) => cli,
        Err(error) => return misunderstood(&error, args, &env),
    };
    let ui = Ui::new(Terminal::decide(facts(&cli), &env));
    let command = cli.command.name();
    let words = args.iter().filter_map(|arg| arg.to_str());
    let given = env.iter().map(|(_, value)| value).chain(words);
    ui.conceal(given.flat_map(passwords));
    if let Some(decided) = cli::decided::sentence(&cli.decided) {
        ui.detail(&decided);
    }
    if let Err(failure) = cli.check() {
        return report(&ui, command, Err(failure));
    }
    let (home, interrupt) = match surroundings(&env) {
        Ok(found) => found,
        Err(failure) => return report(&ui, command, Err(failure)),
    };
    let path = env.get("PATH").map(OsString::from);
    let env = match cli.command.host() {
        Some(host) => env.with(HOST_VARIABLE, host),
        None => env,
    };
    let ctx = Context {
        runner: Arc::new(System::new(interrupt.clone(), path)),
        env,
        home,
        ui,
        interrupt,
        dry_run: cli.dry_run(),
        lock_timeout: cli.global.lock_timeout,
        options: cli.options(),
        args: args
            .iter()
            .skip(1)
            .map(|arg| arg.to_string_lossy().into_owned())
            .collect(),
    };
    let result = dispatch(&ctx, &cli.command).map_err(|failure| {
        let failure = by_signal(&ctx, failure);
        let decided = cli.decided.iter().filter(|decided| decided.matters());
        match cli::decided::sentence(decided) {
            Some(decided) => failure.hint(decided),
            None => failure,
        }
    });
    report(&ctx.ui, command, result)
}

/// Answers a shell that asks what may stand at the cursor. Whatever goes wrong, no error is shown.
fn complete(words: &[OsString], env: Env) -> u8 {
    let ui = Ui::new(Terminal::decide(Facts::default(), &env));
    let home = Home::find(&env, std::env::home_dir()).ok();
    let names = commands::completions::names(env, home, context::working_folder().ok());
    let _ = ui.print(&cli::complete::candidates(words, &names));
    0
}

/// Reports a command line that was not understood, or that asks for help or the version.
fn misunderstood(error: &clap::Error, args: &[OsString], env: &Env) -> u8 {
    let json = cli::usage::asks_for_json(args, env);
    let is_bare = cli::usage::is_bare(error);
    let failure = cli::usage::failure(error, args, env).map(|failure| {
        if cli::usage::is_of_npm_cli(error, args) {
            commands::hand_over(failure, args, env)
        } else {
            failure
        }
    });
    match failure {
        // Who types a bare `prisma local` wants to see what there is.
        Some(failure) if json || !is_bare => {
            let facts = Facts {
                stderr_tty: io::stderr().is_terminal(),
                format: if json { Format::Json } else { Format::Text },
                color: cli::usage::color(args, env),
                ..Facts::default()
            };
            let command = cli::usage::command(args).unwrap_or_default();
            report(
                &Ui::new(Terminal::decide(facts, env)),
                &command,
                Err(failure),
            )
        }
        _ => cli::report(error),
    }
}

fn dispatch(ctx: &Context, command: &Command) -> Result<Report> {
    match command {
        Command::Local(command) => commands::local::run(ctx, command),
        Command::Cluster(command) => commands::cluster::run(ctx, command),
        Command::Init(args) => commands::init::run(ctx, args),
        Command::Deploy(args) => commands::deploy::run(ctx, args),
        Command::Generate(args) => commands::generate::run(ctx, args),
        Command::List(args) => commands::list::run(ctx, args),
        Command::Info(args) => commands::info::run(ctx, args),
        Command::Token(args) => commands::token::run(ctx, args),
        Command::Doctor(args) => commands::doctor::run(ctx, args),
        Command::Completions(args) => Ok(commands::completions::script(args.shell)),
        Command::Version => Ok(commands::version()),
    }
}

/// A question knows that it was broken off, but not whether by Ctrl-C or by SIGTERM.
fn by_signal(ctx: &Context, failure: Failure) -> Failure {
    match ctx.interrupt.failure() {
        Some(signal) if failure.is(Kind::Interrupted) => failure.of_kind(signal.kind),
        _ => failure,
    }
}

fn facts(cli: &Cli) -> Facts {
    Facts {
        stdin_tty: io::stdin().is_terminal(),
        stdout_tty: io::stdout().is_terminal(),
        stderr_tty: io::stderr().is_terminal(),
        format: cli.format(),
        color: cli.global.color,
        quiet: cli.global.quiet,
        verbose: cli.global.verbose,
        yes: cli.global.yes,
        no_input: cli.global.no_input,
    }
}

/// What may be missing before any command starts: a home, and a way to hear of signals.
fn surroundings(env: &Env) -> Result<(Home, Interrupt)> {
    if let Some(name) = env.unreadable() {
        let message = format!("the value of the variable `{name}` is not UTF-8 text");
        return Err(Failure::new(Kind::Usage, message).hint("correct it, or unset it"));
    }
    let home = Home::find(env, std::env::home_dir())?;
    let interrupt = Interrupt::install()
        .map_err(|error| Failure::caused(Kind::Failed, "could not watch for signals", error))?;
    Ok((home, interrupt))
}

/// The one place that reports how a run ended; returns its exit status.
/// The command has no name where the command line was not understood.
fn report(ui: &Ui, command: &str, result: Result<Report>) -> u8 {
    let json = ui.terminal().format == Format::Json;
    let known = Some(command).filter(|command| !command.is_empty());
    let (text, status) = match result {
        // Masked before it is spelled as JSON, which would escape parts of a secret.
        Ok(report) if json => {
            let data = error::texts(&report.data, &|text| ui.mask_value(text));
            (document(ui, envelope::success(command, &data)), 0)
        }
        Ok(report) => (ui.mask(&report.text).into_owned(), 0),
        Err(failure) if json => {
            let masked = failure.map_text(|text| ui.mask_value(text));
            let document = document(ui, envelope::failure(known, &masked));
            (document, failure.exit())
        }
        Err(failure) => {
            ui.failure(&failure);
            (String::new(), failure.exit())
        }
    };
    match ui.print(&text) {
        Ok(()) => status,
        // The reader has seen enough, as with `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => status,
        Err(error) => {
            ui.failure(&Failure::new(
                Kind::Io,
                format!("could not write the result: {error}"),
            ));
            Kind::Io.exit()
        }
    }
}

fn document(ui: &Ui, value: serde_json::Value) -> String {
    let text = if ui.has_begun() {
        envelope::rest(value)
    } else {
        format!("{value:#}\n")
    };
    ui::text::json(&text)
}
