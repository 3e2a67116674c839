//! A home folder to run the program in, with nothing else of this machine.

use super::ended::Ended;
use super::run::{PRISMA, Run, Running};
use super::terminal::Terminal;
use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

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

    /// Writes a file that only its owner can read, in one step: nobody sees half of it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("folders");
        let folder = path.parent().expect("has one");
        // Only its owner can read it from the start.
        let mut file = tempfile::NamedTempFile::new_in(folder).expect("a file");
        file.write_all(text.as_bytes()).expect("writes");
        file.persist(&path).expect("renames");
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
        super::engine::write_script(&path, &format!("#!/bin/sh\n{script}\n"));
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

    /// A run of `prisma WORD ARGS`.
    pub fn prisma(&self, word: &str, args: &[&str]) -> Run {
        let run = Run::new(PRISMA, [word].iter().chain(args))
            .env("HOME", self.folder.path())
            .env("PATH", self.path("bin"))
            .input(&self.stdin)
            .dir(&self.below);
        let variables = self.env.iter();
        variables.fold(run, |run, (name, value)| run.env(name, value))
    }

    /// Runs `prisma cluster ARGS` to its end.
    #[track_caller]
    pub fn cluster(&self, args: &[&str]) -> Ended {
        self.end(self.prisma("cluster", args).start())
    }

    /// Waits for the end of a run; the home is called `HOME` in what it printed.
    #[track_caller]
    pub fn end(&self, running: Running) -> Ended {
        let home = self.folder.path().display().to_string();
        running.end().with(|text| text.replace(&home, "HOME"))
    }

    /// Starts `prisma WORD ARGS` at a terminal.
    pub fn at_terminal(&self, word: &str, args: &[&str]) -> Terminal<'static> {
        Terminal::start(&self.prisma(word, args), "xterm-256color", str::to_owned)
    }
}
