//! Docker and docker-compose that fail: what is told, and that nothing is lost by it.

use crate::support::engine::Made;
use crate::support::text::{STAGES, running};
use crate::support::{Sandbox, same};
use serde_json::json;

const DOWN: &str = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
const TRACEBACK: &str = "Traceback (most recent call last):\n  File \"urllib3/connectionpool.py\", line 677\n\
    docker.errors.DockerException: Error while fetching server API version: ";

#[test]
fn no_verb_works_without_an_engine_and_none_changes_anything() {
    let s = Sandbox::with_running_cluster();
    s.engine.fail("docker-ps", 1, DOWN);
    let before = (s.files(), s.engine.state());
    for verb in [
        "start",
        "stop",
        "restart",
        "upgrade",
        "nuke --yes",
        "ps",
        "logs",
        "delete --yes",
        "start --dry-run",
    ] {
        s.run(&format!("local {verb}")).is(
            3,
            "",
            &format!(
                "error: `docker ps`: the Docker engine is not running:\n  {DOWN}\n\
                 hint: start it: `sudo systemctl start docker` (or Docker Desktop), or point `DOCKER_HOST` at one\n"
            ),
        );
    }
    assert_eq!(s.take_acts(), "");
    assert_eq!((s.files(), s.engine.state()), before);
}

#[test]
fn engines_that_cannot_be_used_are_told_apart() {
    let s = Sandbox::with_cluster();
    for (text, told) in [
        (
            "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \
             \"http://%2Fvar%2Frun%2Fdocker.sock/v1.50/containers/json\": dial unix /var/run/docker.sock: connect: permission denied",
            "you are not allowed to use the Docker engine",
        ),
        (
            "error during connect: Get \"http://nosuch.invalid:2375/v1.50/containers/json\": dial tcp: lookup nosuch.invalid: no such host",
            "cannot reach the Docker engine set by `DOCKER_HOST` or the docker context",
        ),
        (
            "Failed to initialize: unable to resolve docker endpoint: invalid bind address format: foo://bar",
            "`DOCKER_HOST` or the docker context is invalid",
        ),
    ] {
        s.engine.fail("docker-ps", 1, text);
        let ended = s.run("local start");
        let want = format!("error: `docker ps`: {told}:\n  {text}\nhint: ");
        assert_eq!(ended.status, 3, "{ended:?}");
        assert!(ended.stderr.starts_with(&want), "{}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 3, "{}", ended.stderr);
    }
}

/// A failing `up`: what compose prints, and what is told of it.
struct Up {
    text: &'static str,
    exit: i32,
    code: &'static str,
    why: &'static str,
}

#[test]
fn what_up_fails_with_is_told_in_the_users_terms() {
    let cases = [
        Up {
            text: "ERROR: for prisma-database  Cannot start service prisma-database: driver failed programming external \
                   connectivity on endpoint local_prisma-database_1 (0a1b): Bind for 0.0.0.0:4466 failed: port is already allocated",
            exit: 1,
            code: "port_in_use",
            why: "port 4466 is in use by another container",
        },
        Up {
            text: "Error response from daemon: driver failed programming external connectivity on endpoint prisma-db (0a1b): \
                   Error starting userland proxy: listen tcp4 0.0.0.0:3366: bind: address already in use",
            exit: 1,
            code: "port_in_use",
            why: "port 3366 is in use by another program",
        },
        Up {
            text: "Error response from daemon: manifest for prismagraphql/prisma:1.1 not found: manifest unknown: manifest unknown",
            exit: 1,
            code: "image_unavailable",
            why: "the image registry has no such tag: `prismagraphql/prisma:1.1`",
        },
        Up {
            text: "toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating",
            exit: 1,
            code: "image_unavailable",
            why: "the image registry's pull rate limit was reached",
        },
        Up {
            text: "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io \
                   on 10.0.0.1:53: no such host",
            exit: 1,
            code: "image_unavailable",
            why: "cannot reach the image registry",
        },
        Up {
            text: "failed to register layer: Error processing tar file(exit status 1): write /usr/lib/x.so: no space left on device",
            exit: 1,
            code: "io",
            why: "the Docker engine's disk is full",
        },
        Up {
            text: "unable to get image 'mysql:5.7': Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the \
                   docker daemon running?",
            exit: 3,
            code: "engine_unreachable",
            why: "the Docker engine is not running",
        },
    ];
    let s = Sandbox::with_cluster();
    for case in cases {
        s.engine.fail(
            "compose-up",
            18,
            &format!("Creating network local_prisma\n{}", case.text),
        );
        let message = format!("`docker-compose up`: {}:\n  {}", case.why, case.text);
        let document = s.run("local start -o json").json();
        assert_eq!(document["error"]["message"], json!(message));
        assert_eq!(document["error"]["code"], json!(case.code), "{message}");
        assert_eq!(document["error"]["exit"], json!(case.exit), "{message}");
        assert_eq!(document["error"]["hints"].as_array().map(Vec::len), Some(1));
        assert!(!s.path("home/.prisma/config.yml").exists());
    }
}

#[test]
fn the_traceback_of_the_first_generation_is_one_line() {
    let s = Sandbox::with_cluster();
    s.engine.generation("1.29.2");
    let cause = "('Connection aborted.', FileNotFoundError(2, 'No such file or directory'))";
    s.engine
        .fail("compose-up", 1, &format!("{TRACEBACK}{cause}"));
    s.run("local start").is(
        3,
        "",
        &format!(
            "starting the containers\n\
             error: `docker-compose up`: the Docker engine is not running:\n  \
               docker.errors.DockerException: Error while fetching server API version: {cause}\n\
             hint: start it: `sudo systemctl start docker` (or Docker Desktop), or point `DOCKER_HOST` at one\n"
        ),
    );
    let cause = "('Connection aborted.', PermissionError(13, 'Permission denied'))";
    s.engine
        .fail("compose-up", 1, &format!("{TRACEBACK}{cause}"));
    let ended = s.run("local start");
    assert_eq!(ended.status, 3);
    assert!(
        ended
            .stderr
            .contains("you are not allowed to use the Docker engine")
    );
}

#[test]
fn a_failure_nobody_knows_is_told_as_it_is() {
    let s = Sandbox::with_cluster();
    s.engine.fail("compose-up", 15, "one\n\nsomething new");
    let up = "docker-compose -p local -f ~/.prisma/clusters/local/docker-compose.yml \
              --project-directory ~/.prisma/clusters/local up -d --remove-orphans";
    s.run("local start").is(
        1,
        "",
        &format!(
            "starting the containers\nerror: `{up}` failed with status 15:\n  one\n  something new\n"
        ),
    );
    s.engine
        .hook("compose-up", "echo so far >&2; kill -KILL $$\n");
    s.run("local start").is(
        1,
        "",
        &format!("starting the containers\nerror: `{up}` was killed by signal 9:\n  so far\n"),
    );
}

#[test]
fn a_failed_first_start_can_simply_be_repeated() {
    let s = Sandbox::new();
    s.engine
        .fail("after-up", 1, "Error response from daemon: oops");
    let ended = s.run("local start {ports}");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        !s.path("home/.prisma/config.yml").exists(),
        "no entry before success"
    );
    let config = s.read("home/.prisma/clusters/local/cluster.yml");
    s.engine.unhook("after-up");
    // The settings were kept, the key included; the server is up by now.
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
    same(
        "cluster.yml",
        &s.read("home/.prisma/clusters/local/cluster.yml"),
        &config,
    );
    let pem = config.split_once("clusterSecret: |\n").expect("has one").1;
    let registry = s.read("home/.prisma/config.yml");
    assert!(
        pem.lines().all(|line| registry.contains(line.trim())),
        "the same key"
    );
}

