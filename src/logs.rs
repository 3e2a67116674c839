//! `docker logs` of one container as docker prints it; of several, labelled and in the order of time.

use crate::context::Context;
use crate::docker::diagnosis::diagnose;
use crate::docker::{Container, LogOptions, Tools};
use crate::documents::{LogCommands, LogLine, Logs, True};
use crate::error::{Failure, Kind, Result, document};
use crate::process::{Invocation, Mode, failed};
use crate::thread::{alongside, joined};
use crate::ui::Format;
use serde_json::Value;
use std::ops::ControlFlow;
use std::sync::Mutex;

/// What is left to report when the logs have been shown: nothing, or all of it.
#[derive(Debug, Default)]
pub struct Shown {
    /// For people.
    pub text: String,
    /// For programs.
    pub data: Value,
}

/// Shows the logs of these containers of a cluster, or in a dry run the commands for it.
pub fn show(
    ctx: &Context,
    tools: &Tools,
    cluster: &str,
    containers: &[&Container],
    options: &LogOptions,
) -> Result<Shown> {
    if ctx.dry_run {
        let commands = containers.iter().map(|c| tools.logs(&c.id, options));
        return Ok(announced(commands));
    }
    let json = ctx.ui.terminal().format == Format::Json;
    match containers {
        [one] if !json => raw(ctx, &tools.logs(&one.id, options)),
        _ if options.follow && json => Err(Failure::new(
            Kind::Usage,
            "`--follow` cannot be combined with JSON output",
        )
        .hint("omit `--follow` or `--output json`")),
        _ if options.follow => follow(ctx, tools, containers, options),
        _ => by_time(ctx, tools, cluster, containers, options),
    }
}

/// What a dry run says of the commands that would show the logs.
pub fn announced(commands: impl Iterator<Item = Invocation>) -> Shown {
    let commands: Vec<String> = commands.map(|command| command.to_string()).collect();
    let line = |command: &String| format!("would run     {command}\n");
    Shown {
        text: commands.iter().map(line).collect(),
        data: document(LogCommands {
            dry_run: True,
            commands,
        }),
    }
}

/// One command's output as it prints it, stderr included, its status forwarded.
pub fn raw(ctx: &Context, logs: &Invocation) -> Result<Shown> {
    ctx.ui.command(logs);
    let outcome = ctx.runner.run(logs, Mode::Inherit)?;
    if outcome.success() || outcome.signal == Some(SIGPIPE) {
        return Ok(Shown::default());
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
    tools: &Tools,
    containers: &[&Container],
    options: &LogOptions,
) -> Result<Shown> {
    let width = label_width(containers);
    let timed = with_times(options);
    let show = |container: &Container| {
        let logs = tools.logs(&container.id, &timed);
        ctx.ui.command(&logs);
        let mut print = |line: &str| {
            let Some(line) = Line::of_container(line) else {
                // There is no later: following ends with Ctrl-C.
                warn_of(ctx, line);
                return ControlFlow::Continue(());
            };
            let mut texts = line.texts(options);
            let shown = texts.try_for_each(|text| {
                let text = ctx.ui.mask(&text).into_owned();
                ctx.ui
                    .print(&format!("{:width$} | {text}\n", container.service))
            });
            match shown {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        };
        let outcome = ctx.runner.run(&logs, Mode::Log(&mut print))?;
        if outcome.success() {
            Ok(())
        } else {
            Err(diagnose(&ctx.env, &logs, &outcome))
        }
    };
    at_once(containers, show)?;
    Ok(Shown::default())
}

/// Does `work` for all containers at the same time. Of several failures the first one is returned.
fn at_once(
    containers: &[&Container],
    work: impl Fn(&Container) -> Result<()> + Sync,
) -> Result<()> {
    let results: Vec<Result<()>> = std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = containers
            .iter()
            .map(|container| alongside(scope, move || work(container)))
            .collect();
        threads.into_iter().map(joined).collect()
    });
    results.into_iter().collect()
}

/// All containers' lines so far, labelled and in the order of time.
fn by_time(
    ctx: &Context,
    tools: &Tools,
    cluster: &str,
    containers: &[&Container],
    options: &LogOptions,
) -> Result<Shown> {
    let timed = with_times(options);
    let lines = Mutex::new(Vec::new());
    let read = |container: &Container| {
        let logs = tools.logs(&container.id, &timed);
        ctx.ui.command(&logs);
        let mut own = Vec::new();
        let mut keep = |line: &str| {
            match Line::of_container(line) {
                Some(line) => lines
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner)
                    .extend(line.entries(&container.service)),
                None => own.push(line.to_owned()),
            }
            ControlFlow::Continue(())
        };
        let outcome = ctx.runner.run(&logs, Mode::Log(&mut keep))?;
        if outcome.success() {
            own.iter().for_each(|line| warn_of(ctx, line));
            Ok(())
        } else {
            Err(diagnose(&ctx.env, &logs, &outcome))
        }
    };
    at_once(containers, read)?;
    let mut lines = lines
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    lines.sort_by(|a, b| (&a.time, &a.service).cmp(&(&b.time, &b.service)));
    let width = label_width(containers);
    let text = |line: &LogLine| {
        let time = if options.timestamps {
            format!("{} ", line.time)
        } else {
            String::new()
        };
        format!("{:width$} | {time}{}\n", line.service, line.line)
    };
    let all: String = lines.iter().map(text).collect();
    for line in &mut lines {
        line.line = ctx.ui.mask(&line.line).into_owned();
    }
    let name = cluster;
    Ok(Shown {
        text: all,
        data: document(Logs { name, lines }),
    })
}

/// The times tell the lines of a container from what docker itself has to say.
fn with_times(options: &LogOptions) -> LogOptions {
    LogOptions {
        timestamps: true,
        ..options.clone()
    }
}

fn warn_of(ctx: &Context, line: &str) {
    ctx.ui.warn(&format!("`docker logs`: {line}"));
}

/// A line of a container's log.
struct Line<'a> {
    time: &'a str,
    text: &'a str,
}

impl<'a> Line<'a> {
    /// A line with a time; docker's own have none.
    fn of_container(line: &'a str) -> Option<Line<'a>> {
        let (time, text) = line.split_once(' ').unwrap_or((line, ""));
        let is_time = humantime::parse_rfc3339(time).is_ok();
        is_time.then_some(Line { time, text })
    }

    /// What was redrawn is several lines.
    fn pieces(&self) -> impl Iterator<Item = &'a str> {
        self.text.trim_end_matches('\r').split('\r')
    }

    fn texts(&self, options: &LogOptions) -> impl Iterator<Item = String> {
        let time = if options.timestamps {
            format!("{} ", self.time)
        } else {
            String::new()
        };
        self.pieces().map(move |text| format!("{time}{text}"))
    }

    fn entries(&self, service: &str) -> impl Iterator<Item = LogLine> {
        self.pieces().map(move |text| LogLine {
            time: self.time.to_owned(),
            service: service.to_owned(),
            line: text.to_owned(),
        })
    }
}

fn label_width(containers: &[&Container]) -> usize {
    containers
        .iter()
        .map(|c| c.service.len())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::container::parse_inspect;

    #[test]
    #[should_panic(expected = "a bug")]
    fn a_panic_while_reading_logs_is_a_failure() {
        let containers = parse_inspect(include_str!("docker/container/inspect.json"));
        let containers = containers.expect("parses");
        let containers: Vec<&Container> = containers.iter().collect();
        let _ = at_once(&containers, |_| panic!("a bug"));
    }
}
