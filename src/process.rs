//! The one place that runs child processes.
//!
//! A command is a value, an [`Invocation`], that can be shown, compared and run. A [`Runner`] runs
//! it: [`System`] for real (through duct), `Recorder` in unit tests. Children share our process group,
//! so a Ctrl-C at the terminal reaches them as well; a signal sent to us alone, or a limit that
//! passes, is passed on: SIGTERM first, SIGKILL soon after.

mod output;
#[cfg(test)]
mod recorder;
mod system;

use crate::error::{Failure, Kind};
use crate::secret::Secret;
use crate::ui::text::cut;
use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::ops::ControlFlow;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[cfg(test)]
pub use recorder::Recorder;
pub use system::System;

/// The limit for a query to a daemon, which normally takes a fraction of a second.
pub const QUESTION: Duration = Duration::from_secs(20);

/// A program with its arguments, environment and folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program as it will be executed.
    pub program: PathBuf,
    /// Arguments, without the program. Never a secret.
    pub args: Vec<String>,
    /// Variables in addition to our own environment.
    pub env: Vec<(String, Secret)>,
    /// Variables of our own environment that it does not get.
    pub without: Vec<String>,
    /// Folder to run in; ours when absent.
    pub dir: Option<PathBuf>,
    /// How long it may take in all.
    pub limit: Duration,
    /// How long it may take until it first prints something; only watched in [`Mode::Lines`].
    pub silence_limit: Option<Duration>,
    /// How long it may print nothing, first or later; only watched in [`Mode::Lines`].
    pub idle_limit: Option<Duration>,
}

impl Invocation {
    /// `program` with `args`, with the limit of a query.
    pub fn new<A: Into<String>>(
        program: impl Into<PathBuf>,
        args: impl IntoIterator<Item = A>,
    ) -> Self {
        Invocation {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
            env: Vec::new(),
            without: Vec::new(),
            dir: None,
            limit: QUESTION,
            silence_limit: None,
            idle_limit: None,
        }
    }

    /// The same with another limit.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The same with more variables.
    #[must_use]
    pub fn env<V: Into<Secret>>(mut self, env: impl IntoIterator<Item = (String, V)>) -> Self {
        let secret = |(name, value): (String, V)| (name, value.into());
        self.env.extend(env.into_iter().map(secret));
        self
    }

    /// The same without some of our own variables.
    #[must_use]
    pub fn without(mut self, names: &[String]) -> Self {
        self.without.extend_from_slice(names);
        self
    }

    /// The program's file name, for messages.
    pub fn name(&self) -> Cow<'_, str> {
        match self.program.file_name() {
            Some(name) => name.to_string_lossy(),
            None => self.program.to_string_lossy(),
        }
    }
}

impl fmt::Display for Invocation {
    /// The command as one could paste it into a shell.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shell_quote(&self.name()))?;
        for arg in &self.args {
            write!(f, " {}", shell_quote(arg))?;
        }
        Ok(())
    }
}

/// A word as a POSIX shell reads it back.
pub fn shell_quote(word: &str) -> Cow<'_, str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

