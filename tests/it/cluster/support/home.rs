//! A temporary home with a cleared environment.

use crate::support::schema::Asked;
use std::fs;
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How a run ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// The same as `expected`, or a panic that shows both.
    #[track_caller]
    pub fn is(&self, code: i32, stdout: &str, stderr: &str) {
        let expected = Outcome {
            code: Some(code),
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
        };
        assert!(
            *self == expected,
            "--- got {:?}\n{}--- stderr\n{}--- expected {code}\n{stdout}--- stderr\n{stderr}",
            self.code,
            self.stdout,
            self.stderr
        );
    }

    /// The JSON document on stdout.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// Everything that was printed.
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
}

/// A home of its own; gone when dropped.
pub struct Home {
    folder: tempfile::TempDir,
    env: Vec<(String, String)>,
    stdin: String,
    below: PathBuf,
}

impl Home {
    pub fn new() -> Home {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(folder.path().join("bin")).expect("a folder");
        Home {
            below: folder.path().to_owned(),
            folder,
            env: Vec::new(),
            stdin: String::new(),
        }
    }

    /// A home with this registry.
    pub fn with(registry: &str) -> Home {
        let home = Home::new();
        home.write(".prisma/config.yml", registry);
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file that only its owner can read.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("folders");
        fs::write(&path, text).expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("chmod");
    }

    pub fn registry(&self) -> String {
        fs::read_to_string(self.path(".prisma/config.yml")).unwrap_or_default()
    }

    /// Makes this a cluster of `prisma local`.
    pub fn manage(&self, name: &str) {
        fs::create_dir_all(self.path(&format!(".prisma/clusters/{name}"))).expect("folders");
    }

    /// Puts a `docker` on PATH that is this shell script.
    pub fn docker(&self, script: &str) {
        let path = self.path("bin/docker");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("chmod");
        for program in ["cat", "sleep"] {
            let link = self.path(&format!("bin/{program}"));
            if !link.exists() {
                symlink(format!("/bin/{program}"), link).expect("links");
            }
        }
    }

    pub fn env(mut self, name: &str, value: &str) -> Home {
        self.env.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn stdin(mut self, text: &str) -> Home {
        text.clone_into(&mut self.stdin);
        self
    }

    /// Runs in a folder below the home.
    pub fn below(mut self, folder: &str) -> Home {
        self.below = self.path(folder);
        fs::create_dir_all(&self.below).expect("folders");
        self
    }

    /// The command, ready to be started.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prisma"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("PATH", self.path("bin"))
            .envs(self.env.iter().cloned())
            .current_dir(&self.below);
        command
    }

    /// What a command is asked for on stdout.
    pub fn asked(&self, args: &[&str]) -> Asked {
        Asked::by(args.iter().copied(), self.env.iter().cloned())
    }

    /// Runs `prisma cluster ARGS`, and checks the document it prints, if it is asked for one.
    #[track_caller]
    pub fn cluster(&self, args: &[&str]) -> Outcome {
        let args: Vec<&str> = ["cluster"].iter().chain(args).copied().collect();
        let mut child = self
            .command(&args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut stdin = child.stdin.take().expect("piped");
        // A program that does not read has its reasons.
        let _ = stdin.write_all(self.stdin.as_bytes());
        drop(stdin);
        let output = child.wait_with_output().expect("ends");
        let home = self.folder.path().display().to_string();
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("UTF-8");
            text.replace(&home, "HOME")
        };
        let stdout = text(output.stdout);
        self.asked(&args)
            .check(&args.join(" "), output.status.code(), &stdout);
        Outcome {
            code: output.status.code(),
            stdout,
            stderr: text(output.stderr),
        }
    }
}
