//! Ports: taken ones are reported before anything changes; the cluster's own do not count as taken.

use crate::cluster::{Cluster, SERVER, port};
use crate::rig::LABEL;
use crate::suite::{Case, Setting, shared};
use std::net::TcpListener;

pub const CASES: &[Case] = &[
    shared("ports/taken_by_a_container", taken_by_a_container),
    shared("ports/taken_by_a_program", taken_by_a_program),
    shared("ports/keeps_its_own_ports", keeps_its_own_ports),
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

    // The database's port, taken by another cluster's container.
    let mut other = cluster.second();
    other.start(&[]);
    let third = cluster.second();
    other.db_port = third.db_port;
    let (port, db_port) = (third.port.to_string(), other.port.to_string());
    let ran = third
        .verb("start", &["--port", &port, "--db-port", &db_port])
        .ended(1);
    ran.reports(&[
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
    /// The message about a taken port, without what differs from run to run.
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

    // Another program takes the port while the cluster is stopped: that is reported, and the data is
    // untouched.
    cluster.put_data();
    cluster.verb("stop", &[]).succeeded();
    let listener = TcpListener::bind(("0.0.0.0", cluster.db_port)).expect("a free port");
    let ran = cluster.spec("start", &["--json"]).run().ended(1);
    assert_eq!(ran.json()["error"]["code"], "port_in_use");
    cluster
        .verb("upgrade", &[])
        .ended(1)
        .reports(&["already in use by `docker-"]);
    cluster
        .verb("nuke", &["--yes"])
        .ended(1)
        .reports(&["already in use by `docker-"]);
    drop(listener);
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}

/// A running cluster that must be recreated holds its own ports.
fn keeps_its_own_ports(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let server = cluster.container(SERVER).id;
    cluster.edit("cluster.yml", "MUCHSECRET", "another");
    cluster.verb("start", &[]).succeeded();
    assert_ne!(cluster.container(SERVER).id, server, "it was recreated");
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

/// `--port`, `--db-port` and `--bind` change an existing cluster, and are remembered.
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
