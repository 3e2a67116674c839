//! Another version, another edition, another database; and what only the containers tell.

use super::{CONFIG, UP, running, uncommented, with_running};
use crate::support::engine::Made;
use crate::support::text::STAGES;
use crate::support::{Behaviour, Sandbox, key, same};

/// An engine prunes for one at a time, and refuses whoever else comes.
#[test]
fn a_busy_engine_is_asked_again() {
    let s = Sandbox::with_running_cluster();
    let busy = "if [ ! -f \"$engine/asked\" ]; then\n  : >\"$engine/asked\"\n  \
                echo 'Error response from daemon: a prune operation is already running' >&2\n  exit 1\nfi\n";
    s.engine.hook("docker-network", busy);
    s.run("local upgrade --to 1.8").succeeds();
    let prune = "docker network prune -f --filter label=com.docker.compose.project=local\n";
    assert_eq!(s.take_acts().matches(prune).count(), 2);
}

#[test]
fn from_the_cluster_edition_with_data_database_and_key() {
    let s = Sandbox::with_running_cluster();
    let before = s.files();
    s.run("local upgrade --to 1.8").is(
        0,
        &(running("is up to date").replace(
            "MySQL, user `root`, not published; `--db-port PORT` publishes it",
            "localhost:<db-port> (MySQL, user `root`)",
        ) + "updated images: prismagraphql/prisma:1.8\n"),
        &format!(
            "pulling mysql:5.7\npulling prismagraphql/prisma:1.8\nstopping the containers\n\
             removing the other edition's containers\nremoving their network\n{STAGES}"
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
        "error: Prisma 1.1 is older than the version of cluster `local` (1.8) and may not be able to read its data\n\
         hint: use `--force` to downgrade anyway\n",
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
    let s = Sandbox::with_running_cluster();
    let warning = "warning: Prisma 1.34 does not support key pairs: the cluster gets a new secret, which everyone who \
                   deploys with a copy of the old key needs (`clusterSecret` in the registry)\n";
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
                "MySQL, user `root`, not published; `--db-port PORT` publishes it",
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

/// Seen with 1.25.7, which checks `legacySecret`, and 1.27.4, which is open to anyone with it.
#[test]
fn keys_are_carried_up_to_1_26_only() {
    let s = Sandbox::with_running_cluster();
    for (to, is_carried) in [
        ("1.26.6", true),
        ("1.27", false),
        ("1.27.4", false),
        ("1.29.2", false),
    ] {
        let ended = s.run(&format!("local upgrade --to {to} --dry-run"));
        assert_eq!(ended.status, 0, "{ended:?}");
        let warns = ended.stderr.contains("does not support key pairs");
        assert_eq!(warns, !is_carried, "{to}: {ended:?}");
        let has = |key: &str| {
            ended
                .stdout
                .lines()
                .any(|line| line.trim_start().starts_with('+') && line.contains(key))
        };
        let keys = (has("legacySecret"), has("managementApiSecret"));
        assert_eq!(keys, (is_carried, !is_carried), "{to}: {ended:?}");
    }
}

#[test]
fn an_upgrade_to_the_new_syntax_says_whose_datamodels_are_concerned() {
    let s = Sandbox::new();
    s.server(Behaviour::Services);
    s.run("local start --prisma-version 1.30.5 {ports}")
        .succeeds();
    let warning = |whose: &str, to: &str| {
        format!(
            "warning: Prisma {to} supports only the new datamodel syntax: {whose} must be converted before the next \
             deployment; queries are answered as before\n\
             hint: convert each with `prisma deploy --convert-datamodel`\n"
        )
    };
    let two = "those of `blog@dev`, `shop@prod`";
    let ended = s.run("local upgrade --to 1.31 --dry-run");
    assert!(ended.stderr.starts_with(&warning(two, "1.31")), "{ended:?}");
    let ended = s.run("local upgrade --to 1.30.6 --dry-run");
    assert!(!ended.stderr.contains("datamodel"), "{ended:?}");
    s.run("local stop").succeeds();
    let ended = s.run("local upgrade --to 1.31 --dry-run");
    let unknown = warning("those of its services", "1.31");
    assert!(ended.stderr.starts_with(&unknown), "{ended:?}");
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
               Prisma 1.6 supports only MySQL, but the data is in Postgres\n  \
               Prisma 1.6 requires a key pair, but this cluster has a secret\n\
             hint: start another cluster with `prisma local start -n NAME --prisma-version 1.6`, and deploy to that\n",
        );
    }
    s.run("local start --database mysql").is(
        2,
        "",
        "error: cluster `local` uses a Postgres database, not MySQL; its data cannot be moved\n\
         hint: start another cluster with `-n NAME`\n",
    );
    assert_eq!(
        (s.take_acts(), (s.files(), s.engine.state())),
        (String::new(), before)
    );
}

#[test]
fn a_cluster_without_its_file_is_read_from_its_containers() {
    let s = with_running("database:\n  password: \"it's $5\"\n  name: \"app\"\n");
    std::fs::remove_file(s.path(CONFIG)).expect("is there");
    let state = s.engine.state();
    s.run("local start")
        .is(0, &running("is already running"), "");
    assert_eq!((s.take_acts(), s.engine.state()), (String::new(), state));
    same(
        "cluster.yml",
        &uncommented(&s.plain(&s.read(CONFIG))),
        "prismaVersion: \"1.8\"\n\
         port: <port>\n\
         database:\n  \
           connector: mysql\n  \
           user: \"root\"\n  \
           password: \"it's $5\"\n  \
           name: \"app\"\n\
         clusterSecret: \"geheim\"\n",
    );
}

/// The npm CLI ran later servers with the variables of the older ones. What only its containers tell is
/// written down before they go.
#[test]
fn a_takeover_that_is_broken_off_goes_on() {
    let s = Sandbox::new();
    let made = |number, service, name, image, env| {
        s.engine.make(&Made {
            number,
            project: "local",
            service,
            name,
            image,
            status: "exited",
            ports: match service {
                "prisma-db" => &[],
                _ => &[(4466, "0.0.0.0", 4466)],
            },
            env,
            version: "1.29.2",
        });
    };
    made(1, "prisma-db", "prisma-db", "mysql:5.7", &[]);
    let env: &[(&str, &str)] = &[
        ("SQL_INTERNAL_PASSWORD", "mine"),
        ("SQL_INTERNAL_DATABASE", "graphcool"),
    ];
    made(
        2,
        "prisma-database",
        "local_prisma-database_1",
        "prismagraphql/prisma:1.8",
        env,
    );
    for service in ["prisma-db", "prisma-database"] {
        s.engine.is_of_npm(service);
    }
    let start = format!("local start --port {}", s.port);
    s.engine.fail("compose-up", 1, "no");
    assert_eq!(s.run(&start).status, 1);
    s.engine_has("volume local_db-persistence\n");
    s.engine.unhook("compose-up");
    s.run("local start").is(0, &running("is running"), STAGES);
    let config = s.read(CONFIG);
    assert!(
        uncommented(&config).contains("password: \"mine\"\n  name: \"graphcool\"\n"),
        "{config}"
    );
}

#[test]
fn a_new_cluster_that_cannot_be_is_refused_in_the_words_of_its_flags() {
    let s = Sandbox::new();
    let hint = "or use a later version: `--prisma-version 1.8`\n";
    s.run("local start --prisma-version 1.6 --database postgres")
        .is(
            2,
            "",
            &format!("error: Prisma 1.6 supports only MySQL\nhint: leave out `--database`, {hint}"),
        );
    s.run("local start --prisma-version 1.6 --database-url mysql://me:geheim@db.invalid")
        .is(
            2,
            "",
            &format!(
                "error: Prisma 1.6 supports only its own database container\n\
             hint: leave out `--database-url`, {hint}"
            ),
        );
    assert_eq!(s.take_acts(), "");
    assert!(!s.path("home/.prisma/clusters/local").exists());
}
