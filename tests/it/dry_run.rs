//! `--dry-run` of every verb: says what a real run then does, and does nothing.

use crate::support::text::without_exposure;
use crate::support::{Sandbox, same};
use serde_json::{Value, json};

/// What a dry run announces, as the calls and file changes of a real run.
struct Announced {
    acts: String,
    changes: Vec<String>,
    waits: bool,
}

fn announced(s: &Sandbox, document: &Value) -> Announced {
    assert_eq!(document["ok"], json!(true), "{document}");
    assert_eq!(document["data"]["dryRun"], json!(true), "{document}");
    let home = s.path("home").display().to_string() + "/";
    let (mut acts, mut changes, mut waits) = (String::new(), Vec::new(), false);
    let registry = if s.path("home/.prisma/config.yml").exists() {
        "changed"
    } else {
        "new"
    };
    for step in document["data"]["steps"].as_array().expect("steps") {
        let text = |key: &str| step[key].as_str().unwrap_or_default();
        let path = text("path").replace(&home, "");
        match text("do") {
            "run" => acts += &format!("{}\n", text("command")),
            "write" => changes.push(format!("{} {path}", text("change"))),
            "register" | "unregister" => changes.push(format!("{registry} {path}")),
            "remove" => {
                let folder = s.files();
                let inside = folder.0.keys().filter(|file| file.starts_with(&path));
                changes.extend(inside.map(|file| format!("gone {}", file.display())));
                changes.retain(|line| *line != format!("gone {path}"));
                // What is written first, for docker-compose, goes as well.
                changes.retain(|line| !line.contains(&path) || line.starts_with("gone"));
            }
            "wait" => waits = true,
            other => panic!("a step nobody knows: {other}"),
        }
    }
    changes.sort_by_key(|line| line.split_once(' ').map(|(_, path)| path.to_owned()));
    Announced {
        acts,
        changes,
        waits,
    }
}

/// Runs `words` dry, sees that nothing happened, then for real, and compares.
#[track_caller]
fn dry_then_real(s: &Sandbox, words: &str) {
    s.forget();
    let before = (s.files(), s.engine.state());
    let text = s.run(&format!("local {words} --dry-run"));
    text.succeeds();
    assert_eq!(without_exposure(&text.stderr), "", "{words}");
    // The document itself, paths as they are.
    let ported = format!("local {words} --dry-run -o json");
    let document = s.begin(&ported).end();
    assert_eq!(without_exposure(&document.stderr), "", "{words}");
    let announced = announced(s, &document.json());
    let acts = s.take_acts();
    assert_eq!(acts, "", "{words} --dry-run ran something");
    assert_eq!(
        (s.files(), s.engine.state()),
        before,
        "{words} --dry-run changed something"
    );
    s.take_requests();

    s.run(&format!("local {words} --yes")).succeeds();
    let mut calls = s.engine.take_calls();
    calls.retain(|call| !call.only_asks());
    let ran: String = calls.iter().map(|call| format!("{call}\n")).collect();
    same(&format!("what {words} runs"), &announced.acts, &ran);
    let changed = s.files().changes_since(&before.0);
    let mut changed: Vec<&str> = changed.lines().collect();
    changed.sort_by_key(|line| line.split_once(' ').map(|(_, path)| path.to_owned()));
    assert_eq!(announced.changes, changed, "what {words} writes");
    assert_eq!(announced.waits, !s.take_requests().is_empty(), "{words}");
    let count = announced.acts.lines().count();
    let shown = text.stdout.matches("would run ").count();
    assert_eq!(shown, count, "{}", text.stdout);
}

#[test]
fn the_life_of_a_cluster() {
    let s = Sandbox::new();
    for words in [
        "start {ports}",
        "stop",
        "start",
        "restart",
        "upgrade",
        "upgrade --to 1.4",
        "nuke",
        "stop",
        "nuke",
        "delete",
    ] {
        dry_then_real(&s, words);
    }
}

#[test]
fn from_cluster_yml_alone() {
    for words in ["start", "restart", "upgrade", "nuke", "start --no-wait"] {
        dry_then_real(&Sandbox::with_cluster(), words);
    }
    let s = Sandbox::with_running_cluster();
    let other = s.port + 1;
    dry_then_real(&s, &format!("start --port {other}"));
}

#[test]
fn an_edited_file_is_kept_as_announced() {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/.env";
    let edited = s.read(path) + "MINE=1\n";
    s.write(path, &edited);
    let before = s.files();
    let document = s.begin("local restart --dry-run --json").end().json();
    let announced = announced(&s, &document);
    assert_eq!(s.files(), before);
    s.run("local restart --yes").succeeds();
    let changed = s.files().changes_since(&before);
    assert_eq!(announced.changes, changed.lines().collect::<Vec<_>>());
    assert_eq!(s.read(&format!("{path}.edited")), edited);
}

#[test]
fn nothing_to_do_is_said() {
    let s = Sandbox::with_running_cluster();
    s.run("local start --dry-run").is(0, "nothing to do\n", "");
    s.run("local stop").succeeds();
    s.run("local stop --dry-run").is(0, "nothing to do\n", "");
}

#[test]
fn the_lines_people_see() {
    let s = Sandbox::with_cluster();
    let compose = "docker-compose -p local -f ~/.prisma/clusters/local/docker-compose.yml \
                   --project-directory ~/.prisma/clusters/local";
    s.run("local start --dry-run").is(
        0,
        &format!(
            "would write   ~/.prisma/clusters/local/docker-compose.yml (new)\n\
             would write   ~/.prisma/clusters/local/.env (new)\n\
             would run     {compose} up -d --remove-orphans\n\
             would wait    until http://localhost:<port> answers, at most 5m\n\
             would save    cluster `local` (http://localhost:<port>) in ~/.prisma/config.yml\n"
        ),
        "",
    );
    s.run("local start").succeeds();
    s.run("local delete --dry-run").is(
        0,
        &format!(
            "would run     {compose} down -v --remove-orphans\n\
             would remove  cluster `local` from ~/.prisma/config.yml\n\
             would remove  ~/.prisma/clusters/local\n"
        ),
        "",
    );
}

#[test]
fn no_lock_and_no_folder_is_made() {
    let s = Sandbox::new();
    s.run("local start {ports} --dry-run").succeeds();
    assert_eq!(s.files().list(), "");
}

#[test]
fn a_dry_run_looks_while_another_run_works() {
    let s = Sandbox::with_running_cluster();
    let path = s.path("home/.prisma/clusters/.local.lock");
    let lock = std::fs::File::options()
        .write(true)
        .open(path)
        .expect("is there");
    lock.lock().expect("free");
    s.run("local restart --dry-run").succeeds();
}

#[test]
fn views_say_what_they_would_ask() {
    let s = Sandbox::with_running_cluster();
    s.run("local logs --dry-run --tail 3").is(
        0,
        "would run     docker logs --tail 3 <id 2>\nwould run     docker logs --tail 3 <id 1>\n",
        "",
    );
    let table = s.run("local ps").stdout;
    s.run("local ps --dry-run").is(0, &table, "");
}

#[test]
fn what_would_fail_fails() {
    let s = Sandbox::with_running_cluster();
    s.run("local upgrade --to 1.0 --dry-run").fails_with(2);
    s.run("local stop").succeeds();
    let _taken = std::net::TcpListener::bind(("127.0.0.1", s.port)).expect("free");
    s.run("local start --dry-run").fails_with(1);
}
