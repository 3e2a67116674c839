//! A cluster that `prisma local` runs, and that does not run.

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
