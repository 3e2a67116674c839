//! Runs child processes on this machine, through duct.

use super::output::{Lines, Pipes, Sink};
use super::{Invocation, Mode, Outcome, ProcessError, Runner, find_program};
use crate::error::Failure;
use crate::interrupt::{Interrupt, TICK};
use duct::unix::HandleExt;
use std::ffi::OsString;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

/// How long a child has to clean up after SIGTERM.
const GRACE: Duration = Duration::from_millis(500);
/// How long after a child's end a signal that ended it may reach us.
const SIGNAL_RACE: Duration = Duration::from_millis(80);

/// How long nothing may come after a child's end for its output to be complete. What it printed has arrived
/// by then; a process that it left behind may print on.
const SETTLED: Duration = Duration::from_millis(50);
/// How long it is read at most.
const LATEST: Duration = Duration::from_secs(2);

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

    /// Waits for the end of a child and reads what it prints. Its exit decides, not the end of its output: a
    /// process that it left behind may keep that open.
    fn watch(
        &self,
        invocation: &Invocation,
        handle: &duct::Handle,
        mut pipes: Pipes,
        mut sink: Sink,
    ) -> Result<Outcome, ProcessError> {
        let spawn_error = |error| Self::spawn_error(invocation, error);
        let begun = Instant::now();
        let mut heard = begun;
        let mut ended: Option<(ExitStatus, Instant)> = None;
        loop {
            let patience = if ended.is_some() { SETTLED } else { TICK };
            let mut flow = ControlFlow::Continue(());
            let read = !pipes.are_closed() && {
                let take = |stream, bytes: &[u8]| flow = sink.take(stream, bytes);
                pipes.read(patience, take).map_err(spawn_error)?
            };
            if read {
                heard = Instant::now();
            }
            let limit = invocation.limit_of(&sink);
            let passed = if begun.elapsed() >= limit {
                Some(limit)
            } else {
                invocation
                    .idle_limit
                    .filter(|limit| heard.elapsed() >= *limit)
            };
            let stop = if flow.is_break() {
                Some(Ok(Outcome {
                    code: Some(0),
                    ..Outcome::default()
                }))
            } else if let Some(failure) = self.interrupt.failure() {
                Some(Err(ProcessError::Interrupted(failure)))
            } else if sink.is_full() {
                Some(Err(ProcessError::TooMuch {
                    command: invocation.to_string(),
                }))
            } else {
                // Not a point in time: following a log has no end, and a limit beyond all times.
                let passed = passed.filter(|_| ended.is_none());
                passed.map(|limit| Err(timed_out(invocation, limit, &sink)))
            };
            if let Some(stop) = stop {
                Self::end(handle);
                return stop;
            }
            match ended {
                Some((status, at))
                    if pipes.are_closed()
                        || !read
                        || (at.elapsed() >= LATEST && !sink.is_slow()) =>
                {
                    return self.outcome(status, sink);
                }
                Some(_) => {}
                None => {
                    let wait = if pipes.are_closed() {
                        TICK
                    } else {
                        Duration::ZERO
                    };
                    let output = handle.wait_timeout(wait).map_err(spawn_error)?;
                    ended = output.map(|output| (output.status, Instant::now()));
                }
            }
        }
    }

    fn outcome(&self, status: ExitStatus, mut sink: Sink) -> Result<Outcome, ProcessError> {
        if let Some(failure) = self.interrupted(status) {
            return Err(ProcessError::Interrupted(failure));
        }
        if let Sink::Lines(lines) = &mut sink {
            // The child has ended already: that no more lines are wanted changes nothing.
            let _ = lines.end_line();
        }
        let (stdout, stderr) = sink.into_texts();
        Ok(Outcome {
            code: status.code(),
            signal: signal_of(status),
            stdout,
            stderr,
        })
    }
}

