//! `prisma doctor --bundle FILE`: one text that a person can read before it goes into a bug ticket.

use super::{Seen, ask, finding};
use crate::context::Context;
use crate::docker::ask;
use crate::docker::{Container, LogOptions, Tools};
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access};
use crate::plan::{Plan, Step};
use crate::process::Mode;
use crate::secret::redact::{Redactor, is_sensitive};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// How many of a container's last lines are worth sending.
const LINES: &str = "60";
/// How many lines of a cluster's history.
const HISTORY: usize = 40;
/// What the logs of one container may take.
const LOG_LIMIT: Duration = Duration::from_secs(10);

/// Variables that change what docker and this program do, and are no secrets.
const SHOWN: &[&str] = &[
    "CI",
    "LANG",
    "LC_ALL",
    "NO_COLOR",
    "PATH",
    "SHELL",
    "TERM",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "ALL_PROXY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
];

/// Fails when there is such a file and it may not be replaced.
pub fn refuse_replacing(file: &Path, force: bool) -> Result<()> {
    let what = match std::fs::symlink_metadata(file) {
        Err(_) => return Ok(()),
        Ok(metadata) if metadata.is_dir() => "folder",
        Ok(_) if force => return Ok(()),
        Ok(_) => "file",
    };
    let message = format!(
        "could not write the report: there is a {what} `{}`",
        file.display()
    );
    Err(Failure::new(Kind::Failed, message).hint(match what {
        "folder" => "name a file in it".to_owned(),
        _ => "name another, or replace it with `--force`".to_owned(),
    }))
}

/// Writing the report.
pub fn plan(ctx: &Context, file: &Path, seen: &Seen) -> Result<Plan> {
    let text = report(ctx, seen);
    let mut plan = Plan::default();
    plan.then(Step::Write {
        path: file.to_owned(),
        content: ctx.ui.mask(&text).into_owned(),
        access: Access::Private,
        replaces: file.exists(),
    });
    Ok(plan)
}

/// The sections are gathered first: what one leaves out, another may print.
struct Sections {
    redactor: Redactor,
    /// Title and text, the latter already without values that are known to be secrets.
    all: Vec<(String, String)>,
}

impl Sections {
    fn add(&mut self, title: impl Into<String>, text: impl Into<String>) {
        self.all.push((title.into(), text.into()));
    }
}

fn report(ctx: &Context, seen: &Seen) -> String {
    let mut sections = Sections {
        redactor: Redactor::default(),
        all: Vec::new(),
    };
    sections.add("findings", finding::table(&seen.findings));
    environment(ctx, &mut sections);
    registry(ctx, &mut sections);
    let names = ctx.home.clusters();
    for name in &names {
        cluster_files(ctx, name, &mut sections);
        history(ctx, name, &mut sections);
    }
    if let (Some(tools), true) = (&seen.tools, seen.reachable) {
        engine(ctx, tools, &mut sections);
        for name in &names {
            containers(ctx, tools, name, &mut sections);
        }
    }
    let Sections { redactor, all } = sections;
    let mut out = format!(
        "report of `prisma doctor`, prisma {}, {} on {}\n\
         secrets are left out as far as they can be told; read it before you send it\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    for (title, text) in all {
        let text = redactor.scrub(&text);
        let _ = write!(out, "\n== {title} ==\n{}\n", text.trim_end());
    }
    match ctx.env.get("HOME").filter(|home| home.len() > 1) {
        Some(home) => out.replace(home, "~"),
        None => out,
    }
}

