//! What the npm CLI left, or the user's own hands: containers, volumes, entries, edited files.
//!
//! Witness: the containers are as the npm CLI was seen to leave them; real engines see it in `tests/docker`.

mod homes;
mod missing;
mod names;

use crate::support::engine::Made;
use crate::support::text::{STAGES, running};
use crate::support::{Sandbox, key, same};
use prisma_cli::testing::secret::keys;

/// The registry as the npm CLI wrote it, with clusters of others around ours.
fn registry(s: &Sandbox) -> String {
    let pem = keys::to_crlf(key().pem_pkcs1().reveal());
    let escaped = pem.replace("\r\n", "\\r\\n");
    format!(
        "# mine\n\
         cloudSessionKey: eyJhbGciOi\n\
         clusters:\n  \
           remote:   {{ host: 'http://prisma.example:4466', clusterSecret: \"${{env:REMOTE}}\" }} # the big one\n  \
           local:\n    \
             host: 'http://localhost:{}'\n    \
             clusterSecret: \"{escaped}\"\n  \
           old:\n    \
             host:  http://localhost:5000   # sleeps\n    \
             clusterSecret: \"x\"\n\
         unknown: [1,  2]\n",
        s.port
    )
}

/// The two containers the npm CLI started, in their state.
fn left_behind(s: &Sandbox, status: &str) {
    s.write("home/.prisma/config.yml", &registry(s));
    s.set_private("home/.prisma/config.yml");
    let public = keys::to_crlf(&key().public_spki_pem());
    s.engine.make(&Made {
        number: 101,
        project: "local",
        service: "prisma-db",
        name: "prisma-db",
        image: "mysql:5.7",
        status,
        ports: &[(3306, "", s.db_port)],
        env: &[("MYSQL_ROOT_PASSWORD", "graphcool")],
        version: "",
    });
    s.engine.make(&Made {
        number: 102,
        project: "local",
        service: "prisma-database",
        name: "local_prisma-database_1",
        image: "prismagraphql/prisma:1.1",
        status,
        ports: &[(s.port, "0.0.0.0", s.port)],
        env: &[
            ("SCHEMA_MANAGER_SECRET", "MUCHSECRET"),
            ("SQL_INTERNAL_USER", "root"),
            ("SQL_INTERNAL_PASSWORD", "graphcool"),
            ("SQL_INTERNAL_DATABASE", "graphcool"),
            ("CLUSTER_PUBLIC_KEY", &public),
        ],
        version: "",
    });
    if status == "running" {
        let addresses = format!("db=:{} server=0.0.0.0:{}", s.db_port, s.port);
        s.engine.serve("local", &addresses);
    }
}

#[test]
fn a_running_cluster_is_recognised_and_left_running() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "running");
    let state = s.engine.state();
    let before = s.files();
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
    assert_eq!((s.take_acts(), s.engine.state()), (String::new(), state));
    same(
        "the files",
        &s.changes_since(&before),
        "new .prisma/clusters/local/.env\n\
         new .prisma/clusters/local/cluster.yml\n\
         new .prisma/clusters/local/docker-compose.yml\n",
    );
    let config = s.plain(&s.read("home/.prisma/clusters/local/cluster.yml"));
    assert!(config.contains("port: <port>\n"), "{config}");
    assert!(config.contains("  port: <db-port>\n"), "{config}");
    assert!(config.ends_with("clusterSecret: |\n  <key>\n"), "{config}");
}

#[test]
fn a_stopped_cluster_is_started_on_its_volume_with_its_key() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "exited");
    s.run("local start").is(
        0,
        &running("local", "is running"),
        &format!("taking over the containers of another prisma CLI; their data is kept\n{STAGES}"),
    );
    assert_eq!(
        s.take_acts(),
        "docker-compose [local] up -d --remove-orphans\n"
    );
    let volumes = s.engine.state();
    assert!(
        volumes.ends_with("volume local_db-persistence\n"),
        "{volumes}"
    );
    // The entry says all that already, so not a byte changes.
    same(
        "config.yml",
        &s.read("home/.prisma/config.yml"),
        &registry(&s),
    );
    let (_, server) = s.engine.container("prisma-database");
    assert!(server["env"].contains(&key().public_spki_base64()));
}

