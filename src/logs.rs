//! `docker logs` of one container as docker prints it; of several, labelled and in the order of time.

mod merge;
mod output;
mod source;

use crate::context::Context;
use crate::docker::{Container, LogOptions, Tools};
use crate::documents::{LogCommands, True};
use crate::error::{Failure, Kind, Result, document};
use crate::process::{Invocation, Mode, failed};
use crate::ui::Format;
use output::Output;
use serde_json::Value;

/// What is left to report when the logs have been shown: nothing, or all of it.
#[derive(Debug, Default)]
pub struct Shown {
    /// For people.
    pub text: String,
    /// For programs.
    pub data: Value,
}

/// Shows the logs of these containers of a cluster, or in a dry run the commands for it.
pub fn show(
    ctx: &Context,
    tools: &Tools,
    cluster: &str,
    containers: &[&Container],
    options: &LogOptions,
) -> Result<Shown> {
    if ctx.dry_run {
        let commands = containers.iter().map(|c| tools.logs(&c.id, options));
        return Ok(announced(commands));
    }
    let json = ctx.ui.terminal().format == Format::Json;
    if json && options.follow {
        let message = "`--follow` cannot be combined with JSON output";
        let failure = Failure::new(Kind::Usage, message);
        return Err(failure.hint("omit `--follow` or `--output json`"));
    }
    if let [one] = containers
        && !json
    {
        return raw(ctx, &tools.logs(&one.id, options));
    }
    let services: Vec<&str> = containers.iter().map(|c| c.service.as_str()).collect();
    let output = if json {
        Output::json(cluster)
    } else {
        Output::text(&services, options.timestamps)
    };
    // The times tell the lines of a container from what docker itself has to say.
    let timed = LogOptions {
        timestamps: true,
        ..options.clone()
    };
    let logs = containers.iter().map(|c| tools.logs(&c.id, &timed));
    let logs: Vec<Invocation> = logs.collect();
    merge::show(ctx, services.into_iter().zip(&logs), options.follow, output)
}

/// What a dry run says of the commands that would show the logs.
pub fn announced(commands: impl Iterator<Item = Invocation>) -> Shown {
    let commands: Vec<String> = commands.map(|command| command.to_string()).collect();
    let line = |command: &String| format!("would run     {command}\n");
    Shown {
        text: commands.iter().map(line).collect(),
        data: document(LogCommands {
            dry_run: True,
            commands,
        }),
    }
}

/// One command's output as it prints it, stderr included, its status forwarded.
pub fn raw(ctx: &Context, logs: &Invocation) -> Result<Shown> {
    ctx.ui.command(logs);
    let outcome = ctx.runner.run(logs, Mode::Inherit)?;
    if outcome.success() || outcome.signal == Some(SIGPIPE) {
        return Ok(Shown::default());
    }
    let mut failure = failed(logs, &outcome);
    failure.exit = Some(outcome.shell_status());
    Err(failure)
}

/// What ends a `docker logs` whose reader went away (`… | head`).
const SIGPIPE: i32 = 13;
