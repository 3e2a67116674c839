//! What a command will do, as data: shown by `--dry-run` ([`Plan::show`]), executed otherwise.
//!
//! Nothing else changes anything: an [`Action`] needs a [`Permit`], and [`act`] gives one only for as
//! long as a plan, or a deployment, is executed and recorded.

mod action;
mod free_ports;
mod show;

use crate::config::registry::{self, NewEntry};
use crate::context::Context;
use crate::docker::diagnosis::{diagnose, is_busy, unanswered};
use crate::error::{Kind, Result};
use crate::files::{self, Access, NewFile};
use crate::history;
use crate::process::Mode;
use crate::secret::Secret;
use crate::wait::Wait;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

pub use action::{Action, Permit};
pub use free_ports::FreePorts;

/// How long to go on asking an engine that is doing the same for another command.
const BUSY: Duration = Duration::from_secs(30);

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Step {
    Write {
        path: PathBuf,
        content: Secret,
        /// Who may read the file if it is new.
        access: Access,
        /// Whether the file exists.
        replaces: bool,
    },
    /// Write several files, all or none.
    WriteTogether(Vec<NewFile>),
    Run(Run),
    FreePorts(FreePorts),
    /// Wait until the server answers.
    Wait(Box<Wait>),
    /// Add or change an entry of the cluster registry.
    Register {
        path: PathBuf,
        entry: NewEntry,
    },
    /// Remove an entry of the cluster registry.
    Unregister {
        path: PathBuf,
        name: String,
    },
    /// Remove a folder of ours with everything in it.
    RemoveFolder(PathBuf),
}

/// A program to run.
#[derive(Debug, Clone)]
pub struct Run {
    /// What is shown while it runs, for example `starting the containers`.
    label: String,
    /// What is shown afterwards, for example `containers started`.
    done: String,
    action: Action,
    /// Whether its own progress display is worth a terminal.
    progress: bool,
}

impl Run {
    pub fn new(label: impl Into<String>, done: impl Into<String>, action: Action) -> Self {
        Run {
            label: label.into(),
            done: done.into(),
            action,
            progress: false,
        }
    }
}

impl Step {
    pub fn run(label: impl Into<String>, done: impl Into<String>, action: Action) -> Self {
        Step::Run(Run::new(label, done, action))
    }

    /// The same for a program that shows its own progress.
    pub fn pull(what: &str, action: Action) -> Self {
        let (label, done) = (format!("pulling {what}"), format!("{what} pulled"));
        Step::Run(Run {
            progress: true,
            ..Run::new(label, done, action)
        })
    }

    /// What a command that is interrupted was doing.
    fn under_way(&self) -> String {
        match self {
            Step::Write { path, .. } => format!("writing {}", path.display()),
            Step::WriteTogether(_) => "writing the files".to_owned(),
            Step::Run(run) => run.label.clone(),
            Step::FreePorts(free) => format!("stopping {}", free.holder),
            Step::Wait(_) => "waiting for the server; the containers keep starting".to_owned(),
            Step::Register { .. } | Step::Unregister { .. } => {
                "changing the cluster registry".to_owned()
            }
            Step::RemoveFolder(path) => format!("removing {}", path.display()),
        }
    }

    fn execute(&self, ctx: &Context, permit: &Permit) -> Result<()> {
        ctx.interrupt.check()?;
        match self {
            Step::Write {
                path,
                content,
                access,
                ..
            } => files::write_atomic(path, content.reveal().as_bytes(), *access),
            Step::WriteTogether(files) => files::write_together(files),
            Step::Run(step) => run(ctx, permit, step),
            Step::FreePorts(free) => free.execute(ctx, permit),
            Step::Wait(wait) => wait.run(ctx),
            Step::Register { path, entry } => {
                registry::save(path, entry, &ctx.env.lookup(), &ctx.interrupt).map(|_| ())
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

fn run(ctx: &Context, permit: &Permit, step: &Run) -> Result<()> {
    let invocation = step.action.permitted(permit);
    ctx.ui.command(invocation);
    let stage = ctx.ui.stage(&step.label, "");
    let once = || {
        let outcome = if step.progress && ctx.ui.terminal().live {
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
    stage.done(&step.done);
    Ok(())
}

/// The steps of a command, in order.
#[derive(Debug, Clone, Default)]
pub struct Plan(pub Vec<Step>);

impl Plan {
    pub fn then(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Executes all steps, up to the first that fails, and records it in the history of `cluster`.
    pub fn execute(&self, ctx: &Context, cluster: Option<&str>) -> Result<()> {
        let cluster = cluster.filter(|_| !self.0.is_empty());
        act(ctx, cluster, |permit| {
            for step in &self.0 {
                step.execute(ctx, permit)
                    .map_err(|failure| match failure.kind {
                        Kind::Interrupted | Kind::Terminated => failure
                            .map_text(|text| format!("{text} while {}", step.under_way()))
                            .hint("run the same command again: it resumes from here"),
                        _ => failure,
                    })?;
            }
            Ok(())
        })
    }
}

/// Does what changes something, and records it in the history of `cluster`.
pub fn act<T>(
    ctx: &Context,
    cluster: Option<&str>,
    change: impl FnOnce(&Permit) -> Result<T>,
) -> Result<T> {
    debug_assert!(!ctx.dry_run, "a dry run changes nothing");
    history::recorded(ctx, cluster, || change(&Permit::new()))
}
