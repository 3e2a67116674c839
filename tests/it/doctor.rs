//! `prisma doctor`: one line and one remedy for each thing that is wrong, and a report for a bug ticket.

mod bundle;
mod clusters;

use crate::ports::foreign_container;
use crate::support::{Behaviour, Sandbox};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;

const HEALTHY: &str = "\
ok       docker      docker 28.2.2 at <root>/bin/docker
ok       compose     docker-compose 2.40.3: <root>/bin/docker-compose is the first on PATH
ok       engine      Docker engine 20.10.24 on linux/amd64
ok       permission  you have permission to use the engine
ok       context     docker's default, on this machine
ok       registry    ~/.prisma/config.yml does not exist yet
ok       home        ~/.prisma is created by the first start
ok       disk        <size> free for images and data in /var/lib/docker, <size> for ~/.prisma
ok       memory      8.0 GiB on Debian
ok       proxy       none
ok       images      `mysql:5.7`, `prismagraphql/prisma:1.1` already pulled
ok       ports       the ports of `local` are free
ok       leftovers   none
";

/// Lines with one blank between columns: how wide they are depends on what is found.
fn lines(text: &str) -> Vec<String> {
    let tight = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    text.lines()
        .map(|line| without_sizes(&tight(line)))
        .collect()
}

/// What is free on this machine differs.
fn without_sizes(line: &str) -> String {
    if !line.contains(" free for images") && !line.contains(" for ~/.prisma") {
        return line.to_owned();
    }
    let words: Vec<&str> = line.split(' ').collect();
    let is_unit = |word: &str| word.starts_with("GiB") || word.starts_with("MiB");
    let mut out: Vec<&str> = Vec::new();
    for word in words {
        if is_unit(word) {
            *out.last_mut().expect("a number before it") = "<size>"
        } else {
            out.push(word)
        }
    }
    out.join(" ")
}

/// The line of a check, and its remedy where it has one.
fn finding(s: &Sandbox, check: &str) -> (String, Option<String>, i32) {
    let ended = s.run("doctor");
    let all = lines(&ended.stdout);
    let at = all.iter().position(|line| {
        line.split_once(' ')
            .is_some_and(|(_, rest)| rest.starts_with(check))
    });
    let at = at.unwrap_or_else(|| panic!("no {check} in\n{}", ended.stdout));
    let hint = all.get(at + 1).and_then(|line| line.strip_prefix("hint: "));
    (all[at].clone(), hint.map(str::to_owned), ended.status)
}

#[track_caller]
fn finds(s: &Sandbox, check: &str, line: &str, hint: &str) {
    let status = i32::from(line.starts_with("problem"));
    let expected = (line.to_owned(), Some(hint.to_owned()), status);
    assert_eq!(finding(s, check), expected);
}

#[test]
fn a_machine_on_which_nothing_was_done_yet() {
    let s = Sandbox::new();
    let ended = s.run("doctor");
    // The documented ports may be taken on the machine that runs the tests.
    let free = [4466, 3366].map(|port| TcpListener::bind(("0.0.0.0", port)).is_ok());
    let healthy = free == [true, true];
    assert_eq!(ended.status, i32::from(!healthy), "{ended:?}");
    let is_about_ports =
        |line: &String| line.split(' ').nth(1) == Some("ports") || line.contains("local start --");
    let but_for_ports = |text: &str| {
        let mut lines = lines(text);
        lines.retain(|line| healthy || !is_about_ports(line));
        lines
    };
    assert_eq!(but_for_ports(&ended.stdout), but_for_ports(HEALTHY));
    assert!(
        !healthy || ended.stdout.contains("ok       docker       docker 28.2.2"),
        "in columns"
    );
    assert_eq!(s.take_acts(), "");
    assert!(!s.path("home/.prisma").exists());
}