/// What happens to a child's output.
pub enum Mode<'a> {
    /// Both streams are kept apart and returned.
    Capture,
    /// Both streams together are passed on line by line, and their last lines returned as stderr.
    /// Breaking ends the child, which is not a failure.
    Lines(&'a mut dyn FnMut(&str) -> ControlFlow<()>),
    /// Both streams together are passed on as they come, and nothing of them is returned. The child waits until
    /// they are taken, so memory is bounded.
    Blocks(&'a mut dyn FnMut(&[u8]) -> ControlFlow<()>),
    /// Its standard output is passed on in pieces, as it is; the other stream is kept. Breaking ends the child, which
    /// is not a failure.
    Bytes(&'a mut dyn FnMut(&[u8]) -> ControlFlow<()>),
    /// The child writes to our stdout and stderr.
    Inherit,
    /// The child writes to our stderr only: progress that belongs on a terminal.
    InheritStderr,
}

/// How a child ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The exit status, when it ended by itself.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    /// Captured standard output.
    pub stdout: String,
    /// Captured standard error, or the last lines of both.
    pub stderr: String,
}

impl Outcome {
    /// Whether the status is zero.
    pub fn success(&self) -> bool {
        self.code == Some(0)
    }

    /// The status as a shell reports it: 128 plus the number of a signal.
    pub fn shell_status(&self) -> u8 {
        let status = match (self.code, self.signal) {
            (Some(code), _) => code,
            (None, Some(signal)) => 128 + signal,
            (None, None) => 1,
        };
        u8::try_from(status).unwrap_or(1)
    }
}

/// A child without an [`Outcome`].
#[derive(Debug)]
pub enum ProcessError {
    /// The program could not be started.
    Spawn {
        command: String,
        /// The operating system's reason.
        error: std::io::Error,
    },
    /// The limit passed; the child was ended.
    TimedOut {
        command: String,
        /// The limit that passed.
        after: Duration,
        /// Whether it had printed nothing at all.
        silent: bool,
        /// Its last lines, where it had any.
        tail: String,
    },
    /// It printed more than is ever read; the child was ended.
    TooMuch { command: String },
    /// A signal asked this run to end; the child was ended.
    Interrupted(Failure),
}

impl From<ProcessError> for Failure {
    fn from(error: ProcessError) -> Failure {
        match error {
            ProcessError::Spawn { command, error } => {
                let kind = match error.kind() {
                    std::io::ErrorKind::NotFound => Kind::ToolMissing,
                    _ => Kind::ChildFailed,
                };
                Failure::caused(kind, format_args!("could not run `{command}`"), error)
            }
            ProcessError::TimedOut {
                command,
                after,
                silent,
                tail,
            } => {
                let after = humantime::format_duration(after);
                let what = if silent {
                    "produced no output"
                } else {
                    "did not finish"
                };
                Failure::new(
                    Kind::NotReady,
                    with_tail(format!("`{command}` {what} within {after}"), &tail),
                )
            }
            ProcessError::TooMuch { command } => {
                let most = output::MOST >> 20;
                Failure::new(
                    Kind::ChildFailed,
                    format!("`{command}` printed more than {most} MiB"),
                )
            }
            ProcessError::Interrupted(failure) => failure,
        }
    }
}

/// How many of a child's last lines a message repeats.
pub const TAIL_LINES: usize = 20;

/// The failure of a child that ended with a bad status: what was run, how it ended, its last lines.
pub fn failed(invocation: &Invocation, outcome: &Outcome) -> Failure {
    let end = match (outcome.code, outcome.signal) {
        (Some(code), _) => format!("failed with status {code}"),
        (None, Some(signal)) => format!("was killed by signal {signal}"),
        (None, None) => "ended without an exit status".to_owned(),
    };
    // Some programs explain themselves on stdout.
    let said = format!("{}\n{}", outcome.stdout, outcome.stderr);
    Failure::new(
        Kind::ChildFailed,
        with_tail(format!("`{invocation}` {end}"), &said),
    )
}

/// `message`, then the last lines of `output`, indented.
pub fn with_tail(message: String, output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|l| !l.trim().is_empty()).collect();
    let tail = &lines[lines.len().saturating_sub(TAIL_LINES)..];
    if tail.is_empty() {
        return message;
    }
    tail.iter().fold(message + ":", |text, line| {
        text + "\n  " + &cut(line.trim_end(), LONGEST)
    })
}

/// What a message repeats of one line of others.
const LONGEST: usize = 1000;

/// Runs invocations.
pub trait Runner: Send + Sync {
    /// Runs to the end. A bad status is an [`Outcome`], not an error.
    fn run(
        &self,
        invocation: &Invocation,
        mode: Mode<'_>,
    ) -> std::result::Result<Outcome, ProcessError>;

    /// Finds a program on PATH.
    fn find(&self, program: &str) -> Option<PathBuf>;
}

/// Becomes another program, with more variables. Returns only if that fails.
pub fn replace(program: &Path, args: &[OsString], env: &[(&str, &str)]) -> std::io::Error {
    #[expect(clippy::disallowed_methods, reason = "this is `process`")]
    let mut command = std::process::Command::new(program);
    command.args(args).envs(env.iter().copied()).exec()
}

/// Finds a program on the given PATH, or by its own path, as the shell would.
pub fn find_program(program: &str, path: Option<OsString>) -> Option<PathBuf> {
    let here = std::path::Path::new(".");
    which::which_in(program, path, here).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_display_can_be_pasted() {
        let words = ["plain", "two words", "it's", "", "$x", "a;b", "ü"];
        let shown = Invocation::new("/usr/bin/docker", words).to_string();
        assert_eq!(
            shown,
            r"docker plain 'two words' 'it'\''s' '' '$x' 'a;b' 'ü'"
        );
        let echo = format!("printf '%s\\n' {}", shown.trim_start_matches("docker "));
        let back = duct::cmd!("sh", "-c", echo).read().expect("sh runs");
        assert_eq!(back, words.join("\n"));
    }

    #[test]
    fn a_failed_child_is_reported_with_what_it_said_on_either_stream() {
        let outcome = Outcome {
            code: Some(1),
            stdout: "see https://example.com\n".into(),
            stderr: "oops\n".into(),
            ..Outcome::default()
        };
        let failure = failed(&Invocation::new("docker", ["ps"]), &outcome);
        assert_eq!(
            failure.message(),
            "`docker ps` failed with status 1:\n  see https://example.com\n  oops"
        );
    }

    #[test]
    fn a_failed_child_is_reported_with_its_last_lines() {
        let outcome = Outcome {
            code: Some(3),
            stderr: (0..30).map(|n| format!("line {n}\n\n")).collect(),
            ..Outcome::default()
        };
        let failure = failed(&Invocation::new("docker", ["ps"]), &outcome);
        let message = failure.message();
        let lines: Vec<_> = message.lines().collect();
        assert_eq!(lines[0], "`docker ps` failed with status 3:");
        assert_eq!(lines[1], "  line 10");
        assert_eq!(lines.last(), Some(&"  line 29"));
    }
}
