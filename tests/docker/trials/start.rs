//! Starting: from nothing, again, a second cluster, two at once.

use crate::api::{Api, token};
use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::rig::Generation;
use crate::suite::{Case, Setting, local, shared};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

pub const CASES: &[Case] = &[
    local("start/local_from_nothing", local_from_nothing),
    local(
        "start/second_cluster_next_to_local",
        second_cluster_next_to_local,
    ),
    shared("start/again_does_nothing", again_does_nothing),
    shared("start/two_at_once", two_at_once),
    shared("start/dry_run_changes_nothing", dry_run_changes_nothing),
    shared("start/without_waiting", without_waiting),
];

/// Stages of a start on stderr. Whether the database or the server is seen up first is a race.
#[track_caller]
pub fn is_the_stages_of_a_start(stderr: &str) {
    let seen: Vec<&str> = stderr
        .lines()
        .filter(|line| !line.starts_with("waiting for the server"))
        // On a busy machine.
        .filter(|line| !line.starts_with("still waiting after "))
        .collect();
    assert_eq!(
        seen,
        [
            "starting the containers",
            "waiting for the database (at most 5m)"
        ]
    );
}

/// The documented names, files with the right modes, a registry entry with the only key that the server
/// accepts.
fn local_from_nothing(setting: &Setting) {
    let cluster = Cluster::local(setting);
    let ran = cluster.verb("start", &[]).succeeded();
    assert_eq!(
        ran.stdout,
        "cluster `local` is running\n\n  \
           endpoint     http://localhost:4466\n  \
           playground   http://localhost:4466/cluster\n  \
           database     localhost:3366 (MySQL, user `root`)\n  \
           version      Prisma 1.1\n\n\
         deploy a service to it: add `cluster: local` to its `prisma.yml` and run `prisma deploy`\n"
    );
    is_the_stages_of_a_start(&ran.stderr);
    let warned = "warning: port 3366 (database) is reachable from the network with the documented password\n";
    assert!(ran.warned.starts_with(warned), "{}", ran.warned);

    let joint = setting.generation.joint();
    let server = cluster.container(SERVER);
    assert_eq!(cluster.container(DATABASE).name, "prisma-db");
    assert_eq!(server.name, format!("local{joint}prisma-database{joint}1"));
    assert_eq!(server.image.0, "prismagraphql/prisma:1.1");
    let volumes = setting.rig.docker([
        "volume",
        "ls",
        "-q",
        "--filter",
        "name=local_db-persistence",
    ]);
    assert_eq!(volumes, "local_db-persistence");

    let files: Vec<String> = cluster.files().into_keys().collect();
    assert_eq!(files, [".env", "cluster.yml", "docker-compose.yml"]);
    for file in files {
        assert_eq!(mode(&cluster.folder().join(file)), 0o600);
    }
    assert_eq!(mode(&cluster.registry()), 0o600);
    let text = fs::read_to_string(cluster.registry()).expect("a registry");
    let document: serde_json::Value = serde_yaml::from_str(&text).expect("YAML");
    let key = cluster.key();
    assert!(
        key.starts_with("-----BEGIN RSA PRIVATE KEY-----\r\n"),
        "as the npm CLI writes it: {}",
        &key[..40]
    );
    assert_eq!(
        document,
        json!({"clusters": {"local": {"host": "http://localhost:4466", "clusterSecret": key}}})
    );

    assert_eq!(cluster.without_token().version(), "1.1.3");
    cluster.api().add_project("app");
    assert_eq!(cluster.api().projects(), ["app@dev"]);
    let another = prisma_cli::testing::secret::keys::generate()
        .expect("a key")
        .pem_pkcs1()
        .reveal()
        .to_owned();
    assert_eq!(
        Api::new(cluster.port, Some(token(&another))).refused("evil"),
        3015
    );
    assert_eq!(cluster.without_token().refused("evil"), 3015);
    assert_eq!(cluster.api().projects(), ["app@dev"]);
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("is there").permissions().mode() & 0o777
}

