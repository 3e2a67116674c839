//! `prisma local start`: first, again, after a stop, with other settings.

use crate::server::uncommented;
use crate::support::text::{STAGES, running};
use crate::support::{Behaviour, Sandbox, same};
use std::path::Path;
use std::time::Duration;

#[test]
fn the_first_start_makes_files_containers_and_an_entry() {
    let s = Sandbox::new();
    s.run("local start {ports}")
        .is(0, &running("local", "is running"), STAGES);
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.1 #2\n\
         prisma-db running mysql:5.7 #1\n\
         volume local_db-persistence\n",
    );
    same(
        "the files",
        &s.files().list(),
        "0700 .prisma/\n\
         0700 .prisma/clusters/\n\
         0600 .prisma/clusters/.local.lock\n\
         0700 .prisma/clusters/local/\n\
         0600 .prisma/clusters/local/.env\n\
         0600 .prisma/clusters/local/cluster.yml\n\
         0600 .prisma/clusters/local/docker-compose.yml\n\
         0600 .prisma/config.yml\n\
         0600 .prisma/config.yml.lock\n",
    );
    let requests = s.take_requests();
    assert_eq!(
        requests.len(),
        2,
        "the version, and what needs the database"
    );
    for (request, asks, has_token) in [
        (&requests[0], "clusterInfo", false),
        (&requests[1], "listProjects", true),
    ] {
        assert!(request.starts_with("POST /cluster HTTP/1.1\r\n"), "{asks}");
        assert!(request.contains(asks), "{asks}");
        let head = request.to_ascii_lowercase();
        assert_eq!(head.contains("authorization: bearer"), has_token, "{asks}");
    }
}

#[test]
fn every_word_variable_and_folder_of_the_calls() {
    let s = Sandbox::with_cluster();
    s.run("local start").succeeds();
    let calls = s.engine.take_calls();
    let shown: String = calls.iter().map(|call| format!("{call}\n")).collect();
    same(
        "the calls",
        &s.plain(&shown),
        "docker ps -aq --no-trunc --filter label=com.docker.compose.project=local \
         --filter label=com.docker.compose.oneoff=False\n\
         docker-compose -p local -f ~/.prisma/clusters/local/docker-compose.yml \
         --project-directory ~/.prisma/clusters/local up -d --remove-orphans\n",
    );
    assert!(
        calls.iter().all(|call| call.dir == s.path("work")),
        "{calls:?}"
    );
    let env: String = calls[1]
        .env
        .iter()
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    same(
        "the environment of docker-compose",
        &s.plain(&env),
        "CLUSTER_ADDRESS=http://prisma-database:<port>\n\
         CLUSTER_PUBLIC_KEY=<public key>\n\
         HOME=~\n\
         PATH=<root>/bin\n\
         PORT=<port>\n\
         PWD=<root>/work\n\
         SCHEMA_MANAGER_ENDPOINT=http://prisma-database:<port>/cluster/schema\n\
         SCHEMA_MANAGER_SECRET=MUCHSECRET\n\
         SQL_CLIENT_CONNECTION_LIMIT=10\n\
         SQL_CLIENT_HOST=prisma-db\n\
         SQL_CLIENT_PASSWORD=graphcool\n\
         SQL_CLIENT_PORT=3306\n\
         SQL_CLIENT_USER=root\n\
         SQL_INTERNAL_CONNECTION_LIMIT=10\n\
         SQL_INTERNAL_DATABASE=graphcool\n\
         SQL_INTERNAL_HOST=prisma-db\n\
         SQL_INTERNAL_PASSWORD=graphcool\n\
         SQL_INTERNAL_PORT=3306\n\
         SQL_INTERNAL_USER=root\n\
         SQL_LOGS_CONNECTION_LIMIT=10\n\
         SQL_LOGS_DATABASE=logs\n\
         SQL_LOGS_HOST=prisma-db\n\
         SQL_LOGS_PASSWORD=graphcool\n\
         SQL_LOGS_PORT=3306\n\
         SQL_LOGS_USER=root\n",
    );
}

