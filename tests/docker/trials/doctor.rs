//! `doctor` on a real engine: a healthy cluster, then one fault after the other.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::rig::Generation;
use crate::suite::{Case, Setting, shared};
use std::fs;

pub const CASES: &[Case] = &[shared("doctor/healthy_and_unhealthy", well_and_not)];

fn well_and_not(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    let name = cluster.name.clone();
    let doctor = |args: &[&str]| {
        let args = [&["doctor"], args].concat();
        cluster.prisma(&args).run()
    };
    let ran = doctor(&[]).succeeded();
    let line = |check: &str, stdout: &str| {
        let lines = stdout.lines().find(|line| line[9..].starts_with(check));
        lines.unwrap_or_default().to_owned()
    };
    for (check, word) in [
        ("docker ", "ok"),
        ("engine", "ok"),
        ("permission", "ok"),
        ("registry", "ok"),
        ("images", "ok"),
        ("ports", "ok"),
        ("leftovers", "ok"),
        ("cluster", "ok"),
    ] {
        let line = line(check, &ran.stdout);
        assert!(line.starts_with(word), "{check}: {}", ran.stdout);
    }
    let compose = line("compose", &ran.stdout);
    match setting.generation {
        Generation::V1 => assert!(compose.starts_with("warning") && compose.contains(" 1.29.")),
        Generation::V2 => assert!(compose.starts_with("ok") && compose.contains(" 2.")),
    }
    let up = format!("up at http://localhost:{}", cluster.port);
    assert!(
        line("cluster", &ran.stdout).ends_with(&up),
        "{}",
        ran.stdout
    );

    // A report has the containers' output, and no secrets.
    let report = cluster.home().join("report.txt");
    doctor(&["--bundle", &report.display().to_string()]).succeeded();
    let text = fs::read_to_string(&report).expect("written");
    assert!(text.contains("Successfully started 1 workers."), "{text}");
    for line in cluster.key().lines().filter(|line| line.len() == 64) {
        // The first lines of a private key contain its public half.
        assert!(!text.contains(line), "{text}");
    }

    let server = cluster.container(SERVER);
    setting.rig.docker(["stop", &server.name]);
    let ran = doctor(&["--json"]).ended(1);
    let document = ran.json();
    assert_eq!(document["error"]["code"], "unhealthy", "{document}");
    assert_eq!(document["data"]["problems"], 1, "{document}");
    let start = format!("`prisma local start -n {name}`");
    assert_eq!(doctor(&[]).ended(1).stderr, "error: 1 problem found\n");
    let stdout = doctor(&[]).stdout;
    assert!(
        line("cluster", &stdout).contains("only 1 of 2 containers running"),
        "{stdout}"
    );
    assert!(stdout.contains(&start), "{stdout}");

    setting
        .rig
        .docker(["pause", &cluster.container(DATABASE).name]);
    let stdout = doctor(&[]).ended(1).stdout;
    assert!(line("cluster", &stdout).contains("is paused"), "{stdout}");
    setting
        .rig
        .docker(["unpause", &cluster.container(DATABASE).name]);
    cluster.verb("start", &[]).succeeded();
    doctor(&[]).succeeded();
}
