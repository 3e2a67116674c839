//! What `doctor` says of clusters.

use super::{finding, finds, lines};
use crate::support::Sandbox;
use std::net::TcpListener;

/// A cluster of which one container died holds the ports of the others alone.
#[test]
fn the_port_of_a_dead_container_may_be_somebody_elses() {
    let s = Sandbox::with_running_cluster();
    s.engine.silence("local");
    s.engine.change("prisma-database", "status", "exited");
    assert_eq!(
        finding(&s, "ports").0,
        "ok ports the ports of `local` are free"
    );
    let _taken = TcpListener::bind(("0.0.0.0", s.port)).expect("free");
    let all = lines(&s.run("doctor").stdout);
    let ports: Vec<_> = all.iter().filter(|line| line.contains(" ports ")).collect();
    assert_eq!(ports.len(), 1, "{all:#?}");
    assert!(
        ports[0].starts_with("problem ports local port <port> of cluster `local` is in use by `"),
        "{all:#?}"
    );
}

#[test]
fn clusters_that_are_not_as_they_should_be() {
    let s = Sandbox::with_running_cluster();
    let logs = "see why: `prisma local logs`";
    s.engine.silence("local");
    let (line, hint, _) = finding(&s, "cluster");
    assert!(
        line.starts_with(
            "problem cluster local its containers are running, but the server does not answer: "
        ),
        "{line}"
    );
    assert_eq!(hint.as_deref(), Some(logs));
    s.engine.change("prisma-database", "status", "exited");
    finds(
        &s,
        "cluster",
        "problem cluster local only 1 of 2 containers running",
        "`prisma local start`",
    );
    s.engine.change("prisma-database", "status", "restarting");
    s.engine.change("prisma-database", "exit", "137");
    finds(
        &s,
        "cluster",
        "problem cluster local container `local-prisma-database-1` keeps crashing (last status 137)",
        logs,
    );
    s.engine.change("prisma-database", "status", "running");
    let now = humantime::format_rfc3339_nanos(std::time::SystemTime::now());
    s.engine
        .change("prisma-database", "started", &now.to_string());
    s.engine.change("prisma-database", "restarts", "2");
    finds(
        &s,
        "cluster",
        "warning cluster local starting: its server does not answer yet",
        "watch it: `prisma local logs -f`",
    );
    s.engine.change("prisma-database", "restarts", "3");
    s.engine.log(
        "prisma-database",
        "2026-01-01T00:00:00Z err Exception in thread \"main\" java.sql.SQLTransientConnectionException: internalRoot\n\
         2026-01-01T00:00:00Z err Caused by: java.sql.SQLException: Access denied for user 'root'@'172.31.0.3'\n",
    );
    finds(
        &s,
        "cluster",
        "problem cluster local container `local-prisma-database-1` keeps crashing (3 restarts): the database rejects the user or \
         password; a volume keeps the password it was created with",
        "restore the password that the database was created with, or change it in the database too",
    );
    s.engine.change("prisma-database", "status", "paused");
    finds(
        &s,
        "cluster",
        "problem cluster local container `local-prisma-database-1` is paused",
        "`docker unpause local-prisma-database-1`",
    );
    s.engine.change("prisma-database", "status", "running");
    s.write(
        "home/.prisma/clusters/local/cluster.yml",
        &s.config("prismaVersion: \"1.4\"\n"),
    );
    finds(
        &s,
        "cluster",
        "warning cluster local runs `prismagraphql/prisma:1.1`, but `cluster.yml` says `prismagraphql/prisma:1.4`",
        "`prisma local start` switches to `prismagraphql/prisma:1.4`",
    );
    s.write(
        "home/.prisma/clusters/local/cluster.yml",
        "prot: 1\nport: x\n",
    );
    let (line, _, _) = finding(&s, "cluster");
    assert!(line.contains("cluster.yml:1"), "{line}");
    assert!(line.ends_with("(1 more problem)"), "{line}");
}

#[test]
fn containers_of_the_other_compose_are_told() {
    let s = Sandbox::with_cluster();
    s.engine.generation("1.29.2");
    s.run("local start").succeeds();
    s.engine.generation("2.40.3");
    finds(
        &s,
        "cluster",
        "warning cluster local its containers were created by docker-compose 1.29.2 and will be recreated by 2.40.3; data is kept",
        "you can do this at any time with `prisma local restart`",
    );
}