#[test]
fn the_files_of_a_cluster() {
    let s = Sandbox::new();
    // The key is this process's, so that the files can be compared as a whole.
    s.write(
        "home/.prisma/config.yml",
        &format!(
            "clusters:\n  local:\n    host: http://localhost:{}\n    clusterSecret: |\n{}",
            s.port,
            s.config("")
                .split_once("clusterSecret: |\n")
                .expect("has one")
                .1
                .replace("  ", "      ")
        ),
    );
    s.run("local start {ports}").succeeds();
    let files = s.files();
    let text = |name: &str| s.plain(files.text(&format!(".prisma/clusters/local/{name}")));
    same(
        "cluster.yml",
        &uncommented(&text("cluster.yml")),
        "prismaVersion: \"1.1\"\n\
         port: <port>\n\
         database:\n  \
           connector: mysql\n  \
           port: <db-port>\n  \
           user: \"root\"\n  \
           password: \"graphcool\"\n  \
           name: \"graphcool\"\n\
         schemaManagerSecret: \"MUCHSECRET\"\n\
         clusterSecret: |\n  <key>\n",
    );
    let dotenv = text(".env");
    let header = "# Written by prisma from cluster.yml in this folder.\n";
    assert!(dotenv.starts_with(header), "{dotenv}");
    let variables: Vec<&str> = dotenv.lines().filter(|l| l.contains('=')).collect();
    assert_eq!(variables[0], "PORT=<port>");
    assert_eq!(variables.last(), Some(&"CLUSTER_PUBLIC_KEY=<public key>"));
    assert_eq!(variables.len(), 22, "{dotenv}");
    let compose = text("docker-compose.yml");
    for line in [
        "    image: mysql:5.7",
        "    container_name: prisma-db",
        "      - \"<db-port>:3306\"",
        "    image: prismagraphql/prisma:1.1",
        "      - \"0.0.0.0:${PORT}:${PORT}\"",
        "      - db-persistence:/var/lib/mysql",
    ] {
        assert!(compose.lines().any(|l| l == line), "{line}\n{compose}");
    }
}

#[test]
fn the_entry_holds_host_and_key_as_the_overview_page_shows_them() {
    let s = Sandbox::with_cluster();
    s.run("local start").succeeds();
    same(
        "config.yml",
        &s.plain(s.files().text(".prisma/config.yml")),
        "clusters:\n  local:\n    host: 'http://localhost:<port>'\n    clusterSecret: \"<key>\"\n",
    );
}

#[test]
fn a_second_start_asks_and_does_nothing() {
    let s = Sandbox::with_running_cluster();
    let before = (s.files(), s.engine.state());
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
    s.ran(
        "docker ps [local]\ndocker inspect --type container <id 1> <id 2>\ndocker logs --tail 1000 <id 2>\n",
    );
    assert_eq!(s.take_requests().len(), 2);
    assert_eq!((s.files(), s.engine.state()), before);
}

#[test]
fn a_start_after_a_stop_starts_the_same_containers() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    s.run("local stop").succeeds();
    s.forget();
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    s.ran(
        "docker ps [local]\n\
         docker inspect --type container <id 1> <id 2>\n\
         docker-compose version --short\n\
         docker-compose [local] up -d --remove-orphans\n",
    );
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.1 #2\n\
         prisma-db running mysql:5.7 #1\n\
         volume local_db-persistence\n",
    );
    assert_eq!(s.files(), before);
}

#[test]
fn a_container_that_is_gone_is_made_again() {
    let s = Sandbox::with_running_cluster();
    s.engine.remove("prisma-database");
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.1 #3\n\
         prisma-db running mysql:5.7 #1\n\
         volume local_db-persistence\n",
    );
}

#[test]
fn settings_given_once_are_kept() {
    let s = Sandbox::new();
    s.run("local start {ports} --bind 127.0.0.1 --prisma-version 1.2")
        .succeeds();
    s.run("local stop").succeeds();
    s.run("local start").succeeds();
    let config = uncommented(&s.plain(&s.read("home/.prisma/clusters/local/cluster.yml")));
    assert!(config.contains("prismaVersion: \"1.2\"\nport: <port>\nbind: \"127.0.0.1\"\n"));
    let (_, server) = s.engine.container("prisma-database");
    assert_eq!(server["image"], "prismagraphql/prisma:1.2");
    assert_eq!(server["publish"], format!("127.0.0.1:{}", s.port));
    let (_, database) = s.engine.container("prisma-db");
    assert_eq!(database["publish"], format!("127.0.0.1:{}", s.db_port));
}

#[test]
fn another_port_changes_that_line_the_containers_and_the_entry() {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/cluster.yml";
    let config = format!("# mine\n{}# end\n", s.read(path));
    s.write(path, &config);
    let new = s.port + 1;
    let before = s.files();
    s.run(&format!("local start --port {new}")).is(
        0,
        &running("local", "is running").replace("<port>", "<port+1>"),
        STAGES,
    );
    let line = |port| format!("\nport: {port}\n");
    assert_eq!(s.read(path), config.replace(&line(s.port), &line(new)));
    same(
        "the files",
        &s.changes_since(&before),
        "changed .prisma/clusters/local/.env\n\
         changed .prisma/clusters/local/cluster.yml\n\
         changed .prisma/config.yml\n",
    );
    let registry = s.plain(&s.read("home/.prisma/config.yml"));
    assert!(
        registry.contains("host: 'http://localhost:<port+1>'\n"),
        "{registry}"
    );
    // The database is the same as before.
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.1 #3\n\
         prisma-db running mysql:5.7 #1\n\
         volume local_db-persistence\n",
    );
}

