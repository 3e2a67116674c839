//! A project folder for one recorded scenario, and what the program says in it.

use crate::support::output;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output};

/// A project folder and a home of its own.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    pub fn new(server: &str) -> Project {
        let folder = tempfile::tempdir().expect("a folder");
        let project = Project { folder };
        fs::create_dir(project.path("home")).expect("a home");
        project.register(server, None);
        project
    }

    /// Makes the server the only cluster.
    pub fn register(&self, server: &str, secret: Option<&str>) {
        let entry = match secret {
            Some(secret) => json!({"host": server, "clusterSecret": secret}),
            None => json!({"host": server}),
        };
        let registry = json!({"clusters": {"recorded": entry}}).to_string();
        self.keep("home/config.yml", &registry);
    }

    /// Writes a file that only its owner can read.
    pub fn keep(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("writes");
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(self.path(name), mode).expect("a mode");
    }

    /// Adds to a file.
    pub fn append(&self, name: &str, text: &str) {
        let before = fs::read_to_string(self.path(name)).expect("exists");
        fs::write(self.path(name), before + text).expect("writes");
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes what the exchange deployed.
    pub fn write(&self, variables: &Value) {
        let text = |key: &str| variables[key].as_str().unwrap_or_default();
        let list = |key: &str| variables[key].as_array().cloned().unwrap_or_default();
        let mut file = format!(
            "service: {}\nstage: {}\ncluster: recorded\ndatamodel: datamodel.graphql\n",
            Value::from(text("name")),
            Value::from(text("stage")),
        );
        let secrets: Vec<String> = (list("secrets").iter())
            .filter_map(|secret| secret.as_str().map(str::to_owned))
            .collect();
        let _ = if secrets.is_empty() {
            writeln!(file, "disableAuth: true")
        } else {
            writeln!(file, "secret: {}", Value::from(secrets.join(",")))
        };
        let subscriptions = list("subscriptions");
        if !subscriptions.is_empty() {
            file.push_str("subscriptions:\n");
        }
        for one in &subscriptions {
            let _ = writeln!(
                file,
                "  {}:\n    query: {}\n    webhook:\n      url: {}\n      headers: {}",
                one["name"],
                one["query"],
                one["url"],
                headers(&one["headers"])
            );
        }
        fs::write(self.path("prisma.yml"), file).expect("writes");
        fs::write(self.path("datamodel.graphql"), text("types")).expect("writes");
    }

    /// Status, stdout and stderr of a run, without what differs between runs.
    pub fn run(&self, args: &[&str], port: u16) -> String {
        let output = self.output(args);
        let mut said = format!("exit {}\n", output.status.code().unwrap_or(-1));
        for stream in [&output.stdout, &output.stderr] {
            for line in String::from_utf8_lossy(stream).lines() {
                let _ = writeln!(said, "  {}", self.settled(line, port));
            }
        }
        said
    }

    /// The JSON document of a run, on one line.
    pub fn document(&self, args: &[&str], port: u16) -> String {
        let output = self.output(args);
        let document: Value = serde_json::from_slice(&output.stdout).expect("a document");
        let status = document["error"]["exit"].as_i64().unwrap_or(0);
        assert_eq!(
            Some(status),
            output.status.code().map(i64::from),
            "{document}"
        );
        format!("  json: {}\n", self.settled(&document.to_string(), port))
    }

    fn settled(&self, line: &str, port: u16) -> String {
        let line = line.replace(&self.folder.path().display().to_string(), "FOLDER");
        without_times(&line.replace(&format!("127.0.0.1:{port}"), "SERVER"))
    }

    fn output(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_prisma"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PRISMA_HOME", self.path("home"));
        output(&mut command).expect("runs")
    }
}

fn headers(headers: &Value) -> Value {
    let pairs = headers.as_array().cloned().unwrap_or_default();
    let pair = |one: &Value| Some((one["name"].as_str()?.to_owned(), one["value"].clone()));
    Value::Object(pairs.iter().filter_map(pair).collect())
}

/// `12ms`, `1.2s` and `"milliseconds":12` become the same for all runs; so do `in 12ms` and, on a busy
/// machine, `in 1.2s`.
fn without_times(line: &str) -> String {
    let is = |text: &str, unit: &str| {
        let rest = text.strip_prefix(unit);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
    };
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, tail) = rest.split_at(at);
        let end = tail
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(tail.len());
        let (number, after) = tail.split_at(end);
        let was_slow = before.ends_with(" in ") && is(after, "s");
        out.push_str(before);
        let is_unit = is(after, "ms") || is(after, "s");
        let is_field =
            before.ends_with("\"milliseconds\":") || before.ends_with("\"milliseconds\": ");
        let starts_word = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
        out.push_str(match (is_unit && starts_word) || is_field {
            true if was_slow => "Tm",
            true => "T",
            false => number,
        });
        rest = after;
    }
    out + rest
}
