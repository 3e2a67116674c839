//! Ctrl-C and SIGTERM at any stage: a quick end with the right status, and a state the next run can handle.

use super::start::late_database;
use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::images::{Image, published};
use crate::run::{Ran, Running};
use crate::suite::{Case, Setting, shared};
use std::thread;
use std::time::{Duration, Instant};

pub const CASES: &[Case] = &[
    shared("signals/while_pulling", while_pulling),
    shared(
        "signals/while_starting_containers",
        while_starting_containers,
    ),
    shared("signals/while_waiting", while_waiting),
    shared("signals/while_stopping", while_stopping),
];

/// The two ways people end a run: Ctrl-C goes to all in the foreground, `kill` to the one.
const WAYS: [(Way, i32); 2] = [(Way::CtrlC, 130), (Way::Terminate, 143)];

#[derive(Debug, Clone, Copy)]
enum Way {
    CtrlC,
    Terminate,
}

/// Ends a run and checks that it ended as it should: soon, with the status, with nothing unexpected said.
#[track_caller]
fn ends(mut running: Running, way: Way, status: i32) -> Ran {
    let sent = match way {
        Way::CtrlC => running.kill_group("INT"),
        Way::Terminate => running.kill("TERM"),
    };
    let ran = running.finish();
    let took = sent.elapsed();
    let ran = ran.ended(status);
    // A second, and what a busy machine takes on top of it.
    assert!(took < Duration::from_millis(2000), "{way:?}: took {took:?}");
    let word = if status == 130 {
        "error: interrupted while "
    } else {
        "error: terminated while "
    };
    ran.told(&[
        word,
        "\nhint: run the same command again: it goes on from what is there\n",
    ])
}

fn while_pulling(setting: &Setting) {
    published(setting.rig, "mysql:5.7");
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    // Big enough to be caught in the middle.
    let image = Image::name(setting.rig, "1.3.3", &cluster.name);
    let built = image.build("RUN head -c 80000000 /dev/urandom > /ballast");
    image.push();
    image.forget();
    let (runs, files) = (cluster.runs(), cluster.files());
    for (way, status) in WAYS {
        let mut upgrade = cluster.spec("upgrade", &["--to", &image.version]).spawn();
        upgrade.says(&format!("pulling {}", image.full()));
        thread::sleep(Duration::from_millis(150));
        ends(upgrade, way, status);
        assert_eq!(
            (cluster.runs(), cluster.files()),
            (runs.clone(), files.clone())
        );
    }
    cluster
        .verb("upgrade", &["--to", &image.version])
        .succeeded();
    assert_eq!(cluster.container(SERVER).image.1, built);
    cluster.has_data();
}

fn while_starting_containers(setting: &Setting) {
    // Before docker-compose does anything, in the middle, and near its end.
    for ((way, status), delay) in [(WAYS[0], 0), (WAYS[1], 250), (WAYS[0], 500)] {
        let cluster = Cluster::new(setting);
        let mut start = cluster.first_start(&[]).spawn();
        start.says("starting the containers");
        thread::sleep(Duration::from_millis(delay));
        ends(start, way, status);
        assert!(!cluster.registry().exists(), "nothing is registered");
        // An orphaned docker-compose must not work on beside the next run.
        cluster.verb("start", &[]).succeeded();
        assert_eq!(cluster.api().projects(), [""; 0]);
        assert_eq!(cluster.belongings().len(), 4);
    }
}

fn while_waiting(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.override_service(DATABASE, &late_database(6));
    for (way, status) in WAYS {
        let mut start = cluster.first_start(&[]).spawn();
        start.says("waiting for the database");
        thread::sleep(Duration::from_millis(300));
        ends(start, way, status);
        assert!(!cluster.registry().exists());
    }
    cluster.verb("start", &[]).succeeded();
    assert_eq!(cluster.api().projects(), [""; 0]);
}

fn while_stopping(setting: &Setting) {
    let cluster = Cluster::new(setting);
    // A server that does not listen to SIGTERM takes docker 10 seconds.
    let deaf = "trap \"\" TERM; while true; do /usr/bin/python3 -m standin; sleep 1; done";
    cluster.override_service(SERVER, &format!("entrypoint: ['/bin/sh', '-c', '{deaf}']"));
    cluster.start(&[]);
    cluster.put_data();
    for (way, status) in WAYS {
        let mut stop = cluster.spec("stop", &[]).spawn();
        stop.says("stopping the containers");
        thread::sleep(Duration::from_millis(300));
        ends(stop, way, status);
    }
    let begun = Instant::now();
    cluster.verb("stop", &[]).succeeded();
    assert!(begun.elapsed() < Duration::from_secs(30));
    assert!(cluster.containers().values().all(|c| c.state == "exited"));
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}
