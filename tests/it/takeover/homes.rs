//! Several homes on one engine: whose a cluster is.
//!
//! Witness: real engines see it in `tests/docker`, `takeover/of_another_home`.

use super::left_behind;
use crate::support::Sandbox;
use crate::support::text::running;

/// Another home on the same engine, where the cluster `local` of the first one runs.
fn another_home() -> Sandbox {
    let mut s = Sandbox::with_running_cluster();
    s.set("HOME", s.path("other"));
    s
}

#[test]
fn the_cluster_of_another_home_is_left_alone_by_every_command() {
    let s = another_home();
    let state = s.engine.state();
    let refusal = "error: cluster `local` on this Docker engine belongs to another home: its files are in \
                   ~/.prisma/clusters/local\n\
                   hint: give your cluster another name with `-n NAME`\n\
                   hint: or use that home: `PRISMA_HOME=~/.prisma`\n\
                   hint: or, if it is yours, take it over with its data: `prisma local start --take-over`\n";
    // With a configuration and an entry of its own the home is no better off.
    for is_known in [false, true] {
        if is_known {
            s.write("other/.prisma/clusters/local/cluster.yml", &s.config(""));
            let entry = format!(
                "clusters:\n  local:\n    host: http://localhost:{}\n",
                s.port
            );
            s.write("other/.prisma/config.yml", &entry);
            s.set_private("other/.prisma/config.yml");
        }
        for verb in [
            "start --dry-run",
            "start",
            "stop",
            "restart",
            "upgrade",
            "nuke --yes",
            "delete --yes",
            "ps",
            "logs",
        ] {
            s.run(&format!("local {verb}")).is(1, "", refusal);
        }
    }
    let ended = s.run("doctor");
    assert!(
        ended.stdout.contains("belongs to another home"),
        "{ended:?}"
    );
    s.run("doctor --bundle report.txt");
    let bundle = s.read("work/report.txt");
    assert!(!bundle.contains("last lines of"), "{bundle}");
    assert_eq!((s.take_acts(), s.engine.state()), (String::new(), state));
}

#[test]
fn who_means_it_takes_the_cluster_of_another_home_over() {
    let mut s = another_home();
    let start = "local start --take-over";
    s.run(&format!("{start} --dry-run")).succeeds();
    assert_eq!(s.take_acts(), "");
    let ended = s.run(start);
    ended.succeeds();
    assert!(
        ended
            .stderr
            .starts_with("taking over the containers of another home; their data is kept\n"),
        "{ended:?}"
    );
    let acts = s.take_acts();
    assert!(
        acts.ends_with("up -d --remove-orphans --force-recreate\n"),
        "{acts}"
    );
    assert!(s.engine.state().ends_with("volume local_db-persistence\n"));
    // From now on it is this home's, and no longer the other one's.
    s.run("local restart").succeeds();
    s.run(start)
        .is(0, &running("local", "is already running"), "");
    s.set("HOME", s.path("home"));
    let ended = s.run("local stop");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended.stderr.contains("<root>/other/.prisma/clusters/local"),
        "{ended:?}"
    );
}

#[test]
fn an_override_file_is_taken_over_with_the_containers() {
    let s = another_home();
    let text = "services:\n  prisma-database:\n    mem_limit: 2g\n";
    s.write(
        "home/.prisma/clusters/local/docker-compose.override.yml",
        text,
    );
    let ours = "other/.prisma/clusters/local/docker-compose.override.yml";
    let said = "copying its docker-compose.override.yml; relative paths in it start from <root>/other/.prisma/clusters/local now\n";
    let ended = s.run("local start --take-over --dry-run");
    assert!(ended.stderr.contains(said), "{ended:?}");
    assert!(!s.path(ours).exists());
    let ended = s.run("local start --take-over");
    ended.succeeds();
    assert!(ended.stderr.contains(said), "{ended:?}");
    assert_eq!(s.read(ours), text);
    assert!(s.engine.was_called("docker-compose.override.yml"));
}

#[test]
fn a_home_that_was_moved_keeps_its_clusters() {
    let mut s = Sandbox::with_running_cluster();
    std::fs::rename(s.path("home"), s.path("moved")).expect("moves");
    s.set("HOME", s.path("moved"));
    s.run("local ps").succeeds();
    s.run("local stop").succeeds();
}

#[test]
fn without_labels_a_home_that_does_not_know_the_cluster_leaves_it_alone() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "running");
    s.set("HOME", s.path("other"));
    let ended = s.run("local delete --yes");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended.stderr.contains("docker-compose before 1.25"),
        "{ended:?}"
    );
    assert!(
        ended.stderr.contains("`prisma local start --take-over`"),
        "{ended:?}"
    );
    assert_eq!(s.take_acts(), "");
}

#[test]
fn what_the_npm_cli_labelled_is_known_by_the_path_of_its_file() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "running");
    for service in ["prisma-db", "prisma-database"] {
        s.engine.is_of_npm(service);
    }
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
    // The same project from a file of the user's own.
    for service in ["prisma-db", "prisma-database"] {
        s.engine
            .change(service, "file", "/home/me/shop/docker-compose.yml");
    }
    let ended = s.run("local stop");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended.stderr.starts_with(
            "error: compose project `local` belongs to /home/me/shop, not to cluster `local`\n"
        ),
        "{ended:?}"
    );
    assert!(!ended.stderr.contains("--take-over"), "{ended:?}");
}
