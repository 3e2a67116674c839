//! Deployments that do not end well: what is said, with which status, and what is left behind.
//!
//! Witness: `recorded` has what servers reject; migrations under way, interrupts, and answers cut short are
//! scripted: no recording covers them.

use crate::cluster::support::{respond, serve, silent};
use crate::deploy::support::{OLD, Place, VERSIONS, deployed, neutral, planned};
use crate::support::ended::Ended;
use crate::support::standin::{Mishap, Plan, Standin};
use serde_json::json;
use std::time::{Duration, Instant};

pub fn changed(standin: &Standin) -> Place {
    let place = Place::cluster(standin, "");
    place.change();
    place
}

#[track_caller]
fn ends(outcome: &Ended, standin: &Standin, code: i32, stderr: &str) {
    let expected = format!("deploying `hello` to cluster `far`\n{stderr}");
    assert_eq!(
        (outcome.status, neutral(&outcome.stderr, standin)),
        (code, expected)
    );
    assert_eq!(outcome.stdout, "");
}

const SYNTAX: &str = "\n  \
    Prisma 1.34.12 supports only the new datamodel syntax, and this is the old one. It becomes:\n  \
    HOME/service/datamodel.graphql:2: `id: ID! @id`\n  \
    HOME/service/datamodel.graphql:2: `createdAt: DateTime! @createdAt`\n  \
    HOME/service/datamodel.graphql:2: `updatedAt: DateTime! @updatedAt`\n  \
    HOME/service/datamodel.graphql:7: `id: ID! @id`\n  \
    HOME/service/datamodel.graphql:7: `createdAt: DateTime! @createdAt`\n  \
    HOME/service/datamodel.graphql:7: `updatedAt: DateTime! @updatedAt`\n\
    hint: use `prisma deploy --convert-datamodel` to write the converted file next to it\n";

#[test]
fn what_is_wrong_with_the_schema_is_told_with_its_line() {
    for version in VERSIONS {
        let errors = vec![
            json!({"type": "User", "field": "name", "description": "is wrong."}),
            json!({"type": "Global", "field": null, "description": "All is wrong."}),
            json!({"type": "Post", "field": null, "description": "is not liked."}),
        ];
        let standin = planned(
            version,
            Plan {
                errors,
                ..Plan::default()
            },
        );
        let place = changed(&standin);
        let post = "\ntype Post {\n  id: ID! @unique\n}\n";
        place.write("datamodel.graphql", &format!("{OLD}{post}"));
        let outcome = place.deploy(&[]);
        let rejected = "error: service `hello`, stage `dev`, cluster `far`: the server rejected the datamodel: 3 errors\n  \
             HOME/service/datamodel.graphql:3: `User.name`: is wrong.\n  All is wrong.\n  \
             HOME/service/datamodel.graphql:6: `Post`: is not liked.\n";
        // Whatever else is wrong: such a server takes no file of this syntax.
        let syntax = if version.starts_with("1.34") {
            SYNTAX
        } else {
            ""
        };
        ends(&outcome, &standin, 7, &format!("{rejected}{syntax}"));
    }
}

#[test]
fn data_is_lost_with_force_only() {
    let warning = json!({"type": "User", "field": "name", "description": "You will lose data."});
    for version in ["1.4.1", "1.8.4", "1.34.12"] {
        let plan = || Plan {
            warnings: vec![warning.clone()],
            ..Plan::default()
        };
        let standin = planned(version, plan());
        let place = changed(&standin);
        let outcome = place.deploy(&[]);
        // Only the last one says what would change without doing it.
        let changes = match version {
            "1.34.12" => {
                "changes:\n\n  Post (Type)\n  + Created type `Post`\n  + Created field `id` of type `ID!`, unique"
            }
            _ => "this version of the server cannot preview changes",
        };
        let told = format!(
            "error: service `hello`, stage `dev`, cluster `far`: not deployed: this would lose data: 1 warning\n\n{changes}\n\n\
             warnings:\n\n  HOME/service/datamodel.graphql:3: `User.name`: You will lose data.\n\
             hint: use `--force` to deploy anyway and lose this data\n"
        );
        ends(&outcome, &standin, 7, &told);
        for flag in ["-f", "--force"] {
            standin.state().plans.push_back(plan());
            let outcome = place.deploy(&[flag]);
            assert_eq!(outcome.status, 0, "{outcome:?}");
            let warned = "\nWarnings:\n\n  HOME/service/datamodel.graphql:3: `User.name`: You will lose data.\n\nEndpoints:\n";
            let split = outcome.stdout.split_once(warned);
            let (changes, rest) = split.unwrap_or_else(|| panic!("{}", outcome.all()));
            assert!(
                !rest.is_empty() && !outcome.stderr.contains("lose data"),
                "{outcome:?}"
            );
            if flag == "-f" {
                assert!(
                    changes.contains("Changes:\n\n  Post (Type)\n"),
                    "{outcome:?}"
                );
            }
        }
    }
}

