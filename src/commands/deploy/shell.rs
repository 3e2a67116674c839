//! Commands of `prisma.yml`: run by the shell where the user is, as the npm CLIs ran them, with the
//! variables of the env files and with the programs that npm installed.

use crate::commands::service::loaded::LoadedService;
use crate::config::Project;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::plan::Action;
use crate::process::{Invocation, Mode, ProcessError, failed, shell_quote};
use crate::service::Command;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
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

/// A command that may do anything, with variables that tell it where it is run.
pub fn action(
    ctx: &Context,
    loaded: &LoadedService,
    command: &Command,
    marks: Vec<(String, String)>,
    limit: Duration,
) -> Action {
    let shell = ctx.runner.find("sh");
    let shell = shell.unwrap_or_else(|| PathBuf::from("/bin/sh"));
    let mut env = loaded.variables(&ctx.env);
    let path = path(&loaded.project, ctx.env.get("PATH").unwrap_or_default());
    env.push(("PATH".to_owned(), path));
    env.extend(marks);
    let run = command.run.reveal();
    let folder = folder_for(&loaded.project, run);
    let mut text = with_own_program(run);
    if run != command.shown {
        env.push(("PRISMA_COMMAND".to_owned(), text));
        text = UNSEEN.to_owned();
    }
    let mut invocation = Invocation::new(shell, ["-c".to_owned(), text])
        .limit(limit)
        .env(env);
    invocation.dir = Some(folder.to_owned());
    Action::new(invocation)
}

/// A command in which `prisma` is this program, also where npm has installed another one of that name.
fn with_own_program(command: &str) -> String {
    match std::env::current_exe() {
        Ok(program) if command.contains("prisma") => {
            let program = program.display().to_string();
            let program = shell_quote(&program);
            format!("prisma() {{ {program} \"$@\"; }}\n{command}")
        }
        _ => command.to_owned(),
    }
}

/// The user's folder, unless only the service's folder has what the command names.
fn folder_for<'p>(project: &'p Project, command: &str) -> &'p Path {
    let (here, there) = (project.working.as_path(), project.folder());
    let ends = |c: char| c.is_whitespace() || "'\"=;&|<>()".contains(c);
    let words = command.split(ends);
    let paths = words.filter(|word| !word.starts_with('-') && word.contains(['/', '.']));
    let mut folder = here;
    for path in paths {
        match (here.join(path).exists(), there.join(path).exists()) {
            (true, false) => return here,
            (false, true) => folder = there,
            _ => {}
        }
    }
    folder
}

/// `PATH` with the programs in `node_modules` before all others: those of the user's folder and above it,
/// then those of the service's.
fn path(project: &Project, path: &str) -> String {
    let folders = project
        .around()
        .map(|folder| folder.join("node_modules/.bin"));
    let mut all: Vec<String> = Vec::new();
    for folder in folders.filter(|folder| folder.is_dir()) {
        let folder = folder.display().to_string();
        if !all.contains(&folder) {
            all.push(folder);
        }
    }
    all.extend((!path.is_empty()).then(|| path.to_owned()));
    all.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_command_runs_where_its_files_are_and_finds_the_programs_of_npm() {
        let root = tempfile::tempdir().expect("a folder");
        let root = root.path().canonicalize().expect("exists");
        for folder in ["db/node_modules/.bin", "node_modules/.bin", "db/gen"] {
            fs::create_dir_all(root.join(folder)).expect("creates");
        }
        for file in ["db/prisma.yml", "db/seed.js", "db/seed.sh", "seed.sh"] {
            fs::write(root.join(file), "").expect("writes");
        }
        let project = Project::find(root.clone(), Some(Path::new("db"))).expect("found");
        for (command, folder) in [
            ("node seed.js", "db"),
            ("node db/seed.js", ""),
            ("sh seed.sh", ""),
            ("X='seed.js' node -r./seed.js gone.js", "db"),
            ("cat seed.js >seed.sh", "db"),
            ("cat db/seed.js seed.js", ""),
            ("graphql codegen", ""),
            ("codegen -o gen/x.ts", ""),
            ("rm -r gen/.", "db"),
        ] {
            assert_eq!(
                folder_for(&project, command),
                root.join(folder),
                "{command}"
            );
        }
        let bin = |folder: &str| root.join(folder).display().to_string();
        let all = [
            bin("node_modules/.bin"),
            bin("db/node_modules/.bin"),
            "/x:/y".to_owned(),
        ];
        assert_eq!(path(&project, "/x:/y"), all.join(":"));
    }
}
