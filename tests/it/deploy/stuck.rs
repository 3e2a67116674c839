//! A migration that never ends, on a managed cluster with its own database.
//!
//! Witness: `tests/recordings/states` has the answers of servers whose migration hangs. That a statement in the database
//! ends it was seen with 1.1.3 and 1.34.12; here the scripted server is told so, and docker is a script.

use crate::deploy::support::{Place, planned};
use crate::support::ended::Ended;
use crate::support::standin::{Mishap, Plan, Standin};
use serde_json::json;
use std::time::Duration;

const STATEMENT: &str = "UPDATE own.Migration SET status = 'ROLLBACK_FAILURE', finishedAt = now() WHERE \
                         projectId = 'hello@dev' AND revision = 2 AND status = 'PENDING'";
const GIVEN_UP: &str = "[Debug] Error during deployment for project hello@dev: InvalidModel: No model with name: User found.";

/// A changed service on a cluster `far`, whose next migration hangs.
fn changed() -> (Standin, Place) {
    let hangs = Plan {
        hangs: true,
        ..Plan::default()
    };
    let standin = planned("1.8.4", hangs);
    let place = Place::cluster(&standin, "");
    place.change();
    (standin, place)
}

/// The same, on a cluster which `prisma local` runs. `log` is the server's, `busy` the number of
/// statements that its database is executing.
fn hanging(log: &str, busy: u8) -> (Standin, Place) {
    let (standin, place) = changed();
    let config = "prismaVersion: \"1.8\"\ndatabase:\n  connector: mysql\n  name: own\n";
    place.home.write(".prisma/clusters/far/cluster.yml", config);
    let container = |service: &str, image: &str| {
        json!({
            "Id": service, "Name": format!("/far-{service}"), "State": {"Status": "running"},
            "Config": {"Image": image, "Labels": {
                "com.docker.compose.project": "far", "com.docker.compose.service": service,
            }},
        })
    };
    let containers = json!([
        container("mysql", "mysql:5.7"),
        container("prisma", "prismagraphql/prisma:1.8"),
    ]);
    place.write("containers", &containers.to_string());
    place.write("log", log);
    place.home.docker(&format!(
        "case $1 in\n  ps) printf 'a1\\nb2\\n' ;;\n  inspect) cat containers ;;\n  logs) cat log ;;\n  \
           exec) case $7 in SELECT*) echo {busy} ;; *) printf '%s\\n' \"$2\" \"$7\" >>asked ;; esac ;;\nesac"
    ));
    (standin, place)
}

/// Deploys, and has the server see what a statement changes in its database.
fn deploy(standin: &Standin, place: &Place, args: &[&str]) -> Ended {
    let mut words = vec!["--wait-timeout", "11s"];
    words.extend(args);
    let run = place.start(&words);
    std::thread::scope(|scope| {
        let (sender, done) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            while done.recv_timeout(Duration::from_millis(20)).is_err() {
                if place.read("asked").is_some() {
                    let mut state = standin.state();
                    let projects = state.projects.values_mut();
                    for open in projects.filter_map(|project| project.open()) {
                        open.status = "ROLLBACK_FAILURE";
                    }
                    return;
                }
            }
        });
        let ended = place.end(run);
        let _ = sender.send(());
        ended
    })
}

/// Seen with 1.1.3: two renames at once stop the server for ever, also after a restart.
#[test]
fn one_that_the_server_gave_up_is_ended_in_the_database_with_consent() {
    let (standin, place) = hanging(GIVEN_UP, 0);
    let ended = deploy(&standin, &place, &["--yes"]);
    assert_eq!(ended.status, 0, "{ended:?}");
    let asked = place.read("asked");
    assert_eq!(asked, Some(format!("far-mysql\n{STATEMENT}\n")));
    assert!(
        ended.stderr.contains("marking the migration as failed\n"),
        "{ended:?}"
    );
    let history = std::fs::read_to_string(place.home.path(".prisma/history/far.jsonl"));
    // The deployment that failed, the statement, and the deployment after it.
    let history = history.expect("recorded");
    let ends = history.lines().filter(|line| line.contains("\"exit\":"));
    let ends: Vec<bool> = ends.map(|line| line.contains("\"exit\":0")).collect();
    assert_eq!(ends, [false, true, true], "{history}");
}

