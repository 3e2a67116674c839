//! Waiting for the server: how it ends when the server does not come up.

mod bad_starts;

use crate::support::text::{STAGES, running};
use crate::support::{Behaviour, Sandbox, same};
use std::time::Duration;

/// No entry was saved, and the next start works.
#[track_caller]
fn can_be_repeated(s: &Sandbox) {
    assert!(
        !s.path("home/.prisma/config.yml").exists(),
        "no entry before success"
    );
    s.server(Behaviour::Ready);
    for service in ["prisma-db", "prisma-database"] {
        s.engine.change(service, "status", "exited");
        s.engine.change(service, "crashing", "0");
    }
    s.engine.silence("local");
    s.run("local start")
        .is(0, &running("local", "is running"), STAGES);
}

#[test]
fn a_server_that_crashes_on_and_on() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    // Up for docker-compose, crashing afterwards.
    s.engine.hook(
        "after-up",
        "find_container local prisma-database\n\
         change \"$id\" status restarting\nchange \"$id\" exit 1\nchange \"$id\" crashing 5\n\
         printf '%s\\n' '2026-01-01T00:00:01Z out Starting' \
           '2026-01-01T00:00:02Z err Access denied for user root' >\"$engine/logs/$id\"\n",
    );
    s.run("local start").is(
        1,
        "",
        "starting the containers\n\
         waiting for the database (at most 5m)\n\
         waiting for the server (at most 5m)\n\
         error: could not start cluster `local`: container `local-prisma-database-1` keeps crashing: \
         restarted 5 times, last status 1:\n  \
           Starting\n  \
           Access denied for user root\n\
         hint: see its full log with `prisma local logs -n local prisma-database`; fix the cause and run the \
         command again, no data is lost\n",
    );
    assert!(s.engine.was_called("docker logs --tail 1000"));
    s.engine.unhook("after-up");
    can_be_repeated(&s);
}

/// A server that crashes as a real one does: it is running when docker is asked, and has status 0 then.
fn crashing_server(s: &Sandbox, crashes: usize, log: &[&str]) {
    let lines: String = log
        .iter()
        .map(|line| {
            format!("printf '%s\\n' '2026-01-01T00:00:01Z err {line}' >>\"$engine/logs/$id\"\n")
        })
        .collect();
    s.engine.hook(
        "after-up",
        &format!(
            "find_container local prisma-database\nchange \"$id\" crashing {crashes}\n{lines}"
        ),
    );
}

const NOT_CONNECTED: &str = "Exception in thread \"main\" java.sql.SQLTransientConnectionException: internalRoot - \
                             Connection is not available, request timed out after 5007ms.";

#[test]
fn a_password_of_another_volume_is_named_after_one_crash() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    let denied = "Caused by: java.sql.SQLInvalidAuthorizationSpecException: Access denied for user root (using password: YES)";
    let frame =
        "\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:548)";
    crashing_server(
        &s,
        1,
        &[
            "Starting",
            NOT_CONNECTED,
            frame,
            denied,
            frame,
            "\t... 12 more",
        ],
    );
    let ended = s.run("local start");
    let message = format!(
        "could not start cluster `local`: container `local-prisma-database-1` crashed: \
         the database rejects the user or password; a volume keeps the password it was created with:\n  \
         {NOT_CONNECTED}\n  {denied}"
    );
    let hint =
        "restore the password that the database was created with, or change it in the database too";
    ended.is(
        1,
        "",
        &format!(
            "starting the containers\nwaiting for the database (at most 5m)\nwaiting for the server (at most 5m)\n\
             error: {message}\nhint: {hint}\n"
        ),
    );
    let document = s.run("local start -o json").json();
    assert_eq!(document["error"]["code"], "container_failed");
    assert_eq!(document["data"]["cause"], "password_rejected");
    s.engine.unhook("after-up");
    can_be_repeated(&s);
}

