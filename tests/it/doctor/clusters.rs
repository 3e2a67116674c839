//! What `doctor` says of clusters.
//!
//! Witness: `recorded::cluster` plays `doctor` on every recorded server; containers and dead clusters are scripted:
//! no recording covers them.

use super::{finding, finds, lines};
use crate::cluster::support::{nobody, respond, serve};
use crate::support::Sandbox;
use crate::support::standin::{Auth, Standin};
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
fn a_server_that_answers_without_its_lock_is_a_problem() {
    let s = Sandbox::with_running_cluster();
    let waits = "2026-01-01T00:00:01Z out Obtaining exclusive agent lock...\n";
    s.engine.log("prisma-database", waits);
    let (line, hint, _) = finding(&s, "cluster");
    let told = ", but it waits for a lock that another server holds on its database";
    assert!(
        line.starts_with("problem cluster local Prisma ") && line.ends_with(told),
        "{line}"
    );
    let stop = "stop the other server, or use another database: only one server may run on each";
    assert_eq!(hint.as_deref(), Some(stop));
    s.engine.log(
        "prisma-database",
        &format!("{waits}2026-01-01T00:00:01Z out Obtaining exclusive agent lock... Successful.\n"),
    );
    assert!(
        finding(&s, "cluster")
            .0
            .starts_with("ok cluster local Prisma ")
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

/// A problem of a server that others run is not one of this machine.
#[test]
fn every_cluster_of_the_registry_is_checked() {
    let up = Standin::start("1.34.12");
    let locked = Standin::start("1.8.4");
    locked.state().auth = Auth::Secret("the-servers-own".to_owned());
    let s = Sandbox::new();
    let page = serve(|_| respond(200, "<html>hello</html>"));
    let dead = nobody();
    let (up, locked) = (up.url(), locked.url());
    s.write(
        "home/.prisma/config.yml",
        &format!(
            "clusters:\n  up:\n    host: '{up}'\n  locked:\n    host: '{locked}'\n    clusterSecret: wrong-s3cret\n  page:\n    host: '{page}'\n  dead:\n    host: '{dead}'\n"
        ),
    );
    s.set_private("home/.prisma/config.yml");
    let ended = s.run("doctor");
    // The documented ports may be taken here, which is a problem of `local` alone.
    let others = (ended.stdout.lines()).filter(|line| !line.starts_with("problem  ports local "));
    assert!(
        others.clone().all(|line| !line.starts_with("problem")),
        "{ended:?}"
    );
    let told: Vec<&str> = others
        .skip_while(|line| !line.contains("cluster up"))
        .map(str::trim)
        .collect();
    let remove = |name: &str| {
        format!(
            "hint: start the server, correct its address, or remove it: `prisma cluster remove {name}`"
        )
    };
    let expected = [
        format!("ok       cluster up       Prisma 1.34.12, up at {up}"),
        format!(
            "warning  cluster locked   Prisma 1.8.4, up at {locked}, but the server rejected the `clusterSecret` in the registry: Authentication token is invalid: Token can't be decoded: Invalid signature for this token or wrong algorithm."
        ),
        format!("hint: save its secret: `prisma cluster add locked --endpoint {locked} --force`"),
        format!(
            "warning  cluster page     {page}: not a Prisma server: it answers with status 200 and a page, not JSON"
        ),
        remove("page"),
        format!("warning  cluster dead     {dead}: nothing listens there"),
        remove("dead"),
    ];
    assert_eq!(told, expected);
}
