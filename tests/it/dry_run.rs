//! `--dry-run` of every verb: says what a real run then does, and does nothing.

use crate::support::diffs;
use crate::support::files::Files;
use crate::support::text::{without_diffs, without_exposure};
use crate::support::{Sandbox, same};
use serde_json::{Value, json};
use std::path::Path;

/// What a dry run announces, as the calls and file changes of a real run.
struct Announced {
    acts: String,
    changes: Vec<String>,
    diffs: Vec<(String, String)>,
    waits: bool,
}

fn announced(s: &Sandbox, document: &Value) -> Announced {
    assert_eq!(document["ok"], json!(true), "{document}");
    assert_eq!(document["data"]["dryRun"], json!(true), "{document}");
    let root = s.root().display().to_string() + "/";
    let (mut acts, mut changes, mut waits) = (String::new(), Vec::new(), false);
    let mut diffs = Vec::new();
    let registry = if s.path("home/.prisma/config.yml").exists() {
        "changed"
    } else {
        "new"
    };
    for step in document["data"]["steps"].as_array().expect("steps") {
        let text = |key: &str| step[key].as_str().unwrap_or_default();
        let path = text("path").replace(&root, "");
        if let Some(diff) = step["diff"].as_str() {
            diffs.push((path.clone(), diff.to_owned()));
        }
        match text("do") {
            "run" => acts += &format!("{}\n", text("command")),
            "write" => changes.push(format!("{} {path}", text("change"))),
            "register" | "unregister" => changes.push(format!("{registry} {path}")),
            "remove" => {
                let folder = everything(s);
                let inside = folder.0.keys().filter(|file| file.starts_with(&path));
                changes.extend(inside.map(|file| format!("gone {}", file.display())));
                changes.retain(|line| *line != format!("gone {path}"));
                // What is written first, for docker-compose, goes as well.
                changes.retain(|line| !line.contains(&path) || line.starts_with("gone"));
                diffs.retain(|(file, _)| !file.starts_with(&path));
            }
            "wait" => waits = true,
            other => panic!("a step nobody knows: {other}"),
        }
    }
    changes.sort_by_key(|line| line.split_once(' ').map(|(_, path)| path.to_owned()));
    Announced {
        acts,
        changes,
        diffs,
        waits,
    }
}

/// The files that a command may change: the home's and the user's own.
fn everything(s: &Sandbox) -> Files {
    let mut all = Files::default();
    for folder in ["home", "work"] {
        let files = Files::of(&s.path(folder)).0.into_iter();
        all.0
            .extend(files.map(|(path, entry)| (Path::new(folder).join(path), entry)));
    }
    all
}

/// Runs `words` dry, sees that nothing happened, then for real, and compares.
#[track_caller]
fn dry_then_real(s: &Sandbox, words: &str) {
    s.forget();
    let before = (everything(s), s.engine.state());
    let text = s.run(&format!("{words} --dry-run"));
    text.succeeds();
    assert_eq!(without_exposure(&text.stderr), "", "{words}");
    // The document itself, paths as they are.
    let ported = format!("{words} --dry-run -o json");
    let document = s.begin(&ported).end();
    assert_eq!(without_exposure(&document.stderr), "", "{words}");
    let announced = announced(s, &document.json());
    let acts = s.take_acts();
    assert_eq!(acts, "", "{words} --dry-run ran something");
    assert_eq!(
        (everything(s), s.engine.state()),
        before,
        "{words} --dry-run changed something"
    );
    s.take_requests();

    s.run(&format!("{words} --yes")).succeeds();
    let mut calls = s.engine.take_calls();
    calls.retain(|call| !call.only_asks());
    let ran: String = calls.iter().map(|call| format!("{call}\n")).collect();
    same(&format!("what {words} runs"), &announced.acts, &ran);
    let after = everything(s);
    let changed = after.changes_since(&before.0);
    let mut changed: Vec<&str> = changed.lines().collect();
    changed.sort_by_key(|line| line.split_once(' ').map(|(_, path)| path.to_owned()));
    assert_eq!(announced.changes, changed, "what {words} writes");
    for (path, diff) in &announced.diffs {
        diffs::is_change(path, diff, &before.0, &after);
    }
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
        "upgrade --to 1.8",
        "restart",
        "stop",
        "delete",
    ] {
        dry_then_real(&s, &format!("local {words}"));
    }
}

#[test]
fn the_registry_and_folders_of_ones_own() {
    let s = Sandbox::with_running_cluster();
    s.write("secret", "hush-hush");
    s.write("none", "");
    for words in [
        "cluster add far --endpoint http://localhost:4567 --no-check --secret-file ../secret",
        "cluster add far --endpoint http://localhost:4568 --no-check --force --secret-file ../none",
        "cluster remove far",
        "local eject ejected",
        "local eject ejected --force --profile digital-ocean --register do --host localhost",
        "init made --database mysql",
        "init other --database postgres --prisma-version 1.34",
    ] {
        dry_then_real(&s, words);
    }
}

#[test]
fn from_cluster_yml_alone() {
    for words in ["start", "restart", "upgrade", "nuke", "start --no-wait"] {
        dry_then_real(&Sandbox::with_cluster(), &format!("local {words}"));
    }
    let s = Sandbox::with_running_cluster();
    let other = s.port + 1;
    dry_then_real(&s, &format!("local start --port {other}"));
}

#[test]
fn an_edited_file_is_kept_as_announced() {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/.env";
    let edited = s.read(path) + "MINE=1\n";
    s.write(path, &edited);
    let before = everything(&s);
    let document = s.begin("local restart --dry-run --json").end().json();
    let announced = announced(&s, &document);
    assert_eq!(everything(&s), before);
    s.run("local restart --yes").succeeds();
    let changed = everything(&s).changes_since(&before);
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
    let start = s.run("local start --dry-run");
    start.succeeds();
    assert_eq!(
        without_diffs(&start.stdout),
        format!(
            "would write   ~/.prisma/clusters/local/docker-compose.yml (new)\n\
             would write   ~/.prisma/clusters/local/.env (new)\n\
             would run     {compose} up -d --remove-orphans\n\
             would wait    until http://localhost:<port> answers, at most 5m\n\
             would save    cluster `local` (http://localhost:<port>) in ~/.prisma/config.yml\n"
        )
    );
    s.run("local start").succeeds();
    s.run("local delete --dry-run").is(
        0,
        &format!(
            "would run     {compose} down -v --remove-orphans\n\
             would remove  cluster `local` from ~/.prisma/config.yml\n  \
             @@ -1,4 +1 @@\n   \
             clusters:\n  \
             -  local:\n  \
             -    host: 'http://localhost:<port>'\n  \
             -    clusterSecret: ********\n\
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
