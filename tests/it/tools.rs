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
           unknown shorthand flag: 'p' in -p\n\
         hint: install it, on Debian and Ubuntu: `sudo apt-get install docker-compose`\n",
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
    s.set("COMPOSE_PROJECT_NAME", "elsewhere");
    s.set("COMPOSE_FILE", "/nowhere.yml");
    s.set("SQL_INTERNAL_PASSWORD", "from outside");
    s.run("local start").succeeds();
    let calls = s.engine.take_calls();
    let up = calls.last().expect("ran");
    assert_eq!(up.env["SQL_INTERNAL_PASSWORD"], "graphcool");
    let words: Vec<&str> = up.args.iter().map(String::as_str).collect();
    assert_eq!((words[0], words[1], words[2]), ("-p", "local", "-f"));
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
