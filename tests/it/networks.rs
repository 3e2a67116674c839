//! Containers whose network is gone: `start` and `restart` recreate them, and keep their data.

use crate::support::Sandbox;
use crate::support::text::{STAGES, running};

const UP: &str = "docker-compose [local] up -d --remove-orphans\n";
const ANEW: &str = "docker-compose [local] up -d --remove-orphans --force-recreate\n";

#[test]
fn a_network_that_was_pruned_is_made_again() {
    let (first, rest) = STAGES.split_once('\n').expect("several");
    let stages =
        format!("{first}\ntheir network was removed: recreating them; data is kept\n{rest}");
    for (generation, said) in [
        (
            "1.29.2",
            "ERROR: for prisma-db  Cannot start service prisma-db: network 0f7e99b016f8 not found",
        ),
        (
            "2.40.3",
            "Error response from daemon: network 5cca586b8237 not found",
        ),
    ] {
        let s = Sandbox::with_cluster();
        s.engine.generation(generation);
        s.run("local start").succeeds();
        s.run("local stop").succeeds();
        s.take_acts();
        s.engine.hook(
            "start-prisma-db",
            &format!("[ -n \"$anew\" ] || die 1 '{said}'\n"),
        );
        s.run("local start")
            .is(0, &running("local", "is running"), &stages);
        assert_eq!(s.take_acts(), format!("{UP}{ANEW}"));
        assert!(s.engine.state().contains("volume local_db-persistence"));
        s.run("local restart").is(
            0,
            &running("local", "was restarted"),
            &format!("stopping the containers\n{stages}"),
        );
    }
}

#[test]
fn a_container_that_was_cut_off_is_made_again_at_once() {
    let s = Sandbox::with_running_cluster();
    s.engine.change("prisma-database", "networks", "{}");
    s.engine.silence("local");
    s.run("local start").is(
        0,
        &running("local", "is running"),
        &format!(
            "a container has lost its network: recreating the containers; data is kept\n{STAGES}"
        ),
    );
    assert_eq!(s.take_acts(), ANEW);
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
}