#[test]
fn another_version_is_not_for_start() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    s.run("local start --prisma-version 1.2").is(
        2,
        "",
        "error: cluster `local` runs Prisma 1.1, not 1.2\n\
         hint: change its version with `prisma local upgrade --to 1.2`\n",
    );
    assert_eq!(s.take_acts(), "");
    assert_eq!(s.files(), before);
    s.run("local start --prisma-version 1.1").succeeds();
}

#[test]
fn without_waiting_it_ends_when_the_containers_are_started() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Nothing);
    s.run("local start --no-wait").is(
        0,
        &running("local", "is starting"),
        "starting the containers\n",
    );
    assert!(s.files().0.contains_key(Path::new(".prisma/config.yml")));
    let again = s.run("local start --no-wait -o json").json();
    assert_eq!(again["data"]["state"], "starting");
}

#[test]
fn the_stages_of_a_slow_start_are_told() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Slow(
        Duration::from_millis(300),
        Duration::from_millis(900),
    ));
    s.run("local start --wait-timeout 50s").is(
        0,
        &running("local", "is running"),
        "starting the containers\n\
         waiting for the database (at most 50s)\n\
         waiting for the server (at most 50s)\n",
    );
}

#[test]
fn flags_have_variables() {
    let mut s = Sandbox::with_cluster();
    s.set("PRISMA_CLI_NAME", "other");
    s.set("PRISMA_CLI_PORT", s.port.to_string());
    s.set("PRISMA_CLI_DB_PORT", s.db_port.to_string());
    s.set("PRISMA_CLI_NO_WAIT", "1");
    s.run("local start").is(
        0,
        &running("other", "is starting"),
        "starting the containers\n",
    );
}

#[test]
fn an_override_is_honoured_and_its_changes_are_noticed() {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/docker-compose.override.yml";
    s.engine.now("2027-01-01T00:00:00.000000000Z");
    s.write(
        path,
        "services:\n  prisma-database:\n    environment:\n      EXTRA: \"1\"\n",
    );
    let before = s.files();
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    let folder = "~/.prisma/clusters/local";
    same(
        "the acts",
        &s.take_acts(),
        &format!(
            "docker-compose -p local -f {folder}/docker-compose.yml -f {folder}/docker-compose.override.yml \
             --project-directory {folder} up -d --remove-orphans\n"
        ),
    );
    assert_eq!(s.files(), before, "it is never written");
    let (_, server) = s.engine.container("prisma-database");
    assert!(server["env"].ends_with(",\"EXTRA=1\""), "{}", server["env"]);

    // Without it, the containers are no longer what they should be, and then they are.
    std::fs::remove_file(s.path(path)).expect("was there");
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] up -d --remove-orphans --force-recreate\n"
    );
    let (_, server) = s.engine.container("prisma-database");
    assert!(!server["env"].contains("EXTRA"), "{}", server["env"]);
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
    assert_eq!(s.take_acts(), "");
}

#[test]
fn an_override_older_than_the_containers_changes_nothing() {
    let s = Sandbox::with_cluster();
    let path = "home/.prisma/clusters/local/docker-compose.override.yml";
    s.write(path, "services:\n");
    s.engine.now("2999-01-01T00:00:00.000000000Z");
    s.run("local start").succeeds();
    s.forget();
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
    assert_eq!(s.take_acts(), "");
}

#[test]
fn a_home_with_blanks_and_quotes_works() {
    let mut s = Sandbox::new();
    let home = s.path("home/Jo's \"new\" $HOME");
    std::fs::create_dir(&home).expect("a folder");
    s.set("HOME", &home);
    s.run("local start {ports}").succeeds();
    let calls = s.engine.take_calls();
    let folder = home.join(".prisma/clusters/local");
    assert_eq!(
        calls[1].args[3],
        folder.join("docker-compose.yml").display().to_string()
    );
    s.run("local stop").succeeds();
}

#[test]
fn a_start_that_made_nothing_leaves_nothing() {
    let s = Sandbox::new();
    std::fs::remove_file(s.path("bin/docker")).expect("removes");
    s.run("local start {ports}").fails_with(3);
    assert_eq!(s.files().list(), "");
}
