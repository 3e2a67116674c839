//! Secrets that a server has stored and does not use before it is restarted.
//!
//! Witness: `tests/recordings` has the stored and unused secrets of 1.1.3; the restart is seen on fake containers.

use crate::deploy::support::{Place, planned};

use crate::support::replay::{Recording, Replay};
use crate::support::standin::Plan;
use serde_json::json;
use std::sync::Arc;

const TYPES: &str = "type User {\n  id: ID! @unique\n  name: String!\n}\n";

/// The service of `deploy/secrets` of 1.1.3, to which a second secret has just been added, on a cluster
/// `far` that `prisma local` runs. `docker` fails and says what it was asked.
fn changed() -> (Replay, Place) {
    let recording = Arc::new(Recording::load("1.1.3-mysql"));
    let replay = Replay::start(&recording, "deploy/secrets");
    let both = json!(["first secret", "second secret"]);
    let exchanges = &recording.scenario("deploy/secrets").exchanges;
    let at = exchanges
        .iter()
        .position(|one| one.variables["dryRun"].is_null() && one.variables["secrets"] == both);
    replay.go_to(at.expect("recorded"));
    let place = Place::at(&replay.url(), "");
    place.write("datamodel.graphql", TYPES);
    let yml = place.read("prisma.yml").expect("there");
    let yml = yml
        .replace("service: hello", "service: rec")
        .replace("disableAuth: true", "secret: first secret,second secret");
    place.write("prisma.yml", &yml);
    place.home.docker("echo \"$@\" >> asked; echo 'Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?' >&2; exit 1");
    (replay, place)
}

const SAYS: &str = "the server has stored the new secrets, but still uses the old ones";

#[test]
fn elsewhere_it_fails_and_says_what_to_do() {
    let (_replay, place) = changed();
    let outcome = place.deploy(&["--yes"]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(outcome.stderr.contains(SAYS), "{outcome:?}");
    let hint = "hint: restart the server, then deploy again\n";
    assert!(outcome.stderr.ends_with(hint), "{outcome:?}");
    assert!(!outcome.all().contains("second secret"), "{outcome:?}");
    assert_eq!(place.read("asked"), None);
}

#[test]
fn a_managed_cluster_is_restarted_with_consent_only() {
    let (_replay, place) = changed();
    place.home.manage("far");
    let outcome = place.deploy(&[]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(outcome.stderr.contains(SAYS), "{outcome:?}");
    let hint = "hint: restart it: `prisma local restart -n far`\n";
    assert!(outcome.stderr.ends_with(hint), "{outcome:?}");
    assert_eq!(place.read("asked"), None);

    let (_replay, place) = changed();
    place.home.manage("far");
    let mut terminal = place.at_terminal(&["--color", "never"]);
    terminal.shows("Restart cluster `far`?").types("n\r");
    let (code, shown) = terminal.end().raw();
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains(SAYS), "{shown}");
    assert_eq!(place.read("asked"), None);
}

#[test]
fn with_yes_it_is_restarted() {
    let (_replay, place) = changed();
    place.home.manage("far");
    let outcome = place.deploy(&["--yes"]);
    // There is no engine here; that it is asked at all is what counts.
    assert_eq!(outcome.status, 3, "{outcome:?}");
    assert!(place.read("asked").is_some(), "{outcome:?}");
}

/// Ten seconds without a step, then the end of the wait.
#[test]
fn a_managed_cluster_whose_migration_is_stuck_is_to_be_restarted() {
    let standin = planned(
        "1.8.4",
        Plan {
            hangs: true,
            ..Plan::default()
        },
    );
    let place = Place::cluster(&standin, "");
    place.change();
    place.home.manage("far");
    let outcome = place.deploy(&["--wait-timeout", "12s"]);
    assert_eq!(outcome.status, 5, "{outcome:?}");
    for says in [
        "\nthe migration has made no progress since 20",
        "after 12s: 0 of 4 steps done, no progress since 20",
        "hint: restart it: `prisma local restart -n far`\n",
    ] {
        assert!(outcome.stderr.contains(says), "{says}: {outcome:?}");
    }
    assert!(!outcome.stderr.contains("continues"), "{outcome:?}");
}
