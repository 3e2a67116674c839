//! `deploy --watch`.
//!
//! Witness: none is needed: watching is what is tested; the server behind it is scripted.

use crate::deploy::support::{Place, TYPES, deployed, neutral};
use crate::support::standin::Standin;

#[test]
fn every_change_is_deployed_until_ctrl_c() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "hooks:\n  post-deploy: echo hook >> log\n");
    let mut running = place.start(&["--watch"]);
    running.prints("watching 2 files (Ctrl-C to stop)\n", 1);
    place.change();
    running.prints("`datamodel.graphql` changed: deploying again\n", 1);
    running.prints("watching 2 files", 2);
    assert!(
        running.shown().contains("+ Created type `Post`"),
        "{}",
        running.shown()
    );
    // Several at once are one change, a file that comes is one, too.
    // Written while it stands still: a busy machine may take its time between the two.
    running.signal("STOP");
    place.write(".env", "A=1\n");
    place.write("datamodel.graphql", TYPES);
    running.signal("CONT");
    running.prints("`.env`, `datamodel.graphql` changed: deploying again\n", 1);
    running.prints("watching 3 files", 1);
    running.signal("INT");
    let outcome = place.end(running);
    assert_eq!(outcome.status, 130);
    assert!(
        outcome.stderr.ends_with("error: interrupted\n"),
        "{outcome:?}"
    );
    assert_eq!(
        outcome.stdout.matches("deployed to cluster `far`").count(),
        3
    );
    assert_eq!(place.read("log").as_deref(), Some("hook\nhook\nhook\n"));
}

#[test]
fn a_broken_file_is_told_once_and_waited_on() {
    let standin = deployed("1.8.4");
    let place = Place::cluster(&standin, "");
    let good = place.read("prisma.yml").expect("there");
    let mut running = place.start(&["-w"]);
    running.prints("watching 2 files", 1);
    place.write("prisma.yml", &good.replace("stage: dev", "stagge: dev"));
    running.prints("waiting for changes (Ctrl-C to stop)\n", 1);
    assert!(
        running.shown().contains("prisma.yml:2:1: "),
        "{}",
        running.shown()
    );
    std::thread::sleep(std::time::Duration::from_millis(1000));
    assert_eq!(
        running.shown().matches("error: ").count(),
        1,
        "{}",
        running.shown()
    );
    // Wrong in another way.
    place.write(
        "prisma.yml",
        &good.replace("datamodel: datamodel", "datamodel: gone"),
    );
    running.prints("waiting for changes", 2);
    assert!(
        running.shown().contains("gone.graphql"),
        "{}",
        running.shown()
    );
    // The file that was missing comes, which nobody could have watched.
    place.write("gone.graphql", "type Late {\n  id: ID! @id @unique\n}\n");
    running.prints("+ Created type `Late`", 1);
    running.prints("watching 2 files", 2);
    running.signal("TERM");
    assert_eq!(place.end(running).status, 143);
}

#[test]
fn a_deployment_that_fails_is_no_end_either() {
    let standin = deployed("1.8.4");
    let place = Place::cluster(&standin, "");
    place.write("datamodel.graphql", "SYNTAX");
    let mut running = place.start(&["-w"]);
    running.prints("error: ", 1);
    running.prints("watching 2 files", 1);
    place.change();
    running.prints("+ Created type `Post`", 1);
    running.signal("INT");
    let outcome = place.end(running);
    assert_eq!(
        outcome.status,
        130,
        "{}",
        neutral(&outcome.stderr, &standin)
    );
}

#[test]
fn a_choice_is_asked_for_once() {
    let standin = Standin::start("1.8.4");
    for flags in [&["-w"][..], &["-w", "--no-write"], &["-w", "-i"]] {
        let place = Place::cluster(&standin, "");
        let text = place.read("prisma.yml").expect("there");
        if !flags.contains(&"-i") {
            place.write("prisma.yml", &text.replace("cluster: far\n", ""));
        }
        let mut terminal = place.at_terminal(flags);
        terminal
            .shows("type to filter")
            .types("far\r")
            .shows("watching 2 files");
        place.change();
        terminal
            .shows("changed: deploying again")
            .shows_times("watching 2 files", 2)
            .types_unasked("\x03");
        let (code, shown) = terminal.end().raw();
        assert_eq!(code, 130, "{shown}");
        assert_eq!(
            shown.matches("changed: deploying again").count(),
            1,
            "{shown}"
        );
        let written = !flags.contains(&"--no-write");
        assert_eq!(
            place
                .read("prisma.yml")
                .expect("there")
                .contains("cluster: far"),
            written
        );
        standin.state().projects.clear();
    }
}

#[test]
fn a_document_has_an_end_and_watching_has_none() {
    let standin = deployed("1.8.4");
    let outcome = Place::cluster(&standin, "").deploy(&["-w", "-j"]);
    assert_eq!(outcome.status, 2);
    assert_eq!(outcome.json()["error"]["code"], "usage");
    assert!(standin.take().is_empty());
}

#[test]
fn where_an_answer_is_needed_watching_ends() {
    let standin = deployed("1.8.4");
    let place = Place::cluster(&standin, "");
    let text = place.read("prisma.yml").expect("there");
    place.write("prisma.yml", &text.replace("cluster: far\n", ""));
    assert_eq!(place.deploy(&["-w"]).status, 4);
}

/// No server reports its subscriptions: only what this run has deployed is known.
#[test]
fn webhooks_of_removed_subscriptions_are_warned_of() {
    let standin = deployed("1.8.4");
    let place = Place::cluster(&standin, "");
    let without = place.read("prisma.yml").expect("there");
    let subscription =
        "subscriptions:\n  onUser:\n    query: on.graphql\n    webhook: http://hook/x\n";
    place.write("on.graphql", "subscription { user { node { id } } }");
    place.write("prisma.yml", &format!("{without}{subscription}"));
    let mut running = place.start(&["-w"]);
    running.prints("watching 3 files", 1);
    place.write("prisma.yml", &without);
    running.prints(
        "the webhooks of the removed subscriptions are still called",
        1,
    );
    running.prints("watching 2 files", 1);
    place.change();
    running.prints("watching 2 files", 2);
    place.write("prisma.yml", &format!("{without}# again\n"));
    running.prints("watching 2 files", 3);
    let shown = running.shown().matches("are still called").count();
    assert_eq!(shown, 1, "the change of the datamodel has removed them");
    running.signal("INT");
    place.end(running);
}
