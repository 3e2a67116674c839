//! Questions to docker and docker-compose: the one place where they are run only to read an answer.

use super::container::{parse_ids, parse_inspect};
use super::diagnosis::{INSTALL, LOG_LINES, diagnose, no_longer_exists, unanswered};
use super::info::parse_version;
use super::tools::Compose;
use super::version::{OLDEST_COMPOSE, OLDEST_DOCKER, numbers};
use super::{ComposeVersion, Container, LogOptions, Tools};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::process::{Invocation, Mode, Outcome};
use std::path::Path;
use std::time::Duration;

/// How often containers that vanish between listing and inspecting them are listed again.
const TRIES: usize = 5;
/// How long reading the log of a container may take.
const LOG_LIMIT: Duration = Duration::from_secs(10);

/// Runs a question and returns its answer; a bad status is a failure.
pub fn query(ctx: &Context, invocation: &Invocation) -> Result<Outcome> {
    let outcome = run(ctx, invocation)?;
    if outcome.success() {
        Ok(outcome)
    } else {
        Err(failed(ctx, invocation, &outcome))
    }
}

/// The failure of a docker or docker-compose command. One that nothing else explains may be of a program that is too
/// old.
pub fn failed(ctx: &Context, invocation: &Invocation, outcome: &Outcome) -> Failure {
    let failure = diagnose(&ctx.env, invocation, outcome);
    if failure.kind != Kind::ChildFailed {
        return failure;
    }
    match too_old(ctx, invocation) {
        Some(why) => failure.of_kind(Kind::ToolMissing).hint(why),
        None => failure,
    }
}

/// What is older than all that works, and what to do: the docker-compose, docker or engine of a command.
fn too_old(ctx: &Context, invocation: &Invocation) -> Option<String> {
    let mut tools = Tools::find_docker(&ctx.env, &*ctx.runner).ok()?;
    let is_plugin = invocation
        .args
        .first()
        .is_some_and(|verb| verb == "compose");
    let ask = |question: &Invocation| {
        ctx.ui.command(question);
        let outcome = ctx.runner.run(question, Mode::Capture).ok()?;
        Some(outcome.stdout)
    };
    if is_plugin || invocation.program != tools.docker {
        if !is_plugin {
            tools.compose = Compose::Standalone(invocation.program.clone());
        }
        let version = ComposeVersion::new(&ask(&tools.compose_version())?);
        let is_old = version.numbers()? < OLDEST_COMPOSE;
        let (major, minor) = OLDEST_COMPOSE;
        return is_old.then(|| {
            format!("docker-compose {version} is too old, the oldest that works is {major}.{minor}: {INSTALL}")
        });
    }
    let version = parse_version(&ask(&tools.version())?)?;
    let engine = version
        .engine
        .map(|engine| ("the Docker engine", engine.version));
    let (what, version) = [Some(("docker", version.client)), engine]
        .into_iter()
        .flatten()
        .find(|(_, version)| numbers(version).is_some_and(|numbers| numbers < OLDEST_DOCKER))?;
    let (major, minor) = OLDEST_DOCKER;
    Some(format!(
        "{what} {version} is too old, the oldest that works is {major}.{minor}: update it"
    ))
}

/// The containers of a compose project.
pub fn containers(ctx: &Context, tools: &Tools, project: &str) -> Result<Vec<Container>> {
    Ok(inspected(ctx, tools, &tools.container_ids(project), parse_ids)?.1)
}

/// The containers that docker-compose created from the files of a folder.
pub fn containers_of_folder(ctx: &Context, tools: &Tools, folder: &Path) -> Result<Vec<Container>> {
    Ok(inspected(ctx, tools, &tools.containers_of_folder(folder), parse_ids)?.1)
}

/// The answer to [`Tools::origins`], and the containers of these projects: two questions, however many they are.
pub fn containers_of_all(
    ctx: &Context,
    tools: &Tools,
    projects: &[String],
    limit: Duration,
) -> Result<(String, Vec<Container>)> {
    let pick = |answer: &str| {
        let id = |line: &str| {
            let mut parts = line.split('\t');
            let (project, id) = (parts.next()?, parts.nth(1)?);
            projects
                .iter()
                .any(|name| name == project)
                .then(|| id.to_owned())
        };
        answer.lines().filter_map(id).collect()
    };
    inspected(ctx, tools, &tools.origins().limit(limit), pick)
}

/// Names of the containers that publish a port, each with its compose project if it has one.
pub fn publishers(
    ctx: &Context,
    tools: &Tools,
    port: u16,
) -> Result<Vec<(String, Option<String>)>> {
    let answer = query(ctx, &tools.publishers(port))?.stdout;
    let line = |line: &str| {
        let (name, project) = line.split_once('\t')?;
        let project = Some(project.to_owned()).filter(|project| !project.is_empty());
        Some((name.to_owned(), project))
    };
    Ok(answer.lines().filter_map(line).collect())
}

/// One container, by its name or id.
pub fn container(ctx: &Context, tools: &Tools, name: String) -> Result<Vec<Container>> {
    parse_inspect(&query(ctx, &tools.inspect(&[name]))?.stdout)
}

/// The last lines of a container's output, from both streams; nothing if docker does not say. It is asked for the cause
/// of another failure, which matters more.
pub fn log(ctx: &Context, tools: &Tools, container: &Container) -> String {
    last_lines(ctx, tools, container, LOG_LINES)
}

/// The same, of so many lines.
pub fn last_lines(ctx: &Context, tools: &Tools, container: &Container, lines: usize) -> String {
    let options = LogOptions {
        tail: Some(lines.to_string()),
        ..LogOptions::default()
    };
    let logs = tools.logs(&container.id, &options).limit(LOG_LIMIT);
    match ctx.runner.run(&logs, Mode::Capture) {
        Ok(outcome) => outcome.stdout + &outcome.stderr,
        Err(_) => String::new(),
    }
}

/// Inspects the containers whose ids are picked from what `list` prints, which comes with them.
fn inspected(
    ctx: &Context,
    tools: &Tools,
    list: &Invocation,
    pick: impl Fn(&str) -> Vec<String>,
) -> Result<(String, Vec<Container>)> {
    let mut tries = 0;
    loop {
        let listed = query(ctx, list)?.stdout;
        let ids = pick(&listed);
        if ids.is_empty() {
            return Ok((listed, Vec::new()));
        }
        let inspect = tools.inspect(&ids).limit(list.limit);
        let outcome = run(ctx, &inspect)?;
        if outcome.success() {
            return Ok((listed, parse_inspect(&outcome.stdout)?));
        }
        tries += 1;
        if tries > TRIES || !no_longer_exists(&outcome) {
            return Err(failed(ctx, &inspect, &outcome));
        }
    }
}

fn run(ctx: &Context, invocation: &Invocation) -> Result<Outcome> {
    ctx.ui.command(invocation);
    ctx.runner
        .run(invocation, Mode::Capture)
        .map_err(|error| unanswered(invocation, error))
}
