//! Which programs are run: both generations of docker-compose, the plugin, other programs.

use crate::support::text::{STAGES, running};
use crate::support::{Sandbox, same};
use std::fs;

const UP: &str = "docker-compose [local] up -d --remove-orphans\n";

#[test]
fn the_first_generation_gets_the_same_words() {
    let s = Sandbox::with_cluster();
    s.engine.generation("1.29.2");
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    assert_eq!(s.take_acts(), UP);
    s.engine_has(
        "local_prisma-database_1 running prismagraphql/prisma:1.1 #2\n\
         prisma-db running mysql:5.7 #1\n\
         volume local_db-persistence\n",
    );
    s.run("local stop").succeeds();
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    s.run("local nuke -y").succeeds();
    assert_eq!(
        s.take_acts(),
        format!(
            "docker stop <id 2> <id 1>\n{UP}\
             docker-compose [local] kill\n\
             docker-compose [local] down -v --remove-orphans\n{UP}"
        )
    );
}

#[test]
fn crossing_the_generations_is_said_and_keeps_the_data() {
    let s = Sandbox::with_cluster();
    s.engine.generation("1.29.2");
    s.run("local start").succeeds();
    s.engine.generation("2.40.3");
    // A cluster that serves well is left alone.
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
    s.run("local restart").is(
        0,
        &running("local", "was restarted"),
        &format!(
            "warning: the containers were created by docker-compose 1.29.2 and will be recreated by 2.40.3; \
             data is kept\nstopping the containers\n{STAGES}"
        ),
    );
    s.engine_has(
        "local-prisma-database-1 running prismagraphql/prisma:1.1 #4\n\
         prisma-db running mysql:5.7 #3\n\
         volume local_db-persistence\n",
    );
}

#[test]
fn two_releases_of_one_generation_are_no_crossing() {
    let s = Sandbox::with_cluster();
    s.engine.generation("v2.26.1");
    s.run("local start").succeeds();
    s.engine.generation("2.40.3");
    s.run("local restart").is(
        0,
        &running("local", "was restarted"),
        &format!("stopping the containers\n{STAGES}"),
    );
}

#[test]
fn without_docker_compose_the_plugin_is_used() {
    let s = Sandbox::with_cluster();
    s.engine.plugin();
    fs::remove_file(s.path("bin/docker-compose")).expect("is there");
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    s.ran(
        "docker ps [local]\n\
         docker compose version --short\n\
         docker compose [local] up -d --remove-orphans\n",
    );
    s.run("local restart -q").succeeds();
    s.ran(
        "docker ps [local]\n\
         docker inspect --type container <id 1> <id 2>\n\
         docker compose version --short\n\
         docker stop <id 2> <id 1>\n\
         docker compose [local] up -d --remove-orphans\n",
    );
    s.run("local nuke -y -q").succeeds();
    assert_eq!(
        s.take_acts(),
        "docker compose [local] kill\n\
         docker compose [local] down -v --remove-orphans\n\
         docker compose [local] up -d --remove-orphans\n"
    );
}

#[test]
fn neither_docker_compose_nor_plugin() {
    let s = Sandbox::with_cluster();
    fs::remove_file(s.path("bin/docker-compose")).expect("is there");
    s.run("local start").fails(
        3,
        "error: `docker compose version`: docker-compose is not installed, neither as a program nor as docker's plugin:\n  \
           unknown flag: --short\n\
         hint: install docker-compose v2 (https://docs.docker.com/compose/install/linux/)\n",
    );
    assert!(!s.path("home/.prisma/config.yml").exists());
}

#[test]
fn no_docker() {
    let mut s = Sandbox::with_cluster();
    fs::remove_file(s.path("bin/docker")).expect("is there");
    let failure = "error: `docker` is not installed: not found on PATH\n\
                   hint: install Docker Engine, on Debian and Ubuntu: `sudo apt-get install docker.io docker-compose`\n\
                   hint: or set `PRISMA_DOCKER` to the program's path\n";
    for verb in ["start", "stop", "ps", "nuke --yes"] {
        s.run(&format!("local {verb}")).is(3, "", failure);
    }
    s.unset("PATH");
    s.run("local ps").is(3, "", failure);
}

