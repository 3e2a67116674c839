//! Ctrl-C and SIGTERM at any stage: a quick end with the right status, and a state the next run can handle.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::example::Example;
use crate::images::Image;
use crate::ran::Ran;
use crate::run::Running;
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
    shared("signals/while_writing_files", while_writing_files),
    shared("signals/while_deploying", while_deploying),
    shared("signals/in_each_stage", in_each_stage),
    shared(
        "signals/in_each_stage_of_the_server_edition",
        in_each_stage_of_the_server_edition,
    ),
];

/// The two ways to end a command: Ctrl-C signals the foreground group, `kill` one process.
const WAYS: [(Way, i32); 2] = [(Way::CtrlC, 130), (Way::Terminate, 143)];

/// Which command is interrupted, after which message, and how many milliseconds later. The next one starts
/// from what is left.
const STAGES: &[(&str, &str, u64)] = &[
    ("restart", "stopping the containers", 50),
    ("restart", "starting the containers", 150),
    ("restart", "waiting for the ", 0),
    ("nuke", "killing the containers", 0),
    ("nuke", "removing containers, network and data", 50),
    ("nuke", "starting the containers", 150),
];

#[derive(Debug, Clone, Copy)]
enum Way {
    CtrlC,
    Terminate,
}

/// Ends a command and checks that it ends soon, with the right status.
#[track_caller]
fn soon(running: Running, way: Way, status: i32) -> Ran {
    let sent = match way {
        Way::CtrlC => running.signal_group("INT"),
        Way::Terminate => running.signal("TERM"),
    };
    let ran = running.finish();
    let took = sent.elapsed();
    let ran = ran.ended(status);
    // A second is promised; a busy machine takes longer.
    assert!(took < Duration::from_secs(30), "{way:?}: took {took:?}");
    ran
}

/// The same for a command that changes a cluster: it says what it was doing.
#[track_caller]
fn ends(running: Running, way: Way, status: i32) -> Ran {
    let word = if status == 130 {
        "error: interrupted while "
    } else {
        "error: terminated while "
    };
    soon(running, way, status).reports(&[
        word,
        "\nhint: run the same command again: it resumes from here\n",
    ])
}

fn while_pulling(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    // Big enough to be interrupted.
    let image = Image::name(setting.rig, "1.3.3", &cluster.name);
    let built = image.build("RUN head -c 80000000 /dev/urandom > /ballast");
    image.push();
    image.forget();
    let (runs, files) = (cluster.runs(), cluster.files());
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (way, status) in WAYS {
        let upgrade = cluster.spec("upgrade", &["--to", &image.version]);
        let mut upgrade = cluster
            .pulls_for_ever(&image.full(), folder.path(), upgrade)
            .start();
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
        cluster.override_service(SERVER, Cluster::HELD_SERVER);
        let mut start = cluster.first_start(&[]).start();
        start.says("starting the containers");
        thread::sleep(Duration::from_millis(delay));
        ends(start, way, status);
        assert!(!cluster.registry().exists(), "nothing is registered");
        // An orphaned docker-compose must not interfere with the next command.
        cluster.released(SERVER, &cluster.spec("start", &[]));
        assert_eq!(cluster.api().projects(), [""; 0]);
        assert_eq!(cluster.belongings().len(), 4);
    }
}

fn while_waiting(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.override_service(DATABASE, Cluster::HELD);
    for (way, status) in WAYS {
        let mut start = cluster.first_start(&[]).start();
        start.says("waiting for the database");
        thread::sleep(Duration::from_millis(300));
        ends(start, way, status);
        assert!(!cluster.registry().exists());
    }
    cluster.release(DATABASE);
    cluster.verb("start", &[]).succeeded();
    assert_eq!(cluster.api().projects(), [""; 0]);
}

fn while_stopping(setting: &Setting) {
    let cluster = Cluster::new(setting);
    // Docker takes 10 seconds to stop a server that ignores SIGTERM.
    let deaf = "trap \"\" TERM; while true; do /usr/bin/python3 -m standin; sleep 1; done";
    cluster.override_service(SERVER, &format!("entrypoint: ['/bin/sh', '-c', '{deaf}']"));
    cluster.start(&[]);
    cluster.put_data();
    for (way, status) in WAYS {
        let mut stop = cluster.spec("stop", &[]).start();
        stop.says("stopping the containers");
        thread::sleep(Duration::from_millis(300));
        ends(stop, way, status);
    }
    let begun = Instant::now();
    cluster.verb("stop", &[]).succeeded();
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert!(cluster.containers().values().all(|c| c.state == "exited"));
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}

