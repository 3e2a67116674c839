//! Migrations to their end: a good one, a bad one, none.
//!
//! Witness: how migrations end is in the recordings; what is seen while they run, silence, and `ROLLBACK_FAILURE`
//! are scripted: no recording covers them.

use crate::api::played::{TYPES, VERSIONS, WAITS, done, input, open, run, steps};
use crate::support::standin::{Mishap, Plan, Standin};
use prisma_cli::testing::error::{Failure, Kind};
use prisma_cli::testing::server::deploy::{self, Event, Outcome, Undo, Waits};
use prisma_cli::testing::server::step::Step;
use std::time::{Duration, Instant};

fn there(version: &str) -> Standin {
    let standin = Standin::start(version);
    standin.state().put("svc", "dev", "", &[]);
    standin
}

#[test]
fn progress_is_told_when_there_is_some() {
    for version in VERSIONS {
        let standin = there(version);
        let (deployment, events) = run(&open(&standin), &input(TYPES), WAITS);
        let deployment = deployment.expect("deploys");
        assert_eq!(
            deployment.outcome,
            Outcome::Applied { revision: 2 },
            "{version}"
        );
        assert!(deployment.first && !deployment.created);
        let progress: Vec<&Event> = events.iter().skip(2).collect();
        let expected: Vec<Event> = (0..=steps(version))
            .map(|applied| Event::Progress {
                applied,
                total: steps(version),
            })
            .collect();
        assert_eq!(progress, expected.iter().collect::<Vec<_>>(), "{version}");
        assert_eq!(standin.state().under_way.1, 1, "never two at once");
    }
}

#[test]
fn a_migration_that_fails_is_found_behind_the_older_revision() {
    for version in VERSIONS {
        let standin = there(version);
        standin.state().plans.push_back(Plan {
            fails_after: Some(2),
            ..Plan::default()
        });
        let (deployment, events) = run(&open(&standin), &input(TYPES), WAITS);
        let deployment = deployment.expect("a result");
        let Outcome::RolledBack {
            revision: 2,
            errors,
            step: Some(step),
            undo: Undo::Done,
        } = &deployment.outcome
        else {
            panic!("{version}: {deployment:?}");
        };
        assert_eq!(errors, &["java.sql.SQLException: no such table"]);
        assert!(matches!(**step, Step::CreateField(_)), "{step:?}");
        assert!(
            events.contains(&Event::RollingBack {
                undone: 1,
                total: 2
            }),
            "{events:?}"
        );
        let failure = deployment.failure().expect("failed");
        assert_eq!(
            (failure.exit(), &*failure.message()),
            (
                7,
                "the migration failed, and the server rolled back: java.sql.SQLException: no such table"
            )
        );
        let fields: Vec<String> = standin
            .take()
            .iter()
            .map(|request| request.field())
            .collect();
        assert_eq!(fields.last().map(String::as_str), Some("listMigrations"));
    }
}

/// Seen on 1.8.4, with `applied` 3 and `rolledBack` 1, when the undoing of a step threw. No recording has it.
#[test]
fn a_rollback_that_stopped_half_way_is_not_called_a_success() {
    for version in VERSIONS {
        let standin = there(version);
        standin.state().plans.push_back(Plan {
            fails_after: Some(2),
            undoes: Some(1),
            ..Plan::default()
        });
        let deployment = done(&open(&standin), &input(TYPES));
        let failure = deployment.failure().expect("failed");
        assert_eq!(
            (failure.exit(), &*failure.message()),
            (
                7,
                "the migration failed, and only 1 of the 2 applied steps were rolled back: java.sql.SQLException: no such table"
            )
        );
        assert!(failure.hints[0].contains("restore a backup"), "{failure:?}");
    }
}

#[test]
fn undoing_may_fail_too() {
    let standin = there("1.34.12");
    let plan = Plan {
        fails_after: Some(1),
        stays_broken: true,
        ..Plan::default()
    };
    standin.state().plans.push_back(plan);
    let deployment = done(&open(&standin), &input(TYPES));
    assert!(matches!(
        deployment.outcome,
        Outcome::RolledBack {
            undo: Undo::Failed,
            ..
        }
    ));
    let failure = deployment.failure().expect("failed");
    assert!(
        failure.message().contains("and so did the rollback"),
        "{failure}"
    );
}

/// Deploys with a limit of 400 ms for the migration, which is held.
#[track_caller]
fn left_at_the_limit(standin: &Standin) -> Failure {
    let waits = Waits {
        migration: Duration::from_millis(400),
        ..WAITS
    };
    let begun = Instant::now();
    let (result, _) = run(&open(standin), &input(TYPES), waits);
    let failure = result.expect_err("too long");
    assert_eq!(failure.kind, Kind::NotReady);
    assert!(begun.elapsed() < Duration::from_secs(5));
    failure
}

#[test]
fn a_migration_that_never_ends_is_left_at_the_limit() {
    let standin = there("1.8.4");
    standin.state().plans.push_back(Plan {
        hangs: true,
        ..Plan::default()
    });
    let failure = left_at_the_limit(&standin);
    assert!(
        failure
            .message()
            .ends_with("not finished after 400ms: 0 of 5 steps done"),
        "{failure}"
    );
    // Every 10 ms at first; from 120 ms on the pauses grow.
    assert!(standin.take().len() <= 3 + 30, "asked too often");
}

