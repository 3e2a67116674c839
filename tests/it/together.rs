//! Several runs at once.

use crate::support::Sandbox;
use crate::support::engine::wait_until;
use std::time::{Duration, Instant};

#[test]
fn two_starts_of_one_cluster_are_one() {
    let s = Sandbox::new();
    let (first, second) = (
        s.begin("local start {ports}"),
        s.begin("local start {ports}"),
    );
    let mut states: Vec<String> = [first, second]
        .map(|run| {
            s.end(run)
                .succeeds()
                .stdout
                .lines()
                .next()
                .map(str::to_owned)
        })
        .into_iter()
        .flatten()
        .collect();
    states.sort();
    assert_eq!(
        states,
        [
            "cluster `local` is already running",
            "cluster `local` is running"
        ]
    );
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] up -d --remove-orphans\n"
    );
    let registry = s.read("home/.prisma/config.yml");
    assert_eq!(registry.matches("clusterSecret:").count(), 1);
}

#[test]
fn clusters_started_at_once_all_get_into_the_registry() {
    let s = Sandbox::new();
    let ports = s.port;
    let runs: Vec<_> = (0..4)
        .map(|n| {
            let (port, db_port) = (ports + 2 * n, ports + 2 * n + 1);
            s.begin(&format!(
                "local start -n c{n} --port {port} --db-port {db_port} --no-wait"
            ))
        })
        .collect();
    for run in runs {
        s.end(run).succeeds();
    }
    let registry = s.read("home/.prisma/config.yml");
    for n in 0..4 {
        let host = format!("  c{n}:\n    host: 'http://localhost:{}'\n", ports + 2 * n);
        assert!(registry.contains(&host), "{host}");
    }
    assert_eq!(registry.matches("clusterSecret:").count(), 4);
}

/// A cluster that another run is working on, as long as the file is there.
fn held() -> (Sandbox, std::fs::File) {
    let s = Sandbox::with_running_cluster();
    let path = s.path("home/.prisma/clusters/.local.lock");
    std::fs::write(&path, "`prisma local upgrade`, process 12").expect("writes");
    let lock = std::fs::File::options().write(true).open(path);
    let lock = lock.expect("is there");
    lock.lock().expect("free");
    (s, lock)
}

const HELD: &str = "cluster `local` is in use: another command (`prisma local upgrade`, process <pid>) is working on it";

#[test]
fn the_second_says_who_holds_the_lock_and_gives_up_in_time() {
    let (mut s, _lock) = held();
    let failed = format!(
        "error: {HELD}\nhint: wait for it to end and run the command again\nhint: or wait longer, for example with `--lock-timeout 10m`\n"
    );
    for verb in [
        "start",
        "stop",
        "restart",
        "upgrade",
        "nuke --yes",
        "delete --yes",
    ] {
        let before = s.files();
        s.run(&format!("local {verb} --lock-timeout 0"))
            .is(8, "", &failed);
        let begun = Instant::now();
        s.run(&format!("local {verb} --lock-timeout 500ms")).is(
            8,
            "",
            &format!("{HELD}; waiting for it to end\n{failed}"),
        );
        assert!(begun.elapsed() >= Duration::from_millis(500), "{verb}");
        assert_eq!(s.files(), before, "{verb}");
    }
    s.set("PRISMA_CLI_LOCK_TIMEOUT", "0");
    let ended = s.run("local stop --json");
    assert_eq!(ended.json()["error"]["code"], "locked");
    assert_eq!(ended.status, 8);
    s.run("local stop --lock-timeout soon").fails_with(2);
    // Looking needs no lock, and neither does a plan.
    s.run("local ps").succeeds();
    s.run("local stop --dry-run").succeeds();
    assert_eq!(s.take_acts(), "");
}

#[test]
fn the_second_goes_on_when_the_first_is_done() {
    let (s, lock) = held();
    let run = s.begin("local stop --lock-timeout 60s");
    wait_until("it waits", || {
        run.stderr().contains("waiting for it to end")
    });
    drop(lock);
    let ended = s.end(run);
    ended.succeeds();
    assert!(
        ended
            .stderr
            .starts_with(&format!("{HELD}; waiting for it to end\n")),
        "{}",
        ended.stderr
    );
}
