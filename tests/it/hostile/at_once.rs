//! The same command many times at once: one wins, and the others are told.

use crate::support::{Sandbox, injected};
use std::collections::BTreeSet;

#[test]
fn of_ten_ejects_into_one_folder_one_wins() {
    let s = Sandbox::new();
    for folder in ["a", "b/c"] {
        let all: Vec<_> = (0..10)
            .map(|_| s.begin(&format!("local eject {folder}")))
            .collect();
        let ended: Vec<_> = all.into_iter().map(|one| s.end(one)).collect();
        let (won, lost): (Vec<_>, Vec<_>) = ended.iter().partition(|one| one.status == 0);
        assert_eq!(won.len(), 1, "{ended:?}");
        for one in &lost {
            assert_eq!(one.status, 1, "{one:?}");
            let said =
                one.stderr.contains("already exist") || one.stderr.contains("another program");
            assert!(
                said && !one.stdout.contains("BEGIN RSA PRIVATE KEY"),
                "{one:?}"
            );
        }
        let mut names: Vec<_> = std::fs::read_dir(s.path("work").join(folder))
            .expect("a folder")
            .map(|entry| entry.expect("readable").file_name())
            .collect();
        names.sort();
        assert_eq!(names, [".env", "docker-compose.yml"]);
    }
    injected("of_ten_ejects_into_one_folder_one_wins", 20);
}

#[test]
fn of_six_inits_of_one_folder_one_wins() {
    let s = Sandbox::new();
    let words = "init shop --database postgres --port 4466";
    let all: Vec<_> = (0..6).map(|_| s.begin(words)).collect();
    let ended: Vec<_> = all.into_iter().map(|one| s.end(one)).collect();
    let won = ended.iter().filter(|one| one.status == 0).count();
    assert_eq!(won, 1, "{ended:?}");
    assert_eq!(
        ended.iter().filter(|one| one.status == 1).count(),
        5,
        "{ended:?}"
    );
    injected("of_six_inits_of_one_folder_one_wins", 6);
}

#[test]
fn of_thirty_two_clusters_of_one_name_one_is_added() {
    let mut s = Sandbox::new();
    s.set("MINE", "secret");
    let add = |number: usize| {
        s.begin(&format!(
            "cluster add same --endpoint http://127.0.0.1:{} --no-check --secret-env MINE",
            4000 + number
        ))
    };
    let all: Vec<_> = (0..32).map(add).collect();
    let ended: Vec<_> = all.into_iter().map(|one| s.end(one)).collect();
    let (won, lost): (Vec<_>, Vec<_>) = ended.iter().partition(|one| one.status == 0);
    assert_eq!(won.len(), 1, "{ended:?}");
    for one in lost {
        assert!(
            one.status == 1 && one.stderr.contains("cluster `same` already exists"),
            "{one:?}"
        );
    }
    let registry = s.read("home/.prisma/config.yml");
    assert_eq!(registry.matches("host:").count(), 1, "{registry}");
    injected("of_thirty_two_clusters_of_one_name_one_is_added", 32);
}

#[test]
fn new_clusters_that_start_at_once_get_ports_of_their_own() {
    let s = Sandbox::new();
    let start = |number: usize| {
        s.begin(&format!(
            "local start -n c{number} --port auto --db-port auto --no-wait"
        ))
    };
    let all: Vec<_> = (0..5).map(start).collect();
    let ended: Vec<_> = all.into_iter().map(|one| s.end(one)).collect();
    assert!(ended.iter().all(|one| one.status == 0), "{ended:?}");
    let mut ports = BTreeSet::new();
    for number in 0..5 {
        let text = s.read(&format!("home/.prisma/clusters/c{number}/cluster.yml"));
        let lines = text
            .lines()
            .filter(|line| line.trim_start().starts_with("port:"));
        ports.extend(lines.map(|line| line.trim().to_owned()));
    }
    assert_eq!(ports.len(), 10, "{ports:?}");
    injected("new_clusters_that_start_at_once_get_ports_of_their_own", 5);
}