#[test]
fn a_migration_that_fails_is_told_with_its_reason() {
    for version in VERSIONS {
        let plan = Plan {
            fails_after: Some(1),
            ..Plan::default()
        };
        let standin = planned(version, plan);
        let place = changed(&standin);
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, 7, "{outcome:?}");
        let start = "error: service `hello`, stage `dev`, cluster `far`: the migration failed, and the server rolled back: ";
        assert!(outcome.stderr.contains(start), "{outcome:?}");
        // Corrected, it can be deployed.
        assert_eq!(place.deploy(&[]).status, 0);
        let plan = Plan {
            fails_after: Some(1),
            stays_broken: true,
            ..Plan::default()
        };
        standin.state().plans.push_back(plan);
        place.write(
            "datamodel.graphql",
            "type Other {\n  id: ID! @id @unique\n}\n",
        );
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, 7, "{outcome:?}");
        assert!(
            outcome.stderr.contains("and so did the rollback: "),
            "{outcome:?}"
        );
        assert!(
            outcome.stderr.contains("hint: check the server's log"),
            "{outcome:?}"
        );
    }
}

/// Not recorded: a migration with more than one error.
#[test]
fn every_error_of_a_migration_is_told() {
    let first = "org.postgresql.util.PSQLException: ERROR: cannot drop column name of table \"User\"\n  \
                 Detail: view vv depends on column name\n  Hint: Use DROP ... CASCADE";
    let second = "spray.json.DeserializationException: InvalidModel: Pet";
    let place = |json: &[&str]| {
        let plan = Plan {
            fails_after: Some(2),
            undoes: Some(1),
            reasons: [first, second]
                .map(|why| format!("{why}\n\tat a.B.c(B.java:1)"))
                .to_vec(),
            ..Plan::default()
        };
        let standin = planned("1.8.4", plan);
        changed(&standin).deploy(json)
    };
    let outcome = place(&[]);
    let told = format!(
        "only 1 of the 2 applied steps were rolled back: {}\n  {second}\n  the step that failed: ",
        first.replace('\n', "\n  ")
    );
    assert!(outcome.stderr.contains(&told), "{}", outcome.all());
    assert!(!outcome.stderr.contains("B.java"), "{}", outcome.all());
    let data = &place(&["--json"]).json()["data"];
    assert_eq!(data["outcome"], "rollback_failed", "{data}");
    let errors = data["errors"].as_array().expect("a list");
    let errors: Vec<&str> = errors
        .iter()
        .filter_map(|one| one["message"].as_str())
        .collect();
    assert_eq!(errors, [first, second]);
}