#[test]
fn without_consent_the_command_is_named_and_not_run() {
    let (standin, place) = hanging(GIVEN_UP, 0);
    let ended = deploy(&standin, &place, &[]);
    assert_eq!(ended.status, 5, "{ended:?}");
    for says in [
        format!("mark the migration as failed in the database and deploy again: `{STATEMENT}`\n"),
        "hint: `prisma deploy --yes` ends the migration with: docker exec far-mysql /bin/sh -c '"
            .to_owned(),
    ] {
        assert!(ended.stderr.contains(&says), "{says}: {ended:?}");
    }
    assert!(!ended.stderr.contains("prisma local restart"), "{ended:?}");
    assert_eq!(place.read("asked"), None);
}

#[test]
fn at_a_terminal_it_is_asked_for() {
    let (_standin, place) = hanging(GIVEN_UP, 0);
    let mut terminal = place.at_terminal(&["--color", "never", "--wait-timeout", "11s"]);
    terminal
        .shows("Mark the migration as failed in the database of cluster `far`? (y/N)")
        .types("\r");
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 5, "{shown}");
    let why = "a restart does not end this migration; to end it: docker exec far-mysql";
    assert!(shown.contains(why), "{shown}");
    assert_eq!(place.read("asked"), None);
}

/// A server that waits for its lock answers queries, and no deployment. Seen with 1.8.4.
#[test]
fn a_silent_server_that_waits_for_its_lock_is_told() {
    let (standin, place) = hanging("Obtaining exclusive agent lock...\n", 0);
    let silence = Mishap::Silence(Duration::from_secs(30));
    let mishaps = [("deploy".to_owned(), silence)];
    standin.state().mishaps.extend(mishaps);
    let ended = deploy(&standin, &place, &["--yes"]);
    assert_eq!(ended.status, 5, "{ended:?}");
    for says in [
        "\nno answer from the server for 10s, still waiting\n",
        "cluster `far`: its server does not answer the deployment: it waits for a lock that another server holds on its database\n",
        "hint: stop the other server, or use another database: only one server may run on each\n",
    ] {
        assert!(ended.stderr.contains(says), "{says}: {ended:?}");
    }
    assert_eq!(place.read("asked"), None, "nothing is restarted or ended");
}

/// Where nobody manages the server, its compose file may still say where its tables are.
#[test]
fn the_schema_is_that_of_the_compose_file_beside_it() {
    let (standin, place) = changed();
    let port = standin.port();
    place.write(
        "docker-compose.yml",
        &format!(
            "services:\n  prisma:\n    image: prismagraphql/prisma:1.8\n    ports: ['{port}:4466']\n    environment:\n      \
             PRISMA_CONFIG: 'databases: {{default: {{connector: mysql, managementSchema: own}}}}'\n"
        ),
    );
    let ended = deploy(&standin, &place, &[]);
    assert_eq!(ended.status, 5, "{ended:?}");
    let says = format!("in the database and deploy again: `{STATEMENT}`\n");
    assert!(ended.stderr.contains(&says), "{ended:?}");
}

#[test]
fn nothing_is_offered_while_the_database_is_executing_a_migration() {
    let (standin, place) = hanging(GIVEN_UP, 1);
    let ended = deploy(&standin, &place, &["--yes"]);
    assert_eq!(ended.status, 5, "{ended:?}");
    let hint = "hint: the database is still executing a statement, perhaps of this migration: wait longer\n";
    assert!(ended.stderr.ends_with(hint), "{ended:?}");
    assert_eq!(place.read("asked"), None);
}
