//! The server edition: what each verb runs, writes and says.

mod changes;
mod external;
mod places;

use crate::support::text::STAGES;
use crate::support::{Sandbox, same};
use std::fmt::Write;

const CONFIG: &str = "home/.prisma/clusters/local/cluster.yml";
const LOOK: &str = "docker ps [local]\ndocker inspect --type container <id 1> <id 2>\n";
const UP: &str = "docker-compose [local] up -d --remove-orphans\n";
const STOPPED: &str =
    "cluster `local` is stopped; its data is kept. Start it with `prisma local start`\n";

/// The report of a cluster of 1.8 with MySQL.
/// The lines of a `cluster.yml` that are not comments.
pub fn uncommented(text: &str) -> String {
    let lines = text.lines().map(|line| format!("{line}\n"));
    let is_value = |line: &String| !line.trim().is_empty() && !line.trim().starts_with('#');
    lines.filter(is_value).collect()
}

fn running(state: &str) -> String {
    format!(
        "cluster `local` {state}\n\
         \n  endpoint     http://localhost:<port>\
         \n  playground   http://localhost:<port>/management\
         \n  database     MySQL, user `root`, not published; `--db-port PORT` publishes it\
         \n  version      Prisma 1.8\n\
         \n\
         deploy a service to it: add `cluster: local` to its `prisma.yml` and run `prisma deploy`\n"
    )
}

/// A cluster of 1.8 with a secret, up; what that took is forgotten. `more` is for `cluster.yml`.
fn with_running(more: &str) -> Sandbox {
    let s = Sandbox::new();
    let config = format!(
        "prismaVersion: \"1.8\"\nport: {}\nclusterSecret: \"geheim\"\n{more}",
        s.port
    );
    s.write(CONFIG, &config);
    s.run("local start").succeeds();
    s.forget();
    s
}

/// The environment of the last call of docker-compose, without that of every process.
fn environment(s: &Sandbox) -> String {
    let calls = s.engine.take_all_calls();
    let call = calls.iter().rfind(|call| call.program == "docker-compose");
    let mut text = String::new();
    for (name, value) in &call.expect("was run").env {
        if !["HOME", "PATH", "PWD"].contains(&name.as_str()) {
            let _ = writeln!(text, "{name}={value}");
        }
    }
    s.plain(&text)
}

#[test]
fn the_first_start_makes_files_containers_and_an_entry() {
    let s = Sandbox::new();
    let start = format!("local start --prisma-version 1.8 --port {}", s.port);
    s.run(&start).is(0, &running("is running"), STAGES);
    // A late server takes another path for a service, and asks its database for that.
    let requests = s.take_requests();
    let is_right = |request: &String| request.starts_with("POST /management HTTP/1.1\r\n");
    assert_eq!(requests.len(), 2, "{requests:?}");
    assert!(requests.iter().all(is_right), "{requests:?}");
    s.engine_has(
        "local-prisma-1 running prismagraphql/prisma:1.8 #1\n\
         prisma-db running mysql:5.7 #2\n\
         volume local_db-persistence\n",
    );
    same(
        "cluster.yml",
        &uncommented(&s.plain(&s.read(CONFIG))),
        "prismaVersion: \"1.8\"\n\
         port: <port>\n\
         database:\n  \
           connector: mysql\n  \
           user: \"root\"\n  \
           password: \"prisma\"\n  \
           name: \"prisma\"\n\
         clusterSecret: \"my-server-secret-123\"\n",
    );
    same(
        "config.yml",
        &s.plain(&s.read("home/.prisma/config.yml")),
        "clusters:\n  local:\n    host: 'http://localhost:<port>'\n    clusterSecret: \"my-server-secret-123\"\n",
    );
    same(
        "the environment of docker-compose",
        &environment(&s),
        "DATABASE_PASSWORD=prisma\nPRISMA_MANAGEMENT_API_SECRET=my-server-secret-123\n",
    );
    let (_, server) = s.engine.container("prisma");
    let told = "PRISMA_CONFIG=managementApiSecret: \\\"my-server-secret-123\\\"\\nport: ";
    assert!(server["env"].contains(told), "{}", server["env"]);
}

#[test]
fn a_second_start_asks_and_does_nothing() {
    for more in ["", "database:\n  connector: postgres\n"] {
        let s = with_running(more);
        let before = (s.files(), s.engine.state());
        let report = running("is already running");
        let report = match more {
            "" => report,
            _ => report.replace("MySQL", "Postgres"),
        };
        s.run("local start").is(0, &report, "");
        s.ran(&format!("{LOOK}docker logs --tail 1000 <id 1>\n"));
        assert_eq!((s.files(), s.engine.state()), before);
    }
}

#[test]
fn postgres_is_asked_inside_its_container_until_it_answers() {
    let s = Sandbox::new();
    let log = s.engine.path().join("asked");
    let hook = format!(
        "printf x >>'{0}'\n[ \"$(cat '{0}')\" = xxx ] || exit 2\n",
        log.display()
    );
    s.engine.hook("docker-exec", &hook);
    let words = format!(
        "local start --database postgres --db-port {} --port {}",
        s.db_port, s.port
    );
    let report = running("is running").replace(
        "MySQL, user `root`, not published; `--db-port PORT` publishes it",
        "localhost:<db-port> (Postgres, user `root`)",
    );
    s.run(&words).is(0, &report, STAGES);
    let calls = s.engine.take_all_calls();
    let shown: Vec<String> = calls
        .iter()
        .map(|call| s.plain(&call.to_string()))
        .collect();
    let exec = "docker exec <id 2> /bin/sh -c '! command -v pg_isready || pg_isready -q -h 127.0.0.1 -U \"$POSTGRES_USER\"'";
    assert_eq!(
        shown.iter().filter(|call| *call == exec).count(),
        3,
        "{shown:#?}"
    );
    s.engine_has(
        "local-prisma-1 running prismagraphql/prisma:1.8 #1\n\
         prisma-db running postgres:10 #2\n\
         volume local_postgres-persistence\n",
    );
}