/// A second start is a quick no-op: it does not even run docker-compose.
fn again_does_nothing(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let first = cluster.start(&[]);
    is_the_stages_of_a_start(&first.stderr);
    let (containers, files) = (cluster.containers(), cluster.files());
    let again = cluster.verb("start", &["-v"]).succeeded();
    assert_eq!(
        cluster.neutral(&again.stdout),
        cluster
            .neutral(&first.stdout)
            .replace("is running", "is already running")
    );
    let lines = again.stderr.lines();
    let commands: Vec<&str> = lines.filter(|line| line.starts_with("$ ")).collect();
    assert_eq!(
        commands.len(),
        2,
        "two queries and nothing else: {commands:#?}"
    );
    assert!(
        commands[0].starts_with("$ docker ps ") && commands[1].starts_with("$ docker inspect ")
    );
    assert_eq!(cluster.containers(), containers);
    assert_eq!(cluster.files(), files);
    // Also from another folder, with the ports given again.
    cluster.start(&[]).never_shows(&["starting"]);
    assert_eq!(cluster.containers(), containers);
}

/// Any number of clusters run next to `local`, with their own names, data and ports, which are chosen once.
fn second_cluster_next_to_local(setting: &Setting) {
    let first = Cluster::local(setting);
    first.verb("start", &[]).succeeded();
    first.put_data();
    let mut second = first.second();
    let ran = second.verb("start", &[]).succeeded();
    second.port = 4467;
    second.db_port = 3367;
    assert!(
        ran.stdout.contains("http://localhost:4467\n"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("localhost:3367 "), "{}", ran.stdout);
    let name = &second.name;
    let joint = setting.generation.joint();
    let mut expected = [
        format!("{name}{joint}prisma-database{joint}1"),
        format!("{name}{joint}prisma-db{joint}1"),
        format!("{name}_db-persistence"),
        format!("{name}_prisma"),
    ];
    // The order of `_` and `-` depends on the generation.
    expected.sort();
    assert_eq!(second.belongings(), expected);
    second.has_no_data();
    first.has_data();
    assert_ne!(first.key(), second.key());
    // Neither server accepts the other's key.
    assert_eq!(
        Api::new(first.port, Some(token(&second.key()))).refused("evil"),
        3015
    );

    // It keeps its port, although 4466 is free now.
    second.verb("stop", &[]).succeeded();
    first.verb("stop", &[]).succeeded();
    assert!(!first.without_token().answers() && !second.without_token().answers());
    second.verb("start", &[]).succeeded();
    assert_eq!(second.without_token().version(), "1.1.3");
    first.verb("start", &[]).succeeded();
    first.has_data();
    second.has_no_data();
}

/// Two runs at the same time: one starts the cluster, the other waits for it and finds nothing to do.
fn two_at_once(setting: &Setting) {
    let cluster = Cluster::new(setting);
    // On a busy machine the first one may take long.
    let start = cluster.first_start(&["--lock-timeout", "80s"]);
    let (one, two) = (start.start(), start.start());
    let mut ran = [one.finish().succeeded(), two.finish().succeeded()];
    // Either may come first.
    ran.sort_by_key(|ran| ran.stdout.contains("` is already running\n"));
    assert!(
        ran[0].stdout.contains("` is running\n"),
        "{}",
        ran[0].stdout
    );
    assert!(
        ran[1].stdout.contains("` is already running\n"),
        "{}",
        ran[1].stdout
    );
    assert_eq!(cluster.containers().len(), 2);
    assert_eq!(cluster.api().projects(), [""; 0]);
}

fn dry_run_changes_nothing(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let ran = cluster.start(&["--dry-run"]);
    assert!(ran.stdout.contains("would run "), "{}", ran.stdout);
    assert!(!cluster.home().exists(), "nothing is written");
    assert_eq!(cluster.belongings(), [""; 0]);
}

/// `--no-wait` returns while the database is still starting; the next start waits for it.
fn without_waiting(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.override_service(DATABASE, Cluster::HELD);
    let ran = cluster.start(&["--no-wait"]);
    assert!(ran.stdout.contains("is starting"), "{}", ran.stdout);
    assert!(!cluster.without_token().answers());
    cluster.release(DATABASE);
    cluster.verb("start", &[]).succeeded();
    assert_eq!(cluster.without_token().version(), "1.1.3");
    // The override was there before the containers, so they were not recreated.
    let created = cluster.container(DATABASE).name;
    let expected = match setting.generation {
        Generation::V1 => format!("{}_prisma-db_1", cluster.name),
        Generation::V2 => format!("{}-prisma-db-1", cluster.name),
    };
    assert_eq!(created, expected);
}
