//! Every recorded deployment of a real server, played to the program: what it says of each is in
//! `tests/recordings/said`, read by a person. `BLESS=1 cargo test --test it recorded` writes it again.

use crate::replay::{Exchange, Recording, Replay};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

const RECORDINGS: [&str; 8] = [
    "1.1.3-mysql",
    "1.4.2-mysql",
    "1.8.4-mysql",
    "1.8.4-postgres",
    "1.20.7-mysql",
    "1.31.2-mysql",
    "1.34.12-mysql",
    "1.34.12-postgres",
];

/// A project folder and a home of its own.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(server: &str) -> Project {
        let folder = tempfile::tempdir().expect("a folder");
        let project = Project { folder };
        let registry = format!("clusters:\n  recorded:\n    host: {server}\n");
        fs::create_dir(project.path("home")).expect("a home");
        let path = project.path("home/config.yml");
        fs::write(&path, registry).expect("writes");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a mode");
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes what the exchange deployed.
    fn write(&self, variables: &Value) {
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
        let _ = match secrets.is_empty() {
            true => writeln!(file, "disableAuth: true"),
            false => writeln!(file, "secret: {}", Value::from(secrets.join(","))),
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
    fn run(&self, args: &[&str], port: u16) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_prisma"))
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PRISMA_HOME", self.path("home"))
            .output()
            .expect("runs");
        let mut said = format!("exit {}\n", output.status.code().unwrap_or(-1));
        for stream in [&output.stdout, &output.stderr] {
            for line in String::from_utf8_lossy(stream).lines() {
                let line = line.replace(&self.folder.path().display().to_string(), "FOLDER");
                let line = line.replace(&format!("127.0.0.1:{port}"), "SERVER");
                let _ = writeln!(said, "  {}", without_times(&line));
            }
        }
        said
    }
}

fn headers(headers: &Value) -> Value {
    let pairs = headers.as_array().cloned().unwrap_or_default();
    let pair = |one: &Value| Some((one["name"].as_str()?.to_owned(), one["value"].clone()));
    Value::Object(pairs.iter().filter_map(pair).collect())
}

/// `12ms`, `1.2s` and `"milliseconds":12` become the same for all runs.
fn without_times(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, tail) = rest.split_at(at);
        let end = tail.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(tail.len());
        let (number, after) = tail.split_at(end);
        out.push_str(before);
        let is_unit = ["ms", "s"].iter().any(|unit| {
            after.strip_prefix(unit).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        });
        let is_field = before.ends_with("\"milliseconds\":") || before.ends_with("\"milliseconds\": ");
        let starts_word = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
        out.push_str(if (is_unit && starts_word) || is_field { "T" } else { number });
        rest = after;
    }
    out + rest
}

fn is_deploy(exchange: &Exchange) -> bool {
    exchange.query.starts_with("<query:deploy")
}

/// What the program says of each deployment of a scenario.
fn said(recording: &Arc<Recording>, scenario: &str) -> String {
    let replay = Replay::start(recording, scenario);
    let url = replay.url();
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let project = Project::new(&url);
    let exchanges = &recording.scenario(scenario).exchanges;
    let mut said = String::new();
    let mut done = 0;
    for (at, exchange) in exchanges.iter().enumerate().filter(|(_, one)| is_deploy(one)) {
        project.write(&exchange.variables);
        let is = |key: &str| exchange.variables[key] == Value::Bool(true);
        let mut args = vec!["deploy"];
        args.extend(is("dryRun").then_some("--dry-run"));
        args.extend(is("force").then_some("--force"));
        let _ = writeln!(said, "== {scenario}\n$ prisma {}", args.join(" "));
        for last in [None, Some("-j")] {
            replay.go_to(done);
            let args: Vec<&str> = args.iter().copied().chain(last).collect();
            said.push_str(&project.run(&args, port));
            for what in replay.unrecorded() {
                let _ = writeln!(said, "not recorded: {what}");
            }
        }
        done = at + 1;
    }
    said
}

fn compare(name: &str) {
    let recording = Arc::new(Recording::load(name));
    let scenarios: Vec<&str> = (recording.scenarios.iter())
        .map(|one| one.name.as_str())
        .filter(|name| name.starts_with("deploy/"))
        .collect();
    let half = scenarios.len().div_ceil(2);
    let parts: Vec<String> = std::thread::scope(|scope| {
        let of = |part: &[&str]| part.iter().map(|name| said(&recording, name)).collect::<String>();
        let (first, second) = scenarios.split_at(half);
        let other = scope.spawn(move || of(second));
        let first = of(first);
        vec![first, other.join().expect("no panic")]
    });
    let said = parts.concat();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/recordings/said/{name}.txt"));
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, &said).expect("writes");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    let differs = known.lines().zip(said.lines()).position(|(known, said)| known != said);
    assert!(
        known == said,
        "{name}: line {} of {} is otherwise now: read `git diff` after `BLESS=1 cargo test --test it recorded`",
        differs.map_or(0, |line| line + 1),
        path.display()
    );
}

macro_rules! recorded {
    ($($test:ident $at:literal),* $(,)?) => {
        $(#[test]
        fn $test() {
            compare(RECORDINGS[$at]);
        })*
    };
}

recorded!(
    of_1_1_3 0, of_1_4_2 1, of_1_8_4 2, of_1_8_4_on_postgres 3, of_1_20_7 4, of_1_31_2 5,
    of_1_34_12 6, of_1_34_12_on_postgres 7,
);
