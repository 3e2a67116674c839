//! Unusable engines and unavailable images: told apart by what real programs print.

use crate::cluster::Cluster;
use crate::rig::Generation;
use crate::suite::{Case, Setting, shared};
use std::os::unix::net::UnixListener;
use std::time::Duration;

pub const CASES: &[Case] = &[
    // `ps` runs no docker-compose.
    shared("failures/engine_does_not_answer", engine_does_not_answer).only(Generation::V2),
    shared("failures/engine_unavailable", engine_unavailable).only(Generation::V2),
    shared("failures/unknown_tag", unknown_tag),
];

/// It accepts the connection and never answers, like an engine that hangs.
fn engine_does_not_answer(setting: &Setting) {
    let cluster = Cluster::new(setting);
    std::fs::create_dir_all(cluster.home()).expect("a folder");
    let socket = cluster.home().join("mute.sock");
    let _mute = UnixListener::bind(&socket).expect("a socket");
    let host = format!("unix://{}", socket.display());
    let ran = cluster
        .spec("ps", &[])
        .env("DOCKER_HOST", &host)
        .run()
        .ended(3);
    let ran = ran.reports(&[
        "error: `docker ps`: the Docker engine did not respond within 20s\n",
        "hint: restart it: ",
    ]);
    assert!(ran.took < Duration::from_secs(60), "{:?}", ran.took);
}

fn engine_unavailable(setting: &Setting) {
    let cluster = Cluster::new(setting);
    for (host, told) in [
        (
            "unix:///nowhere/engine.sock",
            "no Docker engine responds at `unix:///nowhere/engine.sock`",
        ),
        (
            "tcp://127.0.0.1:1",
            "cannot reach the Docker engine set by `DOCKER_HOST` or the docker context",
        ),
        (
            "foo://bar",
            "`DOCKER_HOST` is `foo://bar`, which is invalid: `foo` is not one of `unix`, `tcp` and `ssh`",
        ),
        (
            "ssh://nobody@127.0.0.1:1",
            "cannot connect to the Docker engine's machine over ssh",
        ),
    ] {
        let ran = cluster
            .spec("ps", &[])
            .env("DOCKER_HOST", host)
            .run()
            .ended(3);
        ran.reports(&[told, "\nhint: "]);
    }
}

/// The rig's registry has the image, but not this tag.
fn unknown_tag(setting: &Setting) {
    let cluster = Cluster::new(setting);
    let image = format!("{}/library/mysql:99", setting.rig.registry);
    let ran = cluster
        .first_start(&["--database-image", &image])
        .run()
        .ended(1);
    ran.reports(&[&format!(
        "error: `docker-compose up`: the image registry has no such tag: `{image}`:\n"
    )]);
    cluster.start(&["--database-image", "mysql:5.7"]);
}
