//! Engines on another processor than the images: said before anything is pulled.

use crate::support::Sandbox;

fn engine_is(s: &Sandbox, architecture: &str, system: &str) {
    let info = format!(
        r#"{{"DockerRootDir":"/var/lib/docker","MemTotal":8589934592,"OperatingSystem":"{system}","Architecture":"{architecture}"}}"#
    );
    s.engine
        .hook("docker-info", &format!("echo '{info}'; exit 0\n"));
    let version = format!(
        r#"{{"Client":{{"Version":"28.2.2"}},"Server":{{"Version":"28.2.2","Os":"linux","Arch":"{architecture}"}}}}"#
    );
    s.engine
        .hook("docker-version", &format!("echo '{version}'; exit 0\n"));
}

const WHY: &str = "the Docker engine's machine is arm64, but `mysql:5.7` and `prismagraphql/prisma:1.1` are for amd64 only";
const DATABASES: &str = "; `mariadb` and `postgres` have images for arm64 (`--database-image`)";

#[test]
fn images_for_another_processor_are_said_before_the_pull() {
    for (architecture, system, hint) in [
        (
            "aarch64",
            "Docker Desktop",
            "it emulates amd64: they run, but more slowly",
        ),
        (
            "aarch64",
            "Debian",
            "have it emulate amd64: `docker run --privileged --rm tonistiigi/binfmt --install amd64`",
        ),
    ] {
        let mut s = Sandbox::with_cluster();
        s.set("DOCKER_HOST", "ssh://me@192.0.2.7");
        engine_is(&s, architecture, system);
        let warning = format!("warning: {WHY}\nhint: {hint}{DATABASES}\n");
        let ended = s.run("local start --no-wait");
        assert_eq!(ended.status, 0, "{ended:?}");
        let (before, after) = ended.stderr.split_once(&warning).expect("warns");
        assert!(!before.contains("starting the containers"), "{ended:?}");
        assert!(after.contains("starting the containers"), "{ended:?}");
        // Those that were created run there.
        let again = s.run("local restart --no-wait");
        assert!(!again.stderr.contains("amd64"), "{again:?}");
    }
}

#[test]
fn images_for_the_same_processor_are_nothing_to_warn_of() {
    let mut s = Sandbox::with_cluster();
    s.set("DOCKER_HOST", "ssh://me@192.0.2.7");
    engine_is(&s, "x86_64", "Debian");
    let ended = s.run("local start --no-wait");
    assert!(!ended.stderr.contains("amd64"), "{ended:?}");
    s.engine.fail("docker-info", 1, "no info");
    let ended = s.run("local start --no-wait");
    assert_eq!(ended.status, 0, "{ended:?}");
}

#[test]
fn doctor_says_it_too() {
    let mut s = Sandbox::with_cluster();
    s.set("DOCKER_HOST", "ssh://me@192.0.2.7");
    engine_is(&s, "arm64", "Debian");
    let document = s.run("doctor -o json").json();
    let checks = document["data"]["checks"].as_array().expect("checks");
    let engine = checks
        .iter()
        .find(|check| check["check"] == "engine")
        .expect("there");
    assert_eq!(engine["level"], "warning", "{engine}");
    let text = format!("Docker engine 28.2.2 on linux/arm64; {WHY}");
    assert_eq!(engine["text"], serde_json::json!(text), "{engine}");
}
