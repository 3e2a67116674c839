//! Waits that are limited by a constant: these take as long as it says, so they run side by side.

use crate::support::engine::wait_until;
use crate::support::{Behaviour, Sandbox, same};
use std::time::Duration;

#[test]
fn a_mute_engine_and_locks_that_are_held() {
    let mute = Sandbox::with_running_cluster();
    mute.engine.hook("docker-ps", "exec sleep 300\n");
    let silent = mute.begin("local ps");

    let held = Sandbox::with_cluster();
    held.engine.hook("compose-up", "exec sleep 300\n");
    let holder = held.begin("local start");
    wait_until("the holder is at work", || held.engine.was_called("up -d"));
    held.forget();
    let before = held.files();
    let second = held.begin("local stop");
    let third = held.begin("local start -o json");
    // Another cluster is none of their business.
    held.run("local ps").succeeds();
    held.forget();

    let registry = Sandbox::with_cluster();
    registry.write("home/.prisma/config.yml.lock", "");
    let lock = std::fs::File::options()
        .write(true)
        .open(registry.path("home/.prisma/config.yml.lock"))
        .expect("is there");
    lock.lock().expect("free");
    let unsaved = registry.begin("local start");

    held.end(second).is(
        8,
        "",
        "cluster `local` is in use: another command (`prisma local start`, process <pid>) is working on it; waiting for it to end\n\
         error: cluster `local` is in use: another command (`prisma local start`, process <pid>) is working on it\n\
         hint: wait for it to end and run the command again\n\
         hint: or wait longer, for example with `--lock-timeout 10m`\n",
    );
    let third = held.end(third);
    assert_eq!(
        (third.status, &third.json()["error"]["code"]),
        (8, &"locked".into())
    );
    assert_eq!(held.take_calls(), "");
    assert_eq!(held.files(), before);
    holder.signal("TERM");
    assert_eq!(held.end(holder).status, 143);

    registry.end(unsaved).fails(
        8,
        "error: the cluster registry is in use: another command is working on it\n\
         hint: wait for it to end and run the command again\n",
    );
    assert!(!registry.path("home/.prisma/config.yml").exists());
    drop(lock);
    registry.run("local start").succeeds();
    assert!(registry.path("home/.prisma/config.yml").exists());

    let silent = mute.end(silent);
    same(
        "the message",
        &mute.lines_of(&silent.stderr),
        "error: `docker ps`: the Docker engine did not respond within 20s\n\
         hint: restart it: `sudo systemctl restart docker` (or Docker Desktop); if it is on another machine, check that machine\n",
    );
    assert_eq!(silent.status, 3);
}

/// A cold server takes 2 to 40 seconds for its first answer. One that gives each up after two is never ready.
#[test]
fn questions_to_a_slow_server_get_more_patient() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Late(Duration::from_millis(3000)));
    s.run("local start --wait-timeout 10m").succeeds();
    let requests = s.take_requests();
    // The first one is given up; under load, others may be.
    assert!(requests.len() >= 3, "{}", requests.len());
}

#[test]
fn a_long_wait_says_what_it_waits_for() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    let ended = s.begin("local start --wait-timeout 12s").end();
    assert_eq!(ended.status, 5, "{ended:?}");
    let said: Vec<&str> = ended.stderr.matches("still waiting after 1").collect();
    assert_eq!(said.len(), 1, "once for each reason: {}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("s, at most 12s: the database is up, the server does not answer ("),
        "{}",
        ended.stderr
    );
}

/// docker-compose stops the old container before it creates the new one.
#[test]
fn an_upgrade_that_waits_for_the_old_server_to_stop_says_why() {
    let s = Sandbox::with_cluster();
    s.run("local upgrade --to 1.8 --yes").succeeds();
    s.engine.hook("compose-up", "sleep 4\n");
    let note = "Prisma 1.8 ignores the signal to stop, so Docker kills it after 10s\n";
    let ended = s.begin("local upgrade --to 1.9").end();
    ended.succeeds();
    let stage = format!("starting the containers\n{note}waiting for");
    assert!(ended.stderr.contains(&stage), "{ended:?}");
    // Here an earlier step has stopped it.
    let ended = s.begin("local restart").end();
    ended.succeeds();
    assert!(!ended.stderr.contains("ignores"), "{ended:?}");
}

#[test]
fn a_slow_stop_says_why() {
    let s = Sandbox::with_cluster();
    for (version, verb, note) in [
        ("1.1", "docker-stop", ""),
        (
            "1.8",
            "compose-stop",
            "Prisma 1.8 ignores the signal to stop, so Docker kills it after 10s\n",
        ),
    ] {
        s.run(&format!("local upgrade --to {version} --yes"))
            .succeeds();
        s.engine.hook(verb, "sleep 4\n");
        let ended = s.begin("local stop").end();
        ended.succeeds();
        let expected = format!("stopping the containers\n{note}");
        same(version, &ended.stderr, &expected);
        s.engine.unhook(verb);
    }
}
