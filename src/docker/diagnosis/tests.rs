//! `recorded/WHAT.WHO.txt`: what docker 28 on engine 20.10 and docker-compose 1.29 and 2.26 print when they fail,
//! recorded but for paths. Those that no test engine can be brought to (a registry's refusals, full disks, other
//! machines, versions in the name) are their texts as measured or documented elsewhere.

use super::*;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;

fn invocation(who: &str) -> Invocation {
    let compose = [
        "-p",
        "local",
        "-f",
        "/home/me/docker-compose.yml",
        "up",
        "-d",
    ];
    match who {
        "docker" => Invocation::new("/usr/bin/docker", ["pull", "mysql:5.7"]),
        _ => Invocation::new("/usr/bin/docker-compose", compose),
    }
}

fn diagnosed(who: &str, stderr: &str) -> Failure {
    let outcome = Outcome {
        code: Some(1),
        stderr: stderr.into(),
        ..Outcome::default()
    };
    diagnose(&Env::default(), &invocation(who), &outcome)
}

/// All recordings, by name.
fn recorded() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/docker/diagnosis/recorded");
    let entries = fs::read_dir(folder).expect("is there").flatten();
    let text = |path| fs::read_to_string(path).expect("readable");
    let name = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().replace(".txt", "");
    let mut all: Vec<_> = entries.map(|e| (name(&e), text(e.path()))).collect();
    all.sort();
    all
}

#[test]
fn recorded_failures_are_reported_as_listed() {
    let mut got = String::new();
    for (name, text) in recorded() {
        let who = name.rsplit('.').next().expect("who");
        let failure = diagnosed(who, &text);
        let message = failure.message();
        let mut lines = message.lines();
        let first = lines.next().unwrap_or_default().trim_end_matches(':');
        writeln!(got, "{name}: {} ({})", failure.kind.code(), failure.exit()).expect("writes");
        writeln!(got, "  {first}").expect("writes");
        for hint in &failure.hints {
            writeln!(got, "  hint: {hint}").expect("writes");
        }
        assert_eq!(failure.hints.len(), 1, "one remedy: {name}: {failure}");
        assert!(lines.count() <= 1, "no traceback: {name}: {failure}");
        assert_ne!(failure.kind, Kind::ChildFailed, "{name}: {failure}");
    }
    let differs = |(got, want): &(&str, &str)| got != want;
    let want = include_str!("told.txt");
    let first = got.lines().zip(want.lines()).find(differs);
    assert!(
        got == want,
        "told.txt differs, first in {first:?}; as it is now:\n{got}"
    );
}

/// docker-compose v1 has a line about the file, and then one about what is wrong in it.
#[test]
fn an_error_in_a_file_is_reported() {
    let text = include_str!("recorded/file-type.v1.txt");
    let failure = diagnosed("v1", text);
    let why = "  services.web.environment.A contains [1], which is an invalid type, it should be a string, number, or a null";
    assert_eq!(failure.message().lines().last(), Some(why));
}

#[test]
fn a_taken_port_is_known_to_programs() {
    let all = recorded();
    let mut ports = all
        .iter()
        .filter(|(name, _)| name.starts_with("port-"))
        .peekable();
    assert!(ports.peek().is_some());
    for (name, text) in ports {
        let data = diagnosed("v2", text).data.expect("has data");
        assert_eq!(data["port"], 14470, "{name}");
    }
}

#[test]
fn an_unknown_failure_is_reported_as_it_is() {
    let failure = diagnosed("v2", "something new\n");
    assert_eq!(failure.kind, Kind::ChildFailed);
    let expected = "`docker-compose -p local -f /home/me/docker-compose.yml up -d` failed with status 1:\n  something new";
    assert_eq!(failure.message(), expected);
}

fn timed_out(invocation: &Invocation, silent: bool) -> Failure {
    let error = ProcessError::TimedOut {
        command: invocation.to_string(),
        after: Duration::from_secs(20),
        silent,
        tail: "Pulling fs layer".into(),
    };
    unanswered(invocation, error)
}

#[test]
fn a_timeout_names_what_did_not_respond() {
    let ps = Invocation::new("docker", ["ps", "-aq"]);
    let failure = timed_out(&ps, false);
    assert_eq!(
        failure.message(),
        "`docker ps`: the Docker engine did not respond within 20s"
    );
    assert_eq!((failure.exit(), failure.hints.len()), (3, 1));

    let pull = Invocation::new("docker", ["pull", "mysql:5.7"]).limit(Duration::from_secs(1800));
    let failure = timed_out(&pull, true);
    assert_eq!(
        failure.message(),
        "`docker pull mysql:5.7`: the image registry did not respond within 20s"
    );
    assert_eq!((failure.exit(), failure.hints.len()), (5, 1));
    let failure = timed_out(&pull, false);
    assert_eq!(
        failure.message(),
        "`docker pull mysql:5.7` did not finish within 20s:\n  Pulling fs layer"
    );
    assert_eq!((failure.exit(), failure.hints.len()), (5, 1));

    // That asks no engine, so it is not the engine's fault.
    let version = Invocation::new("docker", ["compose", "version", "--short"]);
    assert_eq!(timed_out(&version, false).exit(), 5);
}