#[test]
fn an_image_without_a_shell_is_judged_by_its_server() {
    let s = Sandbox::new();
    s.engine.fail(
        "docker-exec",
        126,
        "OCI runtime exec failed: exec: \"/bin/sh\": no such file",
    );
    let start = format!("local start --prisma-version 1.8 --port {}", s.port);
    s.run(&start).is(0, &running("is running"), STAGES);
}

#[test]
fn stop_start_and_restart_go_by_docker_compose() {
    let s = with_running("");
    let before = s.files();
    s.run("local stop")
        .is(0, STOPPED, "stopping the containers\n");
    s.ran(&format!("{LOOK}docker-compose [local] stop\n"));
    s.run("local stop")
        .is(0, &STOPPED.replace("stopped;", "already stopped;"), "");
    s.ran(LOOK);
    s.run("local start").is(0, &running("is running"), STAGES);
    s.ran(&format!("{LOOK}docker-compose version --short\n{UP}"));
    let stages = format!("stopping the containers\n{STAGES}");
    s.run("local restart")
        .is(0, &running("was restarted"), &stages);
    assert_eq!(s.take_acts(), format!("docker-compose [local] stop\n{UP}"));
    assert_eq!(s.files(), before);
}

#[test]
fn upgrade_pulls_with_docker_compose() {
    let s = with_running("");
    let before = s.files();
    s.run("local upgrade").is(
        0,
        &(running("is up to date") + "the images are unchanged\n"),
        &format!("pulling the images\n{STAGES}"),
    );
    s.ran(&format!(
        "{LOOK}docker-compose version --short\ndocker-compose [local] pull\n{UP}"
    ));
    // Another version is not in the file yet: image by image.
    s.run("local upgrade --to 1.9").is(
        0,
        &(running("is up to date").replace("1.8", "1.9")
            + "updated images: prismagraphql/prisma:1.9\n"),
        &format!("pulling mysql:5.7\npulling prismagraphql/prisma:1.9\n{STAGES}"),
    );
    assert_eq!(
        s.take_acts(),
        format!("docker pull mysql:5.7\ndocker pull prismagraphql/prisma:1.9\n{UP}")
    );
    same(
        "the files",
        &s.changes_since(&before),
        "changed .prisma/clusters/local/cluster.yml\nchanged .prisma/clusters/local/docker-compose.yml\n",
    );
}

#[test]
fn nuke_and_delete() {
    let s = with_running("database:\n  connector: postgres\n");
    let before = s.files();
    let volumes =
        "  containers  prisma-db, local-prisma-1\n  volumes     local_postgres-persistence\n";
    s.run("local nuke --yes").is(
        0,
        &running("was reset").replace("MySQL", "Postgres"),
        &format!(
            "this will delete all data of cluster `local`, including all deployed services:\n{volumes}\
             killing the containers\nremoving containers, network and data\n{STAGES}"
        ),
    );
    assert_eq!(
        s.take_acts(),
        format!(
            "docker-compose [local] kill\ndocker-compose [local] down -v --remove-orphans\n{UP}"
        )
    );
    assert_eq!(s.files(), before);
    s.run("local delete --yes").is(
        0,
        "cluster `local` is deleted\n",
        &format!(
            "this will delete cluster `local` and all its data:\n{volumes}\
             \u{20} files       ~/.prisma/clusters/local\nremoving containers, network and data\n"
        ),
    );
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] down -v --remove-orphans\n"
    );
    s.engine_has("");
    assert!(!s.path("home/.prisma/clusters/local").exists());
}

#[test]
fn the_report_in_json() {
    let s = with_running("");
    let ran = s.run("local start --json");
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let endpoint = "http://localhost:<port>";
    assert_eq!(
        document,
        serde_json::json!({"version": 1, "ok": true, "command": "local start", "data": {
            "name": "local",
            "state": "running",
            "endpoint": endpoint,
            "playground": format!("{endpoint}/management"),
            "database": {"address": null, "connector": "mysql", "user": "root"},
            "prismaVersion": "1.8",
        }})
    );
}

/// Such a server would be open, or its secret would be that very text.
#[test]
fn a_secret_of_the_registry_that_is_empty_or_not_resolved_is_refused() {
    for secret in ["\"${SECRET}\"", "\"${env:EMPTY}\""] {
        let mut s = with_running("");
        s.set("EMPTY", "");
        let registry = "home/.prisma/config.yml";
        let text = s.read(registry);
        assert!(text.contains("geheim"), "{text}");
        let text: String = text
            .lines()
            .map(|line| match line.split_once("clusterSecret:") {
                Some((indent, _)) => format!("{indent}clusterSecret: {secret}\n"),
                None => format!("{line}\n"),
            })
            .collect();
        s.write(registry, &text);
        s.set_private(registry);
        let ended = s.run("local restart");
        assert_eq!(ended.status, 6, "{secret}: {ended:?}");
        assert!(
            ended.stderr.contains("clusterSecret"),
            "{secret}: {ended:?}"
        );
        assert_eq!(s.take_acts(), "", "{secret}");
    }
}
