//! What goes where: JSON, quiet, verbose, colour, streams that are closed.

use crate::support::run::spawn;
use crate::support::text::{STAGES, running};
use crate::support::{Sandbox, same, skip};
use serde_json::{Value, json};
use std::io::Read;
use std::process::Stdio;

#[test]
fn every_success_is_one_document() {
    let s = Sandbox::new();
    let up = json!({
        "name": "local",
        "state": "running",
        "endpoint": "http://localhost:<port>",
        "playground": "http://localhost:<port>/cluster",
        "database": {"address": "localhost:<db-port>", "connector": "mysql", "user": "root"},
        "prismaVersion": "1.1",
    });
    let mut upgraded = up.clone();
    upgraded["images"] = json!([
        {"image": "prismagraphql/prisma:1.1", "newer": false},
        {"image": "mysql:5.7", "newer": false},
    ]);
    let down = json!({"name": "local", "state": "stopped"});
    for (words, command, data) in [
        ("start {ports}", "local start", &up),
        ("start", "local start", &up),
        ("restart", "local restart", &up),
        ("upgrade", "local upgrade", &upgraded),
        ("nuke --yes", "local nuke", &up),
        ("stop", "local stop", &down),
        ("stop", "local stop", &down),
    ] {
        let ended = s.run(&format!("local {words} -o json"));
        assert_eq!(
            ended.json(),
            json!({"version": 1, "ok": true, "command": command, "data": data}),
            "{words}"
        );
        assert_eq!(ended.status, 0);
    }
    assert_eq!(
        s.run("local delete --yes --json").json(),
        json!({"version": 1, "ok": true, "command": "local delete", "data": {
            "name": "local", "state": "deleted",
            "containers": ["local-prisma-database-1", "prisma-db"],
            "volumes": ["local_db-persistence"],
        }})
    );
}

#[test]
fn every_failure_is_one_document() {
    let s = Sandbox::with_running_cluster();
    s.write("home/.prisma/clusters/broken/cluster.yml", "port: x\n");
    for (words, code, exit) in [
        ("stop -n nobody", "unknown_cluster", 1),
        ("upgrade --to 1.0", "usage", 2),
        ("nuke", "input_required", 4),
        ("start -n broken", "config_invalid", 6),
        ("logs nobody", "usage", 2),
    ] {
        let ended = s.run(&format!("local {words} -o json"));
        let document = ended.json();
        assert_eq!(document["ok"], json!(false), "{words}");
        let error = &document["error"];
        assert_eq!(
            (&error["code"], &error["exit"]),
            (&json!(code), &json!(exit)),
            "{words}"
        );
        assert_eq!(ended.status, exit, "{words}");
        assert!(error["message"].is_string() && error["hints"].is_array());
        assert_eq!(document.as_object().map(serde_json::Map::len), Some(4));
        assert!(
            !ended.stderr.contains("error:"),
            "told once: {}",
            ended.stderr
        );
    }
}

#[test]
fn a_command_line_nobody_understands_is_a_document_too() {
    let s = Sandbox::new();
    for words in [
        "local start --port x -o json",
        "local start --json --bogus",
        "--output=json local jump",
        "-ojson",
    ] {
        let ended = s.run(words);
        assert_eq!(ended.status, 2, "{ended:?}");
        let document = ended.json();
        assert_eq!(document["error"]["code"], json!("usage"), "{words}");
    }
}

#[test]
fn people_are_told_what_they_may_have_meant() {
    let mut s = Sandbox::new();
    s.run("strat").fails(
        2,
        "error: unknown command `prisma strat`\n\
         hint: did you mean `prisma local start`?\n\
         hint: see `prisma --help`\n",
    );
    s.set("PRISMA_CLI_PORT", "http");
    s.run("local start").fails(
        2,
        "error: invalid value `http` for variable `PRISMA_CLI_PORT`: must be a number from 1 to 65535, or `auto`\n\
         hint: see `prisma local start --help`\n",
    );
    // As makefiles and CI spell "not set".
    s.set("PRISMA_CLI_PORT", "");
    s.set("PRISMA_CLI_DRY_RUN", "");
    s.run("local start {ports} --dry-run").succeeds();
    let colour = s.run("local strat --color always").stderr;
    assert!(colour.contains("\u{1b}[31m"), "{colour:?}");
}

