use super::*;
use crate::docker::diagnosis::excerpt;
use std::collections::BTreeSet;

/// What servers of three versions and databases print before they end, and the cause of each.
fn bad_starts() -> Vec<(&'static str, &'static str)> {
    let all = include_str!("../bad_starts.txt").split("== ").skip(1);
    all.map(|start| start.split_once('\n').expect("a title"))
        .collect()
}

#[test]
fn what_containers_print_before_they_end_is_recognised() {
    let mut seen = BTreeSet::new();
    for (title, log) in bad_starts() {
        let (code, _) = title.split_once(':').expect("a code");
        let found = why_it_ended(log).map_or("none", |ending| ending.code);
        assert_eq!(found, code, "{title}\n{log}");
        seen.insert(code);
    }
    for ending in ANY.iter().chain(SERVER) {
        assert!(seen.contains(ending.code), "{} is not tried", ending.code);
    }
}

/// The postgres driver logs hundreds of lines, and the next life begins while the log is read.
#[test]
fn the_last_exception_counts_whatever_comes_around_it() {
    let driver = "SEVERE: Connection error:\norg.postgresql.util.PSQLException: FATAL: database \"x\" does not exist\n\tat a.b(C.java:1)\n";
    let ended = "Exception in thread \"main\" org.postgresql.util.PSQLException: FATAL: password authentication failed for user \"x\"\n\tat a.b(C.java:1)\n";
    let earlier = "Exception in thread \"main\" org.postgresql.util.PSQLException: Connection to db:5432 refused.\n\tat a.b(C.java:1)\n";
    let log = [earlier, &driver.repeat(100), ended, driver].concat();
    let found = why_it_ended(&log).map(|ending| (ending.code, ending.passes));
    assert_eq!(found, Some(("password_rejected", false)));
    let passes = why_it_ended(earlier).map(|ending| ending.passes);
    assert_eq!(passes, Some(true));
}

#[test]
fn a_stack_trace_is_reduced_to_its_messages() {
    let shown = |wanted: &str| {
        let all = bad_starts();
        let (_, log) = all.iter().find(|(title, _)| *title == wanted).expect("it");
        excerpt(log).text()
    };
    assert_eq!(
        shown("password_rejected: 1.1.3 mysql"),
        "Exception in thread \"main\" java.sql.SQLTransientConnectionException: internalRoot - Connection is not available, request timed out after 5007ms.\n\
         Caused by: java.sql.SQLInvalidAuthorizationSpecException: Could not connect: Access denied for user 'root'@'172.31.0.3' (using password: YES)"
    );
    let query = shown("permission_missing: 1.1.3 mysql");
    assert_eq!(
        query.matches("Query is: CREATE SCHEMA").count(),
        2,
        "{query}"
    );
    assert_eq!(query.lines().count(), 4, "{query}");
    // The lines that it quotes may be a password or a key.
    assert_eq!(
        shown("config_syntax: 1.8.4, 1.34.12"),
        "Exception in thread \"main\" java.lang.Exception: Unable to load Prisma config: while parsing a flow sequence\n \
         in 'string', line 7, column 15:\n\
         expected ',' or ']', but got <block end>\n \
         in 'string', line 8, column 5:"
    );
    let key = shown("key_in_config: 1.8.4, the old variables");
    assert!(!key.contains("MIIB") && !key.contains("hunter2"), "{key}");
}

#[test]
fn the_end_of_any_other_log_has_no_frames_and_no_variables() {
    let log = "one\n\tat a.b(C.java:1)\n\t... 12 more\n\n    at rest\n\
               {\"query\":\"mutation\",\"variables\":\"{\\\"secrets\\\":[\\\"hunter2\\\"],\\\"x\\\":\\\"private\\\"}\",\"code\":4000}\n";
    assert_eq!(
        excerpt(log).text(),
        "one\n    at rest\n{\"query\":\"mutation\",\"variables\":(left out),\"code\":4000}"
    );
}

#[test]
fn a_server_that_runs_and_does_not_answer_may_say_why() {
    let why = |log: &str| why_it_does_not_answer(log).map(|ending| ending.code);
    let locked = "[INFO] Obtaining exclusive agent lock...\nServer running on :4466\n";
    let free = "[INFO] Obtaining exclusive agent lock...\n[INFO] Obtaining exclusive agent lock... Successful.\n";
    let workers = "Successfully started 1 workers.\n";
    assert_eq!(why(locked), Some("database_locked"));
    assert_eq!(why(&[locked, free].concat()), None);
    assert_eq!(why(&[free, workers].concat()), Some("port_in_use"));
    for fine in [
        [free, workers, "Server running on :4466\n"].concat(),
        [free, "[INFO] Server running on :4466\n", workers].concat(),
        String::new(),
    ] {
        assert_eq!(why(&fine), None, "{fine}");
    }
}
