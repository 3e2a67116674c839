//! What a cluster's data survives, and what deletes it.

use crate::api::{Api, token};
use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::rig::Generation;
use crate::suite::{Case, Setting, alone, shared};

pub const CASES: &[Case] = &[
    shared("data/survives_stop_and_start", survives_stop_and_start),
    shared(
        "data/survives_removed_containers",
        survives_removed_containers,
    ),
    alone(
        "data/survives_a_restart_of_the_engine",
        survives_a_restart_of_the_engine,
    ),
    alone(
        "data/survives_an_engine_restart_during_a_command",
        survives_an_engine_restart_during_a_command,
    )
    .only(Generation::V2),
    shared(
        "data/nuke_destroys_it_and_keeps_the_rest",
        nuke_destroys_it_and_keeps_the_rest,
    ),
    shared(
        "data/delete_takes_one_cluster_only",
        delete_takes_one_cluster_only,
    ),
    shared("data/what_is_left_is_named", what_is_left_is_named),
    shared(
        "data/wrong_password_fails_and_loses_nothing",
        wrong_password_fails_and_loses_nothing,
    ),
];

fn survives_stop_and_start(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();

    let stopped = cluster.verb("stop", &["-v"]).succeeded();
    let kept =
        "cluster `NAME` is stopped; its data is kept. Start it with `prisma local start -n NAME`\n";
    assert_eq!(cluster.neutral(&stopped.stdout), kept);
    // With `docker stop`, as documented: the server first, then its database.
    let containers = cluster.containers();
    let ids = format!("{} {}", containers[SERVER].id, containers[DATABASE].id);
    assert!(
        stopped.stderr.contains(&format!("$ docker stop {ids}\n")),
        "{}",
        stopped.stderr
    );
    assert!(
        containers.values().all(|c| c.state == "exited"),
        "{containers:#?}"
    );
    let again = cluster.verb("stop", &[]).succeeded();
    assert_eq!(
        cluster.neutral(&again.stdout),
        kept.replace("is stopped;", "is already stopped;")
    );

    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
    let started = cluster.runs();
    let ran = cluster.verb("restart", &[]).succeeded();
    assert!(ran.stdout.contains("was restarted"), "{}", ran.stdout);
    assert_ne!(cluster.runs(), started);
    cluster.has_data();
    // Also if it is not running.
    cluster.verb("stop", &[]).succeeded();
    cluster.verb("restart", &[]).succeeded();
    cluster.has_data();
}

fn survives_removed_containers(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let containers = cluster.containers();
    setting.rig.docker(["rm", "-f", &containers[SERVER].id]);
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
    let ids = cluster.containers().into_values().map(|c| c.id);
    setting
        .rig
        .docker(["rm", "-f", "-v"].into_iter().map(str::to_owned).chain(ids));
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}

fn survives_a_restart_of_the_engine(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let stopped = cluster.second();
    stopped.start(&[]);
    stopped.put_data();
    stopped.verb("stop", &[]).succeeded();

    setting.rig.restart_engine();
    // `restart: always` starts the one again, and not the other, which was stopped.
    cluster.without_token().wait();
    cluster.has_data();
    let ran = cluster.verb("start", &[]).succeeded();
    assert!(ran.stdout.contains("is already running"), "{}", ran.stdout);
    stopped.verb("start", &[]).succeeded();
    stopped.has_data();
}

/// The engine stops during a command: that is reported, and the next command continues.
fn survives_an_engine_restart_during_a_command(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let (files, entry) = (cluster.files(), cluster.entry());
    for words in ["stopping the containers", "waiting for the "] {
        let mut restart = cluster.spec("restart", &[]).start();
        restart.says(words);
        setting.rig.restart_engine();
        restart.finish().ended(3).reports(&["error: `docker"]);
        assert_eq!(
            (cluster.files(), cluster.entry()),
            (files.clone(), entry.clone())
        );
        cluster.verb("restart", &[]).succeeded();
        cluster.has_data();
    }
}

/// Afterwards the data is deleted; port, key and secrets are the same, so an old token is still accepted.
fn nuke_destroys_it_and_keeps_the_rest(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let (runs, files, key) = (cluster.runs(), cluster.files(), cluster.key());

    let unasked = cluster.verb("nuke", &[]).ended(4);
    let belongings = cluster.belongings();
    unasked.reports(&[
        "this will delete all data",
        &belongings[0],
        &belongings[1],
        &belongings[2],
        "--yes",
    ]);
    assert_eq!(cluster.runs(), runs);
    cluster.has_data();

    let old = Api::new(cluster.port, Some(token(&key)));
    let ran = cluster.verb("nuke", &["--yes", "-v"]).succeeded();
    assert!(ran.stdout.contains("was reset"), "{}", ran.stdout);
    let verbs = ["kill", "down -v --remove-orphans", "up -d --remove-orphans"];
    let commands: Vec<&str> = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("$ docker-compose -p "))
        .collect();
    assert_eq!(commands.len(), verbs.len(), "{commands:#?}");
    for (command, verb) in commands.iter().zip(verbs) {
        assert!(command.ends_with(verb), "{commands:#?}");
    }
    cluster.has_no_data();
    assert_eq!(cluster.files(), files);
    assert_eq!(cluster.key(), key);
    old.add_project("notes");
    assert_eq!(old.projects(), ["notes@dev"]);

    // Also when it does not run.
    cluster.verb("stop", &[]).succeeded();
    cluster.verb("nuke", &["--yes"]).succeeded();
    cluster.has_no_data();
}

