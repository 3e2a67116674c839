//! `prisma doctor`: checks this machine; one line and one remedy for each finding.
//!
//! Independent checks run side by side. Those that need the engine run only once it has answered, so
//! that an unresponsive one costs one time limit, not one for each check.

mod bundle;
mod clusters;
mod engine;
pub mod finding;
mod home;
mod machine;
mod ports;
mod registered;
mod tools;

use super::{Report, act};
use crate::cli;
use crate::cluster::{Cluster, ClusterName, PrismaVersion};
use crate::context::Context;
use crate::docker::info::{self, Info, Version};
use crate::docker::{ComposeVersion, Container, Tools, ask as docker_ask};
use crate::error::{Failure, Kind, Result};
use crate::process::Invocation;
use crate::thread::{alongside, each, joined};
use crate::ui::text::count;
use finding::{Finding, Level};
use serde::Serialize;
use std::thread;
use std::time::Duration;

/// How long docker may take for one answer.
const LIMIT: Duration = Duration::from_secs(10);

const NO_ENGINE: &str = "the engine does not answer";
const NO_DOCKER: &str = "docker is not installed";

/// The findings of all checks.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Findings<'a> {
    healthy: bool,
    problems: usize,
    warnings: usize,
    checks: &'a [Finding],
}

struct Checked {
    findings: Vec<Finding>,
    tools: Option<Tools>,
    /// Whether the engine answers.
    reachable: bool,
}

/// Runs all checks; fails with [`Kind::Unhealthy`] if something is wrong.
pub fn run(ctx: &Context, args: &cli::Doctor) -> Result<Report> {
    if let Some(file) = &args.bundle {
        bundle::refuse_replacing(file, args.force)?;
    }
    let stage = ctx.ui.terminal().live.then(|| ctx.ui.stage("checking", ""));
    let checked = check(ctx);
    drop(stage);
    ctx.interrupt.check()?;
    if let Some(file) = &args.bundle {
        let plan = bundle::plan(ctx, file, &checked)?;
        ctx.interrupt.check()?;
        let planned = act(ctx, None, &plan, Report::shown)?;
        if ctx.dry_run {
            return Ok(planned);
        }
        let file = file.display();
        ctx.ui.status(&format!(
            "wrote {file}: secrets were removed, but review it before sharing"
        ));
    }
    conclude(ctx, &checked.findings)
}

/// The findings, on stdout also if there are problems; a JSON document has them next to the error.
fn conclude(ctx: &Context, findings: &[Finding]) -> Result<Report> {
    let number = |level| findings.iter().filter(|f| f.level == level).count();
    let problems = number(Level::Problem);
    let data = Findings {
        healthy: problems == 0,
        problems,
        warnings: number(Level::Warning),
        checks: findings,
    };
    let report = Report::new(finding::table(findings), data);
    if problems == 0 {
        return Ok(report);
    }
    let message = format!("{} found", count(problems, "problem"));
    let failure = Failure::new(Kind::Unhealthy, message);
    Err(super::failing(ctx, report, failure))
}

fn check(ctx: &Context) -> Checked {
    let (tools, no_compose) = match Tools::find(&ctx.env, &*ctx.runner) {
        Ok(tools) => (Ok(tools), None),
        // The engine can be queried without docker-compose.
        Err(failure) => (
            Tools::find_docker(&ctx.env, &*ctx.runner),
            Some(Finding::of("compose", &failure)),
        ),
    };
    let (version, (compose, compose_version), home, registered) = thread::scope(|scope| {
        let tools = tools.as_ref().ok();
        let version = alongside(scope, move || {
            tools.map(|tools| engine::ask_version(ctx, tools))
        });
        let compose = alongside(scope, move || match (tools, no_compose) {
            (Some(_), Some(finding)) => (finding, None),
            (Some(tools), None) => tools::compose(ctx, tools),
            (None, _) => (Finding::skipped("compose", NO_DOCKER), None),
        });
        let registered = alongside(scope, || registered::check(ctx));
        let home = home::check(ctx);
        (joined(version), joined(compose), home, joined(registered))
    });
    let mut findings = match (&tools, &version) {
        (Ok(tools), Some(version)) => vec![tools::docker(tools, version)],
        (Err(failure), _) => vec![Finding::of("docker", failure)],
        _ => Vec::new(),
    };
    findings.push(compose);
    findings.extend(engine::check(ctx, version.as_ref()));
    findings.extend(home);
    let reachable = version.as_ref().is_some_and(engine::answers);
    let tools = tools.ok();
    findings.extend(match &tools {
        Some(tools) if reachable => with_engine(ctx, tools, compose_version.as_ref()),
        Some(_) => without_engine(ctx, NO_ENGINE),
        None => without_engine(ctx, NO_DOCKER),
    });
    findings.extend(registered);
    Checked {
        findings,
        tools,
        reachable,
    }
}

fn with_engine(ctx: &Context, tools: &Tools, compose: Option<&ComposeVersion>) -> Vec<Finding> {
    let names = ctx.home.clusters();
    thread::scope(|scope| {
        let info = alongside(scope, || {
            ask(ctx, tools.info()).map(|text| info::parse_info(&text))
        });
        let images = alongside(scope, || ask(ctx, tools.images()));
        let (origins, containers) = match docker_ask::containers_of_all(ctx, tools, &names, LIMIT) {
            Ok((origins, containers)) => (Ok(origins), Ok(containers)),
            Err(failure) => (Err(failure.clone()), Err(failure)),
        };
        let clusters = each(&names, |name| {
            let project = |container: &&Container| container.project == *name;
            let own = containers.as_ref().map_err(Clone::clone);
            let own = own.map(|all| all.iter().filter(project).cloned().collect());
            clusters::check(ctx, tools, name, (own, compose))
        });
        let mut found = machine::of_engine(ctx, joined(info));
        found.push(machine::images(ctx, &clusters, joined(images)));
        found.extend(ports::check(ctx, tools, &clusters));
        found.push(home::leftovers(ctx, origins));
        found.extend(clusters.into_iter().map(|cluster| cluster.finding));
        found
    })
}

/// The same checks, as far as this machine can answer them. Ports are not among them: the clusters
/// themselves may have them.
fn without_engine(ctx: &Context, why: &str) -> Vec<Finding> {
    let mut found = vec![
        machine::disk(ctx, None),
        Finding::skipped("memory", why),
        machine::proxy(ctx, None),
        Finding::skipped("images", why),
        Finding::skipped("ports", why),
        home::leftovers(ctx, Ok(String::new())),
    ];
    let names = ctx.home.clusters();
    let clusters = names.iter();
    found.extend(clusters.map(|name| clusters::check_file(ctx, name, why).finding));
    found
}

/// A query to docker, within the limit.
fn ask(ctx: &Context, invocation: Invocation) -> Result<String> {
    Ok(docker_ask::query(ctx, &invocation.limit(LIMIT))?.stdout)
}

/// The cluster that the first `prisma local start` would create.
fn documented_cluster() -> Cluster {
    Cluster::documented(ClusterName::local(), PrismaVersion::default_local())
}
