//! Ctrl-C and SIGTERM at every stage: the run ends soon, with its status, and leaves nothing running.

use crate::support::engine::wait_until;
use crate::support::text::{STAGES, running};
use crate::support::{Behaviour, Sandbox};
use std::time::{Duration, Instant};

/// What a fake does that never comes to an end.
const HANG: &str = "exec sleep 300\n";
/// One that does not listen to SIGTERM either.
const STUBBORN: &str = "trap '' TERM INT\nwhile :; do sleep 0.1; done\n";
/// What is said of the wait.
const WAITING: &str = "waiting for the server; the containers keep starting";
/// Far less than the hanging takes.
const SOON: Duration = Duration::from_secs(20);

/// Whom the signal reaches.
#[derive(Clone, Copy, Debug)]
enum To {
    Alone,
    Group,
}

/// Begins a run, sends a signal once `words` were called or said, compares status and message: `stage` is
/// what was under way, if the run had begun to change something.
#[track_caller]
fn end_by(s: &Sandbox, run: &str, words: &str, (signal, to): (&str, To), stage: &str) {
    let (status, how) = match signal {
        "INT" => (130, "interrupted"),
        _ => (143, "terminated"),
    };
    s.forget();
    let running = s.begin(run);
    let id = running.id();
    wait_until(words, || {
        s.engine.was_called(words) || running.stderr().contains(words)
    });
    let begun = Instant::now();
    match to {
        To::Alone => running.signal(signal),
        To::Group => running.signal_group(signal),
    };
    let message = match stage {
        "" => format!("error: {how}\n"),
        stage => format!(
            "error: {how} while {stage}\n\
             hint: run the same command again: it resumes from here\n"
        ),
    };
    s.end(running).fails(status, &message);
    assert!(begun.elapsed() < SOON, "{run}: {:?}", begun.elapsed());
    wait_until("nothing is left running", || !group_lives(id));
}

/// Whether a process of this group is still at work. One that nobody has buried yet is not. Where
/// there is no `/proc`, none is found.
fn group_lives(id: u32) -> bool {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes.into_iter().any(|process| {
        let stat = std::fs::read_to_string(process.path().join("stat")).unwrap_or_default();
        // The name, in parentheses, may hold anything: `1 (sh) S PARENT GROUP …`.
        let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
        let mut fields = fields.split_whitespace();
        let state = fields.next();
        let group = fields.nth(1).and_then(|group| group.parse().ok());
        group == Some(id) && !matches!(state, Some("Z" | "X"))
    })
}

#[test]
fn while_docker_is_asked() {
    let s = Sandbox::with_running_cluster();
    s.engine.hook("docker-ps", HANG);
    let before = s.files();
    end_by(&s, "local start", "docker ps", ("INT", To::Group), "");
    end_by(&s, "local ps", "docker ps", ("INT", To::Alone), "");
    end_by(&s, "local stop", "docker ps", ("TERM", To::Alone), "");
    end_by(&s, "local nuke --yes", "docker ps", ("HUP", To::Group), "");
    assert_eq!(s.files(), before);
}

#[test]
fn while_docker_compose_brings_up() {
    let s = Sandbox::new();
    s.engine.hook("compose-up", HANG);
    end_by(
        &s,
        "local start {ports}",
        "up -d",
        ("INT", To::Group),
        "starting the containers",
    );
    end_by(
        &s,
        "local start",
        "up -d",
        ("TERM", To::Alone),
        "starting the containers",
    );
    assert!(!s.path("home/.prisma/config.yml").exists());
    s.engine.unhook("compose-up");
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
}

#[test]
fn a_child_that_does_not_listen_is_killed() {
    let s = Sandbox::with_cluster();
    s.engine.hook("compose-up", STUBBORN);
    end_by(
        &s,
        "local start",
        "up -d",
        ("TERM", To::Alone),
        "starting the containers",
    );
    end_by(
        &s,
        "local start",
        "up -d",
        ("INT", To::Group),
        "starting the containers",
    );
}

#[test]
fn while_an_image_is_pulled() {
    let s = Sandbox::with_running_cluster();
    let before = (s.files(), s.engine.state());
    s.engine.hook("docker-pull", HANG);
    end_by(
        &s,
        "local upgrade --to 1.2",
        "docker pull",
        ("INT", To::Group),
        "pulling mysql:5.7",
    );
    end_by(
        &s,
        "local upgrade --to 1.2",
        "docker pull",
        ("TERM", To::Alone),
        "pulling mysql:5.7",
    );
    assert_eq!((s.files(), s.engine.state()), before);
}

#[test]
fn while_the_server_is_waited_for() {
    for behaviour in [Behaviour::Nothing, Behaviour::Mute] {
        let s = Sandbox::with_cluster();
        s.server(behaviour);
        end_by(
            &s,
            "local start",
            "waiting for the",
            ("INT", To::Group),
            WAITING,
        );
        end_by(
            &s,
            "local restart",
            "waiting for the",
            ("TERM", To::Alone),
            WAITING,
        );
        assert!(!s.path("home/.prisma/config.yml").exists());
        s.engine.silence("local");
        s.server(Behaviour::Ready);
        // The containers are up; docker-compose has nothing to do but say so.
        s.run("local start").succeeds();
        assert!(s.path("home/.prisma/config.yml").exists());
    }
}

#[test]
fn while_data_is_being_destroyed() {
    let s = Sandbox::with_running_cluster();
    s.engine.hook("compose-down", HANG);
    end_by(
        &s,
        "local nuke --yes",
        "down -v",
        ("INT", To::Group),
        "removing containers, network and data",
    );
    s.engine.unhook("compose-down");
    s.run("local nuke --yes").succeeds();
    s.engine.hook("compose-down", HANG);
    end_by(
        &s,
        "local delete --yes",
        "down -v",
        ("TERM", To::Alone),
        "removing containers, network and data",
    );
    s.engine.unhook("compose-down");
    s.run("local delete --yes").succeeds();
    s.engine_has("");
}

