//! The server edition: what each verb runs, writes and says.

use crate::support::engine::Made;
use crate::support::text::STAGES;
use crate::support::{Sandbox, key, same};
use std::fmt::Write;

const CONFIG: &str = "home/.prisma/clusters/local/cluster.yml";
const LOOK: &str = "docker ps [local]\ndocker inspect --type container <id 1> <id 2>\n";
const UP: &str = "docker-compose [local] up -d --remove-orphans\n";
const STOPPED: &str =
    "cluster `local` is stopped; its data is kept, start it with `prisma local start`\n";

/// The report of a cluster of 1.8 with MySQL.
fn running(state: &str) -> String {
    format!(
        "cluster `local` {state}\n\
         \n  endpoint     http://localhost:<port>\
         \n  playground   http://localhost:<port>/management\
         \n  database     MySQL, user `root`, not published: `--db-port PORT` does\
         \n  version      Prisma 1.8\n\
         \n\
         deploy a service to it: put `cluster: local` into its `prisma.yml` and run `prisma deploy`\n"
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

/// A cluster of 1.1 with a key pair, up; what that took is forgotten.
fn with_older() -> Sandbox {
    let s = Sandbox::with_running_cluster();
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
    s.engine_has(
        "local-prisma-1 running prismagraphql/prisma:1.8 #1\n\
         prisma-db running mysql:5.7 #2\n\
         volume local_db-persistence\n",
    );
    same(
        "cluster.yml",
        &s.plain(&s.read(CONFIG)),
        "# The configuration of the cluster `local`. Edit it, then run `prisma local start`.\n\
         # A line that is missing stands for its documented value. Keep texts in quotes.\n\
         prismaVersion: \"1.8\"\n\
         port: <port>\n\
         # bind: \"127.0.0.1\" would publish both ports on this machine only.\n\
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
        let report = running("is running already");
        let report = match more {
            "" => report,
            _ => report.replace("MySQL", "Postgres"),
        };
        s.run("local start").is(0, &report, "");
        s.ran(LOOK);
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
        "MySQL, user `root`, not published: `--db-port PORT` does",
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
        .is(0, &STOPPED.replace("stopped;", "stopped already;"), "");
    s.ran(LOOK);
    s.run("local start").is(0, &running("is running"), STAGES);
    s.ran(&format!("{LOOK}docker-compose version --short\n{UP}"));
    let stages = format!("stopping the containers\n{STAGES}");
    s.run("local restart")
        .is(0, &running("is running again"), &stages);
    assert_eq!(s.take_acts(), format!("docker-compose [local] stop\n{UP}"));
    assert_eq!(s.files(), before);
}

#[test]
fn upgrade_pulls_with_docker_compose() {
    let s = with_running("");
    let before = s.files();
    s.run("local upgrade").is(
        0,
        &(running("is up to date") + "the images were the newest already\n"),
        &format!("pulling the images\n{STAGES}"),
    );
    s.ran(&format!(
        "{LOOK}docker-compose version --short\ndocker-compose [local] pull\n{UP}"
    ));
    // Another version is not in the file yet: image by image.
    s.run("local upgrade --to 1.9").is(
        0,
        &(running("is up to date").replace("1.8", "1.9")
            + "runs newer images now: prismagraphql/prisma:1.9\n"),
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
        &running("is running and empty").replace("MySQL", "Postgres"),
        &format!(
            "this destroys all data of cluster `local`, every deployed service included:\n{volumes}\
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
        "cluster `local` is gone\n",
        &format!(
            "this removes cluster `local` and all its data:\n{volumes}\
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
fn from_the_cluster_edition_with_data_database_and_key() {
    let s = with_older();
    let before = s.files();
    s.run("local upgrade --to 1.8").is(
        0,
        &(running("is up to date").replace(
            "MySQL, user `root`, not published: `--db-port PORT` does",
            "localhost:<db-port> (MySQL, user `root`)",
        ) + "runs newer images now: prismagraphql/prisma:1.8\n"),
        &format!(
            "pulling mysql:5.7\npulling prismagraphql/prisma:1.8\nstopping the containers\n\
             removing the containers of the other edition\nremoving their network\n{STAGES}"
        ),
    );
    assert_eq!(
        s.take_acts(),
        format!(
            "docker pull mysql:5.7\ndocker pull prismagraphql/prisma:1.8\n\
             docker stop <id 2> <id 1>\ndocker rm <id 2> <id 1>\n\
             docker network prune -f --filter label=com.docker.compose.project=local\n{UP}"
        )
    );
    same(
        "the files",
        &s.changes_since(&before),
        "changed .prisma/clusters/local/.env\n\
         changed .prisma/clusters/local/cluster.yml\n\
         changed .prisma/clusters/local/docker-compose.yml\n",
    );
    let config = s.read(CONFIG);
    assert!(
        config.contains("prismaVersion: \"1.8\"\n"),
        "{}",
        s.plain(&config)
    );
    s.engine_has(
        "local-prisma-1 running prismagraphql/prisma:1.8 #3\n\
         prisma-db running mysql:5.7 #4\n\
         volume local_db-persistence\n",
    );
    let (_, server) = s.engine.container("prisma");
    for told in [
        &format!("legacySecret: \\\"{}\\\"\\n", key().public_spki_base64()),
        "managementSchema: graphcool\\n",
        "password: \\\"graphcool\\\"\\n",
    ] {
        assert!(server["env"].contains(told), "{told}: {}", server["env"]);
    }

    // And back, for who came from there.
    s.run("local upgrade --to 1.1").is(
        2,
        "",
        "error: Prisma 1.1 is older than the 1.8 that cluster `local` has, and may not understand its data\n\
         hint: add `--force` to change to it all the same\n",
    );
    s.run("local upgrade --to 1.1 --force").succeeds();
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.1 #6\n\
         prisma-db running mysql:5.7 #5\n\
         volume local_db-persistence\n",
    );
    // What the file left to the documented values of one edition is written down.
    same(
        "the files",
        &s.changes_since(&before),
        "changed .prisma/clusters/local/cluster.yml\n",
    );
}

#[test]
fn where_there_are_no_key_pairs_there_is_a_secret_instead() {
    let s = with_older();
    let warning = "warning: Prisma 1.34 knows no key pairs: the cluster gets a new secret in its place, and whoever \
                   deploys with a copy of the old key needs that one (`clusterSecret` in the registry)\n";
    // Broken off before the registry knows: the next start goes on, and does not make up another.
    s.engine.fail("compose-up", 1, "no");
    let failed = s.run("local upgrade --to 1.34");
    assert!(
        failed.status == 1 && failed.stderr.starts_with(warning),
        "{failed:?}"
    );
    let config = s.read(CONFIG);
    let (_, secret) = config.split_once("clusterSecret: \"").expect("a secret");
    let (secret, _) = secret.split_once('"').expect("it ends");
    assert!(secret.len() >= 32 && !failed.stderr.contains(secret));
    assert!(!s.read("home/.prisma/config.yml").contains(secret));
    s.engine.unhook("compose-up");
    s.run("local start").is(
        0,
        &running("is running")
            .replace("Prisma 1.8", "Prisma 1.34")
            .replace(
                "MySQL, user `root`, not published: `--db-port PORT` does",
                "localhost:<db-port> (MySQL, user `root`)",
            ),
        STAGES,
    );
    assert_eq!(s.read(CONFIG), config);
    same(
        "config.yml",
        &s.plain(&s.read("home/.prisma/config.yml")),
        &format!(
            "clusters:\n  local:\n    host: 'http://localhost:<port>'\n    clusterSecret: \"{secret}\"\n"
        ),
    );
}

#[test]
fn what_cannot_be_is_refused_with_every_reason() {
    let s = with_running("database:\n  connector: postgres\n");
    let before = (s.files(), s.engine.state());
    for force in ["", " --force"] {
        s.run(&format!("local upgrade --to 1.6{force}")).is(
            2,
            "",
            "error: could not change cluster `local` from Prisma 1.8 to 1.6:\n  \
               Prisma 1.6 knows only MySQL, and the data is in Postgres\n  \
               Prisma 1.6 needs a key pair, and the cluster has a secret\n\
             hint: start another cluster with `prisma local start -n NAME --prisma-version 1.6`, and deploy to that\n",
        );
    }
    s.run("local start --database mysql").is(
        2,
        "",
        "error: cluster `local` has a Postgres database, not MySQL, and its data cannot move\n\
         hint: start another cluster with `-n NAME`\n",
    );
    assert_eq!(
        (s.take_acts(), (s.files(), s.engine.state())),
        (String::new(), before)
    );
}

/// `database` of a cluster whose data is somewhere else.
const EXTERNAL: &str = "database:\n  connector: postgres\n  host: \"db.invalid\"\n  port: 7000\n  password: \"geheim\"\n";

#[test]
fn an_external_database_that_does_not_answer_is_told_before_anything_is_made() {
    let s = Sandbox::new();
    s.run("local start --database-url postgres://me:geheim@db.invalid:7000/app")
        .is(
            5,
            "",
            "asking the external database (db.invalid:7000)\n\
         error: no Postgres database answers at db.invalid:7000\n\
         hint: check address, port and firewall; a container must reach it too\n",
        );
    assert_eq!(s.take_acts(), "");
    assert!(!s.path("home/.prisma/clusters/local").exists());
    s.run("local start --database-url mysql://me:geheim@localhost").is(
        6,
        "",
        "error: the configuration of the cluster `local` is invalid: `database.host`: `localhost` would be the server's own container: give the address this machine has for others\n",
    );
}

#[test]
fn an_external_database_is_nobodys_to_destroy() {
    let s = Sandbox::new();
    let more = format!(
        "prismaVersion: \"1.8\"\nport: {}\nclusterSecret: \"geheim\"\n",
        s.port
    );
    s.write(CONFIG, &(more + EXTERNAL));
    s.engine.make(&Made {
        number: 1,
        project: "local",
        service: "prisma",
        name: "local-prisma-1",
        image: "prismagraphql/prisma:1.8",
        status: "running",
        ports: &[(s.port, "0.0.0.0", s.port)],
        env: &[],
        version: "",
    });
    let refused = "could not reset cluster `local`: its data is in the external database at db.invalid:7000, which only its owner can empty";
    let hints = [
        "empty it with the database's own tools, then run this cluster's services anew with `prisma deploy`",
        "restart the server with `prisma local restart`",
    ];
    s.run("local nuke --yes").is(
        1,
        "",
        &format!("error: {refused}\nhint: {}\nhint: {}\n", hints[0], hints[1]),
    );
    let json = s.run("local nuke --yes --json");
    let document: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    assert_eq!(
        document["error"],
        serde_json::json!({"code": "not_managed", "message": refused, "hints": hints, "exit": 1})
    );
    assert_eq!(s.take_acts(), "");
    s.run("local delete --yes").is(
        0,
        "cluster `local` is gone\n",
        "this removes cluster `local`:\n  containers  local-prisma-1\n  volumes     none\n  \
           files       ~/.prisma/clusters/local\n\
         its data stays in the external database at db.invalid:7000\n\
         removing containers, network and data\n",
    );
}

#[test]
fn a_cluster_without_its_file_is_read_from_its_containers() {
    let s = with_running("database:\n  password: \"it's $5\"\n  name: \"app\"\n");
    std::fs::remove_file(s.path(CONFIG)).expect("is there");
    let state = s.engine.state();
    s.run("local start")
        .is(0, &running("is running already"), "");
    assert_eq!((s.take_acts(), s.engine.state()), (String::new(), state));
    same(
        "cluster.yml",
        &s.plain(&s.read(CONFIG)),
        "# The configuration of the cluster `local`. Edit it, then run `prisma local start`.\n\
         # A line that is missing stands for its documented value. Keep texts in quotes.\n\
         prismaVersion: \"1.8\"\n\
         port: <port>\n\
         # bind: \"127.0.0.1\" would publish both ports on this machine only.\n\
         database:\n  \
           connector: mysql\n  \
           user: \"root\"\n  \
           password: \"it's $5\"\n  \
           name: \"app\"\n\
         clusterSecret: \"geheim\"\n",
    );
}

#[test]
fn the_report_in_json() {
    let s = with_running("");
    let ran = s.run("local start --json");
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    let endpoint = "http://localhost:<port>";
    assert_eq!(
        document,
        serde_json::json!({"ok": true, "command": "local start", "data": {
            "name": "local",
            "state": "running",
            "endpoint": endpoint,
            "playground": format!("{endpoint}/management"),
            "database": {"address": null, "connector": "mysql", "user": "root"},
            "prismaVersion": "1.8",
        }})
    );
}