#[test]
fn every_verb_knows_it_without_a_start() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "running");
    s.run("local ps").succeeds();
    s.run("local logs").succeeds();
    s.run("local stop").succeeds();
    s.run("local restart").succeeds();
    assert_eq!(
        s.take_acts(),
        "docker stop <id 66> <id 65>\n\
         docker-compose [local] up -d --remove-orphans\n"
    );
    s.run("local nuke --yes").succeeds();
    same(
        "config.yml",
        &s.read("home/.prisma/config.yml"),
        &registry(&s),
    );
}

#[test]
fn delete_takes_its_lines_alone_from_the_registry() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "running");
    s.run("local delete --yes").succeeds();
    s.engine_has("");
    let whole = registry(&s);
    let (before, rest) = whole.split_once("  local:\n").expect("has it");
    let (_, after) = rest.split_once("  old:\n").expect("has it");
    same(
        "config.yml",
        &s.read("home/.prisma/config.yml"),
        &format!("{before}  old:\n{after}"),
    );
}

#[test]
fn a_new_cluster_takes_nothing_from_the_entries_of_others() {
    let mut s = Sandbox::new();
    s.set("REMOTE", "x");
    left_behind(&s, "exited");
    s.run(&format!(
        "local start -n other --port {} --db-port {}",
        s.port + 1,
        s.db_port + 1
    ))
    .succeeds();
    let registry = registry(&s);
    let after = s.read("home/.prisma/config.yml");
    let (before_new, rest) = after.split_once("  other:\n").expect("is there");
    let entry: usize = rest
        .lines()
        .take_while(|line| line.starts_with("    "))
        .map(|line| line.len() + 1)
        .sum();
    assert_eq!(format!("{before_new}{}", &rest[entry..]), registry);
}

#[test]
fn an_entry_alone_gives_port_and_key() {
    let s = Sandbox::new();
    s.write(
        "home/.prisma/config.yml",
        &format!(
            "clusters:\n  local:\n    host: http://localhost:{}/\n",
            s.port
        ),
    );
    s.set_private("home/.prisma/config.yml");
    s.run(&format!("local start --db-port {}", s.db_port)).is(
        0,
        &running("local", "is running"),
        STAGES,
    );
    let registry = s.read("home/.prisma/config.yml");
    assert!(registry.contains("clusterSecret: "), "{registry}");
}

#[test]
fn containers_of_somebody_else_are_left_alone() {
    let s = Sandbox::new();
    s.engine.make(&Made {
        number: 7,
        project: "local",
        service: "prisma-database",
        name: "local-web-1",
        image: "nginx:latest",
        status: "running",
        ports: &[],
        env: &[],
        version: "2.40.3",
    });
    let before = (s.files(), s.engine.state());
    for verb in ["start", "restart", "nuke --yes", "delete --yes"] {
        s.run(&format!("local {verb}")).is(
            1,
            "",
            "error: the containers of project `local` were not created by `prisma`: `local-web-1` runs the image `nginx:latest`\n\
             hint: start your cluster under another name with `-n NAME`\n",
        );
    }
    assert_eq!(s.take_acts(), "");
    assert_eq!(s.engine.state(), before.1);
}

#[test]
fn an_edited_rendered_file_is_not_overwritten_silently() {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/docker-compose.yml";
    let ours = s.read(path);
    let edited = ours.replace("restart: always", "restart: \"no\"");
    s.write(path, &edited);
    let before = s.files();
    let warning = "warning: docker-compose.yml in ~/.prisma/clusters/local was edited by hand; put your changes into \
                   docker-compose.override.yml, which `prisma` never writes\n";
    for verb in ["start", "restart", "upgrade"] {
        s.run(&format!("local {verb}")).is(
            4,
            "",
            &format!(
                "{warning}error: overwriting docker-compose.yml requires confirmation, but this is not an interactive terminal\n\
                 hint: add `--yes` to confirm\n"
            ),
        );
    }
    assert_eq!((s.take_acts(), s.files()), (String::new(), before));
    s.run("local start --yes").is(
        0,
        &running("local", "is running"),
        &format!("{warning}{STAGES}"),
    );
    assert_eq!(s.read(path), ours);
    assert_eq!(s.read(&format!("{path}.edited")), edited);
}

#[test]
fn a_rendered_file_that_is_gone_or_old_is_written_again() {
    let s = Sandbox::with_running_cluster();
    let dotenv = "home/.prisma/clusters/local/.env";
    let ours = s.read(dotenv);
    std::fs::remove_file(s.path(dotenv)).expect("is there");
    s.run("local start").succeeds();
    assert_eq!(s.read(dotenv), ours);
}
