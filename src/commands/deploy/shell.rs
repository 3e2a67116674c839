//! Commands of `prisma.yml`: run by the shell, in the service's folder, with its `.env`.

use super::loaded::LoadedService;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::plan::Action;
use crate::process::{Invocation, Mode, ProcessError, failed};
use crate::service::Command;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

/// Runs a command that it gets through the environment: everyone can read an argument list.
const UNSEEN: &str = "command=$PRISMA_COMMAND; unset PRISMA_COMMAND; eval \"$command\"";

/// Runs a command to its end; what it prints goes to stderr.
pub fn run(ctx: &Context, command: &Command, invocation: &Invocation) -> Result<()> {
    let shown = Invocation::new("sh", ["-c", command.shown.as_str()]);
    ctx.ui.command(&shown);
    let mut ignore = |_: &str| ControlFlow::Continue(());
    let mode = if ctx.ui.terminal().quiet {
        Mode::Lines(&mut ignore)
    } else {
        Mode::InheritStderr
    };
    match ctx.runner.run(invocation, mode) {
        Ok(outcome) if outcome.success() => Ok(()),
        Ok(outcome) => Err(failed(&shown, &outcome)),
        Err(ProcessError::Interrupted(failure)) => Err(failure),
        Err(ProcessError::TimedOut { after, tail, .. }) => Err(ProcessError::TimedOut {
            command: shown.to_string(),
            after,
            silent: false,
            tail,
        }
        .into()),
        Err(error) => Err(Failure::from(error).of_kind(Kind::ChildFailed)),
    }
}

/// A command that may do anything.
pub fn action(ctx: &Context, loaded: &LoadedService, command: &Command, limit: Duration) -> Action {
    let shell = ctx.runner.find("sh");
    let shell = shell.unwrap_or_else(|| PathBuf::from("/bin/sh"));
    let files = loaded.env_files.values();
    let mut env: Vec<(String, String)> = files
        .filter(|(name, _)| ctx.env.get(name).is_none())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut text = command.run.reveal();
    if text != command.shown {
        env.push(("PRISMA_COMMAND".to_owned(), text.to_owned()));
        text = UNSEEN;
    }
    let mut invocation = Invocation::new(shell, ["-c", text]).limit(limit).env(env);
    invocation.dir = Some(loaded.service.folder.clone());
    Action::new(invocation)
}
