//! A cluster that `prisma local` runs, and that does not run.
//!
//! Witness: none is needed: starting is what is tested; real engines see it in `tests/docker`.

use crate::deploy::support::{Place, deployed};
use crate::support::standin::Standin;

/// A service on a managed cluster `far` that is stopped, with another cluster up beside it, and a
/// `docker` that fails and says what it was asked.
fn stopped(up: &Standin) -> Place {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let dead = listener.local_addr().expect("bound");
    let place = Place::at(&format!("http://{dead}"), "");
    let registry = format!(
        "{}  local:\n    host: '{}'\n",
        place.home.registry(),
        up.url()
    );
    place.home.write(".prisma/config.yml", &registry);
    place.home.manage("far");
    place.home.manage("local");
    place.home.docker("echo \"$@\" >> asked; echo 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?' >&2; exit 1");
    place
}

#[test]
fn without_a_terminal_it_is_not_started_and_both_ways_are_named() {
    let up = deployed("1.1.3");
    let place = stopped(&up);
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 4, "{outcome:?}");
    assert!(
        outcome.stderr.contains("cluster `far` is not running"),
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("hint: add `--yes` to confirm\n"),
        "{outcome:?}"
    );
    assert!(
        outcome.stderr.contains("`prisma local start -n far`"),
        "{outcome:?}"
    );
    assert_eq!(place.read("asked"), None);
    assert!(up.take().is_empty());
}

#[test]
fn declined_nothing_is_changed() {
    let up = deployed("1.1.3");
    let place = stopped(&up);
    let text = place
        .read("prisma.yml")
        .expect("there")
        .replace("cluster: far\n", "");
    place.write("prisma.yml", &text);
    let mut terminal = place.at_terminal(&["--color", "never"]);
    terminal.shows("type to filter").types("far\r");
    terminal
        .shows("Cluster `far` is not running. Start it?")
        .types("n\r");
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("cancelled: nothing was changed"), "{shown}");
    assert_eq!(place.read("prisma.yml"), Some(text));
    assert!(
        !up.take_short()
            .iter()
            .any(|request| request.contains("deploy"))
    );
}

#[test]
fn with_yes_that_one_is_started_and_no_other() {
    let up = deployed("1.1.3");
    let place = stopped(&up);
    let outcome = place.deploy(&["--yes"]);
    // There is no engine here; that it is asked at all is what counts.
    assert_eq!(outcome.status, 3, "{outcome:?}");
    assert!(place.read("asked").is_some(), "{outcome:?}");
    assert!(up.take().is_empty());
}

#[test]
fn a_dry_run_starts_nothing() {
    let up = deployed("1.1.3");
    let place = stopped(&up);
    let outcome = place.deploy(&["-d", "--yes"]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(
        outcome.stderr.contains("nothing listens there"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .stderr
            .contains("hint: start it with `prisma local start -n far`\n"),
        "{outcome:?}"
    );
    assert_eq!(place.read("asked"), None);
}

#[test]
fn a_server_of_elsewhere_that_is_starting_is_waited_for_if_the_limit_is_given() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let place = Place::at(&format!("http://{address}"), "");
    let outcome = place.deploy(&["-d"]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    let outcome = place.deploy(&["-d", "--wait-timeout", "1s"]);
    assert_eq!(outcome.status, 5, "{outcome:?}");
    assert_eq!(
        outcome.stderr,
        format!(
            "waiting for the server (at most 1s)\n\
             error: cluster `far`: `http://{address}` is not ready after 1s: nothing listens there\n"
        )
    );
    let server = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_secs(1));
        let listener = std::net::TcpListener::bind(address).expect("still free");
        Standin::start_on("1.1.3", listener)
    });
    let outcome = place.deploy(&["--wait-timeout", "5m"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    drop(server.join());
}
