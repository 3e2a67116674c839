//! `prisma doctor --bundle FILE`: a report for a bug ticket, as text that can be reviewed first.

use super::{Checked, ask, finding};
use crate::cluster::files::{COMPOSE, CONFIG, DOTENV, OVERRIDE};
use crate::context::Context;
use crate::docker::{Container, LogOptions, Tools};
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access};
use crate::managed::owner;
use crate::plan::{Plan, Step};
use crate::process::Mode;
use crate::secret::redact::{Redactor, is_sensitive, without_quotes};
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

/// How many of a container's last lines to include.
const LINES: &str = "60";
/// How many of the last lines of a cluster's history to include.
const HISTORY: usize = 40;
/// How long reading the logs of one container may take.
const LOG_LIMIT: Duration = Duration::from_secs(10);

/// Variables that change what docker and this program do, and are not secret. Proxies in either case.
const SHOWN: [&str; 11] = [
    "CI",
    "LANG",
    "LC_ALL",
    "NO_COLOR",
    "PATH",
    "SHELL",
    "TERM",
    "ALL_PROXY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
];

/// Fails if the file exists and must not be replaced.
pub fn refuse_replacing(file: &Path, force: bool) -> Result<()> {
    let (what, hint) = match std::fs::symlink_metadata(file) {
        Err(_) => return Ok(()),
        Ok(metadata) if metadata.is_dir() => ("is a folder", "name a file in it"),
        Ok(_) if force => return Ok(()),
        Ok(_) => (
            "already exists",
            "choose another name, or replace it with `--force`",
        ),
    };
    let message = format!("could not write the report: `{}` {what}", file.display());
    Err(Failure::new(Kind::Failed, message).hint(hint))
}

/// Writing the report.
pub fn plan(ctx: &Context, file: &Path, checked: &Checked) -> Result<Plan> {
    let text = report(ctx, checked);
    Ok(Plan(vec![Step::Write {
        path: file.to_owned(),
        content: ctx.ui.mask(&text).into_owned().into(),
        access: Access::Private,
        replaces: file.exists(),
    }]))
}

/// Gathered before they are written: the secret that is removed from one may be in another.
#[derive(Default)]
struct Sections {
    redactor: Redactor,
    /// Title and text; in the text, values that are known to be secret are already removed.
    all: Vec<(String, String)>,
}

fn report(ctx: &Context, checked: &Checked) -> String {
    let mut sections = Sections::default();
    sections.add("findings", finding::table(&checked.findings));
    sections.environment(ctx);
    let registry = ctx.home.registry();
    sections.file(&registry, Some("(does not exist)"), Redactor::yaml);
    let names = ctx.home.clusters();
    for name in &names {
        sections.cluster(ctx, name);
    }
    if let (Some(tools), true) = (&checked.tools, checked.reachable) {
        for query in [tools.version(), tools.info(), tools.compose_version()] {
            let title = query.to_string();
            sections.add(
                title,
                ask(ctx, query).unwrap_or_else(|failure| failure.message()),
            );
        }
        for name in &names {
            sections.containers(ctx, tools, name);
        }
    }
    let text = sections.text();
    match ctx.env.get("HOME").filter(|home| home.len() > 1) {
        Some(home) => text.replace(home, "~"),
        None => text,
    }
}

impl Sections {
    fn add(&mut self, title: impl Into<String>, text: impl Into<String>) {
        self.all.push((title.into(), text.into()));
    }

    fn text(self) -> String {
        let mut out = format!(
            "report of `prisma doctor`, prisma {}, {} on {}\n\
             known secrets were removed; review before sharing\n",
            env!("CARGO_PKG_VERSION"),
            std::env::consts::OS,
            std::env::consts::ARCH
        );
        for (title, text) in self.all {
            let text = self.redactor.scrub(&text);
            let _ = write!(out, "\n== {title} ==\n{}\n", text.trim_end());
        }
        out
    }