#[test]
fn a_crash_that_may_pass_is_waited_for_and_named_at_the_limit() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    crashing_server(
        &s,
        1,
        &[
            NOT_CONNECTED,
            "Caused by: java.net.ConnectException: Connection refused",
        ],
    );
    let document = s.run("local start -o json --wait-timeout 1800ms").json();
    assert_eq!(document["error"]["code"], "not_ready");
    assert_eq!(document["data"]["cause"], "database_unreachable");
    let message = document["error"]["message"].as_str().expect("text");
    let told = "container `local-prisma-database-1` crashed: its database refuses connections:\n  Exception in";
    assert!(message.contains(told), "{message}");
    s.engine.unhook("after-up");
    can_be_repeated(&s);
}

#[test]
fn a_server_that_waits_for_the_lock_of_another_is_named_at_the_limit() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    crashing_server(
        &s,
        0,
        &[
            "Obtaining exclusive agent lock...",
            "Server running on :4466",
        ],
    );
    let document = s.run("local start -o json --wait-timeout 1s").json();
    assert_eq!(document["data"]["cause"], "database_locked");
    let message = document["error"]["message"].as_str().expect("text");
    let told = ": it waits for a lock that another server holds on its database";
    assert!(message.ends_with(told), "{message}");
    s.engine.unhook("after-up");
    s.engine.log("prisma-database", "");
    can_be_repeated(&s);
}

#[test]
fn a_database_that_crashes_on_and_on() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Nothing);
    s.engine.hook(
        "start-prisma-db",
        "status=restarting exit=1 crashing=4\n\
         printf '%s\\n' '2026-01-01T00:00:01Z err No space left on device' >\"$engine/logs/$id\"\n",
    );
    s.run("local start").is(
        1,
        "",
        "starting the containers\n\
         waiting for the database (at most 5m)\n\
         error: could not start cluster `local`: container `prisma-db` keeps crashing: restarted 4 times, \
         last status 1: the Docker engine's disk is full:\n  No space left on device\n\
         hint: free some space, e.g. with `docker system prune`, and run the command again\n",
    );
    s.engine.unhook("start-prisma-db");
    can_be_repeated(&s);
}

#[test]
fn containers_that_cannot_get_better() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Nothing);
    for (script, told) in [
        (
            "status=created exit=127 error='exec: \"/prod.sh\": no such file'",
            "could not be started: exec: \"/prod.sh\": no such file",
        ),
        (
            "status=exited exit=3",
            "ended with status 3 and will not be restarted",
        ),
        (
            "status=restarting exit=126",
            "cannot run its program (status 126)",
        ),
        ("status=paused", "is paused"),
    ] {
        s.engine
            .hook("start-prisma-database", &format!("{script}\n"));
        let ended = s.run("local start");
        let message = format!(
            "error: could not start cluster `local`: container `local-prisma-database-1` {told}\n"
        );
        assert_eq!(ended.status, 1, "{ended:?}");
        assert!(ended.stderr.contains(&message), "{}", ended.stderr);
        assert!(!s.path("home/.prisma/config.yml").exists());
    }
}

#[test]
fn a_server_that_is_not_ready_in_time() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Nothing);
    let hints = "hint: wait longer with `--wait-timeout 15m`; the containers keep starting\n\
                 hint: see what they print with `prisma local logs -f -n local`\n";
    let ended = s.run("local start --wait-timeout 500ms");
    let (message, rest) = ended.stderr.split_once('\n').expect("lines");
    assert_eq!(message, "starting the containers");
    assert!(
        rest.starts_with(
            "waiting for the database (at most 500ms)\n\
             error: cluster `local` is not ready after 500ms: the database is not up yet, the server does not answer ("
        ),
        "{rest}"
    );
    assert!(rest.ends_with(hints), "{rest}");
    assert_eq!((ended.status, &*ended.stdout), (5, ""));
    can_be_repeated(&s);
}

