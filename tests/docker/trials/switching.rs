//! Switching from one generation of docker-compose to the other on the same cluster.

use crate::cluster::{Cluster, DATABASE, SERVER};
use crate::suite::{Case, Setting, shared};

pub const CASES: &[Case] = &[
    shared("switching/there_and_back", there_and_back),
    shared(
        "switching/a_running_cluster_is_left_alone",
        a_running_cluster_is_left_alone,
    ),
    shared("switching/nuke_and_delete", nuke_and_delete),
];

/// Containers are recreated with other names; a warning says so, and the data is kept.
fn there_and_back(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    if setting.rig.compose(setting.generation.other()).is_none() {
        return;
    }
    cluster.start(&[]);
    cluster.put_data();
    for _ in 0..2 {
        cluster.verb("stop", &[]).succeeded();
        let before = cluster.container(SERVER).id;
        cluster.generation = cluster.generation.other();
        let ran = cluster.verb("start", &[]).succeeded();
        ran.reports(&[
            "warning: the containers were created by docker-compose ",
            " and will be recreated by ",
            "; data is kept\n",
        ]);
        let joint = cluster.generation.joint();
        assert_ne!(cluster.container(SERVER).id, before);
        let names: Vec<String> = cluster.containers().into_values().map(|c| c.name).collect();
        let named = |service: &str| format!("{}{joint}{service}{joint}1", cluster.name);
        assert_eq!(names, [named(SERVER), named(DATABASE)]);
        cluster.has_data();
        cluster
            .verb("start", &[])
            .succeeded()
            .never_shows(&["warning"]);
    }
}

/// Nothing is recreated only because another docker-compose is used.
fn a_running_cluster_is_left_alone(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    if setting.rig.compose(setting.generation.other()).is_none() {
        return;
    }
    cluster.start(&[]);
    let (runs, files) = (cluster.runs(), cluster.files());
    cluster.generation = cluster.generation.other();
    let ran = cluster.verb("start", &[]).succeeded();
    assert!(ran.stdout.contains("is already running"), "{}", ran.stdout);
    ran.never_shows(&["warning"]);
    cluster.verb("ps", &[]).succeeded();
    cluster.verb("logs", &[]).succeeded();
    assert_eq!((cluster.runs(), cluster.files()), (runs, files));
}

fn nuke_and_delete(setting: &Setting) {
    let mut cluster = Cluster::new(setting);
    if setting.rig.compose(setting.generation.other()).is_none() {
        return;
    }
    cluster.start(&[]);
    cluster.put_data();
    cluster.generation = cluster.generation.other();
    cluster.verb("nuke", &["--yes"]).succeeded();
    cluster.has_no_data();
    assert_eq!(cluster.belongings().len(), 4, "{:?}", cluster.belongings());
    cluster.generation = cluster.generation.other();
    cluster.verb("delete", &["--yes"]).succeeded();
    assert_eq!(cluster.belongings(), [""; 0]);
}
