//! What `--dry-run` says of a plan: every step in order, and of each file that changes how.

use super::{Plan, Step};
use crate::config::registry;
use crate::context::Context;
use crate::diff;
use crate::error::Result;
use crate::files;
use serde_json::{Value, json};
use std::path::Path;

/// A step as it is announced.
struct Description {
    /// What would be done.
    verb: &'static str,
    /// To what.
    what: String,
    /// The change of a file, as a unified diff.
    diff: Option<String>,
    /// All of it for programs.
    data: Value,
}

impl Description {
    fn new(verb: &'static str, what: String, data: Value) -> Self {
        Description {
            verb,
            what,
            diff: None,
            data,
        }
    }

    fn with(mut self, diff: String) -> Self {
        self.data["diff"] = Value::from(diff.clone());
        self.diff = Some(diff);
        self
    }

    fn line(&self) -> String {
        let diff = self.diff.as_deref().map(diff::indented);
        format!(
            "would {:<7} {}{}\n",
            self.verb,
            self.what,
            diff.unwrap_or_default()
        )
    }
}

impl Plan {
    /// What it would do, for people and for programs. Nothing changes.
    pub fn show(&self, ctx: &Context) -> Result<(String, Value)> {
        let mut all = Vec::new();
        for step in &self.0 {
            all.extend(step.describe(ctx)?);
        }
        let text = match all.is_empty() {
            true => "nothing to do\n".to_owned(),
            false => all.iter().map(Description::line).collect(),
        };
        let steps: Vec<Value> = all.into_iter().map(|one| one.data).collect();
        Ok((text, json!({"dryRun": true, "steps": steps})))
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
            } => written(ctx, path, content, *replaces)?,
            Step::WriteTogether(files) => {
                let files = files.iter();
                return files
                    .map(|file| written(ctx, &file.path, &file.content, file.replaces))
                    .collect();
            }
            Step::Run { invocation, .. } => {
                let command = invocation.to_string();
                let data = json!({"do": "run", "command": command});
                Description::new("run", command, data)
            }
            Step::Wait(wait) => {
                let limit = humantime::format_duration(wait.limit).to_string();
                let text = format!("until {} answers, at most {limit}", wait.host);
                let data = json!({"do": "wait", "host": wait.host, "limit": limit});
                Description::new("wait", text, data)
            }
            Step::Register { path, entry } => {
                let variable = ctx.env.lookup();
                let preview = registry::preview_save(path, entry, &variable)?;
                let shown = path.display().to_string();
                let text = format!("cluster `{}` ({}) in {shown}", entry.name, entry.host);
                let data = json!({"do": "register", "path": shown, "name": entry.name, "host": entry.host});
                Description::new("save", text, data).with(edited(ctx, &preview))
            }
            Step::Unregister { path, name } => {
                let preview = registry::preview_remove(path, name)?;
                let shown = path.display().to_string();
                let data = json!({"do": "unregister", "path": shown, "name": name});
                let text = format!("cluster `{name}` from {shown}");
                Description::new("remove", text, data).with(edited(ctx, &preview))
            }
            Step::RemoveFolder(path) => {
                let path = path.display().to_string();
                let data = json!({"do": "remove", "path": path});
                Description::new("remove", path, data)
            }
        };
        Ok(vec![one])
    }
}

fn written(ctx: &Context, path: &Path, content: &str, replaces: bool) -> Result<Description> {
    let before = match replaces {
        true => files::read_text(path)?,
        false => None,
    };
    let change = if replaces { "changed" } else { "new" };
    let diff = diff::unified(before.as_deref(), Some(content), &mask(ctx));
    let path = path.display().to_string();
    let data = json!({"do": "write", "path": path, "change": change});
    Ok(Description::new("write", format!("{path} ({change})"), data).with(diff))
}

fn edited(ctx: &Context, preview: &registry::Preview) -> String {
    diff::unified(Some(&preview.before), Some(&preview.after), &mask(ctx))
}

fn mask(ctx: &Context) -> impl Fn(&str) -> String {
    |line| ctx.ui.mask(line).into_owned()
}
