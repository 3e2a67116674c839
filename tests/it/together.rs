//! Several runs at once.

use crate::support::Sandbox;

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
            "cluster `local` is running",
            "cluster `local` is running already"
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