#[test]
fn while_another_run_holds_the_lock() {
    let s = Sandbox::with_running_cluster();
    let path = s.path("home/.prisma/clusters/.local.lock");
    let lock = std::fs::File::options()
        .write(true)
        .open(path)
        .expect("is there");
    lock.lock().expect("free");
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let run = s.begin("local stop");
        wait_until("it waits", || {
            run.stderr().contains("waiting for it to end")
        });
        run.signal(signal);
        assert_eq!(s.end(run).status, status);
    }
    assert_eq!(s.take_calls(), "");
}

#[test]
fn while_logs_are_followed() {
    let s = Sandbox::with_running_cluster();
    s.engine
        .log("prisma-db", "2026-01-01T00:00:01Z out hello\n");
    s.engine
        .log("prisma-database", "2026-01-01T00:00:02Z err world\n");
    for (words, signal, shown) in [
        ("local logs -f prisma-db", "INT", "hello\n"),
        ("local logs -f prisma-db", "TERM", "hello\n"),
        (
            "local logs --follow",
            "INT",
            "prisma-db       | hello\nprisma-database | world\n",
        ),
        (
            "local logs --follow",
            "TERM",
            "prisma-db       | hello\nprisma-database | world\n",
        ),
    ] {
        let run = s.begin(words);
        let id = run.id();
        wait_until("the lines are shown", || run.stdout().len() == shown.len());
        run.signal_group(signal);
        let ended = s.end(run);
        let mut lines: Vec<&str> = ended.stdout.lines().collect();
        lines.sort_unstable_by_key(|line| line.ends_with("world"));
        assert_eq!(lines.join("\n") + "\n", shown);
        assert_eq!(ended.status, if signal == "INT" { 130 } else { 143 });
        wait_until("nothing is left running", || !group_lives(id));
    }
}

#[test]
fn in_json_too() {
    let s = Sandbox::with_cluster();
    s.engine.hook("compose-up", HANG);
    let run = s.begin("local start -o json");
    wait_until("up", || s.engine.was_called("up -d"));
    run.signal_group("INT");
    let ended = s.end(run);
    assert_eq!(
        ended.json(),
        serde_json::json!({"version": 1, "ok": false, "command": "local start", "error": {"code": "interrupted", "message": "interrupted while starting the containers",
            "hints": ["run the same command again: it resumes from here"], "exit": 130}})
    );
    assert_eq!(ended.status, 130);
}

#[test]
fn a_run_that_is_killed_leaves_nothing_locked_or_broken() {
    let s = Sandbox::new();
    s.engine.hook("compose-up", HANG);
    let run = s.begin("local start {ports}");
    wait_until("up", || s.engine.was_called("up -d"));
    run.signal_group("KILL");
    assert_eq!(s.end(run).status, 137);
    s.engine.unhook("compose-up");
    s.server(Behaviour::Nothing);
    let run = s.begin("local start");
    wait_until("it waits", || run.stderr().contains("waiting for the"));
    run.signal("KILL");
    assert_eq!(s.end(run).status, 137);
    s.engine.silence("local");
    s.server(Behaviour::Ready);
    s.run("local start").succeeds();
    let files = s.files().list();
    assert!(!files.contains(".tmp"), "{files}");
    s.run("local delete --yes").succeeds();
}

/// Each command that changes a cluster, broken off in each of its commands to docker by each signal;
/// what was cut off is made up for by the next run.
#[test]
fn in_each_step_of_each_verb() {
    const STOPPING: &str = "stopping the containers";
    const STARTING: &str = "starting the containers";
    const KILLING: &str = "killing the containers";
    const REMOVING: &str = "removing containers, network and data";
    let mut at = 0;
    for (verb, hook, call, stage) in [
        ("local stop", "docker-stop", "docker stop", STOPPING),
        ("local restart", "docker-stop", "docker stop", STOPPING),
        ("local restart", "compose-up", "up -d", STARTING),
        ("local upgrade --to 1.2", "compose-up", "up -d", STARTING),
        ("local nuke --yes", "compose-kill", "kill", KILLING),
        ("local nuke --yes", "compose-up", "up -d", STARTING),
        ("local delete --yes", "compose-down", "down -v", REMOVING),
    ] {
        for signal in ["INT", "TERM", "HUP"] {
            let s = Sandbox::with_running_cluster();
            s.engine.hook(hook, HANG);
            let to = [To::Group, To::Alone][at % 2];
            at += 1;
            end_by(&s, verb, call, (signal, to), stage);
            let registry = s.path("home/.prisma/config.yml");
            assert!(registry.exists(), "{verb}: known until it is gone");
            s.engine.unhook(hook);
            s.run(verb).succeeds();
            assert_eq!(
                registry.exists() && s.read("home/.prisma/config.yml").contains("local:"),
                !verb.contains("delete"),
                "{verb}"
            );
            let files = s.files().list();
            assert!(!files.contains(".tmp"), "{verb}: {files}");
        }
    }
}

#[test]
fn while_a_clusters_log_is_followed_by_its_name() {
    let s = Sandbox::with_running_cluster();
    for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 143)] {
        s.forget();
        let run = s.begin("cluster logs local -f");
        let id = run.id();
        wait_until("it follows", || s.engine.was_called("--follow"));
        run.signal_group(signal);
        assert_eq!(s.end(run).status, status);
        wait_until("nothing is left running", || !group_lives(id));
    }
}