impl Invocation {
    /// How long it may take, by what it has printed so far.
    fn limit_of(&self, sink: &Sink) -> Duration {
        match (self.silence_limit, sink) {
            (Some(limit), Sink::Lines(lines)) if !lines.any => limit.min(self.limit),
            _ => self.limit,
        }
    }
}

fn timed_out(invocation: &Invocation, after: Duration, sink: &Sink) -> ProcessError {
    let (silent, tail) = match sink {
        Sink::Lines(lines) => (
            !lines.any && invocation.silence_limit.is_some(),
            lines.tail(),
        ),
        Sink::Kept(_) | Sink::Bytes(..) => (false, String::new()),
    };
    ProcessError::TimedOut {
        command: invocation.to_string(),
        after,
        silent,
        tail,
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
        let spawn_error = |error| Self::spawn_error(invocation, error);
        let pipe = || std::io::pipe().map_err(spawn_error);
        let nothing = || Sink::Kept([Vec::new(), Vec::new()]);
        let mut pipes = Vec::new();
        let mut piped = || {
            let (source, drain) = pipe()?;
            pipes.push(source);
            Ok(drain)
        };
        let (expression, sink) = match mode {
            Mode::Lines(on_line) => (
                expression.stderr_to_stdout().stdout_file(piped()?),
                Sink::Lines(Lines::new(on_line)),
            ),
            Mode::Blocks(on_block) => (
                expression.stderr_to_stdout().stdout_file(piped()?),
                Sink::Bytes(on_block, Vec::new()),
            ),
            Mode::Bytes(on_piece) => (
                expression.stdout_file(piped()?).stderr_file(piped()?),
                Sink::Bytes(on_piece, Vec::new()),
            ),
            Mode::Capture => (
                expression.stdout_file(piped()?).stderr_file(piped()?),
                nothing(),
            ),
            Mode::Inherit => (expression, nothing()),
            Mode::InheritStderr => (expression.stdout_to_stderr(), nothing()),
        };
        let handle = expression.start().map_err(spawn_error)?;
        // With it goes our end of the pipes: what is left is the child's.
        drop(expression);
        self.watch(invocation, &handle, Pipes::new(pipes), sink)
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
    fn the_end_of_a_child_is_its_exit_and_not_the_end_of_its_output() {
        for (script, told) in [
            ("sleep 60 & echo ended", "ended\n"),
            ("sleep 60 >&2 & echo ended", "ended\n"),
            (
                "(while :; do echo x >&2; sleep 0.01; done) & echo ended; sleep 0.1; kill $$; exit 0",
                "ended\n",
            ),
        ] {
            let limit = Duration::from_secs(40);
            let begun = Instant::now();
            let run = System::default().run(&sh(script).limit(limit), Mode::Capture);
            assert_eq!(run.expect("ends").stdout, told, "{script}");
            let mut seen = Vec::new();
            let mut see = |line: &str| {
                seen.push(line.to_owned());
                ControlFlow::Continue(())
            };
            let run = System::default().run(&sh(script).limit(limit), Mode::Lines(&mut see));
            run.expect("ends");
            assert!(seen.contains(&"ended".to_owned()), "{seen:?}");
            assert!(begun.elapsed() < limit / 2, "{script}");
        }
    }

    #[test]
    fn output_without_end_is_bounded_and_a_limit_is_kept() {
        let endless = "while :; do printf '%01000d' 1; done";
        let error = System::default().run(&sh("cat /dev/zero"), Mode::Capture);
        let failure = Failure::from(error.expect_err("too much"));
        assert!(
            failure.message().ends_with("printed more than 64 MiB"),
            "{failure}"
        );
        let mut longest = 0;
        let mut see = |line: &str| {
            longest = longest.max(line.len());
            ControlFlow::Continue(())
        };
        let quick = sh(endless).limit(Duration::from_millis(400));
        let error = System::default().run(&quick, Mode::Lines(&mut see));
        assert!(matches!(error, Err(ProcessError::TimedOut { .. })));
        assert!(longest > 0 && longest < 1 << 20, "{longest}");
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