#[test]
fn the_version_has_a_command_and_groups_have_help() {
    let s = Sandbox::new();
    let version = env!("CARGO_PKG_VERSION");
    s.run("version").is(0, &format!("prisma {version}\n"), "");
    for words in ["--version", "-V", "-v"] {
        s.run(words).is(0, &format!("prisma {version}\n"), "");
    }
    assert_eq!(
        s.run("version -o json").json(),
        json!({"version": 1, "ok": true, "command": "version", "data": {"version": version}})
    );
    let help = s.run("local start --help").stdout;
    assert_eq!(s.run("help local start").stdout, help);
    assert_eq!(s.run("local help start").stdout, help);
}

#[test]
fn quiet_leaves_results_warnings_and_errors() {
    let s = Sandbox::with_cluster();
    s.run("local start -q")
        .is(0, &running("local", "is running"), "");
    s.run("local stop --quiet").succeeds();
    std::fs::set_permissions(
        s.path("home/.prisma/config.yml"),
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )
    .expect("chmod");
    s.run("local ps -q -n nobody").is(
        1,
        "",
        "warning: `~/.prisma/config.yml` contains secrets and is readable by others: run `chmod 600 ~/.prisma/config.yml`\n\
         error: cluster `nobody` not found\n\
         hint: create it with `prisma local start -n nobody`\n",
    );
    // There is nothing in it to protect.
    let address = "clusters:\n  local:\n    host: 'http://localhost:4466'\n";
    std::fs::write(s.path("home/.prisma/config.yml"), address).expect("writes");
    let ended = s.run("local ps -q -n nobody");
    assert!(
        ended.stderr.starts_with("error: cluster `nobody`"),
        "{ended:?}"
    );
}

#[test]
fn verbose_shows_each_command_as_one_could_paste_it() {
    let s = Sandbox::with_cluster();
    s.run("local start").succeeds();
    s.run("local stop").succeeds();
    s.forget();
    let ended = s.run("local start -v");
    let shown: Vec<&str> = ended
        .stderr
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    let calls = s.engine.take_all_calls();
    let mut ran: Vec<String> = calls.iter().map(|c| s.plain(&c.to_string())).collect();
    let mut shown: Vec<String> = shown.into_iter().map(str::to_owned).collect();
    ran.sort();
    shown.sort();
    assert_eq!(shown, ran, "what is shown is what was run");
    let mut stages: Vec<&str> = ended.stderr.lines().collect();
    stages.retain(|line| !line.starts_with("$ "));
    same("the rest", &(stages.join("\n") + "\n"), STAGES);
}

#[test]
fn colour_is_a_choice() {
    let mut s = Sandbox::new();
    let plain = "error: cluster `local` not found\nhint: create it with `prisma local start`\n";
    let ended = s.run("local restart --color always");
    assert!(
        ended.stderr.starts_with("\u{1b}[") && ended.stderr.contains("error:\u{1b}[0m cluster"),
        "{ended:?}"
    );
    s.run("local restart --color auto").is(1, "", plain);
    s.set("CLICOLOR_FORCE", "1");
    assert!(s.run("local restart").stderr.contains('\u{1b}'));
    s.run("local restart --color never").is(1, "", plain);
    s.set("NO_COLOR", "1");
    s.run("local restart").is(1, "", plain);
    // Results are for programs as well.
    s.set("PRISMA_CLI_COLOR", "always");
    let s = Sandbox::with_running_cluster();
    assert!(
        !s.run("local restart --color always")
            .stdout
            .contains('\u{1b}')
    );
}

/// Runs with a stream whose reader is gone.
fn without_reader(s: &Sandbox, words: &str, which: &str) -> (i32, String, String) {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = s.prisma(words).command();
    command.stdin(Stdio::null());
    let mut child = spawn(match which {
        "stdout" => command.stdout(writer).stderr(Stdio::piped()),
        _ => command.stderr(writer).stdout(Stdio::piped()),
    });
    // Our own ends of the pipe go with the command.
    drop(command);
    let (mut out, mut err) = (String::new(), String::new());
    if let Some(stream) = &mut child.stdout {
        stream.read_to_string(&mut out).expect("reads");
    }
    if let Some(stream) = &mut child.stderr {
        stream.read_to_string(&mut err).expect("reads");
    }
    let status = child.wait().expect("ends").code().expect("by itself");
    (status, out, err)
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let s = Sandbox::with_running_cluster();
    let many: String = (0..20_000)
        .map(|n| format!("2026-01-01T00:00:00.{n:06}Z out line {n}\n"))
        .collect();
    s.engine.log("prisma-db", &many);
    for words in [
        "local ps",
        "local ps --json",
        "local start",
        "local logs",
        "local logs prisma-db",
        "local logs --json",
        "local start --dry-run",
        "--help",
        "--version",
        "local start --help",
    ] {
        let (status, _, err) = without_reader(&s, words, "stdout");
        let err = crate::support::text::without_exposure(&err);
        assert_eq!((status, &*err), (0, ""), "{words}");
    }
}

