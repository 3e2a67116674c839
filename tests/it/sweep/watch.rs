//! Runs, and everything that others could see of them.

use super::known::Known;
use crate::support::run::Running;
use crate::support::{Files, Sandbox};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Writes down the environment of each child, in a file of its own: some run at once.
const ENVIRONMENT: &str = r#"{ printf '%s\036' "$tool $*"; /usr/bin/env -0; } >"$engine/seen.$$"
"#;

/// What was seen: of what, and where.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    /// Shown, or an argument of a child: for everybody.
    Open(String),
    /// The environment of a child, but for what it has of the user's own.
    Environment(String),
    /// A file, by its path in the sandbox.
    File(String),
}

/// A sandbox that is watched.
pub struct Watch {
    pub s: Sandbox,
    seen: BTreeMap<(String, Seen), String>,
}

impl Watch {
    pub fn new() -> Watch {
        let mut s = Sandbox::new();
        s.engine.hook("any", ENVIRONMENT);
        std::fs::create_dir(s.path("temporary")).expect("a folder");
        s.set("TMPDIR", s.path("temporary"));
        let seen = BTreeMap::new();
        Watch { s, seen }
    }

    /// Runs it dry, for real, and once more for its document, and keeps what can be seen.
    #[track_caller]
    pub fn runs(&mut self, words: &str, status: i32) {
        for more in ["--dry-run -v", "--dry-run --json"] {
            self.run(&format!("{words} {more}"));
        }
        let told = self.run(&format!("{words} -v"));
        assert_eq!(told.0, status, "{words}:\n{}", told.1);
        self.run(&format!("{words} -v --json"));
    }

    /// Runs it once: its status and what it said.
    pub fn run(&mut self, words: &str) -> (i32, String) {
        let ended = self.s.begin(words).end();
        self.see("stdout", words, &ended.stdout);
        self.see("stderr", words, &ended.stderr);
        self.look(words);
        (ended.status, ended.stdout + &ended.stderr)
    }

    /// Begins a run and kills it after a moment, with its children.
    pub fn kill(&mut self, words: &str, after: std::time::Duration) {
        let running: Running = self.s.begin(words);
        std::thread::sleep(after);
        running.signal_group("KILL");
        running.end();
        self.look(&format!("{words} (killed)"));
        for path in Files::of(&self.s.path("temporary")).0.keys() {
            std::fs::remove_file(self.s.path("temporary").join(path)).expect("a file");
        }
    }

    fn see(&mut self, where_: &str, words: &str, text: &str) {
        let seen = Seen::Open(format!("{where_} of `{words}`"));
        self.seen.insert((text.to_owned(), seen), String::new());
    }

    /// Looks at children and files after a run.
    fn look(&mut self, words: &str) {
        for call in self.s.engine.take_all_calls() {
            self.see("a child's arguments", words, &call.to_string());
        }
        let own: Vec<OsString> = self
            .s
            .env()
            .iter()
            .map(|(name, value)| {
                let mut pair = name.clone();
                pair.push("=");
                pair.push(value);
                pair
            })
            .collect();
        for entry in std::fs::read_dir(self.s.engine.path()).expect("lists") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("named").to_string_lossy();
            if !name.starts_with("seen.") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            std::fs::remove_file(&path).expect("ours");
            let (child, env) = text.split_once('\u{1e}').unwrap_or((&text, ""));
            let env = env
                .split('\0')
                .filter(|pair| own.iter().all(|own| own != pair));
            let env: Vec<&str> = env.collect();
            self.seen.insert(
                (env.join("\n"), Seen::Environment(child.to_owned())),
                words.to_owned(),
            );
        }
        for top in ["home", "work", "temporary"] {
            for path in Files::of(&self.s.path(top)).0.keys() {
                self.look_at(&Path::new(top).join(path), words);
            }
        }
        if !words.ends_with("(killed)") {
            let left = Files::of(&self.s.path("temporary")).list();
            assert_eq!(left, "", "`{words}` leaves temporary files");
        }
    }

    fn look_at(&mut self, path: &Path, words: &str) {
        let full = self.s.root().join(path);
        let is_file = full
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_file());
        if !is_file {
            return;
        }
        let mode = full.metadata().expect("is there").permissions().mode();
        let text = String::from_utf8_lossy(&std::fs::read(&full).expect("reads")).into_owned();
        let shown = path.display();
        // The user's own files, and the key they were given in.
        let private = mode & 0o077 == 0;
        let seen = if private {
            Seen::File(shown.to_string())
        } else {
            Seen::Open(format!("{shown}, which others can read,"))
        };
        self.seen
            .entry((text, seen))
            .or_insert_with(|| words.to_owned());
    }

    /// Searches all that was seen for all secrets; what is where it must not be.
    pub fn leaks(&self, secrets: &[Known]) -> Vec<String> {
        let mut leaks = Vec::new();
        for ((text, seen), words) in &self.seen {
            for secret in secrets {
                let Some(form) = secret.found_in(text) else {
                    continue;
                };
                let (place, may) = match seen {
                    Seen::Open(what) => (what.clone(), false),
                    Seen::Environment(child) => {
                        let given = !secret.given_to.is_empty()
                            && child.starts_with(&format!("compose any -p {} ", secret.given_to));
                        (format!("the environment of `{child}` by `{words}`"), given)
                    }
                    Seen::File(path) => {
                        let may = secret.files.iter().any(|end| path.ends_with(end));
                        (format!("{path} after `{words}`"), may)
                    }
                };
                if !may {
                    leaks.push(format!(
                        "{}, as `{form}`, is in {place}:\n{text}\n",
                        secret.name
                    ));
                }
            }
        }
        leaks
    }

    /// Whether a secret was seen at all: that it does not leak proves nothing otherwise.
    pub fn was_seen(&self, secret: &Known) -> bool {
        self.seen
            .keys()
            .any(|(text, _)| secret.found_in(text).is_some())
    }
}
