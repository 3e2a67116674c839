//! What trials expect of the commands they run; see `tests/support/run.rs`.

use crate::run::{Run, Running};
use std::ffi::OsString;
use std::time::Duration;

impl Run {
    /// The same command as the arguments of another program.
    #[must_use]
    pub fn through(mut self, program: impl Into<OsString>) -> Run {
        let command = std::mem::replace(&mut self.program, program.into());
        self.args.insert(0, command);
        self
    }

    /// How long it may take.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Run {
        self.limit = limit;
        self
    }

    /// Runs to the end.
    #[track_caller]
    pub fn run(&self) -> Ran {
        self.start().finish()
    }
}

impl Running {
    /// Waits for a text on stderr.
    #[track_caller]
    pub fn says(&mut self, needle: &str) -> &mut Running {
        self.until(needle, |running| running.stderr().contains(needle))
    }

    /// Waits for a text on stdout.
    #[track_caller]
    pub fn prints(&mut self, needle: &str) -> &mut Running {
        self.until(needle, |running| running.stdout().contains(needle))
    }

    /// Waits for its end.
    #[track_caller]
    pub fn finish(self) -> Ran {
        let ended = self.end();
        let (warned, stderr) = of_the_exposure(&ended.stderr);
        Ran {
            command: ended.command,
            status: ended.status,
            stdout: ended.stdout,
            stderr,
            warned,
            took: ended.took,
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone)]
pub struct Ran {
    command: String,
    /// Exit status; 128 plus the number of a signal that killed it.
    pub status: i32,
    pub stdout: String,
    /// Without the warning about published ports, which every start of a trial prints.
    pub stderr: String,
    /// That warning.
    pub warned: String,
    pub took: Duration,
}

/// The warning about documented passwords, and the rest.
fn of_the_exposure(stderr: &str) -> (String, String) {
    let lines = stderr.split_inclusive('\n');
    lines.partition(|line| {
        (line.starts_with("warning: port") && line.contains(" reachable from the network"))
            || line.starts_with("hint: publish on this machine only")
    })
}

impl Ran {
    /// Fails the trial unless the status is this one.
    #[track_caller]
    pub fn ended(self, status: i32) -> Ran {
        assert!(
            self.status == status,
            "`{}` ended with {} instead of {status}\n--- stdout\n{}--- stderr\n{}",
            self.command,
            self.status,
            self.stdout,
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn succeeded(self) -> Ran {
        self.ended(0)
    }

    /// Fails the trial unless every one of these is on stderr.
    #[track_caller]
    pub fn reports(self, needles: &[&str]) -> Ran {
        for needle in needles {
            assert!(
                self.stderr.contains(needle),
                "`{}` does not report {needle:?}:\n{}",
                self.command,
                self.stderr
            );
        }
        self
    }

    /// Fails the trial when one of these is on either stream.
    #[track_caller]
    pub fn never_shows(self, needles: &[&str]) -> Ran {
        for needle in needles {
            let shown = self.stdout.contains(needle) || self.stderr.contains(needle);
            assert!(
                !shown,
                "`{}` shows {needle:?}:\n{}{}",
                self.command, self.stdout, self.stderr
            );
        }
        self
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("`{}`: {error}:\n{}", self.command, self.stdout))
    }
}
