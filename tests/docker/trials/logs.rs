//! `logs` and `ps`: what the containers print, and how they are.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::suite::{Case, Setting, shared};
use serde_json::json;
use std::thread;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    shared(
        "logs/of_one_container_and_of_all",
        of_one_container_and_of_all,
    ),
    shared(
        "logs/following_ends_with_ctrl_c",
        following_ends_with_ctrl_c,
    ),
    shared(
        "ps/shows_the_state_of_containers",
        shows_the_state_of_containers,
    ),
];

const READY: &str = "Successfully started 1 workers.";

fn of_one_container_and_of_all(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster
        .verb("logs", &[])
        .ended(1)
        .reports(&["` not found\n"]);
    cluster.start(&[]);
    let running = format!("Server running on :{}", cluster.port);

    // The last line that an idle server prints, from another thread and so at any time.
    let end = Instant::now() + Duration::from_secs(60);
    while !cluster
        .verb("logs", &[SERVER])
        .stdout
        .contains("agent lock... Successful")
    {
        assert!(Instant::now() < end, "the server is never idle");
    }

    // One container: what docker prints, on the same streams.
    let server = cluster.container(SERVER);
    let one = cluster.verb("logs", &[SERVER]).succeeded();
    let docker = setting.rig.try_docker(["logs", &server.id]).succeeded();
    assert_eq!((&one.stdout, &one.stderr), (&docker.stdout, &docker.stderr));
    assert!(one.stdout.contains(READY));
    let last = cluster.verb("logs", &[SERVER, "--tail", "1"]).succeeded();
    assert_eq!(last.stdout.lines().count(), 1, "{}", last.stdout);
    let named = cluster
        .verb("logs", &[&server.name, "--tail", "all"])
        .succeeded();
    assert_eq!(named.stdout, one.stdout);
    cluster.verb("logs", &["nonsense"]).ended(2).reports(&[
        "no service `nonsense`",
        "`prisma-database`",
        "`prisma-db`",
    ]);

    // All containers: labelled, in order of time.
    let all = cluster.verb("logs", &["-t"]).succeeded();
    let lines: Vec<(&str, &str)> = all
        .stdout
        .lines()
        .map(|l| l.split_once(" | ").expect("a label"))
        .collect();
    let times: Vec<&str> = lines
        .iter()
        .map(|(_, text)| text.split(' ').next().unwrap_or_default())
        .collect();
    assert!(times.is_sorted(), "{times:#?}");
    assert!(
        times
            .iter()
            .all(|time| time.starts_with("20") && time.ends_with('Z')),
        "{times:#?}"
    );
    for (label, part) in [
        ("prisma-database", running.as_str()),
        ("prisma-db      ", "STAND-IN"),
    ] {
        assert!(
            lines
                .iter()
                .any(|(l, text)| *l == label && text.contains(part)),
            "{label} {part}: {}",
            all.stdout
        );
    }
    let plain = cluster.verb("logs", &["--tail", "1"]).succeeded();
    assert_eq!(
        plain.stdout.lines().count(),
        2,
        "one of each: {}",
        plain.stdout
    );
    let labels = |line: &str| {
        line.split_once(" | ")
            .map(|(label, _)| label.trim_end().to_owned())
    };
    let mut labelled: Vec<String> = plain.stdout.lines().filter_map(labels).collect();
    labelled.sort();
    assert_eq!(labelled, [SERVER, DATABASE]);

    // Only new lines. docker parses times and durations.
    thread::sleep(Duration::from_millis(1500));
    let none = cluster.verb("logs", &[SERVER, "--since", "1s"]).succeeded();
    assert_eq!((&*none.stdout, &*none.stderr), ("", ""));
    let recent = cluster.verb("logs", &[SERVER, "--since", "1h"]).succeeded();
    assert_eq!(recent.stdout, one.stdout);
    let wrong = cluster.verb("logs", &[SERVER, "--since", "yesterday"]);
    assert_ne!(wrong.status, 0, "docker's own refusal is forwarded");

    let document = cluster.verb("logs", &[SERVER, "--json"]).succeeded().json();
    let logged = document["data"]["lines"].as_array().expect("lines");
    assert!(
        logged
            .iter()
            .any(|line| line["line"] == running.as_str() && line["service"] == SERVER)
    );

    // A stopped cluster still has its logs.
    cluster.verb("stop", &[]).succeeded();
    assert!(
        cluster
            .verb("logs", &[SERVER])
            .succeeded()
            .stdout
            .contains(READY)
    );
}

