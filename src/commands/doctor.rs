//! `prisma doctor`: what is wrong with this machine, one line and one remedy each.
//!
//! Checks that ask different things run side by side. What depends on the engine is asked only once it
//! answered, so that a mute one costs one limit and not one for each question.

mod bundle;
mod clusters;
mod engine;
mod finding;
mod home;
mod machine;
mod ports;
mod tools;

use super::{Report, act};
use crate::cli;
use crate::context::Context;
use crate::docker::ComposeVersion;
use crate::docker::Tools;
use crate::docker::info::{self, Info, Version};
use crate::error::{Failure, Kind, Result};
use crate::thread::joined;
use finding::{Finding, Level};
use serde_json::json;
use std::thread;
use std::time::Duration;

/// How long docker may take for one answer.
const LIMIT: Duration = Duration::from_secs(10);

/// Why something was not asked.
const NO_ENGINE: &str = "the engine does not answer";
const NO_DOCKER: &str = "docker is missing";

/// What was found, and what it was found from.
struct Seen {
    findings: Vec<Finding>,
    tools: Option<Tools>,
    /// Whether the engine answers.
    reachable: bool,
}

/// Looks at everything; fails with [`Kind::Unhealthy`] when something is wrong.
pub fn run(ctx: &Context, args: &cli::Doctor) -> Result<Report> {
    if let Some(file) = &args.bundle {
        bundle::refuse_replacing(file, args.force)?;
    }
    let stage = ctx.ui.terminal().live.then(|| ctx.ui.stage("looking", ""));
    let seen = look(ctx);
    drop(stage);
    ctx.interrupt.check()?;
    if let Some(file) = &args.bundle {
        let plan = bundle::plan(ctx, file, &seen)?;
        ctx.interrupt.check()?;
        let done = act(ctx, None, &plan, || Report::new("", json!(null)))?;
        match ctx.dry_run {
            true => return Ok(done),
            false => ctx.ui.status(&format!(
                "wrote {}: secrets are left out, read it all the same before you send it",
                file.display()
            )),
        }
    }
    conclude(ctx, &seen.findings)
}

/// The lines on stdout, whatever comes of it; in JSON one document, of the failure if there is one.
fn conclude(ctx: &Context, findings: &[Finding]) -> Result<Report> {
    let text = finding::table(findings);
    let count = |level| findings.iter().filter(|f| f.level == level).count();
    let problems = count(Level::Problem);
    let data = json!({
        "healthy": problems == 0,
        "problems": problems,
        "warnings": count(Level::Warning),
        "checks": findings.iter().map(Finding::data).collect::<Vec<_>>(),
    });
    if problems == 0 {
        return Ok(Report::new(text, data));
    }
    if ctx.ui.terminal().format == crate::ui::Format::Text {
        let shown = ctx.ui.print(&ctx.ui.mask(&text));
        // Who reads only the beginning has seen enough; the status tells the rest.
        drop(shown);
    }
    let message = match problems {
        1 => "1 problem was found".to_owned(),
        many => format!("{many} problems were found"),
    };
    Err(Failure::new(Kind::Unhealthy, message).data(data))
}

fn look(ctx: &Context) -> Seen {
    let (tools, no_compose) = match Tools::find(&ctx.env, &*ctx.runner) {
        Ok(tools) => (Ok(tools), None),
        // The engine can be asked without docker-compose.
        Err(failure) => match Tools::find_docker(&ctx.env, &*ctx.runner) {
            Ok(tools) => (Ok(tools), Some(Finding::of("compose", &failure))),
            Err(failure) => (Err(failure), None),
        },
    };
    let (version, compose, mut at_home) = thread::scope(|scope| {
        let tools = tools.as_ref().ok();
        let version = scope.spawn(move || tools.map(|tools| engine::ask_version(ctx, tools)));
        let compose = scope.spawn(move || match no_compose {
            Some(finding) => Some((finding, None)),
            None => tools.map(|tools| tools::compose(ctx, tools)),
        });
        let at_home = home::look(ctx);
        (joined(version), joined(compose), at_home)
    });
    let mut findings = match (&tools, &version) {
        (Ok(tools), Some(version)) => tools::found(tools, version),
        (Err(failure), _) => vec![Finding::of("docker", failure)],
        _ => Vec::new(),
    };
    let compose = compose.unwrap_or_else(|| (Finding::skipped("compose", NO_DOCKER), None));
    findings.push(compose.0);
    findings.extend(engine::found(ctx, version.as_ref()));
    let reachable = version.as_ref().is_some_and(engine::answers);
    let tools = tools.ok();
    let beyond = match (&tools, reachable) {
        (Some(tools), true) => beyond(ctx, tools, compose.1.as_ref()),
        (Some(_), false) => without_engine(ctx, NO_ENGINE),
        (None, _) => without_engine(ctx, NO_DOCKER),
    };
    findings.append(&mut at_home);
    findings.extend(beyond);
    Seen {
        findings,
        tools,
        reachable,
    }
}

/// What only an engine that answers can tell.
fn beyond(ctx: &Context, tools: &Tools, compose: Option<&ComposeVersion>) -> Vec<Finding> {
    let names = ctx.home.clusters();
    thread::scope(|scope| {
        let info = scope.spawn(|| ask(ctx, tools.info()).map(|text| info::parse_info(&text)));
        let images = scope.spawn(|| ask(ctx, tools.images()));
        let origins = scope.spawn(|| ask(ctx, tools.origins()));
        let each = |name: &String| {
            let name = name.clone();
            scope.spawn(move || clusters::look(ctx, tools, &name, compose))
        };
        let clusters: Vec<_> = names.iter().map(each).collect();
        let clusters: Vec<clusters::Seen> = clusters.into_iter().map(joined).collect();
        let mut found = machine::of_engine(ctx, joined(info));
        found.push(machine::images(&clusters, joined(images)));
        found.extend(ports::look(ctx, tools, &clusters));
        found.push(home::leftovers(ctx, joined(origins)));
        found.extend(clusters.into_iter().map(|cluster| cluster.finding));
        found
    })
}

/// The same as far as this machine tells.
fn without_engine(ctx: &Context, why: &str) -> Vec<Finding> {
    let names = ctx.home.clusters();
    let clusters: Vec<_> = names
        .iter()
        .map(|name| clusters::look_at_file(ctx, name, why))
        .collect();
    let mut found = vec![machine::of_home(ctx), Finding::skipped("memory", why)];
    found.push(machine::proxy(ctx, None));
    // Whoever has the ports may be the clusters themselves.
    found.extend(["images", "ports"].map(|check| Finding::skipped(check, why)));
    found.push(home::leftovers(ctx, Ok(String::new())));
    found.extend(clusters.into_iter().map(|cluster| cluster.finding));
    found
}

/// A question to docker, within the limit.
fn ask(ctx: &Context, invocation: crate::process::Invocation) -> Result<String> {
    let answer = crate::docker::ask::query(ctx, &invocation.limit(LIMIT))?;
    Ok(answer.stdout)
}
