//! How a run ended, compared as a whole.

pub use super::run::Ended;
use std::fmt::Write;
use std::panic::Location;

impl Ended {
    /// The same with all texts put through this, which gives what differs from run to run a name.
    pub fn with(self, plain: impl Fn(&str) -> String) -> Ended {
        Ended {
            command: plain(&self.command),
            stdout: plain(&self.stdout),
            stderr: plain(&self.stderr),
            ..self
        }
    }

    /// Everything that was printed.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    /// Compares all of it.
    #[track_caller]
    pub fn is(&self, status: i32, stdout: &str, stderr: &str) -> &Self {
        let whole = |status: i32, stdout: &str, stderr: &str| {
            format!("--- status {status}\n--- stdout\n{stdout}--- stderr\n{stderr}")
        };
        let got = whole(self.status, &self.stdout, &self.stderr);
        same(&self.command, &got, &whole(status, stdout, stderr));
        self
    }

    /// Status zero; anything else is shown.
    #[track_caller]
    pub fn succeeds(&self) -> &Self {
        assert_eq!(
            self.status, 0,
            "{}\n{}{}",
            self.command, self.stdout, self.stderr
        );
        self
    }

    /// Fails with a status and, on stderr, `error: MESSAGE` and the hints, nothing on stdout. Lines of
    /// stages in front of it are left out.
    #[track_caller]
    pub fn fails(&self, status: i32, message: &str) -> &Self {
        let told = match self.stderr.find("error: ") {
            Some(start) => &self.stderr[start..],
            None => &self.stderr,
        };
        let got = format!("status {}\n{}{told}", self.status, self.stdout);
        same(&self.command, &got, &format!("status {status}\n{message}"));
        self
    }

    /// Fails with a status and nothing on stdout.
    #[track_caller]
    pub fn fails_with(&self, status: i32) -> &Self {
        let got = (self.status, &*self.stdout);
        assert_eq!(got, (status, ""), "{}\n{}", self.command, self.stderr);
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("{}: {error}\n{}", self.command, self.stdout),
        }
    }
}

/// Compares two texts and shows both with the first line that differs marked.
#[track_caller]
pub fn same(what: &str, got: &str, want: &str) {
    if got == want {
        return;
    }
    let at = got
        .lines()
        .zip(want.lines())
        .take_while(|(g, w)| g == w)
        .count();
    let mark = |text: &str| {
        let mut out = String::new();
        for (number, line) in text.lines().enumerate() {
            let arrow = if number == at { ">" } else { " " };
            let _ = writeln!(out, "{arrow} {line}");
        }
        out
    };
    panic!(
        "{what}, at {}\n=== got\n{}=== want\n{}",
        Location::caller(),
        mark(got),
        mark(want)
    );
}
