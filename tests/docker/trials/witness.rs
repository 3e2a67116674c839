//! The stand-in server: that it answers as real ones were recorded to, and what `prisma` makes of a server that keeps its
//! clients waiting as real ones do.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::example::Example;
use crate::rig::Generation;
use crate::servers::{Kind, Server, Servers};
use crate::suite::{Case, Setting, shared};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    shared("witness/slow_start", slow_start),
    shared(
        "witness/database_away_during_a_deployment",
        database_away_during_a_deployment,
    ),
    recorded("witness/answers_as_1.34", |s| {
        answers_as_recorded(s, "1.34.12-postgres")
    }),
    recorded("witness/answers_as_1.34_on_mysql", |s| {
        answers_as_recorded(s, "1.34.12-mysql")
    }),
    recorded("witness/answers_as_1.31", |s| {
        answers_as_recorded(s, "1.31.2-mysql")
    }),
    recorded("witness/answers_as_1.20", |s| {
        answers_as_recorded(s, "1.20.7-mysql")
    }),
    recorded("witness/answers_as_1.8", |s| {
        answers_as_recorded(s, "1.8.4-postgres")
    }),
    recorded("witness/answers_as_1.8_on_mysql", |s| {
        answers_as_recorded(s, "1.8.4-mysql")
    }),
    recorded("witness/answers_as_1.4", |s| {
        answers_as_recorded(s, "1.4.2-mysql")
    }),
    recorded("witness/answers_as_1.1", |s| {
        answers_as_recorded(s, "1.1.3-mysql")
    }),
];

/// It needs no docker-compose, so one of the two is enough.
const fn recorded(name: &'static str, body: fn(&Setting)) -> Case {
    shared(name, body).only(Generation::V2)
}

/// So many share the scenarios.
const OPEN_SERVERS: usize = 4;

/// A JVM on a busy machine: nothing listens for seconds, and the first answer takes longer than the first questions wait.
fn slow_start(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let slow = "environment: {STANDIN_START_MS: '3000', STANDIN_FIRST_ANSWER_MS: '3000'}";
    cluster.override_service(SERVER, slow);
    let start = cluster.start(&[]);
    assert!(start.took > Duration::from_secs(6), "{:?}", start.took);
    cluster.put_data();
    cluster.has_data();
}

/// A deployment survives a database that goes away in the middle and comes back.
fn database_away_during_a_deployment(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let slow = "environment: {STANDIN_STEP_DELAY_MS: '400', STANDIN_DATABASE_WAIT_MS: '500'}";
    cluster.override_service(SERVER, slow);
    cluster.start(&[]);
    let example = Example::new();
    let deployment = example.deploy(&cluster, &[]).start();
    let under_way = "{ migrationStatus(name: \"hello\", stage: \"dev\") { status } }";
    let end = Instant::now() + Duration::from_secs(30);
    let is_open = || {
        let answer = cluster.api().try_ask(under_way);
        answer.is_ok_and(|answer| answer["data"]["migrationStatus"]["status"] == "IN_PROGRESS")
    };
    while !is_open() {
        assert!(Instant::now() < end, "no migration begins");
        thread::sleep(Duration::from_millis(50));
    }
    let database = cluster.container(DATABASE).id;
    setting.rig.docker(["stop", "-t", "0", &database]);
    thread::sleep(Duration::from_secs(1));
    setting.rig.docker(["start", &database]);
    deployment.finish().succeeded();
    example.is_up_to_date(&cluster);
}

/// Whether the stand-in answers as real servers were recorded to, in the scenarios that it claims to know.
fn answers_as_recorded(setting: &Setting, recording: &'static str) {
    let servers = Servers::new(setting);
    let kind = Kind::named(recording);
    if kind.connector == "postgres" {
        servers.database("postgres", "database");
    }
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let file = |name: &str| recordings.join(name).display().to_string();
    let (setting_name, value) = secured(&recordings, recording);
    // Scenarios wait for migrations most of the time.
    let open: Vec<Server> = (0..OPEN_SERVERS)
        .map(|_| servers.alone(kind, None))
        .collect();
    let closed = servers.alone(kind, Some((&setting_name, &value)));
    let mut args = vec![
        file("compare"),
        file(&format!("{recording}.json")),
        "--claims".to_owned(),
        file(&format!("claims/{recording}.txt")),
        "--secured".to_owned(),
        closed.url(),
    ];
    for server in open.iter().chain([&closed]) {
        server.wait();
    }
    args.extend(open.iter().flat_map(|one| ["--open".to_owned(), one.url()]));
    let compare = setting.rig.command("python3", args);
    compare.limit(Duration::from_secs(500)).run().succeeded();
}

/// The setting of the recorded server that checks tokens; a recording may leave it to the one that it is like.
fn secured(recordings: &Path, recording: &str) -> (String, String) {
    let mut name = format!("{recording}.json");
    loop {
        let text = fs::read_to_string(recordings.join(&name)).expect("a recording");
        let whole: Value = serde_json::from_str(&text).expect("JSON");
        if let Some(settings) = whole["servers"]["secured"].as_object() {
            let (setting, value) = settings.iter().next().expect("a setting");
            return (setting.clone(), value.as_str().expect("a text").to_owned());
        }
        name = whole["like"]
            .as_str()
            .expect("another recording")
            .to_owned();
    }
}
