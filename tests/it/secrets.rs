//! Nothing leaks: no secret in arguments, output, or files that others can read.

use crate::support::run::PRISMA;
use crate::support::{Behaviour, Sandbox, key};
use std::os::unix::fs::PermissionsExt;

/// With all that shells, YAML and compose take for something else.
const PASSWORD: &str = "d1stinct-pa$$ #w0rd\"q'";

/// The lines of the private key that hold secrets: the first ones are those of the public half.
fn key_lines() -> Vec<String> {
    let pem = key().pem_pkcs1().reveal().to_owned();
    pem.lines()
        .filter(|line| line.len() == 64)
        .skip(8)
        .map(str::to_owned)
        .collect()
}

fn sandbox() -> Sandbox {
    let s = Sandbox::new();
    let config = s.config("schemaManagerSecret: d1stinct-manager\n").replace(
        "database:\n",
        &format!(
            "database:\n  password: '{}'\n",
            PASSWORD.replace('\'', "''")
        ),
    );
    s.write("home/.prisma/clusters/local/cluster.yml", &config);
    s.set_private("home/.prisma/clusters/local/cluster.yml");
    s
}

#[track_caller]
fn holds_no_secret(what: &str, text: &str) {
    let mut secrets = key_lines();
    secrets.push("d1stinct".to_owned());
    for secret in secrets {
        assert!(!text.contains(&secret), "{what} holds {secret}:\n{text}");
    }
}

/// Runs it, and looks at all that others could see of it.
#[track_caller]
fn leaks_nothing(s: &Sandbox, words: &str) -> i32 {
    let ended = s.begin(words).end();
    holds_no_secret(&format!("stdout of {words}"), &ended.stdout);
    holds_no_secret(&format!("stderr of {words}"), &ended.stderr);
    for call in s.engine.take_all_calls() {
        holds_no_secret(&format!("a call of {words}"), &call.to_string());
    }
    let history = std::fs::read_to_string(s.path("home/.prisma/history/local.jsonl"));
    holds_no_secret("the history", &history.unwrap_or_default());
    ended.status
}

#[test]
fn the_password_arrives_exactly() {
    let s = sandbox();
    s.run("local start").succeeds();
    let calls = s.engine.take_calls();
    let up = calls.last().expect("ran");
    for name in [
        "SQL_CLIENT_PASSWORD",
        "SQL_INTERNAL_PASSWORD",
        "SQL_LOGS_PASSWORD",
    ] {
        assert_eq!(up.env[name], PASSWORD, "{name}");
    }
    assert_eq!(up.env["SCHEMA_MANAGER_SECRET"], "d1stinct-manager");
    assert!(
        up.env
            .values()
            .all(|value| !key_lines().iter().any(|line| value.contains(line))),
        "the private key is not for the server"
    );
}

#[test]
fn no_verb_shows_a_secret() {
    let s = sandbox();
    for words in [
        "local start --dry-run -v",
        "local start -v",
        "local start -v -o json",
        "local ps -v --json",
        "local ps -v",
        "local restart -v --dry-run --json",
        "local restart -v",
        "local upgrade --to 1.2 -v",
        "local nuke --yes -v",
        "local stop -v",
        "local delete --dry-run -v --json",
        "local delete --yes -v",
    ] {
        assert_eq!(leaks_nothing(&s, words), 0, "{words}");
    }
}

#[test]
fn failures_show_no_secret() {
    let s = sandbox();
    let pem = key().pem_pkcs1().reveal().to_owned();
    // Programs that print what they were given.
    s.engine.hook(
        "compose-up",
        "printf '%s\\n' \"Bad password $SQL_INTERNAL_PASSWORD and $SCHEMA_MANAGER_SECRET\" >&2\nexit 1\n",
    );
    assert_eq!(leaks_nothing(&s, "local start -v"), 1);
    assert_eq!(leaks_nothing(&s, "local start -o json"), 1);
    let ended = s.run("local start");
    assert!(
        ended.stderr.contains("Bad password ******** and ********"),
        "{}",
        ended.stderr
    );
    s.engine.unhook("compose-up");
    // A container that prints it in its log before it crashes.
    s.server(Behaviour::DatabaseOnly);
    let lines: String = pem
        .lines()
        .chain([PASSWORD])
        .map(|line| format!("2026-01-01T00:00:00Z err got {line}\n"))
        .collect();
    s.write("engine/printed", &lines);
    s.engine.hook(
        "start-prisma-database",
        "status=exited exit=1\ncp \"$engine/printed\" \"$engine/logs/$1\"\ncp \"$engine/printed\" \"$engine/logs/$id\"\n",
    );
    assert_eq!(leaks_nothing(&s, "local start -v"), 1);
    assert_eq!(leaks_nothing(&s, "local restart --json"), 1);
    assert!(s.run("local restart").stderr.contains("  got ********"));
    assert_eq!(leaks_nothing(&s, "local logs"), 0);
    assert_eq!(leaks_nothing(&s, "local logs --json"), 0);
}

#[test]
fn files_with_secrets_are_private() {
    let s = sandbox();
    s.run("local start").succeeds();
    s.run("local restart").succeeds();
    let mut private = Vec::new();
    for path in s.files().0.keys() {
        let full = s.path("home").join(path);
        if !full.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&full).expect("reads");
        let is_secret = text.contains("d1stinct") || text.contains(&key_lines()[3]);
        let mode = full.metadata().expect("is there").permissions().mode();
        if is_secret {
            assert_eq!(mode & 0o077, 0, "{}", path.display());
            private.push(path.display().to_string());
        }
    }
    assert_eq!(
        private,
        [
            ".prisma/clusters/local/.env",
            ".prisma/clusters/local/cluster.yml",
            ".prisma/config.yml"
        ]
    );
}

#[test]
fn a_loose_umask_makes_no_difference() {
    let s = sandbox();
    let script = "umask 0; exec \"$0\" local start";
    s.program("/bin/sh", ["-c", script, PRISMA])
        .start()
        .end()
        .succeeds();
    let files = s.files().list();
    let loose = files
        .lines()
        .filter(|line| line.starts_with("06") && !line.starts_with("0600"));
    assert_eq!(loose.count(), 0, "{files}");
    assert!(files.contains("0600 .prisma/config.yml\n"), "{files}");
}