#[test]
fn variables_name_other_programs() {
    let mut s = Sandbox::with_cluster();
    fs::create_dir(s.path("tools")).expect("a folder");
    s.engine.install(&s.path("tools/my-docker"));
    s.engine.install(&s.path("bin/docker-compose-v1"));
    // One by its path, one by its name.
    s.set("PRISMA_DOCKER", s.path("tools/my-docker"));
    s.set("PRISMA_COMPOSE", "docker-compose-v1");
    s.run("local start").succeeds();
    s.ran(
        "my-docker ps [local]\n\
         docker-compose-v1 [local] up -d --remove-orphans\n",
    );
    s.run("local stop").succeeds();
    s.ran(
        "my-docker ps [local]\n\
         my-docker inspect --type container <id 1> <id 2>\n\
         my-docker stop <id 2> <id 1>\n",
    );
    // Naming docker itself means its plugin.
    s.engine.plugin();
    s.set("PRISMA_COMPOSE", s.path("bin/docker"));
    s.run("local start").succeeds();
    assert_eq!(
        s.take_acts(),
        "docker compose [local] up -d --remove-orphans\n"
    );
    s.set("PRISMA_COMPOSE", "nope");
    s.run("local start").is(
        3,
        "",
        "error: `PRISMA_COMPOSE` is `nope`, but no such program was found\n\
         hint: fix `PRISMA_COMPOSE`, or unset it to use the program on PATH\n",
    );
}

#[test]
fn variables_of_compose_do_not_reach_into_it() {
    let mut s = Sandbox::with_cluster();
    let withheld = [
        "COMPOSE_ENV_FILES",
        "COMPOSE_FILE",
        "COMPOSE_IGNORE_ORPHANS",
        "COMPOSE_PROFILES",
        "COMPOSE_PROJECT_NAME",
    ];
    for name in withheld {
        s.set(name, "elsewhere");
    }
    s.set("COMPOSE_HTTP_TIMEOUT", "300");
    s.set("DOCKER_DEFAULT_PLATFORM", "linux/amd64");
    s.set("SQL_INTERNAL_PASSWORD", "from outside");
    let ended = s.run("local start -v").succeeds().clone();
    for note in [
        "docker follows `COMPOSE_HTTP_TIMEOUT`, `DOCKER_DEFAULT_PLATFORM`\n",
        "docker-compose does not get `COMPOSE_ENV_FILES`, `COMPOSE_FILE`, `COMPOSE_IGNORE_ORPHANS`, \
         `COMPOSE_PROFILES`, `COMPOSE_PROJECT_NAME`\n",
    ] {
        assert!(ended.stderr.contains(note), "{}", ended.stderr);
    }
    let calls = s.engine.take_calls();
    let up = calls.last().expect("ran");
    assert_eq!(up.env["SQL_INTERNAL_PASSWORD"], "graphcool");
    assert_eq!(up.env["COMPOSE_HTTP_TIMEOUT"], "300");
    for name in withheld {
        assert!(!up.env.contains_key(name), "{name}");
    }
    let words: Vec<&str> = up.args.iter().map(String::as_str).collect();
    assert_eq!((words[0], words[1], words[2]), ("-p", "local", "-f"));
}