#[test]
fn a_server_that_is_silent_meanwhile_does_not_prolong_the_limit() {
    let standin = there("1.8.4");
    let silence = Mishap::Silence(Duration::from_secs(10));
    standin
        .state()
        .mishaps
        .push_back(("migrationStatus".to_owned(), silence));
    let failure = left_at_the_limit(&standin);
    assert!(
        (failure.message())
            .contains("0 of 5 steps done; the server does not answer: no answer within "),
        "{failure}"
    );
}

#[test]
fn a_question_that_is_lost_is_asked_again() {
    let standin = there("1.34.12");
    standin
        .state()
        .mishaps
        .push_back(("migrationStatus".to_owned(), Mishap::Cut));
    let page = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>".to_vec();
    standin
        .state()
        .mishaps
        .push_back(("migrationStatus".to_owned(), Mishap::Bytes(page)));
    let (deployment, events) = run(&open(&standin), &input(TYPES), WAITS);
    assert_eq!(
        deployment.expect("deploys").outcome,
        Outcome::Applied { revision: 2 }
    );
    let lost = events
        .iter()
        .filter(|event| matches!(event, Event::Unanswered { .. }));
    // What a proxy could not deliver is sent again at once.
    assert_eq!(lost.count(), 1, "{events:?}");
}

#[test]
fn a_service_that_is_deleted_meanwhile_ends_it() {
    let standin = there("1.34.12");
    let gone = Mishap::Error(4000, "No service".to_owned());
    standin
        .state()
        .mishaps
        .push_back(("migrationStatus".to_owned(), gone));
    let failure = run(&open(&standin), &input(TYPES), WAITS)
        .0
        .expect_err("gone");
    assert!(
        failure
            .message()
            .starts_with("could not follow the migration: it has no such service"),
        "{failure}"
    );
}

#[test]
fn another_deployment_is_waited_for() {
    for version in VERSIONS {
        let standin = there(version);
        standin.state().put("svc", "dev", "", &[]).put_open(2);
        let (deployment, events) = run(&open(&standin), &input(TYPES), WAITS);
        assert_eq!(
            deployment.expect("deploys").outcome,
            Outcome::Applied { revision: 3 },
            "{version}"
        );
        let busy = events
            .iter()
            .filter(|event| matches!(event, Event::Busy { .. }));
        assert_eq!(busy.count(), 1, "{events:?}");
        let requests = standin.take();
        let deploys = requests
            .iter()
            .filter(|request| request.field() == "deploy");
        assert_eq!(
            deploys.count(),
            2,
            "{version}: the datamodel is not sent over and over"
        );
    }
}

#[test]
fn another_deployment_that_never_ends_is_waited_for_until_the_limit() {
    let standin = there("1.1.3");
    let hanging = Plan {
        hangs: true,
        ..Plan::default()
    };
    standin.state().put("svc", "dev", "", &[]).put_open(2);
    for project in standin.state().projects.values_mut() {
        project.open().expect("just put").plan = hanging.clone();
    }
    let waits = Waits {
        busy: Duration::from_millis(300),
        ..WAITS
    };
    let failure = run(&open(&standin), &input(TYPES), waits)
        .0
        .expect_err("busy");
    assert_eq!(failure.kind, Kind::Refused);
    assert!(
        failure
            .message()
            .contains("another deployment of the service is in progress"),
        "{failure}"
    );
}

#[test]
#[cfg(unix)]
fn a_signal_ends_it_at_once_and_claims_only_what_is_known() {
    let interrupt = prisma_cli::testing::interrupt::Interrupt::install().expect("handlers");
    let standin = there("1.34.12");
    standin.state().plans.push_back(Plan {
        hangs: true,
        ..Plan::default()
    });
    let client = crate::api::played::client(&standin.url());
    let none = prisma_cli::testing::server::credential::Credential::None;
    let management = prisma_cli::testing::server::management::Management::new(
        client, interrupt, "svc", "dev", none,
    );
    let mut at = None;
    let failure = deploy::run(&management, &input(TYPES), WAITS, &mut |event| {
        if matches!(event, Event::Progress { .. }) && at.is_none() {
            at = Some(Instant::now());
            signal_hook::low_level::raise(signal_hook::consts::SIGINT).expect("a signal");
        }
    });
    let failure = failure.expect_err("interrupted");
    assert!(at.expect("followed").elapsed() < Duration::from_secs(3));
    assert_eq!(failure.kind, Kind::Interrupted);
    let expected = "interrupted: the migration is not stopped by this (0 of 3 steps done)";
    assert_eq!(failure.message(), expected);
    // Later ones end before they ask.
    standin.take();
    let failure = deploy::run(&management, &input(TYPES), WAITS, &mut |_| {});
    assert_eq!(failure.expect_err("interrupted").kind, Kind::Interrupted);
}

#[test]
fn a_deploy_without_an_answer_may_have_been_taken() {
    let standin = there("1.34.12");
    let mishaps = [("deploy".to_owned(), Mishap::Cut)];
    standin.state().mishaps.extend(mishaps);
    let failure = run(&open(&standin), &input(TYPES), WAITS)
        .0
        .expect_err("cut");
    assert!(
        failure
            .message()
            .ends_with("the connection was closed without an answer"),
        "{failure}"
    );
    assert!(
        failure.hints[0].contains("may have gone through"),
        "{failure:?}"
    );
    let deploys = standin
        .take()
        .iter()
        .filter(|request| request.field() == "deploy")
        .count();
    assert_eq!(deploys, 1, "never sent twice");
}
