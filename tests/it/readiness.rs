//! Servers that answer without the lock on their database, and those that never listen: their log tells.

use crate::support::text::running;
use crate::support::{Behaviour, Sandbox};

const NO_LOCK: &str = "2026-01-01T00:00:01Z out Obtaining exclusive agent lock...\n\
                       2026-01-01T00:00:02Z out Server running on :4466\n";

#[test]
fn a_server_without_its_lock_on_the_database_is_not_ready() {
    let s = Sandbox::with_cluster();
    s.engine.hook(
        "start-prisma-database",
        &format!("printf '%s' '{NO_LOCK}' >\"$engine/logs/$id\"\n"),
    );
    s.run("local start --wait-timeout 3s").is(
        5,
        "",
        "starting the containers\n\
         waiting for the database (at most 3s)\n\
         waiting for the server (at most 3s)\n\
         error: cluster `local` is not ready after 3s: the database is up, the server answers: it waits for a lock that \
         another server holds on its database\n\
         hint: stop the other server, or use another database: only one server may run on each\n\
         hint: wait longer with `--wait-timeout 15m`; the containers keep starting\n\
         hint: see what they print with `prisma local logs -f -n local`\n",
    );
    s.forget();
    let run = s.begin("local restart --wait-timeout 5m");
    crate::support::engine::wait_until("the wait reads the log", || {
        s.engine.was_called("docker logs --tail 2000")
    });
    let obtained = "2026-01-01T00:00:09Z out Obtaining exclusive agent lock... Successful.\n";
    s.engine
        .log("prisma-database", &format!("{NO_LOCK}{obtained}"));
    s.end(run).succeeds();
}

/// As 1.1.3 and 1.8.4 do while another server holds the lock.
#[test]
fn a_server_that_answers_without_its_lock_is_not_running_already() {
    let s = Sandbox::with_running_cluster();
    s.run("local start")
        .is(0, &running("local", "is already running"), "");
    s.engine.log("prisma-database", NO_LOCK);
    let ended = s.run("local start --wait-timeout 3s");
    ended.fails_with(5);
    let told =
        "the server answers: it waits for a lock that another server holds on its database\n";
    assert!(ended.stderr.contains(told), "{ended:?}");
}

#[test]
fn a_server_whose_port_is_taken_is_recognised_by_its_log() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    s.engine.hook(
        "start-prisma-database",
        "printf '%s\\n' '2026-01-01T00:00:01Z out Obtaining exclusive agent lock... Successful.' \
           '2026-01-01T00:00:02Z out Deployment worker initialization complete.' \
           '2026-01-01T00:00:03Z out Successfully started 1 workers.' >\"$engine/logs/$id\"\n",
    );
    let ended = s.run("local start --wait-timeout 1s");
    assert_eq!(ended.status, 5, "{ended:?}");
    let told = "it has started and does not listen; another program in its network may use its port\n\
                hint: stop that program, or choose another port with `--port`\n";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
}

/// The same, for which nobody has to wait until the limit.
#[test]
fn a_server_that_never_listens_ends_the_wait() {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    s.engine.hook(
        "start-prisma-database",
        "printf '%s\\n' '2026-01-01T00:00:03Z out Successfully started 1 workers.' >\"$engine/logs/$id\"\n",
    );
    let ended = s.run("local start --wait-timeout 10m -o json").json();
    assert_eq!(ended["error"]["code"], "container_failed");
    assert_eq!(ended["data"]["cause"], "port_in_use");
    assert_eq!(
        ended["error"]["message"],
        "could not start cluster `local`: the server does not answer (nothing listens there): \
         it has started and does not listen; another program in its network may use its port"
    );
}
