//! Arbitrary values through `PRISMA_CONFIG`: a YAML text inside a YAML document, with variables in it.

use super::compose::{Compose, installed};
use super::roundtrip::{NASTY, value};
use super::server::documented_cluster;
use super::{rendered, yaml};
use crate::support::{forks, skip};
use prisma_cli::testing::cluster::{Cluster, Connector, External};
use prisma_cli::testing::secret::Secret;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

/// Texts read as the server's SnakeYAML does: YAML 1.1, as PyYAML, where that is installed.
fn read_by_yaml_1_1(texts: &[String]) -> Option<Vec<Value>> {
    let program = "import json, sys, yaml\n\
                   print(json.dumps([yaml.safe_load(text) for text in json.load(sys.stdin)]))";
    let mut python = Command::new("python3");
    python
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let answer = forks::start(&mut python).ok().and_then(|mut child| {
        let mut stdin = child.stdin.take().expect("piped");
        let texts = serde_json::to_vec(texts).expect("JSON");
        // One that has no PyYAML ends before it reads.
        let _ = stdin.write_all(&texts);
        drop(stdin);
        child.wait_with_output().ok()
    })?;
    let stderr = String::from_utf8_lossy(&answer.stderr);
    if stderr.contains("No module named 'yaml'") {
        return None;
    }
    assert!(answer.status.success(), "{stderr}");
    Some(serde_json::from_slice(&answer.stdout).expect("JSON"))
}

/// What a cluster's `PRISMA_CONFIG` has to say, as it was typed.
fn typed(cluster: &Cluster) -> Value {
    let database = &cluster.database;
    let (host, port) = match &database.external {
        Some(external) => (&*external.host, external.port),
        None => ("postgres", 5432),
    };
    json!({
        "managementApiSecret": cluster.cluster_secret.as_ref().map(Secret::reveal),
        "port": cluster.port,
        "databases": {"default": {
            "connector": "postgres",
            "active": true,
            "host": host,
            "port": port,
            "user": database.user,
            "password": database.password.reveal(),
            "database": database.name,
            "schema": database.tuning.schema,
        }},
    })
}

/// A cluster with these values in every place that takes a text; every other one in a container.
fn cluster(number: usize, values: &[String; 6]) -> Cluster {
    let mut cluster = documented_cluster("1.8", Connector::Postgres);
    let [secret, password, user, name, schema, host] = values.clone();
    cluster.cluster_secret = Some(secret.into());
    let database = &mut cluster.database;
    (database.password, database.user, database.name) = (password.into(), user, name);
    database.tuning.schema = Some(schema);
    if number % 2 == 1 {
        database.external = Some(External { host, port: 7000 });
    }
    cluster
}

/// What the containers of a cluster get: the server's `PRISMA_CONFIG`.
#[track_caller]
fn config_by(compose: &Compose, cluster: &Cluster, from_file: bool) -> String {
    let rendered = rendered(cluster);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("docker-compose.yml"), &rendered.compose).expect("writes");
    fs::write(folder.path().join(".env"), rendered.dotenv.reveal()).expect("writes");
    let env = if from_file {
        Vec::new()
    } else {
        super::env(&rendered)
    };
    let mut read = compose.environments(folder.path(), &env);
    if cluster.database.external.is_none() {
        let wanted = BTreeMap::from([
            (
                "POSTGRES_PASSWORD".to_owned(),
                cluster.database.password.reveal().to_owned(),
            ),
            ("POSTGRES_USER".to_owned(), cluster.database.user.clone()),
        ]);
        assert_eq!(read["postgres"], wanted, "{:?}", compose.generation);
    }
    read.get_mut("prisma")
        .and_then(|server| server.remove("PRISMA_CONFIG"))
        .expect("is there")
}

/// Nasty values, six at a time, then arbitrary ones.
fn clusters() -> Vec<Cluster> {
    let mut runner = TestRunner::default();
    let mut arbitrary = || value().new_tree(&mut runner).expect("a value").current();
    let usable = |text: &String| !text.is_empty();
    let mut values: Vec<String> = NASTY.iter().map(|text| (*text).to_owned()).collect();
    values.extend((0..10).map(|_| arbitrary()));
    values.retain(usable);
    let mut clusters = Vec::new();
    for (number, chunk) in values.chunks(5).enumerate() {
        // Another one in each place, also where the list ends.
        let at = |place: usize| chunk[place % chunk.len()].clone();
        let mut cluster = cluster(number, &[at(0), at(1), at(2), at(3), at(4), at(1)]);
        // These are not possible, see the checks of a cluster.
        let password = cluster.database.password.reveal();
        let password = password.replace(['"', '\\', '\n', '\r'], "'");
        cluster.database.password = password.into();
        assert_eq!(cluster.check(), Ok(()), "{chunk:?}");
        clusters.push(cluster);
    }
    clusters
}

#[test]
fn prisma_config_says_what_was_typed() {
    let clusters = clusters();
    let composes = installed();
    // From the file alone wherever it holds everything, else from the environment.
    let from_file = |cluster: &Cluster| rendered(cluster).unrepresentable.is_empty();
    let from_files = clusters.iter().filter(|cluster| from_file(cluster)).count();
    let read = &|compose: &Compose| -> Vec<String> {
        let config = |cluster| config_by(compose, cluster, from_file(cluster));
        clusters.iter().map(config).collect()
    };
    // v1 takes its time for each.
    let texts: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = composes
            .iter()
            .map(|c| scope.spawn(move || read(c)))
            .collect();
        let texts = threads
            .into_iter()
            .map(|thread| thread.join().expect("reads"));
        texts.flatten().collect()
    });
    let wanted: Vec<Value> = composes
        .iter()
        .flat_map(|_| clusters.iter().map(typed))
        .collect();
    assert!(
        (3..clusters.len()).contains(&from_files),
        "{from_files} of {}",
        clusters.len()
    );
    for (text, wanted) in texts.iter().zip(&wanted) {
        let read: Value = serde_yaml::from_value(yaml(text)).expect("is JSON");
        assert_eq!(read, *wanted, "as YAML 1.2");
    }
    match read_by_yaml_1_1(&texts) {
        Some(read) => assert_eq!(read, wanted, "as YAML 1.1"),
        None => skip("reading back `PRISMA_CONFIG`", "no PyYAML"),
    }
}