#[test]
fn something_else_that_answers_is_no_server() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Page);
    s.run("local start --wait-timeout 3s").is(
        5,
        "",
        "starting the containers\n\
         waiting for the database (at most 3s)\n\
         waiting for the server (at most 3s)\n\
         error: cluster `local` is not ready after 3s: the database is up, the server does not answer \
         (it answers with status 200 and a page, not JSON)\n\
         hint: wait longer with `--wait-timeout 15m`; the containers keep starting\n\
         hint: see what they print with `prisma local logs -f -n local`\n",
    );
}

#[test]
fn a_server_that_accepts_and_stays_silent_holds_nobody_up() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::Mute);
    let ended = s.run("local start --wait-timeout 1s");
    assert_eq!(ended.status, 5, "{ended:?}");
}

/// No recording has a server whose database is down: it takes five seconds, then answers like this.
#[test]
fn a_server_that_only_reports_its_version_is_not_ready() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::NoDatabase);
    s.run("local start --wait-timeout 3s").is(
        5,
        "",
        "starting the containers\n\
         waiting for the database (at most 3s)\n\
         waiting for the server (at most 3s)\n\
         error: cluster `local` is not ready after 3s: the database is up, the server answers, but not requests that need \
         its database (Whoops. Looks like an internal server error.)\n\
         hint: wait longer with `--wait-timeout 15m`; the containers keep starting\n\
         hint: see what they print with `prisma local logs -f -n local`\n",
    );
    assert!(!s.path("home/.prisma/config.yml").exists());
    // Running containers and a version are not enough for the next start either.
    let ended = s.run("local start --wait-timeout 1s");
    assert_eq!(ended.status, 5, "{ended:?}");
}

#[test]
fn containers_that_somebody_removes_meanwhile() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    let run = s.begin("local start");
    crate::support::engine::wait_until("the wait looks", || s.engine.was_called("inspect"));
    s.engine.remove("prisma-database");
    s.engine.remove("prisma-db");
    s.end(run).fails(
        1,
        "error: could not start cluster `local`: its containers were removed\n\
         hint: run the command again\n",
    );
}

#[test]
fn every_verb_that_starts_waits() {
    let s = Sandbox::with_running_cluster();
    let slow = Behaviour::Slow(Duration::ZERO, Duration::from_millis(400));
    for verb in ["restart", "nuke --yes", "upgrade --to 1.2"] {
        s.server(slow);
        s.forget();
        let ended = s.run(&format!("local {verb} --wait-timeout 40s"));
        ended.succeeds();
        let stages: Vec<&str> = ended.stderr.lines().rev().take(2).collect();
        same(
            verb,
            &stages.join("\n"),
            "waiting for the server (at most 40s)\nwaiting for the database (at most 40s)",
        );
        s.server(Behaviour::Nothing);
        let ended = s.run(&format!(
            "local {} --wait-timeout 300ms",
            verb.replace("1.2", "1.3")
        ));
        assert_eq!(ended.status, 5, "{ended:?}");
    }
}

/// A real server answers like this, after five seconds, while its database is stopped. No recording has it.
#[test]
fn deploy_says_that_the_database_of_the_cluster_is_stopped() {
    let s = Sandbox::with_running_cluster();
    s.server(Behaviour::NoDatabase);
    s.run("local restart --no-wait").succeeds();
    s.write(
        "work/datamodel.graphql",
        "type User {\n  id: ID! @unique\n}\n",
    );
    s.write(
        "work/prisma.yml",
        "service: hello\nstage: dev\ncluster: local\ndatamodel: datamodel.graphql\ndisableAuth: true\n",
    );
    let whoops = s.run("deploy");
    assert!(whoops.stderr.contains("Whoops"), "{}", whoops.stderr);
    s.engine.change("prisma-db", "status", "exited");
    s.run("deploy").fails(
        1,
        "error: cluster `local`: its database is not running: container `prisma-db` is exited\n\
         hint: start it with `prisma local start`\n",
    );
}
