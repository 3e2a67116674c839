//! Runs child processes on this machine, through duct.

use super::{Invocation, Mode, Outcome, ProcessError, Runner, TAIL_LINES, find_program};
use crate::error::Failure;
use crate::interrupt::{Interrupt, TICK};
use duct::unix::HandleExt;
use std::collections::VecDeque;
use std::ffi::OsString;
use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

/// How long a child has to clean up after SIGTERM.
const GRACE: Duration = Duration::from_millis(500);
/// How long after a child's end a signal that ended it may reach us.
const SIGNAL_RACE: Duration = Duration::from_millis(80);

/// How much of a child's output is read at once: what a pipe holds.
const BLOCK: usize = 64 * 1024;
/// A line that is longer is passed on in parts.
const LONGEST_LINE: usize = 1024 * 1024;

const SIGTERM: i32 = 15;

#[derive(Debug, Clone, Default)]
pub struct System {
    interrupt: Interrupt,
    path: Option<OsString>,
}

impl System {
    /// A runner that looks for programs on `path` and ends its children when `interrupt` says so.
    pub fn new(interrupt: Interrupt, path: Option<OsString>) -> Self {
        System { interrupt, path }
    }

    fn spawn_error(invocation: &Invocation, error: std::io::Error) -> ProcessError {
        ProcessError::Spawn {
            command: invocation.to_string(),
            error,
        }
    }

    /// Ends a child: SIGTERM, a grace period, SIGKILL. Its own children see their pipes close.
    fn end(child: &duct::Handle) {
        // Errors here mean that it has already ended.
        let _ = child.send_signal(SIGTERM);
        if !matches!(child.wait_timeout(GRACE), Ok(None)) {
            return;
        }
        let _ = child.kill();
    }

    /// The signal that asked us to end, with a moment for one that reached the child first.
    fn interrupted(&self, status: ExitStatus) -> Option<Failure> {
        let by_signal = signal_of(status).is_some() || matches!(status.code(), Some(130 | 143));
        if by_signal && !self.interrupt.requested() {
            std::thread::sleep(SIGNAL_RACE);
        }
        self.interrupt.failure()
    }

    fn wait(
        &self,
        invocation: &Invocation,
        handle: &duct::Handle,
    ) -> Result<Outcome, ProcessError> {
        let begun = Instant::now();
        loop {
            let output = match handle.wait_timeout(TICK) {
                Ok(output) => output,
                Err(error) => return Err(Self::spawn_error(invocation, error)),
            };
            if let Some(output) = output {
                if let Some(failure) = self.interrupted(output.status) {
                    return Err(ProcessError::Interrupted(failure));
                }
                return Ok(Outcome {
                    code: output.status.code(),
                    signal: signal_of(output.status),
                    stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
                    stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
                });
            }
            if let Some(failure) = self.interrupt.failure() {
                Self::end(handle);
                return Err(ProcessError::Interrupted(failure));
            }
            // Not a point in time: following a log has no end, and a limit beyond all times.
            if begun.elapsed() >= invocation.limit {
                Self::end(handle);
                return Err(timed_out(invocation, invocation.limit, false));
            }
        }
    }

