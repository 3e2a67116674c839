//! `prisma deploy` in a folder of `prisma init`, whose server is not up yet.

use crate::support::Sandbox;
use crate::support::engine::Made;

/// A folder that `prisma init` made, to deploy from.
fn initialised() -> Sandbox {
    let s = Sandbox::new();
    s.run(&format!("init hello --database mysql --port {}", s.port))
        .succeeds();
    std::fs::rename(s.path("work/hello"), s.path("work/moved")).expect("moves");
    for name in [
        "prisma.yml",
        "docker-compose.yml",
        "datamodel.graphql",
        ".env",
    ] {
        std::fs::rename(
            s.path(&format!("work/moved/{name}")),
            s.path(&format!("work/{name}")),
        )
        .expect("moves");
    }
    s
}

/// Its server's container, as docker-compose makes it.
fn make_server(s: &Sandbox, env: &[(&str, &str)]) {
    s.engine.make(&Made {
        number: 1,
        project: "work",
        service: "prisma",
        name: "work_prisma_1",
        image: "prismagraphql/prisma:1.8",
        status: "running",
        ports: &[(s.port, "", s.port)],
        env,
        version: "1.29.2",
    });
}

/// The folder with the containers of its server and its database.
fn with_database() -> Sandbox {
    let s = initialised();
    let config = "port: 4466\ndatabases:\n  default:\n    connector: mysql\n    host: mysql\n    port: 3306\n    \
                  user: root\n    password: secret\n";
    make_server(&s, &[("PRISMA_CONFIG", config)]);
    s.engine.make(&Made {
        number: 2,
        project: "work",
        service: "mysql",
        name: "work_mysql_1",
        image: "mysql:5.7",
        status: "running",
        ports: &[],
        env: &[],
        version: "1.29.2",
    });
    s
}

#[test]
fn deploy_says_when_the_folders_server_was_not_started() {
    let s = initialised();
    s.run("deploy").is(
        1,
        "",
        "error: server `http://localhost:<port>` is not responding: no service of <root>/work/docker-compose.yml is running\n\
         hint: start it there with `docker-compose up -d`, then deploy again\n",
    );
    // In a project, the compose file may be further up.
    std::fs::create_dir(s.path("work/prisma")).expect("creates");
    for name in ["prisma.yml", "datamodel.graphql"] {
        let inner = s.path(&format!("work/prisma/{name}"));
        std::fs::rename(s.path(&format!("work/{name}")), inner).expect("moves");
    }
    s.run("deploy").fails(
        1,
        "error: server `http://localhost:<port>` is not responding: no service of <root>/work/docker-compose.yml is running\n\
         hint: start it there with `docker-compose up -d`, then deploy again\n",
    );
    make_server(&s, &[]);
    s.run("deploy --wait-timeout 300ms").fails(
        5,
        "error: the server of <root>/work is not ready after 300ms: the server does not answer (nothing listens there)\n\
         hint: wait longer with `--wait-timeout 15m`; the containers keep starting\n\
         hint: see the full log with `docker-compose logs` in <root>/work\n",
    );
    // Without an engine, it may be anybody's server.
    s.engine.fail(
        "docker-ps",
        1,
        "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
    );
    let left = s.run("deploy");
    assert!(
        left.stderr.contains("server `http://localhost:<port>`"),
        "{}",
        left.stderr
    );
    assert!(!left.stderr.contains("docker"), "{}", left.stderr);
}

#[test]
fn deploy_does_not_wait_for_a_server_with_too_little_memory() {
    let s = initialised();
    make_server(&s, &[]);
    let hint = "hint: recreate it with `docker-compose up -d`\n";
    s.engine.change("prisma", "memory", "67108864");
    s.run("deploy").is(
        6,
        "",
        &format!(
            "error: the server is not ready: container `work_prisma_1` limits the server to 64 MiB of memory, and it requires \
             at least 200 MiB\nhint: raise the limit, e.g. to `512m`\n{hint}"
        ),
    );
    s.engine.remove("prisma");
    make_server(&s, &[("JAVA_OPTS", "-Xmx24m")]);
    s.run("deploy").is(
        6,
        "",
        &format!(
            "error: the server is not ready: container `work_prisma_1` limits the server to 24 MiB of heap (`-Xmx`), and it \
             requires at least 48 MiB\nhint: raise `-Xmx` in `JAVA_OPTS`, e.g. to `-Xmx512m`\n{hint}"
        ),
    );
}

/// On a healthy first start the server crashes every ten seconds until its database is up.
#[test]
fn deploy_counts_crashes_of_the_folders_server_once_its_database_is_up() {
    let s = with_database();
    s.engine.change("prisma", "crashing", "3");
    s.engine.hook("docker-exec", "exit 1\n");
    s.run("deploy --wait-timeout 3s").fails(
        5,
        "error: the server of <root>/work is not ready after 3s: the database is not up yet, the server does not answer \
         (nothing listens there)\n\
         hint: wait longer with `--wait-timeout 15m`; the containers keep starting\n\
         hint: see the full log with `docker-compose logs` in <root>/work\n",
    );
    s.engine.unhook("docker-exec");
    let ended = s.run("deploy --wait-timeout 5m");
    ended.fails_with(1);
    assert!(ended.stderr.contains("keeps crashing"), "{}", ended.stderr);
}

#[test]
fn deploy_says_when_the_folders_database_is_stopped() {
    let s = with_database();
    s.engine.change("mysql", "status", "exited");
    s.run("deploy").is(
        1,
        "",
        "waiting for the database (at most 10m)\n\
         error: could not start the server of <root>/work: container `work_mysql_1` ended with status 0 and will not be restarted\n\
         hint: start it with `docker-compose up -d` in <root>/work\n\
         hint: see the full log with `docker-compose logs` in <root>/work\n",
    );
}

/// YAML reads `password: 0123` as the number 83. Only who writes the configuration can have forgotten the quotes.
#[test]
fn a_rejected_password_of_the_folders_own_configuration_may_lack_quotes() {
    let s = with_database();
    s.engine.change("prisma", "crashing", "1");
    let denied = "Exception in thread \"main\" org.postgresql.util.PSQLException: FATAL: password authentication failed for user \"prisma\"";
    let log = format!("2026-01-01T00:00:01Z err {denied}\n");
    s.engine.log("prisma", &log);
    let ended = s.run("deploy --wait-timeout 5m");
    ended.fails_with(1);
    let hints = "hint: restore the password that the database was created with, or change it in the database too\n\
                 hint: put user and password in quotes in `PRISMA_CONFIG`: YAML reads `0123` as a number\n";
    assert!(ended.stderr.ends_with(hints), "{ended:?}");
}
