//! ps and logs.

use crate::support::Sandbox;
use serde_json::json;

const LOOK: &str = "docker ps [local]\ndocker inspect --type container <id 1> <id 2>\n";

#[test]
fn ps_shows_both_containers() {
    let s = Sandbox::with_running_cluster();
    let table = "\
NAME                      SERVICE           STATE     HEALTH   PORTS                      IMAGE
local-prisma-database-1   prisma-database   running   -        0.0.0.0:<port>-><port>/tcp   prismagraphql/prisma:1.1
prisma-db                 prisma-db         running   -        0.0.0.0:<db-port>->3306/tcp    mysql:5.7
";
    s.run("local ps").is(0, table, "");
    s.ran(LOOK);
    s.run("local status").is(0, table, "");
}

#[test]
fn ps_shows_what_is_wrong() {
    let s = Sandbox::with_running_cluster();
    s.engine.change("prisma-database", "status", "restarting");
    s.engine.change("prisma-database", "exit", "1");
    s.engine.change("prisma-database", "restarts", "4");
    s.engine.change("prisma-db", "status", "exited");
    s.engine.change("prisma-db", "exit", "137");
    s.engine.change("prisma-db", "health", "unhealthy");
    let table = s.run("local ps").succeeds().stdout.clone();
    s.engine.change("prisma-db", "status", "restarting");
    s.engine.change("prisma-db", "restarts", "1");
    let once = s.run("local ps").succeeds().stdout.clone();
    assert!(
        once.contains("restarting (1 time, last status 137)"),
        "{once}"
    );
    for cells in [
        "restarting (4 times, last status 1)   -         ",
        "exited (137)                          unhealthy ",
    ] {
        assert!(table.contains(cells), "{table}");
    }
}

/// A real server is running nearly all the time between crashes, and takes long to its first answer.
#[test]
fn ps_shows_servers_that_are_starting_and_that_keep_crashing() {
    let s = Sandbox::with_running_cluster();
    let shows = |state: &str| {
        let table = s.run("local ps").succeeds().stdout.clone();
        let row = format!("prisma-database   {state}   -  ");
        assert!(table.contains(&row), "{row}\n{table}");
    };
    s.engine.change("prisma-database", "restarts", "3");
    shows("running");
    let now = humantime::format_rfc3339_nanos(std::time::SystemTime::now());
    s.engine
        .change("prisma-database", "started", &now.to_string());
    shows("running (3 restarts)");
    s.engine.silence("local");
    shows("keeps crashing (3 restarts)");
    s.engine.change("prisma-database", "restarts", "1");
    shows("starting (1 restart)");
    s.engine.change("prisma-database", "restarts", "0");
    shows("starting");
    // For programs, the state is docker's.
    let document = s.begin("local ps --json").end().json();
    let server = &document["data"]["containers"][0];
    assert_eq!(
        (&server["state"], &server["restarts"]),
        (&json!("running"), &json!(0))
    );
    s.engine.change("prisma-database", "status", "restarting");
    s.engine.change("prisma-database", "restarts", "1");
    shows("restarting (1 time)");
}

#[test]
fn ps_in_json() {
    let s = Sandbox::with_running_cluster();
    s.engine.change("prisma-db", "health", "healthy");
    let (server, _) = s.engine.container("prisma-database");
    let (database, _) = s.engine.container("prisma-db");
    let container = |id, name, service, image, health, inside, port| {
        json!({
            "id": id, "name": name, "service": service, "state": "running", "health": health,
            "exitCode": 0, "restarts": 0, "image": image,
            "ports": [{"address": if port == s.port { "0.0.0.0" } else { "" }, "port": port, "inside": inside}],
        })
    };
    let inside = format!("{}/tcp", s.port);
    assert_eq!(
        s.run("local ps --json").succeeds().stdout,
        s.run("local ps -o json").stdout
    );
    // Numbers are not replaced in the raw document.
    let ended = s.begin("local ps --json").end();
    let document: serde_json::Value = serde_json::from_str(&ended.stdout).expect("a document");
    assert_eq!(
        document,
        json!({
            "version": 1,
            "ok": true,
            "command": "local ps",
            "data": {
                "name": "local",
                "containers": [
                    container(server, "local-prisma-database-1", "prisma-database",
                        "prismagraphql/prisma:1.1", json!(null), &*inside, s.port),
                    container(database, "prisma-db", "prisma-db", "mysql:5.7", json!("healthy"),
                        "3306/tcp", s.db_port),
                ],
            },
        })
    );
}