    fn lines(
        &self,
        invocation: &Invocation,
        expression: &duct::Expression,
        on_line: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> Result<Outcome, ProcessError> {
        let mut tail: VecDeque<String> = VecDeque::new();
        let ended = self.blocks(invocation, expression, &mut |block| {
            let text = String::from_utf8_lossy(&block);
            let text = console::strip_ansi_codes(&text);
            // With a carriage return, progress redraws itself.
            let mut lines = text.split(['\n', '\r']);
            lines.try_for_each(|line| {
                if line.trim().is_empty() {
                    return ControlFlow::Continue(());
                }
                if tail.len() == TAIL_LINES {
                    tail.pop_front();
                }
                tail.push_back(line.to_owned());
                on_line(line)
            })
        });
        let said = join(&tail);
        match ended {
            Ok(outcome) => Ok(Outcome {
                stderr: said,
                ..outcome
            }),
            Err(ProcessError::TimedOut {
                command,
                after,
                silent,
                ..
            }) => Err(ProcessError::TimedOut {
                command,
                after,
                silent,
                tail: said,
            }),
            Err(error) => Err(error),
        }
    }

    fn blocks(
        &self,
        invocation: &Invocation,
        expression: &duct::Expression,
        on_block: &mut dyn FnMut(Vec<u8>) -> ControlFlow<()>,
    ) -> Result<Outcome, ProcessError> {
        let spawn_error = |error| Self::spawn_error(invocation, error);
        let (source, sink) = std::io::pipe().map_err(spawn_error)?;
        // The expression, and with it our end of the pipe, is dropped at the end of the statement.
        let child = expression
            .stderr_to_stdout()
            .stdout_file(sink)
            .start()
            .map_err(spawn_error)?;
        let (sender, receiver) = mpsc::sync_channel(1);
        std::thread::spawn(move || pump(source, &sender));
        let begun = Instant::now();
        let mut silent = true;
        loop {
            let block = receiver.recv_timeout(TICK);
            if let Some(failure) = self.interrupt.failure() {
                Self::end(&child);
                return Err(ProcessError::Interrupted(failure));
            }
            match block {
                Ok(block) => {
                    silent = false;
                    if on_block(block).is_break() {
                        Self::end(&child);
                        return Ok(Outcome {
                            code: Some(0),
                            ..Outcome::default()
                        });
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let limit = match invocation.silence_limit {
                Some(limit) if silent => limit.min(invocation.limit),
                _ => invocation.limit,
            };
            if begun.elapsed() >= limit {
                Self::end(&child);
                return Err(timed_out(invocation, limit, silent));
            }
        }
        self.wait(invocation, &child)
    }
}

fn timed_out(invocation: &Invocation, after: Duration, silent: bool) -> ProcessError {
    ProcessError::TimedOut {
        command: invocation.to_string(),
        after,
        silent,
        tail: String::new(),
    }
}

fn join(lines: &VecDeque<String>) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Sends all that is read, in blocks that end with a line unless that is very long.
fn pump(mut source: std::io::PipeReader, sender: &mpsc::SyncSender<Vec<u8>>) {
    let mut buffer = vec![0; BLOCK];
    let mut block = Vec::new();
    loop {
        let read = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => &buffer[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => break,
        };
        block.extend_from_slice(read);
        let line = read.iter().rposition(|byte| *byte == b'\n');
        let rest = match line {
            Some(end) => block.split_off(block.len() - read.len() + end + 1),
            None if block.len() >= LONGEST_LINE => Vec::new(),
            None => continue,
        };
        // After a signal or a limit there is no receiver left. The child is not to fail because of that.
        let _ = sender.send(std::mem::replace(&mut block, rest));
    }
    if !block.is_empty() {
        let _ = sender.send(block);
    }
}

fn signal_of(status: ExitStatus) -> Option<i32> {
    use std::os::unix::process::ExitStatusExt;
    status.signal()
}

impl Runner for System {
    fn run(&self, invocation: &Invocation, mode: Mode<'_>) -> Result<Outcome, ProcessError> {
        let mut expression = duct::cmd(&invocation.program, &invocation.args)
            .unchecked()
            .stdin_null();
        for name in &invocation.without {
            expression = expression.env_remove(name);
        }
        for (name, value) in &invocation.env {
            expression = expression.env(name, value.reveal());
        }
        if let Some(dir) = &invocation.dir {
            expression = expression.dir(dir);
        }
        let expression = match mode {
            Mode::Lines(on_line) => return self.lines(invocation, &expression, on_line),
            Mode::Blocks(on_block) => return self.blocks(invocation, &expression, on_block),
            Mode::Capture => expression.stdout_capture().stderr_capture(),
            Mode::Inherit => expression,
            Mode::InheritStderr => expression.stdout_to_stderr(),
        };
        let handle = expression
            .start()
            .map_err(|error| Self::spawn_error(invocation, error))?;
        self.wait(invocation, &handle)
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        find_program(program, self.path.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str) -> Invocation {
        Invocation::new("/bin/sh", ["-c", script])
    }

    #[test]
    fn both_streams_status_environment_and_folder_come_back() {
        let mut invocation = sh("echo $X$CARGO_MANIFEST_DIR; pwd; echo oops >&2; exit 7");
        invocation.env.push(("X".into(), "a$b 'c'".into()));
        invocation.without.push("CARGO_MANIFEST_DIR".into());
        invocation.dir = Some("/".into());
        let outcome = System::default()
            .run(&invocation, Mode::Capture)
            .expect("runs");
        assert_eq!(outcome.code, Some(7));
        assert_eq!(outcome.stdout, "a$b 'c'\n/\n");
        assert_eq!(outcome.stderr, "oops\n");
    }

    #[test]
    fn lines_arrive_merged_and_without_colours() {
        let mut seen = Vec::new();
        let script = r"printf 'a\n'; printf '\033[31mb\033[0m\rc\n' >&2; printf 'last'; exit 2";
        let outcome = System::default()
            .run(
                &sh(script),
                Mode::Lines(&mut |l| {
                    seen.push(l.to_owned());
                    ControlFlow::Continue(())
                }),
            )
            .expect("runs");
        assert_eq!(seen, ["a", "b", "c", "last"]);
        assert_eq!(outcome.code, Some(2));
        assert_eq!(outcome.stderr, "a\nb\nc\nlast\n");
    }

    #[test]
    fn a_limit_ends_a_child_even_when_a_grandchild_holds_the_pipe() {
        for lines in [false, true] {
            let invocation =
                sh("echo hello; sleep 30 & sleep 30").limit(Duration::from_millis(200));
            let mut ignore = |_: &str| ControlFlow::Continue(());
            let mode = if lines {
                Mode::Lines(&mut ignore)
            } else {
                Mode::Capture
            };
            let begun = Instant::now();
            let error = System::default()
                .run(&invocation, mode)
                .expect_err("too slow");
            assert!(matches!(error, ProcessError::TimedOut { .. }), "{error:?}");
            assert!(begun.elapsed() < Duration::from_secs(10));
        }
    }

    #[test]
    fn silence_has_a_limit_of_its_own() {
        let mut invocation = sh("sleep 30");
        invocation.silence_limit = Some(Duration::from_millis(100));
        let error = System::default()
            .run(&invocation, Mode::Lines(&mut |_| ControlFlow::Continue(())))
            .expect_err("silent");
        assert!(matches!(error, ProcessError::TimedOut { silent: true, .. }));
    }

    #[test]
    fn an_interrupt_ends_the_child() {
        let interrupt = Interrupt::default();
        let system = System::new(interrupt.clone(), None);
        interrupt.raise(15);
        let error = system
            .run(&sh("sleep 30"), Mode::Capture)
            .expect_err("interrupted");
        assert!(matches!(error, ProcessError::Interrupted(_)));
    }

    #[test]
    fn a_missing_program_is_named() {
        let missing = Invocation::new("/no/such/program", ["x"]);
        let error = System::default()
            .run(&missing, Mode::Capture)
            .expect_err("missing");
        let failure = Failure::from(error);
        assert_eq!(failure.kind, crate::error::Kind::ToolMissing);
        assert!(
            failure.message().contains("`program x`"),
            "{}",
            failure.message()
        );
    }
}
