//! Clusters that are stopped or missing, and keys that are none: what the npm CLI did then.
//!
//! Witness: what that CLI did is from its recorded runs; no server is asked anything.

use super::{left_behind, registry};
use crate::support::Sandbox;
use crate::support::text::{STAGES, running};

/// A service on `local`.
fn with_service(s: &Sandbox) {
    s.write(
        "work/prisma.yml",
        "service: x\nstage: dev\ncluster: local\ndisableAuth: true\ndatamodel: x.graphql\n",
    );
    s.write("work/x.graphql", "type User {\n  id: ID! @unique\n}\n");
}

#[test]
fn stop_and_ps_without_containers_say_so_and_succeed() {
    let s = Sandbox::new();
    let stopped = "cluster `local` has no containers, so there is nothing to stop\n";
    s.run("local stop").is(0, stopped, "");
    let none = "cluster `local` has no containers; start it with `prisma local start`\n";
    s.run("local ps").is(0, none, "");
    let env = s.run("local ps -o env");
    assert!(env.stdout.contains("PRISMA_SERVER_STATE=none\n"), "{env:?}");
    assert_eq!(
        s.run("local stop --json").json()["data"]["state"],
        "stopped"
    );
    s.run("local stop -n other").succeeds();
    // In a home with clusters of its own, another name is a slip.
    let s = Sandbox::with_cluster();
    for verb in ["stop", "ps"] {
        let ended = s.run(&format!("local {verb} -n locla"));
        assert_eq!(ended.status, 1, "{ended:?}");
        assert!(
            ended.stderr.contains("hint: did you mean `local`?\n"),
            "{ended:?}"
        );
    }
}

#[test]
fn in_a_new_home_nuke_and_upgrade_start_the_cluster() {
    let s = Sandbox::new();
    for (verb, pulled) in [
        ("nuke", ""),
        (
            "upgrade",
            "docker pull mysql:5.7\ndocker pull prismagraphql/prisma:1.1\n",
        ),
    ] {
        s.engine.fail("compose-up", 1, "no");
        s.run(&format!("local {verb} -n other")).fails_with(1);
        s.ran_acts(&format!(
            "{pulled}docker-compose [other] up -d --remove-orphans\n"
        ));
        let _ = std::fs::remove_dir_all(s.path("home/.prisma/clusters/other"));
    }
    // With clusters of its own, another name is a slip.
    let s = Sandbox::with_cluster();
    for verb in ["nuke --yes", "upgrade"] {
        let ended = s.run(&format!("local {verb} -n locla"));
        assert_eq!(ended.status, 1, "{ended:?}");
        assert!(
            ended.stderr.contains("hint: did you mean `local`?\n"),
            "{ended:?}"
        );
    }
    assert_eq!(s.take_acts(), "");
}

#[test]
fn deploy_offers_to_start_what_the_npm_cli_left() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "exited");
    with_service(&s);
    let ended = s.run("deploy");
    assert_eq!(ended.status, 4, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("cluster `local` is not running: starting it requires confirmation"),
        "{ended:?}"
    );
    assert_eq!(s.run("deploy -d").status, 1);
    assert_eq!(s.take_acts(), "");
    s.run("deploy --yes");
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] up -d --remove-orphans\n"
    );
    assert_eq!(s.read("home/.prisma/config.yml"), registry(&s));
}

#[test]
fn enter_alone_starts_it() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "exited");
    with_service(&s);
    let mut terminal = s.at_terminal("deploy --color never");
    terminal
        .shows("Cluster `local` is not running. Start it? (Y/n)")
        .types("\r");
    terminal.end();
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] up -d --remove-orphans\n"
    );
}

#[test]
fn in_a_new_home_local_is_offered_as_well() {
    let mut s = Sandbox::new();
    with_service(&s);
    s.run("deploy").is(
        4,
        "",
        "error: cluster `local` does not exist: creating it requires confirmation, but this is not an interactive terminal\n\
         hint: add `--yes` to confirm\n\
         hint: or start it yourself: `prisma local start`\n",
    );
    let ended = s.run("deploy -d");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended.stderr.contains("cluster `local` not found"),
        "{ended:?}"
    );
    assert_eq!(s.take_acts(), "");
    // Of another machine no port is tried: the documented ones may be taken here.
    s.set("DOCKER_HOST", "tcp://192.0.2.7:2376");
    s.engine.fail("compose-up", 1, "no");
    s.run("deploy --yes").fails_with(1);
    s.ran_acts("docker-compose [local] up -d --remove-orphans\n");
    // Another name is no less unknown than before.
    s.write(
        "work/prisma.yml",
        &s.read("work/prisma.yml").replace("local", "far"),
    );
    let ended = s.run("deploy --yes");
    assert!(
        ended.stderr.contains("cluster `far` not found"),
        "{ended:?}"
    );
}

#[test]
fn what_is_no_key_is_replaced_by_a_new_pair() {
    for wrong in ["''", "not a key"] {
        for verb in ["start", "restart", "upgrade", "nuke --yes"] {
            let mut s = Sandbox::new();
            s.set("REMOTE", "x");
            left_behind(&s, "exited");
            let registry = format!(
                "clusters:\n  local:\n    host: http://localhost:{}\n    clusterSecret: {wrong}\n",
                s.port
            );
            s.write("home/.prisma/config.yml", &registry);
            s.set_private("home/.prisma/config.yml");
            let ended = s.run(&format!("local {verb}"));
            ended.succeeds();
            let warned = "warning: `clusterSecret` of cluster `local` in the registry is not a private key, and is \
                          replaced by a new one\n";
            assert_eq!(ended.stderr.matches(warned).count(), 1, "{ended:?}");
            let registry = s.read("home/.prisma/config.yml");
            assert_eq!(registry.matches("PRIVATE KEY").count(), 2, "{verb}");
            s.run("local start")
                .is(0, &running("local", "is already running"), "");
        }
    }
    // What `cluster.yml` says is good enough.
    let s = Sandbox::with_running_cluster();
    let registry = format!(
        "clusters:\n  local:\n    host: http://localhost:{}\n    clusterSecret: ''\n",
        s.port
    );
    s.write("home/.prisma/config.yml", &registry);
    s.run("local stop").succeeds();
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    let config = s.plain(&s.read("home/.prisma/clusters/local/cluster.yml"));
    assert!(config.ends_with("clusterSecret: |\n  <key>\n"), "{config}");
}