    /// Variables of docker and of this program, and proxies. The values of the others are not shown,
    /// and remembered as secrets if the name says so.
    fn environment(&mut self, ctx: &Context) {
        let mut text = String::new();
        for (name, value) in ctx.env.iter() {
            // It names the variable that holds a secret.
            if name == "PRISMA_CLI_SECRET_ENV" {
                self.redactor.learn(ctx.env.get(value).unwrap_or_default());
            }
            let is_hidden = is_sensitive(name) || name.ends_with("_URL");
            if is_hidden {
                self.redactor.learn(value);
            }
            self.redactor.learn_password(value);
            let is_ours = ["DOCKER_", "COMPOSE_", "PRISMA_"]
                .iter()
                .any(|prefix| name.starts_with(prefix));
            let is_shown = SHOWN.iter().any(|shown| {
                name == *shown || (name.ends_with("_proxy") && name.eq_ignore_ascii_case(shown))
            });
            if is_ours || is_shown {
                let shown = if is_hidden { "(set, left out)" } else { value };
                let _ = writeln!(text, "{name}={shown}");
            }
        }
        self.add("environment", text);
    }

    /// A file without its secrets. `missing` stands for one that does not exist.
    fn file(
        &mut self,
        path: &Path,
        missing: Option<&str>,
        redact: fn(&mut Redactor, &str) -> String,
    ) {
        let text = match (files::read_text(path), missing) {
            (Ok(Some(text)), _) => redact(&mut self.redactor, &text),
            (Ok(None), Some(missing)) => missing.to_owned(),
            (Ok(None), None) => return,
            (Err(failure), _) => failure.message(),
        };
        self.add(path.display().to_string(), text);
    }

    /// The files of a cluster, and the last lines of its history.
    fn cluster(&mut self, ctx: &Context, name: &str) {
        let folder = ctx.home.cluster(name);
        let yaml: fn(&mut Redactor, &str) -> String = Redactor::yaml;
        for (file, redact) in [
            (CONFIG, yaml),
            (COMPOSE, yaml),
            (DOTENV, Redactor::env_file),
            (OVERRIDE, yaml),
        ] {
            self.file(&folder.join(file), None, redact);
        }
        let history = ctx.home.history(name);
        if let Some(text) = history.and_then(|path| files::read_text(&path).ok()?) {
            let lines: Vec<&str> = text.lines().collect();
            let last = lines.len().saturating_sub(HISTORY);
            self.add(format!("history of {name}"), lines[last..].join("\n"));
        }
    }

    fn containers(&mut self, ctx: &Context, tools: &Tools, name: &str) {
        let title = format!("containers of {name}");
        let found = name.parse();
        let containers = match found.and_then(|name| owner::containers(ctx, tools, &name)) {
            Ok(containers) => containers,
            Err(failure) => return self.add(title, failure.message()),
        };
        for (name, value) in containers.iter().flat_map(|container| &container.env) {
            // For what it remembers; values are not shown.
            let _ = self.redactor.variable(name, value);
        }
        self.add(title, containers.iter().map(described).collect::<String>());
        for container in &containers {
            let title = format!("last lines of {}", container.name);
            self.add(title, last_lines(ctx, tools, container));
        }
    }
}

fn described(container: &Container) -> String {
    let ports = container.ports.iter();
    let ports = ports.map(|port| format!("{}:{}->{}", port.address, port.port, port.inside));
    let version = container.compose_version.as_ref();
    let error = match container.error.as_str() {
        "" => String::new(),
        error => format!("error: {error}\n  "),
    };
    let variables: Vec<&str> = container.env.keys().map(String::as_str).collect();
    format!(
        "{}: {}, image {}, {} restarts, last status {}, ports {}, created {} by docker-compose {}\n  {error}environment: {}\n",
        container.name,
        container.state.word(),
        container.image,
        container.restarts,
        container.exit_code,
        ports.collect::<Vec<_>>().join(" "),
        container.created,
        version.map_or("?".to_owned(), ToString::to_string),
        variables.join(" "),
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
        Ok(outcome) => {
            // Without control characters: it is read in an editor.
            let text = without_quotes(&(outcome.stdout + &outcome.stderr));
            text.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "")
        }
        Err(error) => Failure::from(error).message(),
    }
}
