//! Migrations that make no progress, and servers that do not answer meanwhile.
//!
//! Witness: `tests/recordings/states` has the answers of servers whose migration hangs; what is scripted says so.

use crate::api::deploying::suited;
use crate::api::played::{TYPES, WAITS, client, failed, input, open, run};
use crate::support::replay::{Recording, Replay};
use crate::support::standin::{Mishap, Plan, Standin};
use prisma_cli::testing::error::Kind;
use prisma_cli::testing::interrupt::Interrupt;
use prisma_cli::testing::server::credential::Credential;
use prisma_cli::testing::server::deploy::{Event, Outcome, Waits};
use prisma_cli::testing::server::management::Management;
use std::sync::Arc;
use std::time::{Duration, Instant};

const QUICK: Waits = Waits {
    migration: Duration::from_millis(900),
    busy: Duration::from_millis(900),
    quiet: Duration::from_millis(200),
};

fn hanging() -> Plan {
    Plan {
        hangs: true,
        ..Plan::default()
    }
}

fn there(version: &str) -> Standin {
    let standin = Standin::start(version);
    standin.state().put("svc", "dev", "", &[]);
    standin
}

fn has_stalled(events: &[Event]) -> bool {
    let mut events = events.iter();
    events.any(|event| matches!(event, Event::Stalled { .. }))
}

/// Servers that were killed in the middle of a migration, as they answered while nothing went on.
#[test]
fn a_service_that_is_busy_for_ever_is_told_with_the_way_out() {
    for (name, update) in [
        (
            "1.1.3-mysql",
            "`UPDATE graphcool.Migration SET status = 'ROLLBACK_FAILURE', finishedAt = now() \
             WHERE projectId = 'blog@dev' AND revision = 3 AND status = 'IN_PROGRESS'`",
        ),
        (
            "1.8.4-mysql",
            "`UPDATE prisma.Migration SET status = 'ROLLBACK_FAILURE', finishedAt = now() \
             WHERE projectId = 'blog@dev' AND revision = 3 AND status = 'IN_PROGRESS'`, with the schema that \
             `SELECT table_schema FROM information_schema.tables WHERE table_name = 'Migration'` shows if it is not `prisma`",
        ),
        (
            "1.8.4-postgres",
            "`UPDATE \"management\".\"Migration\" SET \"status\" = 'ROLLBACK_FAILURE', \"finishedAt\" = now() \
             WHERE \"projectId\" = 'blog$dev' AND \"revision\" = 3 AND \"status\" = 'IN_PROGRESS'`, with the schema that \
             `SELECT table_schema FROM information_schema.tables WHERE table_name = 'Migration'` shows if it is not `management`",
        ),
    ] {
        let recording = Arc::new(Recording::with_state("in-progress", name));
        let replay = Replay::start(&recording, "state/while it hung");
        replay.go_to(1);
        let (client, interrupt) = (client(&replay.url()), Interrupt::default());
        let management = Management::new(client, interrupt, "blog", "dev", Credential::None);
        let mut input = input(TYPES);
        input.force = true;
        let (result, events) = run(&management, &input, QUICK);
        let failure = result.expect_err("busy");
        assert_eq!(failure.kind, Kind::Refused, "{name}");
        let says = "another deployment of the service is in progress, no progress since 20";
        assert!(failure.message().contains(says), "{name}: {failure}");
        assert!(has_stalled(&events), "{name}: {events:?}");
        let [wait, restart, end] = &failure.hints[..] else {
            panic!("{name}: {failure:?}");
        };
        assert!(wait.contains("`--wait-timeout`"), "{name}: {wait}");
        assert!(restart.contains("restart the server"), "{name}: {restart}");
        assert!(end.ends_with(update), "{name}: {end}");
    }
}

#[test]
fn a_migration_without_progress_is_told_at_once_and_at_the_limit() {
    let standin = there("1.8.4");
    standin.state().plans.push_back(hanging());
    let (result, events) = run(&open(&standin), &input(TYPES), QUICK);
    let failure = result.expect_err("too long");
    assert_eq!(failure.kind, Kind::NotReady);
    let message = failure.message();
    assert!(
        message.contains("after 900ms: 0 of 5 steps done, no progress since 20"),
        "{failure}"
    );
    assert!(!message.contains("continues"), "{failure}");
    assert!(failure.hints[2].contains("UPDATE prisma.Migration"));
    assert!(has_stalled(&events), "{events:?}");
}

/// Not recorded: a server that cannot undo a migration, and stays at it.
#[test]
fn what_the_server_reports_of_an_open_migration_is_told() {
    let standin = there("1.8.4");
    let reasons = [
        "java.sql.SQLException: no such table\n\tat a.B",
        "InvalidModel: Pet",
    ];
    standin.state().plans.push_back(Plan {
        fails_after: Some(1),
        reasons: reasons.map(str::to_owned).to_vec(),
        ..hanging()
    });
    let reports = "; the server reports: java.sql.SQLException: no such table\n  InvalidModel: Pet";
    for start in [
        "the migration has not finished after 900ms: ",
        "could not deploy `svc`",
    ] {
        let (result, events) = run(&open(&standin), &input(TYPES), QUICK);
        let message = result.expect_err("too long").message();
        assert!(
            message.starts_with(start) && message.ends_with(reports),
            "{message}"
        );
        let told = |event: &Event| matches!(event, Event::Stalled { stuck, .. } if stuck.reported == reports);
        assert!(events.iter().any(told), "{events:?}");
    }
}