/// An engine, and which versions of its API it has.
fn engine_has_api(s: &Sandbox, oldest: &str, newest: &str) {
    let server = format!(
        r#"{{"Version":"28.5.2","Os":"linux","Arch":"amd64","ApiVersion":"{newest}","MinAPIVersion":"{oldest}"}}"#
    );
    let answer = format!(r#"{{"Client":{{"Version":"28.5.2"}},"Server":{server}}}"#);
    s.engine
        .hook("docker-version", &format!("echo '{answer}'; exit 0\n"));
}

#[test]
fn the_first_generation_speaks_an_api_that_it_knows() {
    for (oldest, newest, own, spoken) in [
        ("1.24", "1.51", None, Some("1.44")),
        ("1.12", "1.41", None, Some("1.41")),
        ("1.46", "1.54", None, Some("1.46")),
        ("1.24", "1.51", Some("1.40"), Some("1.40")),
    ] {
        let mut s = Sandbox::with_cluster();
        s.engine.generation("1.29.2");
        s.engine.install_v1(&s.path("bin/docker-compose"));
        engine_has_api(&s, oldest, newest);
        if let Some(own) = own {
            s.set("COMPOSE_API_VERSION", own);
        }
        s.run("local start")
            .is(0, &running("local", "is running"), STAGES);
        let calls = s.engine.take_calls();
        let up = calls.last().expect("ran");
        assert_eq!(
            up.env.get("COMPOSE_API_VERSION").map(String::as_str),
            spoken,
            "{oldest} {newest}"
        );
    }
}

#[test]
fn an_engine_that_is_silent_about_its_api_is_no_obstacle() {
    let s = Sandbox::with_cluster();
    s.engine.install_v1(&s.path("bin/docker-compose"));
    s.run("local start").succeeds();
    let calls = s.engine.take_calls();
    let up = calls.last().expect("ran");
    assert!(!up.env.contains_key("COMPOSE_API_VERSION"));
}

#[test]
fn a_working_plugin_is_preferred_to_the_first_generation_and_said_once() {
    let mut s = Sandbox::with_cluster();
    s.engine.install_v1(&s.path("bin/docker-compose"));
    s.engine.generation("1.29.2");
    s.run("local start").succeeds();
    assert_eq!(s.take_acts(), UP);
    s.engine.plugin();
    s.engine.generation("2.40.3");
    let program = s.path("bin/docker-compose");
    let program = program.display();
    s.run("local restart").is(
        0,
        &running("local", "was restarted"),
        &s.plain(&format!(
            "warning: the containers were created by docker-compose 1.29.2 and will be recreated by 2.40.3; \
             data is kept\n\
             hint: docker's plugin is preferred to docker-compose v1; `PRISMA_COMPOSE={program}` keeps v1\n\
             stopping the containers\n{STAGES}"
        )),
    );
    assert_eq!(
        s.take_acts(),
        "docker stop <id 2> <id 1>\ndocker compose [local] up -d --remove-orphans\n"
    );
    let ended = s.run("local restart -v").succeeds().clone();
    assert!(!ended.stderr.contains("warning:"), "{}", ended.stderr);
    let note = s.plain(&format!("docker's compose plugin is used, not {program}\n"));
    assert!(ended.stderr.contains(&note), "{}", ended.stderr);
    s.forget();
    s.set("PRISMA_COMPOSE", s.path("bin/docker-compose"));
    s.run("local nuke -y -q").succeeds();
    assert!(s.take_acts().starts_with("docker-compose [local] kill\n"));
}

#[test]
fn a_docker_compose_that_cannot_run_is_not_used() {
    let s = Sandbox::with_cluster();
    s.write("bin/docker-compose", "Not Found");
    let program = s.path("bin/docker-compose");
    let program = program.display();
    s.run("local start").is(
        3,
        "",
        &s.plain(&format!(
            "error: `{program}` cannot be run: it is text, such as a web page saved in place of the program\n\
             hint: remove it, and install docker-compose v2 (https://docs.docker.com/compose/install/linux/)\n"
        )),
    );
    s.engine.plugin();
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
    assert_eq!(
        s.take_acts(),
        "docker compose [local] up -d --remove-orphans\n"
    );
    let doctor = s.run("doctor").stdout;
    let line = s.plain(&format!(
        "docker-compose 2.40.3: docker's plugin, as {program} is v1 or cannot be run"
    ));
    assert!(doctor.contains(&line), "{doctor}");
}

#[test]
fn programs_that_are_too_old_are_named_when_they_fail() {
    let s = Sandbox::with_cluster();
    s.engine.generation("1.8.0");
    s.engine.fail("compose-up", 1, "No such command: something");
    s.run("local start").is(
        3,
        "",
        "starting the containers\n\
         error: `docker-compose -p local -f ~/.prisma/clusters/local/docker-compose.yml \
         --project-directory ~/.prisma/clusters/local up -d --remove-orphans` failed with status 1:\n  \
           No such command: something\n\
         hint: docker-compose 1.8.0 is too old, the oldest that works is 1.10: \
         install docker-compose v2 (https://docs.docker.com/compose/install/linux/)\n",
    );
    s.engine.hook(
        "docker-version",
        "echo '{\"Client\":{\"Version\":\"28.2.2\"},\"Server\":{\"Version\":\"1.12.6\",\"Os\":\"linux\",\"Arch\":\"amd64\"}}'; exit 0\n",
    );
    s.engine
        .fail("docker-ps", 1, "Error response from daemon: Invalid filter");
    s.run("local stop").is(
        3,
        "",
        "error: `docker ps -aq --no-trunc --filter label=com.docker.compose.project=local \
         --filter label=com.docker.compose.oneoff=False` failed with status 1:\n  \
           Error response from daemon: Invalid filter\n\
         hint: the Docker engine 1.12.6 is too old, the oldest that works is 1.13: update it\n",
    );
    s.engine.unhook("docker-ps");
    let doctor = s.run("doctor").stdout;
    let doctor: String = doctor.split_whitespace().collect::<Vec<_>>().join(" ");
    for line in [
        "Docker engine 1.12.6 on linux/amd64; the oldest that works is 1.13",
        "; the oldest that works is 1.10",
    ] {
        assert!(doctor.contains(line), "{doctor}");
    }
}

#[test]
fn a_docker_that_is_something_else_is_told() {
    let s = Sandbox::with_running_cluster();
    s.engine.hook("docker-inspect", "echo 'hello'; exit 0\n");
    let ended = s.run("local ps");
    same(
        "what is told",
        &format!("{} {}", ended.status, ended.stderr),
        "1 error: could not read the output of `docker inspect`: expected value at line 1 column 1\n\
         hint: check that `docker` is Docker's own client, or set `PRISMA_DOCKER`\n",
    );
}
