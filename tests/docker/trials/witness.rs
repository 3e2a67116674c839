//! The stand-in server: that it answers as real ones were recorded to, and what `prisma` makes of a server that keeps its
//! clients waiting as real ones do.

use crate::api::Api;
use crate::cluster::{Cluster, DATABASE, SERVER, port};
use crate::example::Example;
use crate::rig::{Generation, LABEL, Rig};
use crate::suite::{Case, Setting, shared};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    shared("witness/slow_start", slow_start),
    shared(
        "witness/database_away_during_a_deployment",
        database_away_during_a_deployment,
    ),
    shared("witness/answers_as_1.34", |s| {
        answers_as_recorded(s, "1.34.12-postgres", "1.34")
    })
    .only(Generation::V2),
    shared("witness/answers_as_1.8", |s| {
        answers_as_recorded(s, "1.8.4-postgres", "1.8")
    })
    .only(Generation::V2),
];

/// What the recorded servers told of themselves.
const COMMIT: &str = "COMMIT_SHA=0123456789abcdef0123456789abcdef01234567";

/// So many share the scenarios.
const OPEN_SERVERS: usize = 4;

/// A JVM on a busy machine: nothing listens for seconds, and the first answer takes longer than the first questions wait.
fn slow_start(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let slow = "environment: {STANDIN_START_MS: '3000', STANDIN_FIRST_ANSWER_MS: '3000'}";
    cluster.override_service(SERVER, slow);
    cluster.start(&[]);
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
fn answers_as_recorded(setting: &Setting, recording: &str, version: &str) {
    let cluster = Cluster::new(setting);
    let servers = Servers::start(setting.rig, cluster.name.clone());
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let file = |name: &str| recordings.join(name).display().to_string();
    let mut args = vec![
        file("compare"),
        file(&format!("{recording}.json")),
        "--secured".to_owned(),
        servers.server(version, "managementApiSecret: s3cret-management\n"),
        "--claims".to_owned(),
        file(&format!("claims/{recording}.txt")),
    ];
    // Scenarios wait for migrations most of the time.
    for _ in 0..OPEN_SERVERS {
        args.extend(["--open".to_owned(), servers.server(version, "")]);
    }
    setting.rig.command("python3", args).run().succeeded();
}

/// Containers of a database and of servers on it, and their network; gone when dropped.
struct Servers {
    rig: &'static Rig,
    name: String,
}

impl Servers {
    fn start(rig: &'static Rig, name: String) -> Servers {
        let label = format!("{LABEL}={name}");
        rig.docker(["network", "create", "--label", &label, &name]);
        let servers = Servers { rig, name };
        servers.run(&[
            "--network-alias=database",
            "-ePOSTGRES_USER=prisma",
            "-ePOSTGRES_PASSWORD=prisma",
            "postgres",
        ]);
        servers
    }

    fn run(&self, args: &[&str]) {
        let label = format!("{LABEL}={}", self.name);
        let own = ["run", "-d", "--label", &label, "--network", &self.name];
        self.rig.docker([&own, args].concat());
    }

    /// A server with a database of its own: its URL, once it answers. It is restarted until the database is there.
    fn server(&self, version: &str, more: &str) -> String {
        let port = port();
        let database = format!(
            "connector: postgres, host: database, port: 5432, user: prisma, password: prisma, database: of{port}"
        );
        let config =
            format!("PRISMA_CONFIG=port: 4466\n{more}databases:\n  default: {{{database}}}\n");
        self.run(&[
            "--restart=always",
            "-e",
            COMMIT,
            "-e",
            &config,
            &format!("-p{port}:4466"),
            &format!("prismagraphql/prisma:{version}"),
        ]);
        let api = Api::new(port, None).at("management");
        let end = Instant::now() + Duration::from_secs(60);
        while api.try_ask("{ serverInfo { version } }").is_err() {
            assert!(Instant::now() < end, "the server does not answer");
            thread::sleep(Duration::from_millis(200));
        }
        format!("http://127.0.0.1:{port}")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        let filter = format!("label={LABEL}={}", self.name);
        let ids = self
            .rig
            .try_docker(["ps", "-aq", "--filter", &filter])
            .stdout;
        let remove = ["rm", "-f", "-v"].into_iter().chain(ids.split_whitespace());
        self.rig.try_docker(remove);
        self.rig.try_docker(["network", "rm", &self.name]);
    }
}