/// Not recorded: the moment between two steps.
#[test]
fn only_a_server_that_has_just_completed_a_step_is_said_to_continue() {
    let standin = there("1.8.4");
    let waits = Waits {
        migration: Duration::from_secs(2),
        ..WAITS
    };
    let (result, _) = run(&open(&standin), &input(&many_types()), waits);
    let failure = result.expect_err("too long");
    assert!(
        failure
            .message()
            .ends_with("steps done; it continues on the server"),
        "{failure}"
    );
}

fn many_types() -> String {
    let types = (0..200).map(|n| format!("type T{n} {{\n  id: ID! @unique\n}}\n"));
    types.collect()
}

/// Seen with 1.34.12 when its database was stopped and started again. No recording has it.
#[test]
fn a_database_that_is_away_for_a_moment_does_not_end_the_following() {
    let standin = there("1.34.12");
    let whoops =
        "Whoops. Looks like an internal server error. Search your server logs for request ID: r";
    for _ in 0..3 {
        let mishap = Mishap::Error(0, whoops.to_owned());
        let mishaps = &mut standin.state().mishaps;
        mishaps.push_back(("migrationStatus".to_owned(), mishap));
    }
    let (result, events) = run(&open(&standin), &input(TYPES), WAITS);
    let deployment = result.expect("followed");
    assert_eq!(deployment.outcome, Outcome::Applied { revision: 2 });
    let lost =
        |event: &&Event| matches!(event, Event::Unanswered { why } if why.contains("Whoops"));
    assert_eq!(events.iter().filter(lost).count(), 1, "told once");
}

/// Seen with 1.34.12 while a step waited for the database. No recording has it.
#[test]
fn a_server_that_is_silent_while_it_is_followed_is_told() {
    let standin = there("1.34.12");
    let silence = Mishap::Silence(Duration::from_secs(20));
    let mishaps = vec![("migrationStatus".to_owned(), silence)];
    standin.state().mishaps.extend(mishaps);
    let patient = Waits {
        migration: Duration::from_secs(60),
        ..QUICK
    };
    let (result, events) = run(&open(&standin), &input(TYPES), patient);
    assert!(result.is_ok(), "asked again: {result:?}");
    let silent = |event: &Event| matches!(event, Event::Unanswered { .. });
    assert!(events.iter().any(silent), "{events:?}");
}

#[test]
fn a_server_that_is_busy_with_nothing_is_not_asked_for_ever() {
    let standin = there("1.8.4");
    for _ in 0..20 {
        let busy = Mishap::Error(4008, "a deployment in progress".to_owned());
        let mishaps = &mut standin.state().mishaps;
        mishaps.push_back(("deploy".to_owned(), busy));
        mishaps.push_back(("migrationStatus".to_owned(), answers_idle()));
    }
    let begun = Instant::now();
    let failure = failed(&suited(&standin), &input(TYPES));
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert!(failure.message().ends_with("but none is open"), "{failure}");
    let requests = standin.take();
    let deploys = requests.iter().filter(|one| one.field() == "deploy");
    assert_eq!(deploys.count(), 5);
}

fn answers_idle() -> Mishap {
    answers(
        r#"{"data":{"migrationStatus":{"revision":1,"status":"SUCCESS","applied":0,"rolledBack":0,"errors":[]}}}"#,
    )
}

fn answers(body: &str) -> Mishap {
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    Mishap::Bytes(format!("{head}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes())
}

/// A slow check of much data, or a server that waits for its lock.
#[test]
fn the_deployment_itself_is_bounded_and_silence_is_told() {
    let standin = there("1.8.4");
    let silence = Mishap::Silence(Duration::from_secs(20));
    let mishaps = vec![("deploy".to_owned(), silence)];
    standin.state().mishaps.extend(mishaps);
    let begun = Instant::now();
    let (result, events) = run(&open(&standin), &input(TYPES), QUICK);
    assert!(begun.elapsed() < Duration::from_secs(5));
    let failure = result.expect_err("too slow");
    assert_eq!(failure.kind, Kind::NotReady);
    let quiet = QUICK.quiet;
    assert!(events.contains(&Event::Silent { quiet }), "{events:?}");
    assert!(
        failure.message().ends_with("no answer within 900ms"),
        "{failure}"
    );
    let hints = failure.hints.join("\n");
    for says in ["`--wait-timeout`", "exclusive agent lock", "gone through"] {
        assert!(hints.contains(says), "{hints}");
    }
}

/// Seen with 1.8.4: a deployment computed while another one was nearly done. No recording has it.
#[test]
fn a_deployment_that_was_overtaken_is_tried_once_more() {
    let standin = there("1.8.4");
    let other = r#"{"data":{"migrationStatus":{"revision":1,"status":"IN_PROGRESS","applied":7,"rolledBack":0,"errors":[]}}}"#;
    let mishap = ("migrationStatus".to_owned(), answers(other));
    standin.state().mishaps.push_back(mishap);
    let fails = Plan {
        fails_after: Some(0),
        ..Plan::default()
    };
    standin.state().plans.extend([fails.clone(), fails.clone()]);
    let (result, events) = run(&open(&standin), &input(TYPES), WAITS);
    // The second time nothing was in its way: that failure counts.
    let outcome = result.expect("answered").outcome;
    assert!(matches!(outcome, Outcome::RolledBack { revision: 3, .. }));
    assert_eq!(events.iter().filter(|one| **one == Event::Again).count(), 1);
    let requests = standin.take();
    let deploys = requests.iter().filter(|one| one.field() == "deploy");
    assert_eq!(deploys.count(), 2);
}