#[test]
fn a_failed_start_leaves_the_registry_as_it_was() {
    let s = Sandbox::with_running_cluster();
    s.run("local stop").succeeds();
    let registry = s.read("home/.prisma/config.yml");
    s.engine
        .fail("compose-up", 1, "Error response from daemon: oops");
    let ended = s.run(&format!("local start --port {}", s.port + 1));
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(s.read("home/.prisma/config.yml"), registry);
    s.engine.unhook("compose-up");
    s.run("local start").is(
        0,
        &running("local", "is running").replace("<port>", "<port+1>"),
        STAGES,
    );
    assert_ne!(s.read("home/.prisma/config.yml"), registry);
}

#[test]
fn the_name_of_the_database_container_may_be_taken() {
    let s = Sandbox::with_cluster();
    s.engine.make(&Made {
        number: 9,
        project: "shop",
        service: "db",
        name: "prisma-db",
        image: "mysql:5.7",
        status: "running",
        ports: &[],
        env: &[],
        version: "",
    });
    s.run("local start").is(
        1,
        "",
        "starting the containers\n\
         error: `docker-compose up`: a container of another project uses a name that this cluster needs:\n  \
           Error response from daemon: Conflict. The container name \"/prisma-db\" is already in use by container \
         \"<id 9>\". You have to remove (or rename) that container to be able to reuse that name.\n\
         hint: rename that container with `docker rename prisma-db prisma-db-other`, or start this cluster under another name with `-n NAME`\n",
    );
}

#[test]
fn a_failing_stop_or_kill_ends_the_verb() {
    let s = Sandbox::with_running_cluster();
    s.engine.fail(
        "docker-stop",
        1,
        "Error response from daemon: cannot stop container",
    );
    let ended = s.run("local restart");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(s.take_acts(), "docker stop <id 2> <id 1>\n");
    s.engine.fail(
        "compose-kill",
        1,
        "Error response from daemon: cannot kill container",
    );
    let ended = s.run("local nuke --yes");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(s.take_acts(), "docker-compose [local] kill\n");
    assert!(s.engine.state().contains("volume local_db-persistence"));
}

#[test]
fn a_container_that_goes_between_two_questions_is_no_failure() {
    let s = Sandbox::with_running_cluster();
    // What `docker ps` names first is gone when it is inspected.
    s.engine.hook(
        "docker-inspect",
        "[ -f \"$engine/gone\" ] || { : >\"$engine/gone\"; rm \"$engine\"/containers/*1; }\n",
    );
    let table = s.run("local ps").succeeds().stdout.clone();
    assert!(
        table.contains("prisma-database") && !table.contains("mysql"),
        "{table}"
    );
}