#[test]
fn a_server_without_its_database_is_a_problem() {
    let s = Sandbox::with_running_cluster();
    s.server(Behaviour::NoDatabase);
    s.run("local restart --no-wait").succeeds();
    finds(
        &s,
        "cluster",
        "problem cluster local Prisma 1.1.0, up at http://localhost:<port>, but it does not answer requests that need its \
         database: Whoops. Looks like an internal server error.",
        "see why: `prisma local logs`",
    );
}

#[test]
fn a_cluster_that_runs_and_one_that_is_stopped() {
    let s = Sandbox::with_running_cluster();
    let all = lines(&s.run("doctor").stdout);
    for line in [
        "ok registry 1 cluster in ~/.prisma/config.yml",
        "ok home ~/.prisma is writable",
        "ok ports no port conflicts",
        "ok cluster local Prisma 1.1.0, up at http://localhost:<port>",
    ] {
        assert!(all.iter().any(|have| have == line), "{line} in {all:#?}");
    }
    s.run("local stop").succeeds();
    let all = lines(&s.run("doctor").stdout);
    for line in [
        "ok ports the ports of `local` are free",
        "ok cluster local Prisma 1.1, stopped",
    ] {
        assert!(all.iter().any(|have| have == line), "{line} in {all:#?}");
    }
    let document = s.run("doctor -o json").json();
    assert_eq!(document["data"]["healthy"], true);
    assert_eq!(document["data"]["problems"], 0);
    let checks = document["data"]["checks"].as_array().expect("checks");
    let named = |name: &str| {
        checks
            .iter()
            .find(|check| check["check"] == name)
            .expect("there")
    };
    assert_eq!(named("cluster")["cluster"], "local");
    assert_eq!(named("cluster")["level"], "ok");
    assert_eq!(named("docker")["cluster"], serde_json::Value::Null);
}

#[test]
fn what_is_wrong_is_the_status_and_in_json_the_error_has_it_all() {
    let s = Sandbox::with_cluster();
    s.write("home/.prisma/config.yml", "clusters: [\n");
    s.set_private("home/.prisma/config.yml");
    let ended = s.run("doctor");
    assert_eq!(ended.status, 1);
    assert_eq!(ended.stderr, "error: 1 problem found\n");
    let document = s.run("doctor --json").json();
    assert_eq!(document["ok"], false);
    assert_eq!(document["error"]["code"], "unhealthy");
    assert_eq!(document["data"]["problems"], 1);
    assert_eq!(document["data"]["healthy"], false);
}

#[test]
fn docker_and_its_engine() {
    let s = Sandbox::with_cluster();
    let down = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
    s.engine.fail("docker-version", 1, down);
    let (line, hint, status) = finding(&s, "engine");
    assert_eq!(status, 1);
    assert!(line.starts_with("problem engine "), "{line}");
    assert!(hint.is_some_and(|hint| hint.contains("start")), "{line}");
    let all = lines(&s.run("doctor").stdout);
    assert!(
        all.contains(&"skipped images the engine does not answer".to_owned()),
        "{all:#?}"
    );
    assert!(all.contains(&"skipped cluster local the engine does not answer".to_owned()));
    let refused = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: \
                   Get \"http://x\": dial unix /var/run/docker.sock: connect: permission denied";
    s.engine.fail("docker-version", 1, refused);
    let (line, hint, _) = finding(&s, "permission");
    assert!(line.starts_with("problem permission "), "{line}");
    assert!(hint.is_some(), "{line}");
    s.engine.unhook("docker-version");
    assert_eq!(
        finding(&s, "engine").0,
        "ok engine Docker engine 20.10.24 on linux/amd64"
    );

    let mut s = Sandbox::new();
    s.set("PATH", s.path("work"));
    let ended = s.run("doctor");
    assert_eq!(ended.status, 1);
    let all = lines(&ended.stdout);
    assert!(all[0].starts_with("problem docker "), "{all:#?}");
    assert!(all[1].starts_with("hint: install"), "{all:#?}");
    for check in ["compose", "engine", "memory", "ports"] {
        let line = format!("skipped {check} docker is not installed");
        assert!(all.contains(&line), "{line} in {all:#?}");
    }

    let mut s = Sandbox::new();
    s.set("DOCKER_HOST", "http://192.0.2.1:2375");
    let (line, hint, _) = finding(&s, "context");
    assert!(line.starts_with("problem context "), "{line}");
    assert!(hint.is_some_and(|hint| hint.contains("tcp://")), "{line}");
    s.set("DOCKER_HOST", "ssh://me@192.0.2.1");
    assert_eq!(
        finding(&s, "context").0,
        "ok context `DOCKER_HOST` names `ssh://me@192.0.2.1`, on another machine"
    );
}