#[test]
fn ps_of_a_cluster_that_was_never_started() {
    let s = Sandbox::with_cluster();
    s.run("local ps").is(
        0,
        "cluster `local` has no containers; start it with `prisma local start`\n",
        "",
    );
    s.run("local logs").is(
        1,
        "",
        "error: cluster `local` has no containers, so there are no logs\n\
         hint: start it with `prisma local start`\n",
    );
}

#[test]
fn ps_needs_no_lock() {
    let s = Sandbox::with_running_cluster();
    let path = s.path("home/.prisma/clusters/.local.lock");
    let lock = std::fs::File::options()
        .write(true)
        .open(path)
        .expect("is there");
    lock.lock().expect("free");
    s.run("local ps").succeeds();
    s.run("local logs").succeeds();
}

fn with_logs() -> Sandbox {
    let s = Sandbox::with_running_cluster();
    s.engine.log(
        "prisma-database",
        "2026-01-01T00:00:02.5Z out Server running on :4466\n\
         2026-01-01T00:00:04Z err warning: two\n",
    );
    s.engine.log(
        "prisma-db",
        "2026-01-01T00:00:01Z out mysqld starts\n\
         2026-01-01T00:00:03Z err ready   for connections\n",
    );
    s
}

#[test]
fn the_log_of_one_service_is_what_docker_prints() {
    let s = with_logs();
    s.run("local logs prisma-db")
        .is(0, "mysqld starts\n", "ready   for connections\n");
    s.ran(&format!("{LOOK}docker logs <id 1>\n"));
    // By the container's name as well, which differs from the service's.
    s.run("local logs local-prisma-database-1").is(
        0,
        "Server running on :4466\n",
        "warning: two\n",
    );
}

#[test]
fn the_logs_of_all_are_labelled_and_in_the_order_of_time() {
    let s = with_logs();
    s.run("local logs").is(
        0,
        "prisma-db       | mysqld starts\n\
         prisma-database | Server running on :4466\n\
         prisma-db       | ready   for connections\n\
         prisma-database | warning: two\n",
        "",
    );
    s.ran(&format!(
        "{LOOK}docker logs --timestamps <id 1>\ndocker logs --timestamps <id 2>\n"
    ));
}

#[test]
fn tail_since_and_timestamps_are_handed_on() {
    let s = with_logs();
    s.run("local logs --tail 1 -t").is(
        0,
        "prisma-db       | 2026-01-01T00:00:03Z ready   for connections\n\
         prisma-database | 2026-01-01T00:00:04Z warning: two\n",
        "",
    );
    s.run("local logs --since 2026-01-01T00:00:03Z").is(
        0,
        "prisma-db       | ready   for connections\n\
         prisma-database | warning: two\n",
        "",
    );
    s.forget();
    s.run("local logs --tail=5 --since 10m --timestamps prisma-db")
        .succeeds();
    s.ran(&format!(
        "{LOOK}docker logs --timestamps --tail 5 --since 10m <id 1>\n"
    ));
}

#[test]
fn logs_in_json() {
    let s = with_logs();
    let document = s.run("local logs prisma-db -o json").json();
    assert_eq!(
        document,
        json!({"version": 1, "ok": true, "command": "local logs", "data": {"name": "local", "lines": [
            {"time": "2026-01-01T00:00:01Z", "service": "prisma-db", "line": "mysqld starts"},
            {"time": "2026-01-01T00:00:03Z", "service": "prisma-db", "line": "ready   for connections"},
        ]}})
    );
    let refused = s.run("local logs -f -o json");
    assert_eq!(
        (refused.status, &refused.json()["error"]["code"]),
        (2, &json!("usage"))
    );
}

#[test]
fn an_unknown_service_is_told_with_those_there_are() {
    let s = Sandbox::with_running_cluster();
    s.run("local logs db").is(
        2,
        "",
        "error: cluster `local` has no service `db`\n\
         hint: its services are `prisma-database` and `prisma-db`\n",
    );
}

#[test]
fn the_status_of_docker_logs_is_forwarded() {
    let s = Sandbox::with_running_cluster();
    s.engine.fail("docker-logs", 7, "unexpected EOF");
    s.run("local logs prisma-db").is(
        7,
        "",
        "unexpected EOF\nerror: `docker logs <id 1>` failed with status 7\n",
    );
}
