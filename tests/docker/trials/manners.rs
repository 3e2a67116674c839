//! The stand-in server's bad days, which are those of real servers: each was seen there, and trials rely on it.
//! How it starts and ends slowly is in `witness/slow_start` and `trouble/a_cold_server`.

use crate::rig::Generation;
use crate::servers::{Kind, Server, Servers};
use crate::suite::{Case, Setting, shared};
use serde_json::{Value, json};
use std::thread;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    manner("manners/no_database", no_database),
    manner("manners/port_taken", port_taken),
    manner("manners/without_the_lock", without_the_lock),
    manner("manners/database_away", database_away),
    manner("manners/errors_are_logged", errors_are_logged),
];

/// It needs no docker-compose, so one of the two is enough.
const fn manner(name: &'static str, body: fn(&Setting)) -> Case {
    shared(name, body).only(Generation::V2)
}

/// A database, and servers on it.
struct Scene {
    setting: Setting,
    servers: Servers,
    kind: Kind,
    database: String,
}

impl Scene {
    fn new(setting: &Setting, kind: &'static str) -> Scene {
        let servers = Servers::new(setting);
        let kind = Kind::named(kind);
        let database = servers.database(kind.connector, "database");
        let (setting, kind) = (*setting, kind);
        Scene {
            setting,
            servers,
            kind,
            database,
        }
    }

    /// A server, once it answers; one that found no database yet is replaced.
    fn server(&self, switches: &[&str]) -> Server {
        let end = Instant::now() + Duration::from_secs(90);
        loop {
            let server = self.servers.on(self.kind, "database", switches);
            while self.is_running(&server.id) {
                if server.api().answers() {
                    return server;
                }
                thread::sleep(Duration::from_millis(100));
            }
            assert!(Instant::now() < end, "{}", self.log(&server.id));
        }
    }

    fn is_running(&self, id: &str) -> bool {
        let args = ["inspect", "-f", "{{.State.Running}}", id];
        self.setting.rig.docker(args) == "true"
    }

    fn log(&self, id: &str) -> String {
        let ran = self.setting.rig.try_docker(["logs", id]).succeeded();
        ran.stdout + &ran.stderr
    }

    /// Waits for a line of its log.
    fn logs(&self, id: &str, line: &str) {
        let end = Instant::now() + Duration::from_secs(60);
        while !self.log(id).contains(line) {
            assert!(Instant::now() < end, "no `{line}`: {}", self.log(id));
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// Its exit status, once it has ended.
    fn ends(&self, id: &str) -> String {
        self.setting.rig.docker(["wait", id])
    }
}

/// It tries for five seconds, and says in 55 lines why it ends.
fn no_database(setting: &Setting) {
    let scene = Scene::new(setting, "1.8.4-mysql");
    let began = Instant::now();
    let server = scene.servers.on(scene.kind, "nowhere", &[]);
    assert_eq!(scene.ends(&server.id), "1");
    assert!(began.elapsed() >= Duration::from_secs(5), "{began:?}");
    let log = scene.log(&server.id);
    let trace = log
        .lines()
        .skip_while(|line| !line.starts_with("Exception in thread"));
    assert_eq!(trace.clone().count(), 55, "{log}");
    assert_eq!(
        trace.filter(|line| line.starts_with("Caused by: ")).count(),
        3
    );
    assert!(
        log.contains("SQLTransientConnectionException: database - Connection is not available"),
        "{log}"
    );
}

/// It stays up, is deaf, and its log does not say so.
fn port_taken(setting: &Setting) {
    let scene = Scene::new(setting, "1.34.12-postgres");
    let first = scene.server(&[]);
    let deaf = scene.servers.beside(&first, "database");
    scene.logs(&deaf, "Successfully started 1 workers.");
    thread::sleep(Duration::from_secs(1));
    assert!(scene.is_running(&deaf));
    let log = scene.log(&deaf);
    assert!(!log.contains("Server running on"), "{log}");
}

/// Another server has the lock for deployments: this one answers, and ends when it has waited long enough.
fn without_the_lock(setting: &Setting) {
    let scene = Scene::new(setting, "1.8.4-mysql");
    let first = scene.server(&[]);
    scene.logs(&first.id, "Obtaining exclusive agent lock... Successful.");
    let second = scene.server(&["STANDIN_LOCK_PATIENCE_MS=1000"]);
    assert_eq!(scene.ends(&second.id), "255");
    let log = scene.log(&second.id);
    assert!(
        log.contains("Fatal error during deployment worker initialization: java.sql.SQL"),
        "{log}"
    );
}

/// Requests wait five seconds for it and fail, a trace each in the log; the same server works again with it.
fn database_away(setting: &Setting) {
    let scene = Scene::new(setting, "1.34.12-postgres");
    let server = scene.server(&[]);
    setting.rig.docker(["stop", "-t", "0", &scene.database]);
    let began = Instant::now();
    assert_whoops(&server.api().ask("{ listProjects { name } }"));
    assert!(began.elapsed() >= Duration::from_secs(5), "{began:?}");
    assert!(
        scene.log(&server.id).contains("\tat org.postgresql."),
        "no trace"
    );
    // What needs no database is answered; to 1.34, `/cluster` is a service that it has to look up.
    assert_eq!(server.api().version(), "1.34.12");
    let of_a_service = server.api().at("cluster").ask("{ __typename }");
    assert_whoops(&of_a_service);
    setting.rig.docker(["start", &scene.database]);
    let end = Instant::now() + Duration::from_secs(60);
    while server.api().ask("{ listProjects { name } }") != json!({"data": {"listProjects": []}}) {
        assert!(Instant::now() < end, "it does not recover");
    }
    assert!(scene.is_running(&server.id));
}

#[track_caller]
fn assert_whoops(answer: &Value) {
    let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
    assert!(
        message.starts_with("Whoops. Looks like an internal server error."),
        "{answer}"
    );
}

/// With the query and its variables, and whatever secrets are in them.
fn errors_are_logged(setting: &Setting) {
    let scene = Scene::new(setting, "1.34.12-postgres");
    let server = scene.server(&[]);
    let query = "mutation($s: [String!]) { deploy(input: {name: \"none\", stage: \"dev\", types: \"\", secrets: $s}) { errors { type } } }";
    let variables = json!({"s": ["a-secret-that-is-logged"]});
    let answer = server.api().ask_with(query, &variables).expect("an answer");
    assert_eq!(answer["errors"][0]["code"], 4000, "{answer}");
    let log = scene.log(&server.id);
    let line = log
        .lines()
        .find(|line| line.contains("error/handled"))
        .expect("a line");
    let entry: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(entry["payload"]["query"], query);
    let logged = entry["payload"]["variables"].as_str().expect("a text");
    assert_eq!(
        serde_json::from_str::<Value>(logged).expect("JSON"),
        variables
    );
}