/// All that is known of such a failure is what docker said last.
#[test]
fn what_docker_says_and_nobody_knows_is_told() {
    let s = Sandbox::with_cluster();
    s.engine.fail("docker-info", 1, "odd\nthe moon is full");
    let (line, _, status) = finding(&s, "disk");
    assert!(
        line.ends_with(" failed with status 1: the moon is full"),
        "{line}"
    );
    assert_eq!(status, 1);
}

#[test]
fn the_engine_is_asked_where_docker_compose_is_named_wrong() {
    let mut s = Sandbox::with_running_cluster();
    s.set("PRISMA_COMPOSE", "/nowhere/docker-compose");
    finds(
        &s,
        "compose",
        "problem compose `PRISMA_COMPOSE` is `/nowhere/docker-compose`, but no such program was found",
        "fix `PRISMA_COMPOSE`, or unset it to use the program on PATH",
    );
    let all = lines(&s.run("doctor").stdout);
    for line in [
        "ok docker docker 28.2.2 at <root>/bin/docker",
        "ok engine Docker engine 20.10.24 on linux/amd64",
        "ok cluster local Prisma 1.1.0, up at http://localhost:<port>",
    ] {
        assert!(all.iter().any(|have| have == line), "{line} in {all:#?}");
    }
}

#[test]
fn which_compose_and_why() {
    let mut s = Sandbox::with_cluster();
    s.engine.generation("1.29.2");
    let old = "warning compose docker-compose 1.29.2: <root>/bin/docker-compose is the first on PATH; docker-compose v1 is no longer maintained";
    let install = "install docker-compose v2 (https://docs.docker.com/compose/install/linux/); containers are recreated once, data is kept";
    finds(&s, "compose", old, install);
    s.engine.plugin();
    s.set("PRISMA_COMPOSE", "docker");
    s.engine.generation("2.40.3");
    assert_eq!(
        finding(&s, "compose").0,
        "ok compose docker-compose 2.40.3: `PRISMA_COMPOSE` names `docker`"
    );
    s.unset("PRISMA_COMPOSE");
    std::fs::remove_file(s.path("bin/docker-compose")).expect("was there");
    assert_eq!(
        finding(&s, "compose").0,
        "ok compose docker-compose 2.40.3: docker's plugin, as no `docker-compose` is on PATH"
    );
    s.engine.generation("1.8.0");
    assert!(
        finding(&s, "compose")
            .0
            .starts_with("problem compose docker-compose 1.8.0")
    );
}

