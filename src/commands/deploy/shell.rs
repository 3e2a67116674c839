//! Commands of `prisma.yml`: through the shell, in the service's folder, with its `.env`.

use super::run::{DeployRun, LoadedService};
use crate::error::{Failure, Kind, Result};
use crate::process::{Invocation, Mode, ProcessError, failed};
use crate::service::Command;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Runs a text that it is given out of sight: an argument list is there for everybody to read.
const UNSEEN: &str = "command=$PRISMA_COMMAND; unset PRISMA_COMMAND; eval \"$command\"";

/// Runs a command to its end; what it prints goes to stderr. The outer error is a signal.
pub fn run(
    session: &DeployRun<'_>,
    loaded: &LoadedService,
    command: &Command,
) -> Result<std::result::Result<(), Failure>> {
    let ctx = session.ctx;
    let shown = Invocation::new("sh", ["-c", command.shown.as_str()]);
    ctx.ui.command(&shown);
    let mut quiet = |_: &str| ControlFlow::Continue(());
    let mode = if ctx.ui.terminal().quiet {
        Mode::Lines(&mut quiet)
    } else {
        Mode::InheritStderr
    };
    match ctx.runner.run(&invocation(session, loaded, command), mode) {
        Ok(outcome) if outcome.success() => Ok(Ok(())),
        Ok(outcome) => Ok(Err(failed(&shown, &outcome))),
        Err(ProcessError::Interrupted(failure)) => Err(failure),
        Err(ProcessError::TimedOut { after, tail, .. }) => {
            let command = shown.to_string();
            let error = ProcessError::TimedOut {
                command,
                after,
                silent: false,
                tail,
            };
            Ok(Err(Failure::from(error)))
        }
        Err(error) => Ok(Err(Failure {
            kind: Kind::ChildFailed,
            ..Failure::from(error)
        })),
    }
}

fn invocation(session: &DeployRun<'_>, loaded: &LoadedService, command: &Command) -> Invocation {
    let ctx = session.ctx;
    let shell = ctx.runner.find("sh");
    let shell = shell.unwrap_or_else(|| PathBuf::from("/bin/sh"));
    let run = command.run.reveal();
    let text = if run == command.shown { run } else { UNSEEN };
    let files = loaded.env_files.values();
    let ours = files.filter(|(name, _)| ctx.env.get(name).is_none());
    let mut env: Vec<(String, String)> = ours
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if text == UNSEEN {
        env.push(("PRISMA_COMMAND".to_owned(), run.to_owned()));
    }
    let mut invocation = Invocation::new(shell, ["-c", text])
        .limit(session.args.wait_timeout)
        .env(env);
    invocation.dir = Some(loaded.service.folder.clone());
    invocation
}
