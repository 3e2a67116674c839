//! Ports: taken ones are noticed before anything changes, the cluster's own are no obstacle.

use crate::cluster::{Cluster, SERVER, port};
use crate::rig::LABEL;
use crate::suite::{Case, Setting, shared};
use std::net::TcpListener;

pub const CASES: &[Case] = &[
    shared("ports/taken_by_a_container", taken_by_a_container),
    shared("ports/taken_by_a_program", taken_by_a_program),
    shared("ports/own_ports_are_no_obstacle", own_ports_are_no_obstacle),
    shared("ports/moving_and_binding", moving_and_binding),
];

fn taken_by_a_container(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let holder = format!("{}-holder", cluster.name);
    let (label, publish) = (
        format!("{LABEL}={}", cluster.name),
        format!("{}:80", cluster.port),
    );
    setting.rig.docker([
        "run",
        "-d",
        "--name",
        &holder,
        "--label",
        &label,
        "-p",
        &publish,
        "--entrypoint",
        "/bin/sleep",
        "mysql:5.7",
        "600",
    ]);
    let ran = cluster.first_start(&[]).run().ended(1);
    let next = cluster.stderr_of_taken(&ran.stderr);
    assert_eq!(
        next,
        "error: could not start cluster `NAME`: port PORT (server) is already in use by container `NAME-holder`\n\
         hint: use another port: `prisma local start -n NAME --port NEXT`, or `auto`\n\
         hint: or free it: `docker stop NAME-holder`\n"
    );
    assert!(cluster.files().is_empty() && !cluster.registry().exists());
    assert_eq!(cluster.belongings(), [""; 0]);

    // The database's port as well, and of another cluster's container.
    let mut other = cluster.beside();
    other.start(&[]);
    let third = cluster.beside();
    other.db_port = third.db_port;
    let (port, db_port) = (third.port.to_string(), other.port.to_string());
    let ran = third
        .verb("start", &["--port", &port, "--db-port", &db_port])
        .ended(1);
    ran.told(&[
        &format!(
            "port {db_port} (database) is already in use by container `{}",
            other.name
        ),
        &format!("` of compose project `{}`", other.name),
        "--db-port",
    ]);
    assert_eq!(third.belongings(), [""; 0]);
}

impl Cluster {
    /// The message about a taken port without what differs from run to run.
    fn stderr_of_taken(&self, stderr: &str) -> String {
        let text = self
            .neutral(stderr)
            .replace(&format!("port {}", self.port), "port PORT");
        let Some((before, after)) = text.split_once("--port ") else {
            return text;
        };
        let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
        format!("{before}--port NEXT{rest}")
    }
}

fn taken_by_a_program(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let listener = TcpListener::bind(("127.0.0.1", cluster.port)).expect("a free port");
    let ran = cluster.first_start(&[]).run().ended(1);
    let text = cluster.stderr_of_taken(&ran.stderr);
    assert!(
        text.contains("port PORT (server) is already in use by `docker-"),
        "{text}"
    );
    assert!(cluster.files().is_empty());
    assert_eq!(cluster.belongings(), [""; 0]);
    drop(listener);
    cluster.start(&[]);

    // While it is stopped somebody else takes the port: said, and the data is untouched.
    cluster.put_data();
    cluster.verb("stop", &[]).succeeded();
    let listener = TcpListener::bind(("0.0.0.0", cluster.db_port)).expect("a free port");
    let ran = cluster.spec("start", &["--json"]).run().ended(1);
    assert_eq!(ran.json()["error"]["code"], "port_in_use");
    cluster
        .verb("upgrade", &[])
        .ended(1)
        .told(&["is in use by `docker-"]);
    cluster
        .verb("nuke", &["--yes"])
        .ended(1)
        .told(&["is in use by `docker-"]);
    drop(listener);
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}

/// A running cluster that has to be made anew holds its ports itself.
fn own_ports_are_no_obstacle(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let server = cluster.container(SERVER).id;
    cluster.edit("cluster.yml", "MUCHSECRET", "another");
    cluster.verb("start", &[]).succeeded();
    assert_ne!(cluster.container(SERVER).id, server, "it was made anew");
    assert!(
        cluster
            .container(SERVER)
            .env
            .contains(&"SCHEMA_MANAGER_SECRET=another".to_owned())
    );
    cluster.has_data();
    cluster.verb("restart", &[]).succeeded();
    cluster.has_data();
}

/// `--port`, `--db-port` and `--bind` change a cluster that is there, and are remembered.
fn moving_and_binding(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let old = cluster.port;
    cluster.port = port();
    cluster.db_port = port();
    let ran = cluster.start(&["--bind", "127.0.0.1"]);
    assert!(
        ran.stdout
            .contains(&format!("http://localhost:{}\n", cluster.port)),
        "{}",
        ran.stdout
    );
    cluster.has_data();
    TcpListener::bind(("127.0.0.1", old)).expect("the old port is free");
    let entry = cluster.entry().expect("an entry");
    assert_eq!(entry["host"], format!("http://localhost:{}", cluster.port));
    let published = setting.rig.docker(["port", &cluster.container(SERVER).id]);
    assert_eq!(published, format!("{0}/tcp -> 127.0.0.1:{0}", cluster.port));
    cluster.verb("stop", &[]).succeeded();
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}
