//! What a command will do, as data: shown by `--dry-run`, executed otherwise.

use crate::context::Context;
use crate::docker::diagnosis::diagnose;
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access, NewFile};
use crate::process::{Invocation, Mode};
use crate::registry::{self, NewEntry};
use crate::wait::Wait;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Step {
    /// Write a file.
    Write {
        /// Where.
        path: PathBuf,
        /// Its whole new content.
        content: String,
        /// Who may read it when it is new.
        access: Access,
        /// Whether there is one already.
        replaces: bool,
    },
    /// Write several files, all or none.
    WriteTogether(Vec<NewFile>),
    /// Run a program.
    Run {
        /// The stage while it runs, for example `starting the containers`.
        label: String,
        /// What was achieved, for example `containers started`.
        done: String,
        /// The command.
        invocation: Invocation,
        /// Whether its own progress display is worth a terminal.
        progress: bool,
    },
    /// Wait until the server answers.
    Wait(Box<Wait>),
    /// Add or change an entry of the cluster registry.
    Register {
        /// The registry.
        path: PathBuf,
        /// The entry.
        entry: NewEntry,
    },
    /// Remove an entry of the cluster registry.
    Unregister {
        /// The registry.
        path: PathBuf,
        /// The entry's name.
        name: String,
    },
    /// Remove a folder of ours with all that is in it.
    RemoveFolder(PathBuf),
}

impl Step {
    /// What it would do, each in a few words and for programs.
    fn describe(&self) -> Vec<Description> {
        let one = match self {
            Step::Write { path, replaces, .. } => written(path, *replaces),
            Step::WriteTogether(files) => {
                let files = files.iter();
                return files
                    .map(|file| written(&file.path, file.replaces))
                    .collect();
            }
            Step::Run { invocation, .. } => {
                let command = invocation.to_string();
                (
                    "run",
                    command.clone(),
                    json!({"do": "run", "command": command}),
                )
            }
            Step::Wait(wait) => {
                let limit = humantime::format_duration(wait.limit).to_string();
                let text = format!("until {} answers, at most {limit}", wait.host);
                let data = json!({"do": "wait", "host": wait.host, "limit": limit});
                ("wait", text, data)
            }
            Step::Register { path, entry } => {
                let path = path.display().to_string();
                let text = format!("cluster `{}` ({}) in {path}", entry.name, entry.host);
                let data =
                    json!({"do": "register", "path": path, "name": entry.name, "host": entry.host});
                ("save", text, data)
            }
            Step::Unregister { path, name } => {
                let path = path.display().to_string();
                let data = json!({"do": "unregister", "path": path, "name": name});
                ("remove", format!("cluster `{name}` from {path}"), data)
            }
            Step::RemoveFolder(path) => {
                let path = path.display().to_string();
                (
                    "remove",
                    path.clone(),
                    json!({"do": "remove", "path": path}),
                )
            }
        };
        vec![one]
    }

    /// What is under way while it executes.
    fn under_way(&self) -> String {
        match self {
            Step::Write { path, .. } => format!("writing {}", path.display()),
            Step::WriteTogether(_) => "writing the files".to_owned(),
            Step::Run { label, .. } => label.clone(),
            Step::Wait(_) => "waiting for the server; the containers go on starting".to_owned(),
            Step::Register { .. } | Step::Unregister { .. } => {
                "changing the cluster registry".to_owned()
            }
            Step::RemoveFolder(path) => format!("removing {}", path.display()),
        }
    }

    fn execute(&self, ctx: &Context) -> Result<()> {
        ctx.interrupt.check()?;
        match self {
            Step::Write {
                path,
                content,
                access,
                ..
            } => files::write_atomic(path, content.as_bytes(), *access),
            Step::WriteTogether(files) => files::write_together(files),
            Step::Run {
                label,
                done,
                invocation,
                progress,
            } => run(ctx, label, done, invocation, *progress),
            Step::Wait(wait) => wait.run(ctx),
            Step::Register { path, entry } => {
                let variable = |name: &str| ctx.env.get(name).map(str::to_owned);
                registry::save(path, entry, &variable, &ctx.interrupt).map(|_| ())
            }
            Step::Unregister { path, name } => {
                registry::remove(path, name, &ctx.interrupt).map(|_| ())
            }
            Step::RemoveFolder(path) => match std::fs::remove_dir_all(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(files::failure("remove", path, &error))
                }
                _ => Ok(()),
            },
        }
    }
}

/// A verb, what it is done to, and both for programs.
type Description = (&'static str, String, Value);

fn written(path: &Path, replaces: bool) -> Description {
    let path = path.display().to_string();
    let change = if replaces { "changed" } else { "new" };
    let data = json!({"do": "write", "path": path, "change": change});
    ("write", format!("{path} ({change})"), data)
}

fn run(
    ctx: &Context,
    label: &str,
    done: &str,
    invocation: &Invocation,
    progress: bool,
) -> Result<()> {
    ctx.ui.command(invocation);
    let stage = ctx.ui.stage(label, "");
    let outcome = if progress && ctx.ui.terminal().live {
        stage.suspend(|| ctx.runner.run(invocation, Mode::InheritStderr))
    } else {
        let mut detail = |line: &str| {
            stage.detail(line);
            ControlFlow::Continue(())
        };
        ctx.runner.run(invocation, Mode::Lines(&mut detail))
    };
    let outcome = outcome.map_err(Failure::from)?;
    if !outcome.success() {
        return Err(diagnose(invocation, &outcome));
    }
    stage.done(done);
    Ok(())
}

/// The steps of a command, in order.
#[derive(Debug, Clone, Default)]
pub struct Plan(pub Vec<Step>);

impl Plan {
    /// Adds a step.
    pub fn then(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Executes all steps, up to the first that fails.
    pub fn execute(&self, ctx: &Context) -> Result<()> {
        for step in &self.0 {
            step.execute(ctx).map_err(|failure| match failure.kind {
                // Whoever breaks off wants to know what is left behind.
                Kind::Interrupted | Kind::Terminated => {
                    failure.map_text(|text| format!("{text} while {}", step.under_way()))
                }
                _ => failure,
            })?;
        }
        Ok(())
    }

    /// What it would do, as lines for people.
    pub fn text(&self) -> String {
        if self.0.is_empty() {
            return "nothing to do\n".to_owned();
        }
        let line = |(verb, what, _)| format!("would {verb:<7} {what}\n");
        self.0.iter().flat_map(Step::describe).map(line).collect()
    }

    /// The same for programs.
    pub fn data(&self) -> Value {
        let steps: Vec<Value> = self
            .0
            .iter()
            .flat_map(Step::describe)
            .map(|(_, _, data)| data)
            .collect();
        json!({ "dryRun": true, "steps": steps })
    }
}