/// As with `| head -0`: every command does its work, and not a word is said about the reader.
#[test]
fn no_command_minds_a_reader_that_is_gone() {
    let s = Sandbox::with_running_cluster();
    for words in [
        "version",
        "version --json",
        "cluster list",
        "cluster list --json",
        "cluster logs local",
        "local stop",
        "local restart -v",
        "local upgrade --to 1.2",
        "local nuke --yes --json",
        "cluster remove local --dry-run",
        "local delete --yes",
    ] {
        let (status, _, err) = without_reader(&s, words, "stdout");
        let silent = ["error", "warning: could", "panic", "roken pipe"];
        assert!(
            !silent.iter().any(|word| err.contains(word)),
            "{words}: {err}"
        );
        assert_eq!(status, 0, "{words}: {err}");
    }
    assert!(!s.path("home/.prisma/clusters/local").exists());
}

#[test]
fn a_failure_keeps_its_status_without_readers() {
    let s = Sandbox::new();
    let (status, _, err) = without_reader(&s, "local restart", "stdout");
    assert_eq!(status, 1);
    assert!(err.starts_with("error: cluster `local` not found"), "{err}");
    assert_eq!(without_reader(&s, "local restart --json", "stdout").0, 1);
    assert_eq!(without_reader(&s, "local restart", "stderr").0, 1);
    assert_eq!(without_reader(&s, "local --bogus", "stderr").0, 2);
}

#[test]
fn work_goes_on_when_nobody_reads_how_it_goes() {
    let s = Sandbox::with_cluster();
    let (status, out, _) = without_reader(&s, "local start", "stderr");
    assert_eq!(status, 0);
    same("stdout", &s.plain(&out), &running("local", "is running"));
    assert!(s.path("home/.prisma/config.yml").exists());
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure() {
    let Ok(full) = std::fs::File::options().write(true).open("/dev/full") else {
        skip("a result that cannot be written", "no `/dev/full`");
        return;
    };
    let s = Sandbox::with_running_cluster();
    let mut command = s.prisma("local ps").command();
    let output = spawn(command.stdout(full).stderr(Stdio::piped()))
        .wait_with_output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(1));
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        err.starts_with("error: could not write the result: "),
        "{err}"
    );
}

#[test]
fn help_and_version() {
    let s = Sandbox::new();
    let version = concat!("prisma ", env!("CARGO_PKG_VERSION"), "\n");
    s.run("--version").is(0, version, "");
    s.run("-V").is(0, version, "");
    for words in [
        "--help",
        "-h",
        "help",
        "local --help",
        "help local",
        "local start --help",
        "help local start",
    ] {
        let ended = s.run(words);
        assert!(ended.stdout.contains("Usage: prisma"), "{ended:?}");
        assert_eq!((ended.status, &*ended.stderr), (0, ""), "{words}");
    }
    for words in [
        "",
        "local",
        "local jump",
        "jump",
        "local start --port 0",
        "local start --port 99999",
        "local start --wait-timeout soon",
        "local start surplus",
        "local logs --tail -1",
    ] {
        let ended = s.run(words);
        assert_eq!((ended.status, &*ended.stdout), (2, ""), "{words}");
        assert!(!ended.stderr.is_empty(), "{words}");
    }
    assert_eq!(s.take_calls(), "");
    assert_eq!(s.files().list(), "", "nothing is made");
}

#[test]
fn json_by_variable() {
    let mut s = Sandbox::with_cluster();
    s.set("PRISMA_CLI_OUTPUT", "json");
    assert_eq!(s.run("local ps").json()["ok"], Value::Bool(true));
    s.set("PRISMA_CLI_OUTPUT", "xml");
    s.run("local ps").fails_with(2);
}