#[test]
fn another_deployment_is_waited_for_within_the_limit() {
    let standin = deployed("1.8.4");
    standin
        .state()
        .projects
        .values_mut()
        .next()
        .expect("one")
        .put_open(2);
    let outcome = changed(&standin).deploy(&["--wait-timeout", "20s"]);
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("another deployment is in progress, waiting for it at most 20s\n"),
        "{outcome:?}"
    );

    let standin = planned(
        "1.8.4",
        Plan {
            hangs: true,
            ..Plan::default()
        },
    );
    let place = changed(&standin);
    let begun = Instant::now();
    let outcome = place.deploy(&["--wait-timeout", "500ms"]);
    assert_eq!(outcome.status, 5, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("the migration has not finished after 500ms: 0 of 4 steps done\n"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("`--wait-timeout`"), "{outcome:?}");
    let outcome = place.deploy(&["--wait-timeout", "500ms"]);
    assert_eq!(outcome.status, 7, "{outcome:?}");
    assert!(
        outcome
            .stderr
            .contains("hint: run the command again once the other deployment has finished\n"),
        "{outcome:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_interrupt_ends_the_following_and_not_the_migration() {
    for (signal, code, word) in [("INT", 130, "interrupted"), ("TERM", 143, "terminated")] {
        let standin = planned(
            "1.8.4",
            Plan {
                hangs: true,
                ..Plan::default()
            },
        );
        let place = changed(&standin);
        let mut running = place.start(&[]);
        running.until("following", |_| {
            let requests = &standin.state().requests;
            requests
                .iter()
                .any(|request| request.field() == "migrationStatus")
        });
        let begun = Instant::now();
        running.signal(signal);
        let outcome = place.end(running);
        assert!(begun.elapsed() < Duration::from_secs(5));
        ends(
            &outcome,
            &standin,
            code,
            &format!(
                "error: {word}: the migration is not stopped by this (0 of 4 steps done)\nhint: run the command again to see the result\n"
            ),
        );
    }
}

#[test]
fn servers_that_are_none_or_away_are_told() {
    let page = serve(|_| respond(200, "<!DOCTYPE html><html>hello</html>"));
    let away = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
        format!("http://{}", listener.local_addr().expect("bound"))
    };
    for (url, code, why) in [
        (&page, 1, "and a page, not JSON"),
        (&away, 1, "nothing listens there"),
    ] {
        let place = Place::at(url, "");
        let outcome = place.deploy(&[]);
        assert_eq!(outcome.status, code, "{outcome:?}");
        let start = "deploying `hello` to cluster `far`\nerror: cluster `far`: could not deploy `hello` to stage `dev`: ";
        assert!(outcome.stderr.starts_with(start), "{outcome:?}");
        assert!(
            outcome.stderr.contains(why) && outcome.stderr.contains(url.as_str()),
            "{outcome:?}"
        );
        assert!(outcome.stderr.contains("\nhint: "), "{outcome:?}");
        let document = place.deploy(&["-j"]).json();
        assert_eq!(document["ok"], false);
        assert_eq!(document["data"]["cluster"], "far");
        assert_eq!(document["data"]["server"]["endpoint"], url.as_str());
    }
}

#[test]
fn a_silent_server_can_be_left() {
    let place = Place::at(&silent(), "");
    let mut running = place.start(&[]);
    running.prints("deploying", 1);
    std::thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    running.signal("INT");
    let outcome = place.end(running);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(outcome.status, 130, "{outcome:?}");
}

#[test]
fn an_answer_cut_short_and_a_crash_are_told() {
    let standin = deployed("1.8.4");
    let cut = Mishap::Bytes(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{\"data\"".to_vec());
    standin
        .state()
        .mishaps
        .push_back(("deploy".to_owned(), cut));
    let outcome = changed(&standin).deploy(&[]);
    assert_eq!(outcome.status, 1, "{outcome:?}");
    assert!(
        outcome.stderr.contains("the answer is incomplete"),
        "{outcome:?}"
    );
    let crash = Mishap::Error(0, "Whoops. Looks like an internal server error.".to_owned());
    standin
        .state()
        .mishaps
        .push_back(("deploy".to_owned(), crash));
    let outcome = changed(&standin).deploy(&[]);
    assert_eq!(outcome.status, 7, "{outcome:?}");
    assert!(outcome.stderr.contains("Whoops"), "{outcome:?}");
}

#[test]
fn a_deployment_is_noted_in_the_clusters_history_and_a_dry_run_is_not() {
    let standin = deployed("1.8.4");
    let place = changed(&standin);
    let history = || {
        let path = place.home.path(".prisma/history/far.jsonl");
        std::fs::read_to_string(path).unwrap_or_default()
    };
    place.deploy(&["-d"]);
    assert_eq!(history(), "");
    assert_eq!(place.deploy(&["-c", "far"]).status, 0);
    place.write(
        "datamodel.graphql",
        "type User {\n  id: ID! @id @unique\n}\n",
    );
    let lost = place.deploy(&[]);
    let lines = history();
    let lines: Vec<&str> = lines.lines().collect();
    let said = [
        r#""command":"prisma deploy -c far""#.to_owned(),
        r#""exit":0"#.to_owned(),
        r#""command":"prisma deploy""#.to_owned(),
        format!(r#""exit":{}"#, lost.status),
    ];
    assert_eq!(lines.len(), said.len(), "{lines:?}");
    for (line, said) in lines.iter().zip(&said) {
        assert!(line.contains(said), "{line}: {said}");
    }
}
