//! `prisma local logs`: `docker logs` of the cluster's containers; of several, labelled and in the
//! order of time.

use super::world::World;
use crate::cli;
use crate::commands::Report;
use crate::context::Context;
use crate::docker::diagnosis::diagnose;
use crate::docker::{Container, LogOptions};
use crate::error::{Failure, Kind, Result};
use crate::process::{Invocation, Mode, failed};
use crate::ui::Format;
use serde_json::{Value, json};
use std::ops::ControlFlow;
use std::sync::Mutex;

/// Shows the logs of one service, or of all.
pub fn run(ctx: &Context, args: &cli::Logs) -> Result<Report> {
    let world = World::look(ctx, &args.which.name)?;
    let containers = chosen(&world, args.service.as_deref())?;
    let options = args.options();
    if ctx.dry_run {
        let commands = containers
            .iter()
            .map(|c| world.tools.logs(&c.id, &options).to_string());
        let commands: Vec<String> = commands.collect();
        let text = commands
            .iter()
            .map(|command| format!("would run     {command}\n"))
            .collect::<String>();
        return Ok(Report::new(
            text,
            json!({"dryRun": true, "commands": commands}),
        ));
    }
    let json = ctx.ui.terminal().format == Format::Json;
    match containers[..] {
        [one] if !json => raw(ctx, &world.tools.logs(&one.id, &options)),
        _ if options.follow => {
            if json {
                return Err(Failure::new(
                    Kind::Usage,
                    "`--follow` has no end, and JSON output is one document",
                )
                .hint("leave out `--follow` or `--output json`"));
            }
            follow(ctx, &world, &containers, &options)
        }
        _ => by_time(ctx, &world, &containers, &options),
    }
}

fn chosen<'a>(world: &'a World, service: Option<&str>) -> Result<Vec<&'a Container>> {
    if world.containers.is_empty() {
        if world.is_unknown() {
            return Err(world.unknown());
        }
        let message = format!("cluster `{}` has no containers, and so no logs", world.name);
        let start = world.name.command("start");
        return Err(Failure::new(Kind::Failed, message).hint(format!("start it with `{start}`")));
    }
    let Some(service) = service else {
        return Ok(world.containers.iter().collect());
    };
    let named = |c: &&Container| c.service == service || c.name == service;
    let containers: Vec<&Container> = world.containers.iter().filter(named).collect();
    if containers.is_empty() {
        let names: Vec<String> = world
            .containers
            .iter()
            .map(|c| format!("`{}`", c.service))
            .collect();
        let message = format!("cluster `{}` has no service `{service}`", world.name);
        return Err(Failure::new(Kind::Usage, message)
            .hint(format!("its services are {}", names.join(" and "))));
    }
    Ok(containers)
}

/// One container's log as docker prints it, stderr included, its status forwarded.
fn raw(ctx: &Context, logs: &Invocation) -> Result<Report> {
    ctx.ui.command(logs);
    let outcome = ctx.runner.run(logs, Mode::Inherit)?;
    if outcome.success() || outcome.signal == Some(SIGPIPE) {
        return Ok(Report::shown());
    }
    let mut failure = failed(logs, &outcome);
    failure.exit = Some(outcome.shell_status());
    Err(failure)
}

/// What ends a `docker logs` whose reader went away (`… | head`).
const SIGPIPE: i32 = 13;

/// All containers at once, labelled, as lines appear.
fn follow(
    ctx: &Context,
    world: &World,
    containers: &[&Container],
    options: &LogOptions,
) -> Result<Report> {
    let width = label_width(containers);
    let show = |container: &Container| {
        let logs = world.tools.logs(&container.id, options);
        ctx.ui.command(&logs);
        let mut print = |line: &str| match ctx
            .ui
            .print(&format!("{:width$} | {line}\n", container.service))
        {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let outcome = ctx.runner.run(&logs, Mode::Lines(&mut print))?;
        if outcome.success() {
            Ok(())
        } else {
            Err(diagnose(&logs, &outcome))
        }
    };
    let results: Vec<Result<()>> = std::thread::scope(|scope| {
        let threads: Vec<_> = containers.iter().map(|c| scope.spawn(|| show(c))).collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Ok(())));
        joined.collect()
    });
    results.into_iter().collect::<Result<()>>()?;
    Ok(Report::shown())
}

/// A line of a log.
struct Line {
    time: String,
    service: String,
    text: String,
}

/// All containers' lines so far, labelled and in the order of time.
fn by_time(
    ctx: &Context,
    world: &World,
    containers: &[&Container],
    options: &LogOptions,
) -> Result<Report> {
    let timed = LogOptions {
        timestamps: true,
        ..options.clone()
    };
    let lines = Mutex::new(Vec::new());
    let read = |container: &Container| {
        let logs = world.tools.logs(&container.id, &timed);
        ctx.ui.command(&logs);
        let mut keep = |line: &str| {
            let (time, text) = line.split_once(' ').unwrap_or((line, ""));
            let line = Line {
                time: time.to_owned(),
                service: container.service.clone(),
                text: text.to_owned(),
            };
            lines
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .push(line);
            ControlFlow::Continue(())
        };
        let outcome = ctx.runner.run(&logs, Mode::Lines(&mut keep))?;
        if outcome.success() {
            Ok(())
        } else {
            Err(diagnose(&logs, &outcome))
        }
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = containers.iter().map(|c| scope.spawn(|| read(c))).collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or(Ok(())));
        joined
            .collect::<Vec<Result<()>>>()
            .into_iter()
            .collect::<Result<()>>()
    })?;
    let mut lines = lines
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    lines.sort_by(|a, b| a.time.cmp(&b.time));
    let width = label_width(containers);
    let text = |line: &Line| {
        let time = if options.timestamps {
            format!("{} ", line.time)
        } else {
            String::new()
        };
        format!("{:width$} | {time}{}\n", line.service, line.text)
    };
    let data = |line: &Line| json!({"time": line.time, "service": line.service, "line": ctx.ui.mask(&line.text)});
    let documents: Vec<Value> = lines.iter().map(data).collect();
    let all: String = lines.iter().map(text).collect();
    Ok(Report::new(
        all,
        json!({"name": world.name.to_string(), "lines": documents}),
    ))
}

fn label_width(containers: &[&Container]) -> usize {
    containers
        .iter()
        .map(|c| c.service.len())
        .max()
        .unwrap_or(0)
}
