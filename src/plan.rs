//! What a command will do, as data: shown by `--dry-run` ([`Plan::show`]), executed otherwise.

mod show;

use crate::config::registry::{self, NewEntry};
use crate::context::Context;
use crate::docker::diagnosis::{diagnose, is_busy, unanswered};
use crate::error::{Kind, Result};
use crate::files::{self, Access, NewFile};
use crate::history;
use crate::process::{Invocation, Mode};
use crate::secret::Secret;
use crate::wait::Wait;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Step {
    /// Write a file.
    Write {
        /// Where.
        path: PathBuf,
        /// Its whole new content.
        content: Secret,
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
            } => files::write_atomic(path, content.reveal().as_bytes(), *access),
            Step::WriteTogether(files) => files::write_together(files),
            Step::Run {
                label,
                done,
                invocation,
                progress,
            } => run(ctx, label, done, invocation, *progress),
            Step::Wait(wait) => wait.run(ctx),
            Step::Register { path, entry } => {
                let variable = ctx.env.lookup();
                registry::save(path, entry, &variable, &ctx.interrupt).map(|_| ())
            }
            Step::Unregister { path, name } => {
                registry::remove(path, name, &ctx.interrupt).map(|_| ())
            }
            Step::RemoveFolder(path) => match std::fs::remove_dir_all(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(files::failure("remove", path, error))
                }
                _ => Ok(()),
            },
        }
    }
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
    let once = || {
        let outcome = if progress && ctx.ui.terminal().live {
            stage.suspend(|| ctx.runner.run(invocation, Mode::InheritStderr))
        } else {
            let mut detail = |line: &str| {
                stage.detail(line);
                ControlFlow::Continue(())
            };
            ctx.runner.run(invocation, Mode::Lines(&mut detail))
        };
        outcome.map_err(|error| unanswered(invocation, error))
    };
    let begun = Instant::now();
    let mut outcome = once()?;
    while is_busy(&outcome) && begun.elapsed() < BUSY {
        ctx.interrupt.sleep(Duration::from_millis(200))?;
        outcome = once()?;
    }
    if !outcome.success() {
        return Err(diagnose(invocation, &outcome));
    }
    stage.done(done);
    Ok(())
}

/// How long an engine may be busy with the same for somebody else.
const BUSY: Duration = Duration::from_secs(30);

/// The steps of a command, in order.
#[derive(Debug, Clone, Default)]
pub struct Plan(pub Vec<Step>);

impl Plan {
    /// Adds a step.
    pub fn then(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Executes all steps, up to the first that fails, and notes it in the history of `cluster`.
    pub fn execute(&self, ctx: &Context, cluster: Option<&str>) -> Result<()> {
        let cluster = cluster.filter(|_| !self.0.is_empty());
        history::noted(ctx, cluster, || self.execute_all(ctx))
    }

    fn execute_all(&self, ctx: &Context) -> Result<()> {
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
}
