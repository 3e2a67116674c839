//! How `--dry-run` shows a plan: every step in order, with the changes of each file.

use super::{FreePorts, Plan, Step};
use crate::config::registry;
use crate::context::Context;
use crate::diff;
use crate::documents::{self, FileChange, PlannedStep, True};
use crate::error::Result;
use crate::files;
use std::path::Path;

/// A step as text and as JSON.
struct Description {
    verb: &'static str,
    what: String,
    step: PlannedStep,
}

impl Description {
    fn new(verb: &'static str, what: String, step: PlannedStep) -> Self {
        Description { verb, what, step }
    }

    fn line(&self) -> String {
        let Description { verb, what, step } = self;
        let diff = match step {
            PlannedStep::Write { diff, .. }
            | PlannedStep::Register { diff, .. }
            | PlannedStep::Unregister { diff, .. } => diff::indented(diff),
            _ => String::new(),
        };
        format!("would {verb:<7} {what}{diff}\n")
    }
}

impl Plan {
    /// What the plan would do, as text and as JSON. Changes nothing.
    pub fn show(&self, ctx: &Context) -> Result<(String, documents::Plan)> {
        let mut all = Vec::new();
        for step in &self.0 {
            all.extend(step.describe(ctx)?);
        }
        let text = if all.is_empty() {
            "nothing to do\n".to_owned()
        } else {
            all.iter().map(Description::line).collect()
        };
        let plan = documents::Plan {
            dry_run: True,
            steps: all.into_iter().map(|one| one.step).collect(),
        };
        Ok((text, plan))
    }
}

impl Step {
    fn describe(&self, ctx: &Context) -> Result<Vec<Description>> {
        let one = match self {
            Step::Write {
                path,
                content,
                replaces,
                ..
            } => written(ctx, path, content.reveal(), *replaces)?,
            Step::WriteTogether(files) => {
                let files = files.iter();
                return files
                    .map(|file| written(ctx, &file.path, file.content.reveal(), file.replaces))
                    .collect();
            }
            Step::Run(step) => runs(&step.action),
            Step::SaveImages(save) => runs(save),
            Step::FreePorts(free) => stops(free),
            Step::Wait(wait) => {
                let limit = humantime::format_duration(wait.limit).to_string();
                let text = format!("until {} answers, at most {limit}", wait.server.host);
                let host = wait.server.host.clone();
                Description::new("wait", text, PlannedStep::Wait { host, limit })
            }
            Step::Register { path, entry } => {
                let variable = ctx.env.lookup();
                let preview = registry::preview_save(path, entry, &variable)?;
                let shown = path.display().to_string();
                let text = format!("cluster `{}` ({}) in {shown}", entry.name, entry.host);
                let step = PlannedStep::Register {
                    path: shown,
                    name: entry.name.clone(),
                    host: entry.host.clone(),
                    diff: edited(ctx, &preview),
                };
                Description::new("save", text, step)
            }
            Step::Unregister { path, name } => {
                let preview = registry::preview_remove(path, name)?;
                let shown = path.display().to_string();
                let text = format!("cluster `{name}` from {shown}");
                let step = PlannedStep::Unregister {
                    path: shown,
                    name: name.clone(),
                    diff: edited(ctx, &preview),
                };
                Description::new("remove", text, step)
            }
            Step::RemoveFolder(path) => {
                let path = path.display().to_string();
                Description::new("remove", path.clone(), PlannedStep::Remove { path })
            }
        };
        Ok(vec![one])
    }
}

fn runs(command: &impl ToString) -> Description {
    let command = command.to_string();
    Description::new("run", command.clone(), PlannedStep::Run { command })
}

fn stops(free: &FreePorts) -> Description {
    if let Some(stop) = &free.stop {
        return runs(stop);
    }
    let ports: Vec<u16> = free.ports.iter().map(|(port, _)| *port).collect();
    let shown: Vec<String> = ports.iter().map(u16::to_string).collect();
    let text = format!("{}, to free port {}", free.holder, shown.join(" and "));
    let process = free.holder.to_string();
    Description::new("stop", text, PlannedStep::Stop { process, ports })
}

fn written(ctx: &Context, path: &Path, content: &str, replaces: bool) -> Result<Description> {
    let before = if replaces {
        files::read_text(path)?
    } else {
        None
    };
    let (change, word) = if replaces {
        (FileChange::Changed, "changed")
    } else {
        (FileChange::New, "new")
    };
    let diff = diff::unified(before.as_deref(), Some(content), &mask(ctx));
    let path = path.display().to_string();
    let text = format!("{path} ({word})");
    let step = PlannedStep::Write { path, change, diff };
    Ok(Description::new("write", text, step))
}

fn edited(ctx: &Context, preview: &registry::Preview) -> String {
    diff::unified(Some(&preview.before), Some(&preview.after), &mask(ctx))
}

fn mask(ctx: &Context) -> impl Fn(&str) -> String {
    |line| ctx.ui.mask(line).into_owned()
}
