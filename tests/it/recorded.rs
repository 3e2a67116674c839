//! Every recorded deployment of a real server, played to the program: what it says of each is in
//! `tests/recordings/said`, read by a person. `BLESS=1 cargo test --test it recorded` writes it again.

use crate::support::replay::{Exchange, Recording, Replay};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
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
    fn run(&self, args: &[&str], port: u16) -> String {
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
    fn document(&self, args: &[&str], port: u16) -> String {
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
        Command::new(env!("CARGO_BIN_EXE_prisma"))
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PRISMA_HOME", self.path("home"))
            .output()
            .expect("runs")
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
        let end = tail
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(tail.len());
        let (number, after) = tail.split_at(end);
        out.push_str(before);
        let is_unit = ["ms", "s"].iter().any(|unit| {
            after
                .strip_prefix(unit)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
        });
        let is_field =
            before.ends_with("\"milliseconds\":") || before.ends_with("\"milliseconds\": ");
        let starts_word = !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
        out.push_str(if (is_unit && starts_word) || is_field {
            "T"
        } else {
            number
        });
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
    let project = Project::new(&replay.url());
    let mut said = String::new();
    let mut done = 0;
    let exchanges = &recording.scenario(scenario).exchanges;
    for (at, exchange) in exchanges
        .iter()
        .enumerate()
        .filter(|(_, one)| is_deploy(one))
    {
        project.write(&exchange.variables);
        let is = |key: &str| exchange.variables[key] == Value::Bool(true);
        let mut args = vec!["deploy"];
        args.extend(is("dryRun").then_some("--dry-run"));
        args.extend(is("force").then_some("--force"));
        let _ = writeln!(said, "$ prisma {}", args.join(" "));
        replay.go_to(done);
        said.push_str(&project.run(&args, replay.port()));
        replay.go_to(done);
        args.push("-j");
        said.push_str(&project.document(&args, replay.port()));
        for what in replay.unrecorded() {
            let _ = writeln!(said, "not recorded: {what}");
        }
        done = at + 1;
    }
    said
}

/// What is said in one scenario, with the recordings in which it is the same.
fn block(recordings: &[Arc<Recording>], scenario: &str) -> String {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    let has = |one: &&Arc<Recording>| one.scenarios.iter().any(|known| known.name == scenario);
    for recording in recordings.iter().filter(has) {
        let said = said(recording, scenario);
        match groups.iter_mut().find(|(_, known)| *known == said) {
            Some((names, _)) => names.push(&recording.name),
            None => groups.push((vec![&recording.name], said)),
        }
    }
    let mut block = format!("== {scenario}\n");
    for (names, said) in groups {
        let _ = write!(block, "-- {}\n{said}", names.join(", "));
    }
    block
}

/// The scenarios of all recordings whose name `belongs`, in order.
fn scenarios(recordings: &[Arc<Recording>], belongs: fn(&str) -> bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for scenario in recordings.iter().flat_map(|one| &one.scenarios) {
        let is_new = !names.contains(&scenario.name) && !UNFIT.contains(&scenario.name.as_str());
        if is_new && belongs(&scenario.name) {
            names.push(scenario.name.clone());
        }
    }
    names
}

/// Scenarios that depend on the moment at which a request comes, or whose queries asked for less than
/// the program does.
const UNFIT: [&str; 4] = [
    "deploy/while-in-progress",
    "deploy/delete-in-progress",
    "deploy/minimal-query",
    "deploy/all-fields/relation",
];

fn compare(file: &str, belongs: fn(&str) -> bool) {
    let load = |name: &&str| Arc::new(Recording::load(name));
    let recordings: Vec<_> = RECORDINGS.iter().map(load).collect();
    let names = scenarios(&recordings, belongs);
    assert!(!names.is_empty(), "no scenarios for {file}");
    let said: String = names.iter().map(|name| block(&recordings, name)).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/said");
    let path = folder.join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(&path, &said).expect("writes");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    let differs = (known.lines().zip(said.lines())).position(|(known, said)| known != said);
    assert!(
        known == said,
        "tests/recordings/said/{file}, line {}: the program says something else now; \
         `BLESS=1 cargo test --test it recorded`, then read what changed",
        differs.map_or(0, |line| line + 1),
    );
}

fn is_refused(name: &str) -> bool {
    name.starts_with("deploy/refused/")
}

fn is_syntax(name: &str) -> bool {
    name.starts_with("deploy/v1")
}

fn is_relation(name: &str) -> bool {
    name.starts_with("deploy/relation/") || name.starts_with("deploy/all-fields/")
}

#[test]
fn datamodels_that_are_refused_or_odd() {
    compare("refused.txt", is_refused);
}

#[test]
fn both_syntaxes_of_the_datamodel() {
    compare("syntax.txt", is_syntax);
}

#[test]
fn relations() {
    compare("relations.txt", is_relation);
}

#[test]
fn changes_secrets_and_subscriptions() {
    compare("changes.txt", |name| {
        let elsewhere = is_refused(name) || is_syntax(name) || is_relation(name);
        name.starts_with("deploy/") && !elsewhere
    });
}