/// Files are written in a few milliseconds: the signal comes at any of them, or after the last.
fn while_writing_files(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.override_service(SERVER, Cluster::HELD_SERVER);
    cluster.released(SERVER, &cluster.first_start(&[]));
    cluster.put_data();
    let written = |cluster: &Cluster| {
        let mut files = cluster.files();
        files.remove("cluster.yml");
        files
    };
    let mut seen = vec![written(&cluster)];
    cluster.edit(
        "cluster.yml",
        "schemaManagerSecret: \"",
        "schemaManagerSecret: \"another",
    );
    for delay in [1, 2, 4, 8, 16, 32] {
        for (signal, status) in [("INT", 130), ("TERM", 143)] {
            let start = cluster.spec("start", &[]).start();
            thread::sleep(Duration::from_millis(delay));
            start.signal(signal);
            let ran = start.finish();
            // Before it handles signals it has done nothing, and ends as any program does.
            assert_eq!(ran.status, status, "{ran:?}");
            seen.push(written(&cluster));
        }
    }
    cluster.released(SERVER, &cluster.spec("start", &[]));
    cluster.has_data();
    seen.dedup();
    let (before, after) = (&seen[0], written(&cluster));
    assert_ne!(*before, after);
    for files in &seen {
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            before.keys().collect::<Vec<_>>(),
            "no temporary files are left"
        );
        for (name, text) in files {
            assert!(*text == before[name] || *text == after[name], "{name}");
        }
    }
}

fn while_deploying(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    let example = Example::new();
    let server = cluster.container(SERVER).id;
    for (way, status) in WAYS {
        setting.rig.docker(["pause", &server]);
        let mut deploy = example.deploy(&cluster, &[]).start();
        deploy.says("deploying `hello`");
        thread::sleep(Duration::from_millis(200));
        soon(deploy, way, status);
        setting.rig.docker(["unpause", &server]);
    }
    example.add(
        "prisma.yml",
        "hooks:\n  post-deploy: echo begun; exec sleep 60\n",
    );
    for (way, status) in WAYS {
        let mut deploy = example.deploy(&cluster, &[]).start();
        deploy.says("begun\n");
        soon(deploy, way, status)
            .reports(&[": deployed, but not all post-deployment steps were run\n"]);
    }
    assert_eq!(cluster.api().projects(), ["hello@dev"]);
}

fn in_each_stage(setting: &Setting) {
    interrupt_each_stage(&Cluster::new(setting), SERVER, &[]);
}

fn in_each_stage_of_the_server_edition(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    cluster.management = "management";
    interrupt_each_stage(&cluster, "prisma", &["--prisma-version", "1.8"]);
}

/// Another command is told which one is using the cluster.
#[track_caller]
fn is_held(cluster: &Cluster, verb: &str, process: u32) {
    let who = format!(
        "`prisma local {verb} -n {}`, process {process}",
        cluster.name
    );
    let told = format!("({who}) is working on it\n");
    let second = cluster.verb("stop", &["--lock-timeout", "0"]);
    second.ended(8).reports(&[&told]);
}

/// Interrupts every command in every stage, each time on what the previous one left.
fn interrupt_each_stage(cluster: &Cluster, server: &str, args: &[&str]) {
    cluster.override_service(server, Cluster::HELD_SERVER);
    cluster.released(server, &cluster.first_start(args));
    cluster.put_data();
    cluster.hold(server);
    let files = cluster.files();
    for verb in ["restart", "nuke"] {
        let yes = if verb == "nuke" { &["--yes"][..] } else { &[] };
        for (_, words, delay) in STAGES.iter().filter(|(of, _, _)| *of == verb) {
            for (way, status) in WAYS {
                if words.starts_with("stopping") {
                    // Docker continues to stop what it was asked to stop.
                    cluster.released(server, &cluster.spec("restart", &[]));
                    cluster.hold(server);
                }
                let mut run = cluster.spec(verb, yes).start();
                run.says(words);
                if words.starts_with("killing") {
                    // The command has just begun and will take a while.
                    is_held(cluster, verb, run.id());
                }
                thread::sleep(Duration::from_millis(*delay));
                ends(run, way, status);
                assert_eq!(cluster.files(), files, "{verb}, {words}");
            }
        }
        cluster.released(server, &cluster.spec(verb, yes));
        match verb {
            "restart" => cluster.has_data(),
            _ => cluster.has_no_data(),
        }
    }
    interrupt_delete(cluster);
}

/// A deletion ends with the cluster's entry: it waits for whoever else changes the cluster registry.
fn interrupt_delete(cluster: &Cluster) {
    let registry = cluster.hold_registry();
    for (way, status) in WAYS {
        let mut delete = cluster.spec("delete", &["--yes"]).start();
        delete.says("removing containers, network and data");
        ends(delete, way, status);
        assert!(cluster.entry().is_some(), "known until all of it is gone");
    }
    drop(registry);
    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
    assert!(cluster.entry().is_none() && !cluster.folder().exists());
}
