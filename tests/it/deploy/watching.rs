//! `deploy --watch`.

use crate::deploy::support::{Place, Running, TYPES, Terminal, deployed, neutral};
use crate::support::standin::Standin;

#[test]
fn every_change_is_deployed_until_ctrl_c() {
    let standin = Standin::start("1.8.4");
    let place = Place::cluster(&standin, "hooks:\n  post-deploy: echo hook >> log\n");
    let running = Running::start(&place, &["--watch"]);
    running.see("watching 2 files (Ctrl-C to stop)\n", 1);
    place.change();
    running.see("`datamodel.graphql` changed: deploying again\n", 1);
    running.see("watching 2 files", 2);
    assert!(
        running.shown().contains("+ Created type `Post`"),
        "{}",
        running.shown()
    );
    // Several at once are one change, a file that comes is one, too.
    place.write(".env", "A=1\n");
    place.write("datamodel.graphql", TYPES);
    running.see("`.env`, `datamodel.graphql` changed: deploying again\n", 1);
    running.see("watching 3 files", 1);
    running.signal("INT");
    let outcome = running.end();
    assert_eq!(outcome.code, Some(130));
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
    let running = Running::start(&place, &["-w"]);
    running.see("watching 2 files", 1);
    place.write("prisma.yml", &good.replace("stage: dev", "stagge: dev"));
    running.see("waiting for changes (Ctrl-C to stop)\n", 1);
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
    running.see("waiting for changes", 2);
    assert!(
        running.shown().contains("gone.graphql"),
        "{}",
        running.shown()
    );
    // The file that was missing comes, which nobody could have watched.
    place.write("gone.graphql", "type Late {\n  id: ID! @unique\n}\n");
    running.see("+ Created type `Late`", 1);
    running.see("watching 2 files", 2);
    running.signal("TERM");
    assert_eq!(running.end().code, Some(143));
}

#[test]
fn a_deployment_that_fails_is_no_end_either() {
    let standin = deployed("1.8.4");
    let place = Place::cluster(&standin, "");
    place.write("datamodel.graphql", "SYNTAX");
    let running = Running::start(&place, &["-w"]);
    running.see("error: ", 1);
    running.see("watching 2 files", 1);
    place.change();
    running.see("+ Created type `Post`", 1);
    running.signal("INT");
    let outcome = running.end();
    assert_eq!(
        outcome.code,
        Some(130),
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
        let mut terminal = Terminal::start(&place, flags);
        terminal
            .see("type to filter")
            .give("far\r")
            .see("watching 2 files");
        place.change();
        terminal
            .see("changed: deploying again")
            .see("watching 2 files")
            .give("\x03");
        let (code, shown) = terminal.end();
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
    assert_eq!(outcome.code, Some(2));
    assert_eq!(outcome.json()["error"]["code"], "usage");
    assert!(standin.take().is_empty());
}

#[test]
fn where_an_answer_is_needed_watching_ends() {
    let standin = deployed("1.8.4");
    let place = Place::cluster(&standin, "");
    let text = place.read("prisma.yml").expect("there");
    place.write("prisma.yml", &text.replace("cluster: far\n", ""));
    assert_eq!(place.deploy(&["-w"]).code, Some(4));
}