fn delete_takes_one_cluster_only(setting: &Setting) {
    let (mine, other) = {
        let mine = Cluster::new(setting);
        let other = mine.second();
        (mine, other)
    };
    mine.start(&[]);
    other.start(&[]);
    other.put_data();
    let (runs, files, entry) = (other.runs(), other.files(), other.entry());

    mine.verb("delete", &[])
        .ended(4)
        .reports(&["this will delete cluster", "--yes"]);
    assert_eq!(mine.belongings().len(), 4);
    let ran = mine.verb("delete", &["--yes"]).succeeded();
    assert_eq!(mine.neutral(&ran.stdout), "cluster `NAME` is deleted\n");
    assert_eq!(mine.belongings(), [""; 0]);
    assert!(!mine.folder().exists());
    assert_eq!(mine.entry(), None);
    mine.verb("ps", &[]).ended(1).reports(&["` not found\n"]);

    assert_eq!(
        (other.runs(), other.files(), other.entry()),
        (runs, files, entry)
    );
    other.has_data();
    // The name is free again for a new, empty cluster.
    mine.start(&[]);
    mine.has_no_data();
}

/// The database keeps the password of its first start. With another one later the server cannot connect,
/// and its log says so. With the old one it works again.
fn wrong_password_fails_and_loses_nothing(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let registry = std::fs::read(cluster.registry()).expect("a registry");

    cluster.edit(
        "cluster.yml",
        "password: \"graphcool\"",
        "password: \"hunter-2-wrong\"",
    );
    let ran = cluster.verb("start", &[]).ended(1);
    let server = cluster.container(SERVER).name;
    ran.reports(&[
        &format!(
            "error: could not start cluster `{}`: container `{server}` crashed",
            cluster.name
        ),
        "the database rejects the user or password",
        "Access denied for user 'root'@",
        "hint: restore the password that the database was created with",
    ])
    .never_shows(&["hunter-2-wrong"]);
    let verbose = cluster
        .spec("restart", &["-v", "--wait-timeout", "2s"])
        .run();
    verbose.never_shows(&["hunter-2-wrong"]);
    assert_eq!(
        std::fs::read(cluster.registry()).expect("a registry"),
        registry
    );

    cluster.edit("cluster.yml", "hunter-2-wrong", "graphcool");
    cluster.verb("start", &[]).succeeded();
    cluster.has_data();
}

/// A volume that another container mounts, which v1 and v2 leave in their own ways, and a folder of an override.
fn what_is_left_is_named(setting: &Setting) {
    let cluster = Cluster::new(setting);
    cluster.start(&[]);
    cluster.put_data();
    let volume = format!("{}_db-persistence", cluster.name);
    let backup = format!("{}-backup", cluster.name);
    let image = cluster.container(DATABASE).image.0;
    let mount = format!("{volume}:/backup");
    setting
        .rig
        .docker(["create", "--name", &backup, "-v", &mount, &image]);
    for verb in ["nuke", "delete", "delete"] {
        cluster.verb(verb, &["--yes"]).ended(1).reports(&[
            "is deleted:",
            &format!("volume `{volume}` is kept: container `{backup}` mounts it"),
            &format!("docker rm -f {backup}"),
        ]);
        assert!(cluster.folder().join("cluster.yml").exists(), "{verb}");
        assert!(cluster.entry().is_some(), "{verb}");
    }
    setting.rig.docker(["rm", "-f", &backup]);
    cluster.verb("nuke", &["--yes"]).succeeded();
    cluster.has_no_data();
    cluster.verb("delete", &["--yes"]).succeeded();

    let data = cluster.home().join("data");
    let yaml = format!("volumes:\n- {}:/var/lib/mysql", data.display());
    cluster.override_service(DATABASE, &yaml);
    cluster.start(&[]);
    let ran = cluster.verb("delete", &["--yes"]).ended(1);
    ran.reports(&["data are kept: docker-compose.override.yml mounts this folder"]);
    assert!(cluster.folder().join("cluster.yml").exists());
    std::fs::remove_dir_all(&data).expect("removes");
    cluster.verb("delete", &["--yes"]).succeeded();
    assert!(!cluster.folder().exists() && cluster.entry().is_none());
    assert!(cluster.belongings().is_empty());
}
