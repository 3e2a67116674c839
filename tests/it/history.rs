//! `prisma local history`: each run that changed a cluster, in order, and none that only looked.

use crate::support::Sandbox;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

const FILE: &str = "home/.prisma/history/local.jsonl";

/// What ran and how it ended, of the document.
fn runs(s: &Sandbox, words: &str) -> Vec<(String, Value)> {
    let document = s
        .begin(&format!("local history {words} -o json"))
        .end()
        .json();
    let runs = document["data"]["runs"].as_array().expect("runs");
    let run = |run: &Value| (text(run, "command"), run["end"].clone());
    runs.iter().map(run).collect()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().expect("a text").to_owned()
}

fn exits(s: &Sandbox) -> Vec<(String, i64, Value)> {
    let runs = runs(s, "").into_iter();
    runs.map(|(command, end)| {
        (
            command,
            end["exit"].as_i64().unwrap_or(-1),
            end["error"].clone(),
        )
    })
    .collect()
}

#[test]
fn every_change_is_noted_with_how_it_ended_and_nothing_else() {
    let mut s = Sandbox::new();
    s.set("USER", "ada");
    assert_eq!(runs(&s, ""), []);
    s.run("local history")
        .is(0, "", "no history for cluster `local`\n");
    let ports = format!("--port {} --db-port {}", s.port, s.db_port);
    s.run("local start {ports} --dry-run").succeeds();
    s.run("local start {ports}").succeeds();
    s.run("local start").succeeds();
    s.run("local ps").succeeds();
    s.engine
        .fail("docker-stop", 1, "Error response from daemon: no");
    s.run("local stop").fails_with(1);
    s.engine.unhook("docker-stop");
    s.run("local stop").succeeds();
    s.run("local nuke").fails_with(4);
    s.run("local delete --yes").succeeds();
    let expected = [
        (format!("prisma local start {ports}"), 0, Value::Null),
        ("prisma local stop".to_owned(), 1, json!("child_failed")),
        ("prisma local stop".to_owned(), 0, Value::Null),
        ("prisma local delete --yes".to_owned(), 0, Value::Null),
    ];
    assert_eq!(exits(&s), expected);
    assert_eq!(runs(&s, "--tail 1").len(), 1);
    assert_eq!(runs(&s, "-n other"), []);
    for (path, mode) in [(FILE, 0o600), ("home/.prisma/history", 0o700)] {
        let metadata = std::fs::metadata(s.path(path)).expect("is there");
        assert_eq!(metadata.permissions().mode() & 0o777, mode, "{path}");
    }
    let lines = s.run("local history --tail 2").stdout;
    let last: Vec<Vec<&str>> = lines
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    for line in &last {
        assert!(
            line[0].starts_with("20") && line[0].ends_with('Z'),
            "{lines}"
        );
    }
    let rest: Vec<_> = last
        .iter()
        .map(|line| (line[1], line[3], line[4]))
        .collect();
    let expected = [
        ("ada", "ok", "prisma local stop"),
        ("ada", "ok", "prisma local delete --yes"),
    ];
    assert_eq!(rest, expected);
}

#[test]
fn the_registry_and_a_registered_folder_count_as_changes() {
    let s = Sandbox::new();
    s.write("none", "");
    let add = "cluster add local --force --endpoint http://localhost:4567 --no-check --secret-file ../none";
    s.run(add).succeeds();
    // Nobody told whose run it is.
    let who = s.run("local history").stdout;
    assert!(who.contains("\tuid "), "{who}");
    s.run("cluster remove local -y").succeeds();
    s.run("local eject made --profile digital-ocean --register local --host localhost")
        .succeeds();
    let commands: Vec<String> = runs(&s, "")
        .into_iter()
        .map(|(command, _)| command)
        .collect();
    let expected = [
        format!("prisma {add}"),
        "prisma cluster remove local -y".to_owned(),
        "prisma local eject made --profile digital-ocean --register local --host localhost"
            .to_owned(),
    ];
    assert_eq!(commands, expected);
}

#[test]
fn a_run_that_was_killed_stays_unfinished_and_a_torn_line_is_no_obstacle() {
    let s = Sandbox::with_running_cluster();
    let begun = r#"{"run":"1","at":"2026-01-02T03:04:05Z","command":"prisma local nuke --yes","user":null,"process":7,"version":"0.1.0"}"#;
    s.write(FILE, &format!("{begun}\n{{\"run\":\"2\",\"at\n"));
    s.run("local history").is(
        0,
        "2026-01-02T03:04:05Z\t-\t-\tunfinished\tprisma local nuke --yes\n",
        "warning: 1 line of ~/.prisma/history/local.jsonl could not be read and was skipped\n",
    );
}

#[test]
fn a_history_that_cannot_be_written_keeps_nobody_from_working() {
    let s = Sandbox::with_running_cluster();
    std::fs::remove_file(s.path(FILE)).expect("was there");
    std::fs::create_dir(s.path(FILE)).expect("in the way");
    let ended = s.run("local stop");
    ended.succeeds();
    let warning = "warning: this run will not be recorded in the history: could not write \
                   `~/.prisma/history/local.jsonl`: is a directory\n";
    assert!(ended.stderr.starts_with(warning), "{}", ended.stderr);
}