fn following_ends_with_ctrl_c(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    for args in [&["-f", SERVER][..], &["-f"]] {
        let mut follow = cluster.spec("logs", args).start();
        follow.prints(READY);
        let sent = follow.signal_group("INT");
        follow.finish().ended(130);
        assert!(
            sent.elapsed() < Duration::from_secs(30),
            "{:?}",
            sent.elapsed()
        );
    }
    // Lines appear as they are printed; following ends when the containers stop.
    let mut follow = cluster.spec("logs", &["-f", "--tail", "0"]).start();
    thread::sleep(Duration::from_millis(500));
    for (label, service) in [("prisma-database", SERVER), ("prisma-db      ", DATABASE)] {
        let say = format!("echo hello from {service} > /proc/1/fd/1");
        setting
            .rig
            .docker(["exec", &cluster.container(service).id, "sh", "-c", &say]);
        follow.prints(&format!("{label} | hello from {service}\n"));
    }
    let begun = Instant::now();
    cluster.verb("stop", &[]).succeeded();
    follow.finish().succeeded();
    assert!(begun.elapsed() < Duration::from_secs(60));
}

fn shows_the_state_of_containers(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let none = cluster.verb("ps", &[]).succeeded();
    assert!(none.stdout.contains("` has no containers; start it with"));
    cluster.start(&[]);
    let joint = setting.generation.joint();
    let table = |states: [&str; 2]| {
        let rows = [("prisma-database", states[0]), ("prisma-db", states[1])];
        rows.map(|(service, state)| {
            (
                format!("NAME{joint}{service}{joint}1"),
                service.to_owned(),
                state.to_owned(),
            )
        })
    };
    let shown = |stdout: &str| -> Vec<(String, String, String)> {
        let text = cluster.neutral(stdout);
        let mut lines = text.lines();
        let heads: Vec<&str> = lines
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        assert_eq!(
            heads,
            ["NAME", "SERVICE", "STATE", "HEALTH", "PORTS", "IMAGE"]
        );
        let row = |line: &str| {
            let cells: Vec<&str> = line
                .split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect();
            (
                cells[0].to_owned(),
                cells[1].to_owned(),
                cells[2].to_owned(),
            )
        };
        lines.map(row).collect()
    };
    let ran = cluster.verb("ps", &[]).succeeded();
    assert_eq!(shown(&ran.stdout), table(["running", "running"]));
    for part in [
        format!("0.0.0.0:{0}->{0}/tcp", cluster.port),
        format!("0.0.0.0:{}->3306/tcp", cluster.db_port),
        "prismagraphql/prisma:1.1\n".to_owned(),
        "mysql:5.7\n".to_owned(),
    ] {
        assert!(ran.stdout.contains(&part), "{part}: {}", ran.stdout);
    }
    assert_eq!(ran.stderr, "");

    let server = cluster.container(SERVER);
    let document = cluster.verb("status", &["-o", "json"]).succeeded().json();
    assert_eq!(document["command"], "local ps");
    assert_eq!(
        document["data"]["containers"][0],
        json!({
            "id": server.id,
            "name": server.name,
            "service": SERVER,
            "state": "running",
            "health": null,
            "exitCode": 0,
            "restarts": server.restarts,
            "ports": [{"address": "0.0.0.0", "port": cluster.port, "inside": format!("{}/tcp", cluster.port)}],
            "image": "prismagraphql/prisma:1.1",
        })
    );

    setting
        .rig
        .docker(["kill", &cluster.container(DATABASE).id]);
    setting.rig.docker(["pause", &server.id]);
    let ran = cluster.verb("ps", &[]).succeeded();
    assert_eq!(shown(&ran.stdout), table(["paused", "exited (137)"]));
    setting.rig.docker(["unpause", &server.id]);
    let ids = cluster.containers().into_values().map(|c| c.id);
    setting
        .rig
        .docker(["rm".to_owned(), "-f".to_owned()].into_iter().chain(ids));
    let ran = cluster.verb("ps", &[]).succeeded();
    assert_eq!(
        cluster.neutral(&ran.stdout),
        "cluster `NAME` has no containers; start it with `prisma local start -n NAME`\n"
    );
}
