//! Merges the logs of containers. Each is in the order of time already, so a block of each is all that is in memory.

use super::Shown;
use super::output::Output;
use super::source::{Has, Source};
use crate::context::Context;
use crate::docker::diagnosis::diagnose;
use crate::error::{Failure, Kind, Result, Tried};
use crate::process::{Invocation, Mode, Outcome};
use crate::thread::{Beside, joined};
use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread::Builder;
use std::time::{Duration, Instant};

/// How long those who follow wait for a container that prints nothing, to keep the order: until it prints again,
/// once.
const PATIENCE: Duration = Duration::from_millis(30);
/// How much is printed at once while there is more.
const FULL: usize = 64 * 1024;

/// Shows what these commands print, each the log of a compose service, as it comes.
pub fn show<'a>(
    ctx: &Context,
    logs: impl Iterator<Item = (&'a str, &'a Invocation)>,
    follow: bool,
    mut output: Output,
) -> Result<Shown> {
    let merged = merged(ctx, logs, follow, &mut output);
    // Also a document that ends with a failure is one.
    let shown = output.end(&ctx.ui);
    match merged? {
        ControlFlow::Continue(()) => shown,
        ControlFlow::Break(error) => Err(error),
    }
    .or_else(|error| match error.kind() {
        // The reader has seen enough, as with `| head`.
        ErrorKind::BrokenPipe => Ok(Shown::default()),
        _ => Err(Failure::caused(
            Kind::Io,
            "could not write the result",
            error,
        )),
    })
}

/// Breaks if our output cannot be written.
fn merged<'a>(
    ctx: &Context,
    logs: impl Iterator<Item = (&'a str, &'a Invocation)>,
    follow: bool,
    output: &mut Output,
) -> Result<ControlFlow<io::Error>> {
    let (ring, bell) = mpsc::sync_channel(1);
    std::thread::scope(|scope| {
        let mut sources = Vec::new();
        let mut readers = Vec::new();
        for (service, invocation) in logs {
            let (sender, blocks) = mpsc::sync_channel(1);
            sources.push(Source::new(service, blocks));
            let ring = ring.clone();
            // Without a thread of its own, it would wait for itself.
            let reader = Builder::new()
                .spawn_scoped(scope, move || Some(read(ctx, invocation, sender, &ring)))
                .tried(Kind::Failed, "could not read several logs at once")?;
            readers.push((invocation, Beside::Running(reader)));
        }
        let mut merge = Merge {
            ctx,
            bell,
            follow,
            output,
            sources,
        };
        let end = merge.run();
        // A thread that still reads ends its child when no one takes its blocks.
        let own: Vec<_> = merge.sources.into_iter().map(|source| source.own).collect();
        let outcomes = readers
            .into_iter()
            .map(|(log, reader)| (log, joined(reader)));
        let outcomes: Vec<_> = outcomes.collect();
        let end = end?;
        if end.is_continue() {
            for ((invocation, outcome), own) in outcomes.into_iter().zip(own) {
                succeeded(ctx, invocation, outcome?, own)?;
            }
        }
        Ok(end)
    })
}

/// What docker itself had to say is a warning, or why it failed.
fn succeeded(
    ctx: &Context,
    logs: &Invocation,
    mut outcome: Outcome,
    own: VecDeque<String>,
) -> Result<()> {
    if outcome.success() {
        own.iter().for_each(|line| warn_of(ctx, line));
        return Ok(());
    }
    outcome.stderr = own.into_iter().map(|line| line + "\n").collect();
    Err(diagnose(&ctx.env, logs, &outcome))
}

fn warn_of(ctx: &Context, line: &str) {
    ctx.ui.warn(&format!("`docker logs`: {line}"));
}

/// Runs one of the commands, and passes on what it prints.
fn read(
    ctx: &Context,
    logs: &Invocation,
    sender: SyncSender<Vec<u8>>,
    bell: &SyncSender<()>,
) -> Result<Outcome> {
    ctx.ui.command(logs);
    let ring = || {
        // It may ring already.
        let _ = bell.try_send(());
    };
    let mut pass = |block: &[u8]| match sender.send(block.to_vec()) {
        Ok(()) => {
            ring();
            ControlFlow::Continue(())
        }
        Err(_) => ControlFlow::Break(()),
    };
    let outcome = ctx.runner.run(logs, Mode::Blocks(&mut pass));
    drop(sender);
    ring();
    Ok(outcome?)
}

struct Merge<'a, 's> {
    ctx: &'a Context,
    sources: Vec<Source<'s>>,
    /// Rings when there is something new.
    bell: Receiver<()>,
    follow: bool,
    output: &'a mut Output,
}

impl Merge<'_, '_> {
    /// Until all logs have ended, or no one reads ours.
    fn run(&mut self) -> Result<ControlFlow<io::Error>> {
        let mut waiting: Option<Instant> = None;
        loop {
            let found: Vec<Has> = self.sources.iter_mut().map(Source::look).collect();
            self.warn_at_once();
            let patient = !self.follow || waiting.is_none_or(|since| since.elapsed() < PATIENCE);
            if !patient {
                self.sources.iter_mut().for_each(Source::need_not_wait);
            }
            let is_complete = !self
                .sources
                .iter()
                .zip(&found)
                .any(|(source, has)| *has == Has::Nothing && !source.is_quiet);
            let done = if !found.contains(&Has::Line) && !found.contains(&Has::Nothing) {
                return Ok(self.flush());
            } else if found.contains(&Has::Line) && is_complete {
                waiting = None;
                self.print()
            } else {
                waiting.get_or_insert_with(Instant::now);
                let flushed = self.flush();
                self.ctx.interrupt.check()?;
                let _ = self.bell.recv_timeout(PATIENCE);
                flushed
            };
            if done.is_break() {
                return Ok(done);
            }
        }
    }

    /// Following ends with Ctrl-C: there is no later.
    fn warn_at_once(&mut self) {
        if self.follow {
            let own = self
                .sources
                .iter_mut()
                .flat_map(|source| source.own.drain(..));
            own.for_each(|line| warn_of(self.ctx, &line));
        }
    }

    /// Prints lines in the order of time until one of the logs has to be read on. Of lines of the same time, those of
    /// the first service come first.
    fn print(&mut self) -> ControlFlow<io::Error> {
        loop {
            let sources = self.sources.iter_mut();
            let with_line =
                sources.filter_map(|source| (source.look() == Has::Line).then_some(source));
            let Some(first) = with_line.min_by(|a, b| a.place.cmp(&b.place)) else {
                return ControlFlow::Continue(());
            };
            let service = first.service;
            if let Some((time, text)) = first.take() {
                self.output.line(&self.ctx.ui, service, time, &text);
            }
            let goes_on = first.look() == Has::Line;
            if self.output.pending() >= FULL {
                self.flush()?;
            }
            if !goes_on {
                return ControlFlow::Continue(());
            }
        }
    }

    fn flush(&mut self) -> ControlFlow<io::Error> {
        match self.output.flush(&self.ctx.ui) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }
}
