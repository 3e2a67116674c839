//! The CI script of `assets/docs`: a cluster for one command, deleted afterwards.

use crate::cluster::Cluster;
use crate::example::Example;
use crate::run::Run;
use crate::suite::{Case, Setting, shared};
use std::fs;
use std::path::Path;

pub const CASES: &[Case] = &[
    shared(
        "ci/runs_a_command_with_a_fresh_cluster",
        runs_a_command_with_a_fresh_cluster,
    ),
    shared(
        "ci/a_failed_command_leaves_nothing_behind",
        a_failed_command_leaves_nothing_behind,
    ),
];

/// `sh ci.sh sh -c COMMAND` in the folder of the example service; everything it creates is in one folder.
fn ci(cluster: &Cluster, example: &Example, command: &str) -> Run {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/docs/ci.sh");
    let program = Path::new(env!("CARGO_BIN_EXE_prisma"));
    let folder = program.parent().expect("a folder").display();
    let path = std::env::var("PATH").unwrap_or_default();
    let temporary = example.path("tmp");
    fs::create_dir_all(&temporary).expect("a folder");
    cluster
        .program("sh", &[script, "sh", "-c", command])
        .env("PATH", format!("{folder}:{path}"))
        .env("PRISMA_CLI_NAME", cluster.name.clone())
        .env("PRISMA_CLI_PORT", cluster.port.to_string())
        .env("PRISMA_CLI_DB_PORT", cluster.db_port.to_string())
        .env("TMPDIR", temporary)
        .dir(example.path(""))
}

fn is_gone(cluster: &Cluster, example: &Example) {
    assert!(
        cluster.containers().is_empty(),
        "its containers are removed"
    );
    let left = fs::read_dir(example.path("tmp")).expect("a folder").count();
    assert_eq!(left, 0, "its files are removed");
    assert!(
        !cluster.home().exists(),
        "the user's registry is left alone"
    );
}

fn runs_a_command_with_a_fresh_cluster(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let example = Example::new();
    let command =
        "prisma cluster list; echo $PRISMA_CLI_CLUSTER $PRISMA_SERVER_URL; prisma deploy -q";
    let ran = ci(&cluster, &example, command).run().succeeded();
    let stdout = ran.stdout.replace(&cluster.name, "NAME");
    let endpoint = format!("NAME http://localhost:{}\n", cluster.port);
    assert!(stdout.contains(&endpoint), "{stdout}");
    assert!(stdout.contains("already up to date"), "{stdout}");
    assert!(!ran.stderr.contains("warning: "), "{}", ran.stderr);
    is_gone(&cluster, &example);
}

fn a_failed_command_leaves_nothing_behind(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let example = Example::new();
    let ran = ci(&cluster, &example, "exit 42").run().ended(42);
    assert!(
        ran.stderr.contains("prisma-db"),
        "its logs are shown: {}",
        ran.stderr
    );
    is_gone(&cluster, &example);
}
