//! An engine on another machine: published ports answer at its address, not on loopback.

use crate::away::{Sshd, it_has_ipv6, relay, ssh_is_there};
use crate::cluster::Cluster;
use crate::ran::Ran;
use crate::rig::Generation;
use crate::suite::{Case, Setting, shared};
use std::fs;
use std::sync::atomic::{AtomicU16, Ordering};

pub const CASES: &[Case] = &[
    shared("remote/over_tcp", over_tcp),
    shared("remote/over_ssh", over_ssh).needs(ssh_is_there),
    shared("remote/with_a_docker_context", with_a_docker_context),
    shared("remote/behind_a_firewall", behind_a_firewall).only(Generation::V2),
    shared("remote/over_ipv6", over_ipv6)
        .only(Generation::V2)
        .needs(it_has_ipv6),
];

/// Ports that a firewall between the machines drops.
fn dropped_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(29000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn over_tcp(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let host = &setting.rig.address;
    let engine = format!("tcp://{host}:{}", relay(setting.rig, host));
    let verb = |verb: &str, args: &[&str]| -> Ran {
        cluster
            .away(cluster.spec(verb, args), &engine)
            .run()
            .succeeded()
    };
    let endpoint = format!("http://{host}:{}", cluster.port);
    let ran = cluster
        .away(cluster.first_start(&[]), &engine)
        .run()
        .succeeded();
    ran.clone().reports(&[&format!(
        "warning: `{engine}` and `{endpoint}` are not encrypted: secrets and data can be intercepted\n"
    )]);
    let facts = format!("endpoint     {endpoint}\n");
    assert!(ran.stdout.contains(&facts), "{}", ran.stdout);
    assert_eq!(cluster.entry().expect("an entry")["host"], endpoint);
    cluster.put_data();

    // The registry entry works from the other machine.
    let list = cluster.prisma(&["cluster", "list", "--json"]);
    let row = cluster.away(list, &engine).run().succeeded().json();
    let row = &row["data"]["clusters"][0];
    assert_eq!(
        (&row["state"], &row["endpoint"]),
        (&"up".into(), &endpoint.clone().into())
    );
    let logs = cluster.prisma(&["cluster", "logs", &cluster.name]);
    cluster.away(logs, &engine).run().succeeded();

    verb("stop", &[]);
    assert!(!crate::away::answers(cluster.port));
    verb("start", &[]);
    cluster.has_data();
    assert!(verb("start", &[]).stdout.contains("is already running"));
    if setting.generation == Generation::V2 {
        verb("nuke", &["--yes"]);
        cluster.has_no_data();
    }
    verb("delete", &["--yes"]);
    assert_eq!(cluster.belongings(), [""; 0]);
    assert_eq!(cluster.entry(), None);
}

fn over_ssh(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let sshd = Sshd::start(setting.rig);
    let run = |spec, engine: &str| sshd.known_to(cluster.away(spec, engine)).run();
    // An alias that only ssh knows: docker can connect, `prisma` cannot.
    run(cluster.first_start(&[]), "ssh://engine-alias").ended(1).reports(&[
        "its machine `engine-alias` cannot be found by that name\nhint: if `engine-alias` is an alias in your ssh",
    ]);
    assert_eq!(cluster.belongings(), [""; 0]);

    let ran = run(cluster.first_start(&[]), &sshd.url).succeeded();
    let endpoint = format!("http://{}:{}", &setting.rig.address, cluster.port);
    let warning = format!("warning: `{endpoint}` is not encrypted: ");
    ran.reports(&[&warning]);
    assert_eq!(cluster.entry().expect("an entry")["host"], endpoint);
    cluster.put_data();
    // docker-compose 1 logs in for every request: more commands would take minutes.
    if setting.generation == Generation::V2 {
        run(cluster.spec("stop", &[]), &sshd.url).succeeded();
        run(cluster.spec("delete", &["--yes"]), &sshd.url).succeeded();
        assert_eq!(cluster.belongings(), [""; 0]);
    }
}

/// docker-compose 1 does not know `DOCKER_CONTEXT`: it gets the engine in its own variables. With the
/// server edition, whose database is checked inside its container.
fn with_a_docker_context(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let host = &setting.rig.address;
    let engine = format!("host=tcp://{host}:{}", relay(setting.rig, host));
    let docker_home = cluster.home().with_file_name(".docker");
    let create = ["context", "create", "far", "--docker", &engine];
    let create = setting.rig.command("docker", create);
    create.env("DOCKER_CONFIG", &docker_home).run().succeeded();
    let port = cluster.port.to_string();
    let start = cluster.spec("start", &["--prisma-version", "1.8", "--port", &port]);
    let start = cluster.away(start, "").env("DOCKER_CONTEXT", "far");
    start.run().succeeded();
    let endpoint = format!("http://{host}:{port}");
    assert_eq!(cluster.entry().expect("an entry")["host"], endpoint);

    // The same through docker's configuration, as `docker context use` writes it.
    fs::write(
        docker_home.join("config.json"),
        r#"{"currentContext": "far"}"#,
    )
    .expect("writes");
    let run = |spec| cluster.away(spec, "").run().succeeded();
    run(cluster.spec("restart", &[]));
    let rows = run(cluster.prisma(&["cluster", "list", "--json"])).json();
    assert_eq!(rows["data"]["clusters"][0]["state"], "up", "{rows}");
    run(cluster.spec("delete", &["--yes"]));
    assert_eq!(cluster.belongings(), [""; 0]);
}

fn behind_a_firewall(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    let host = &setting.rig.address;
    let engine = format!("tcp://{host}:{}", relay(setting.rig, host));
    // The server's answer shows that its database is up.
    cluster.db_port = dropped_port();
    cluster
        .away(cluster.first_start(&[]), &engine)
        .run()
        .succeeded();
    cluster.put_data();

    let open = cluster.port;
    cluster.port = dropped_port();
    let endpoint = format!("http://{host}:{}", cluster.port);
    let start = cluster.first_start(&["--wait-timeout", "8s"]);
    cluster.away(start, &engine).run().ended(5).reports(&[
        &format!(
            "runs, but it cannot be reached from here at `{endpoint}`: the server does not answer"
        ),
        &format!("hint: otherwise check that no firewall or proxy blocks `{endpoint}`\n"),
    ]);
    let entry = cluster.entry().expect("the entry of before");
    assert_eq!(entry["host"], format!("http://{host}:{open}"));
}

fn over_ipv6(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let host = setting.rig.address_v6.as_deref().expect("is needed");
    let engine = format!("tcp://[{host}]:{}", relay(setting.rig, host));
    // The listing publishes the server on IPv4 addresses.
    let refused = cluster.away(cluster.first_start(&[]), &engine).run();
    refused
        .ended(1)
        .reports(&["`prisma local start -n", " --bind ::`\n"]);
    assert_eq!(cluster.belongings(), [""; 0]);
    let start = cluster.first_start(&["--bind", "::"]);
    cluster.away(start, &engine).run().succeeded();
    let endpoint = format!("http://[{host}]:{}", cluster.port);
    assert_eq!(cluster.entry().expect("an entry")["host"], endpoint);
    let list = cluster.prisma(&["cluster", "list", "--json"]);
    let rows = cluster.away(list, &engine).run().succeeded().json();
    assert_eq!(rows["data"]["clusters"][0]["state"], "up", "{rows}");
}