/// Variables of docker's and ours, and proxies. Values of the others are remembered where the name says
/// that they are secret, and shown nowhere.
fn environment(ctx: &Context, sections: &mut Sections) {
    let ours = |name: &str| {
        ["DOCKER_", "COMPOSE_", "PRISMA_"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    };
    let mut text = String::new();
    for (name, value) in ctx.env.iter() {
        // That one says where a secret is, whatever the name there.
        if name == "PRISMA_SECRET_ENV" {
            let named = ctx.env.get(value).unwrap_or_default();
            sections.redactor.learn(named);
        }
        let hidden = is_sensitive(name) || name.ends_with("_URL");
        if hidden {
            sections.redactor.learn(value);
        }
        sections.redactor.learn_password(value);
        if ours(name) || SHOWN.contains(&name) {
            let shown = if hidden { "(set, left out)" } else { value };
            let _ = writeln!(text, "{name}={shown}");
        }
    }
    sections.add("environment", text);
}

fn registry(ctx: &Context, sections: &mut Sections) {
    let path = ctx.home.registry();
    let text = match files::read_text(&path) {
        Ok(Some(text)) => sections.redactor.yaml(&text),
        Ok(None) => "(there is none)".to_owned(),
        Err(failure) => failure.message,
    };
    sections.add(path.display().to_string(), text);
}

fn cluster_files(ctx: &Context, name: &str, sections: &mut Sections) {
    let folder = ctx.home.cluster(name);
    for file in [
        "cluster.yml",
        "docker-compose.yml",
        ".env",
        "docker-compose.override.yml",
    ] {
        let path = folder.join(file);
        let text = match files::read_text(&path) {
            Ok(Some(text)) if file == ".env" => sections.redactor.env_file(&text),
            Ok(Some(text)) => sections.redactor.yaml(&text),
            Ok(None) => continue,
            Err(failure) => failure.message,
        };
        sections.add(path.display().to_string(), text);
    }
}

/// The last lines of what was done to a cluster.
fn history(ctx: &Context, name: &str, sections: &mut Sections) {
    let path = ctx.home.history(name);
    let text = path.and_then(|path| files::read_text(&path).ok().flatten());
    let Some(text) = text else {
        return;
    };
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.len().saturating_sub(HISTORY);
    sections.add(format!("history of {name}"), lines[last..].join("\n"));
}

fn engine(ctx: &Context, tools: &Tools, sections: &mut Sections) {
    for question in [tools.version(), tools.info(), tools.compose_version()] {
        let title = question.to_string();
        let text = match ask(ctx, question) {
            Ok(text) => text,
            Err(failure) => failure.message,
        };
        sections.add(title, text);
    }
}

fn containers(ctx: &Context, tools: &Tools, name: &str, sections: &mut Sections) {
    let containers = match ask::containers(ctx, tools, name) {
        Ok(containers) => containers,
        Err(failure) => return sections.add(format!("containers of {name}"), failure.message),
    };
    for container in &containers {
        for (name, value) in &container.env {
            // Learned, or kept because it is harmless; not printed.
            let _ = sections.redactor.variable(name, value);
        }
    }
    let text: String = containers.iter().map(described).collect();
    sections.add(format!("containers of {name}"), text);
    for container in &containers {
        let title = format!("last lines of {}", container.name);
        sections.add(title, last_lines(ctx, tools, container));
    }
}

fn described(container: &Container) -> String {
    let ports = container
        .ports
        .iter()
        .map(|port| format!("{}:{}->{}", port.address, port.port, port.inside));
    let ports: Vec<String> = ports.collect();
    let names: Vec<&str> = container.env.keys().map(String::as_str).collect();
    format!(
        "{}: {}, image {}, {} restarts, last status {}, ports {}, made {} by docker-compose {}\n  {}environment: {}\n",
        container.name,
        container.state.word(),
        container.image,
        container.restarts,
        container.exit_code,
        ports.join(" "),
        container.created,
        container
            .compose_version
            .as_ref()
            .map_or("?".to_owned(), ToString::to_string),
        match container.error.as_str() {
            "" => String::new(),
            error => format!("error: {error}\n  "),
        },
        names.join(" "),
    )
}

fn last_lines(ctx: &Context, tools: &Tools, container: &Container) -> String {
    let options = LogOptions {
        tail: Some(LINES.to_owned()),
        ..LogOptions::default()
    };
    let logs = tools.logs(&container.id, &options).limit(LOG_LIMIT);
    ctx.ui.command(&logs);
    match ctx.runner.run(&logs, Mode::Capture) {
        Ok(outcome) => console_free(&(outcome.stdout + &outcome.stderr)),
        Err(error) => Failure::from(error).message,
    }
}

/// Without what moves cursors: it is to be read in an editor.
fn console_free(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control() || *c == '\n' || *c == '\t')
        .collect()
}