#[test]
fn the_home_and_what_was_left_in_it() {
    let s = Sandbox::with_running_cluster();
    let registry = s.path("home/.prisma/config.yml");
    let mode = |mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&registry, mode).expect("chmod");
    };
    mode(0o644);
    finds(
        &s,
        "registry",
        "warning registry ~/.prisma/config.yml holds secrets and can be read by others",
        "`chmod 600 ~/.prisma/config.yml`",
    );
    mode(0o600);
    s.write("home/.prisma/clusters/local/.cluster.yml-x1y2.tmp", "half");
    finds(
        &s,
        "leftovers",
        "warning leftovers 1 temporary file of a killed run",
        "`rm '~/.prisma/clusters/local/.cluster.yml-x1y2.tmp'`",
    );
    std::fs::remove_file(s.path("home/.prisma/clusters/local/.cluster.yml-x1y2.tmp"))
        .expect("there");
    s.write(
        "home/.prisma/clusters/half/docker-compose.yml",
        "services: {}\n",
    );
    finds(
        &s,
        "leftovers",
        "warning leftovers ~/.prisma/clusters/half has no `cluster.yml`",
        "remove them: `prisma local delete -n half`",
    );
    std::fs::remove_dir_all(s.path("home/.prisma/clusters/half")).expect("there");
    std::fs::remove_dir_all(s.path("home/.prisma/clusters/local")).expect("there");
    // With free ports: without any cluster the documented ones count, which somebody may have.
    let (port, db_port) = (s.port + 4, s.port + 5);
    let spare = format!("port: {port}\ndatabase:\n  port: {db_port}\n");
    s.write("home/.prisma/clusters/spare/cluster.yml", &spare);
    finds(
        &s,
        "leftovers",
        "warning leftovers containers of cluster `local`, whose files were deleted",
        "remove them: `prisma local delete`",
    );
}

#[test]
fn ports_images_and_proxies() {
    let mut s = Sandbox::with_cluster();
    let _taken = TcpListener::bind(("0.0.0.0", s.port)).expect("free");
    let (line, hint, status) = finding(&s, "ports");
    let process = format!("(process {})", std::process::id());
    assert!(
        line.starts_with("problem ports local port <port> of cluster `local` is in use by `"),
        "{line}"
    );
    assert!(line.ends_with(&process), "{line}");
    assert_eq!(
        hint.as_deref(),
        Some("start it on another port: `prisma local start --port auto`")
    );
    assert_eq!(status, 1);
    drop(_taken);
    s.write(
        "home/.prisma/clusters/local/cluster.yml",
        &s.config("prismaVersion: \"1.4\"\n"),
    );
    finds(
        &s,
        "images",
        "warning images `prismagraphql/prisma:1.4` not pulled yet, the next start needs the network",
        "pull it now: `docker pull prismagraphql/prisma:1.4`",
    );
    s.set("HTTPS_PROXY", "http://me:d1stinct@proxy.lan:3128");
    let (line, _, _) = finding(&s, "proxy");
    assert!(line.starts_with("ok proxy `HTTPS_PROXY` is "), "{line}");
    assert!(
        line.ends_with("; the engine pulls images without one"),
        "{line}"
    );
    assert!(!line.contains("d1stinct"), "{line}");
    s.set("HTTP_PROXY", ":3128");
    finds(
        &s,
        "proxy",
        "problem proxy `HTTP_PROXY` is `:3128`, which has no host",
        "write `HTTP_PROXY=http://HOST:PORT`, or unset it",
    );
    s.unset("HTTP_PROXY");
    s.unset("HTTPS_PROXY");
    s.engine.hook(
        "docker-info",
        "echo '{\"MemTotal\":8589934592,\"HttpsProxy\":\"http://me:d1stinct@proxy.lan:3128\"}'; exit 0\n",
    );
    assert_eq!(
        finding(&s, "proxy").0,
        "ok proxy none; the engine pulls images through `http://********@proxy.lan:3128`"
    );
}

/// A container of somebody else's project, in nobody's way.
#[test]
fn foreign_containers_are_no_leftovers() {
    let s = Sandbox::with_running_cluster();
    foreign_container(&s, &[]);
    // Made in another folder than ours.
    s.engine.hook(
        "docker-ps",
        "case \"$*\" in *working_dir*) printf 'shop\\t/srv/shop\\n'; exit 0 ;; esac\n",
    );
    assert_eq!(finding(&s, "leftovers").0, "ok leftovers none");
}
