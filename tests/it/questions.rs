//! Questions without a terminal, and where a signal comes in between.

use crate::support::run::PRISMA;
use crate::support::{Behaviour, Sandbox};
use prisma_cli::testing::cli;
use prisma_cli::testing::ui::Question;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

/// How a question is come to.
enum Way {
    /// By a command, in a place made for it.
    Run(fn() -> Sandbox, &'static str),
    /// Only by an answer to another one.
    Behind(Question),
    /// Without a terminal the command fails otherwise: its own test says how.
    Refused,
    /// Only with somebody to ask: else the command does without.
    Spared(fn() -> Sandbox, &'static str),
}

/// For each question a way.
fn ways() -> Vec<(Question, Way)> {
    use Question as Q;
    use Way::{Behind, Refused, Run, Spared};
    let add = "cluster add --endpoint http://127.0.0.1:1";
    vec![
        (
            Q::DestroyData,
            Run(Sandbox::with_running_cluster, "local nuke"),
        ),
        (
            Q::DeleteCluster,
            Run(Sandbox::with_running_cluster, "local delete"),
        ),
        (Q::ReplaceFiles, Run(edited, "local restart")),
        (Q::RemoveEntry, Run(registered, "cluster remove far")),
        (Q::Entry, Run(registered, "cluster remove")),
        (Q::OtherDatabase, Run(elsewhere, "local start")),
        (Q::TakenPort, Refused),
        (Q::StartCluster, Run(asleep, "deploy")),
        (Q::CreateCluster, Run(in_a_new_home, "deploy")),
        (Q::RestartCluster, Refused),
        (Q::EndMigration, Refused),
        (Q::Destination, Run(homeless, "deploy")),
        (Q::OtherDestination, Run(asleep, "deploy -i")),
        (Q::Endpoint, Run(Sandbox::new, "cluster add far")),
        (Q::Name, Run(Sandbox::new, add)),
        (
            Q::Secret,
            Run(
                Sandbox::new,
                "cluster add far --no-check --endpoint http://127.0.0.1:1",
            ),
        ),
        (Q::Backend, Run(Sandbox::new, "init x")),
        (Q::ServiceEndpoint, Behind(Q::Backend)),
        (
            Q::ServiceName,
            Spared(Sandbox::new, "init x --endpoint http://127.0.0.1:1"),
        ),
        (Q::DatabaseKind, Behind(Q::Backend)),
        (Q::DatabaseHost, Behind(Q::Backend)),
        (Q::DatabasePort, Behind(Q::Backend)),
        (Q::DatabaseUser, Behind(Q::Backend)),
        (Q::DatabasePassword, Behind(Q::Backend)),
        (Q::DatabaseName, Behind(Q::Backend)),
    ]
}

fn edited() -> Sandbox {
    let s = Sandbox::with_running_cluster();
    let path = "home/.prisma/clusters/local/docker-compose.yml";
    s.write(path, &format!("{}# mine\n", s.read(path)));
    s
}

fn elsewhere() -> Sandbox {
    let s = Sandbox::new();
    s.server(Behaviour::Services);
    let ports = format!("--port {} --db-port {}", s.port, s.db_port);
    s.run(&format!("local start --prisma-version 1.8 {ports}"))
        .succeeds();
    let config = "home/.prisma/clusters/local/cluster.yml";
    s.write(config, &s.read(config).replace("mysql", "postgres"));
    s
}

fn registered() -> Sandbox {
    let s = Sandbox::new();
    let far = "clusters:\n  far:\n    host: 'http://127.0.0.1:1'\n";
    s.write("home/.prisma/config.yml", far);
    s.set_private("home/.prisma/config.yml");
    s
}

fn homeless() -> Sandbox {
    let s = registered();
    s.write(
        "work/prisma.yml",
        "service: x\nstage: dev\ndisableAuth: true\ndatamodel: x.graphql\n",
    );
    s.write("work/x.graphql", "type User {\n  id: ID! @unique\n}\n");
    s
}

fn asleep() -> Sandbox {
    let s = homeless();
    s.write("home/.prisma/clusters/far/cluster.yml", &s.config(""));
    let prisma_yml = s.read("work/prisma.yml") + "cluster: far\n";
    s.write("work/prisma.yml", &prisma_yml);
    s
}

fn in_a_new_home() -> Sandbox {
    let s = homeless();
    let prisma_yml = s.read("work/prisma.yml") + "cluster: local\n";
    s.write("work/prisma.yml", &prisma_yml);
    s
}

/// The flags in a text that says what to do.
fn flags(text: &str) -> Vec<&str> {
    let words = text.split(['`', ' ', '\n']);
    words.filter_map(|word| word.strip_prefix("--")).collect()
}

/// Runs with standard input closed, as some schedulers do, and gives the status and stderr.
fn closed(s: &Sandbox, words: &str) -> (i32, String) {
    let script = ["-c", "exec \"$0\" \"$@\" <&-", PRISMA];
    let args = script.into_iter().chain(words.split(' '));
    let ended = s.program("/bin/sh", args).start().end();
    // A second, on a machine that has other things to do as well.
    assert!(ended.took < Duration::from_secs(5), "{words}");
    (ended.status, ended.stderr)
}

#[test]
fn every_question_is_on_the_list() {
    let listed: BTreeSet<Question> = ways().into_iter().map(|(question, _)| question).collect();
    let all: BTreeSet<Question> = Question::ALL.iter().copied().collect();
    assert_eq!(listed, all, "each question has a way here");
    for (question, way) in ways() {
        let Way::Behind(first) = way else { continue };
        let known = flags(first.flags());
        assert!(
            flags(question.flags())
                .iter()
                .all(|flag| known.contains(flag)),
            "{question:?}: {known:?}"
        );
    }
}

#[test]
fn without_a_terminal_the_flag_is_named() {
    for (question, way) in ways() {
        let (make, words, hint) = match way {
            Way::Run(make, words) => (make, words, Some(format!("hint: {}\n", question.flags()))),
            Way::Spared(make, words) => (make, words, None),
            Way::Behind(_) | Way::Refused => continue,
        };
        let is_told = |status: i32, told: &str| match &hint {
            Some(hint) => {
                let told = told.replace("\r\n", "\n");
                assert_eq!(status, 4, "{words}: {told}");
                assert!(
                    told.contains(", but this is not an interactive terminal\n"),
                    "{words}: {told}"
                );
                assert!(told.contains(hint), "{words}: {told}");
            }
            None => assert_eq!(status, 0, "{words}: {told}"),
        };
        let s = make();
        let before = s.files();
        let (status, told) = closed(&s, words);
        is_told(status, &told);
        if hint.is_some() {
            assert_eq!(s.changes_since(&before), "", "{words}");
            let document = s.begin(&format!("{words} -o json")).end().json();
            assert_eq!(document["error"]["code"], "input_required", "{words}");
        }
        let mut s = make();
        let left = s
            .at_terminal(&format!("{words} --no-input --color never"))
            .end();
        is_told(left.status, &left.sent);
        s.set("CI", "true");
        let words = &words.replace("init x", "init y");
        let left = s.at_terminal(words).end();
        is_told(left.status, &left.sent);
        assert!(!left.sent.contains('\u{1b}'), "{words}: {:?}", left.sent);
    }
}

#[test]
fn a_port_that_is_taken_is_a_failure_where_nobody_can_be_asked() {
    let mut s = Sandbox::with_cluster();
    let _held = std::net::TcpListener::bind(("0.0.0.0", s.port)).expect("free");
    let is_told = |status: i32, told: &str| {
        assert_eq!(status, 1, "{told}");
        assert!(
            told.contains("hint: use another port: `prisma local start --port "),
            "{told}"
        );
    };
    let (status, told) = closed(&s, "local start");
    is_told(status, &told);
    let left = s.at_terminal("local start --no-input --color never").end();
    is_told(left.status, &left.sent);
    s.set("CI", "true");
    let left = s.at_terminal("local start").end();
    is_told(left.status, &left.sent);
    let document = s.begin("local start -o json").end().json();
    assert_eq!(document["error"]["code"], "port_in_use");
}

/// The flag of a hint is one that the command takes.
#[test]
fn the_flags_that_are_named_are_there() {
    for (question, way) in ways() {
        let Way::Run(_, words) = way else { continue };
        let definition = cli::definition();
        let mut command = &definition;
        for word in words.split(' ') {
            command = command.find_subcommand(word).unwrap_or(command);
        }
        let known: Vec<&str> = command
            .get_arguments()
            .filter_map(clap::Arg::get_long)
            .collect();
        let named = flags(question.flags());
        for flag in &named {
            assert!(known.contains(flag), "{question:?}: {flag} of {words}");
        }
        assert!(!named.is_empty() || question.flags().contains("NAME"));
    }
}

#[test]
fn a_signal_ends_a_question_at_any_moment() {
    for (make, words, shown) in [
        (
            registered as fn() -> Sandbox,
            "cluster remove far",
            "Remove cluster `far`",
        ),
        (registered, "cluster remove", "Which cluster"),
        (Sandbox::new, "cluster add far", "Server URL"),
        (
            Sandbox::new,
            "cluster add far --no-check --endpoint http://127.0.0.1:1",
            "Secret (hidden",
        ),
    ] {
        let s = make();
        // Before keys are read, while they are, and after some.
        for (keys, pause) in [
            ("", 0),
            ("", 1),
            ("", 3),
            ("", 10),
            ("x", 0),
            ("x", 1),
            ("", 200),
        ] {
            let before = s.files();
            let mut t = s.at_terminal(words);
            t.shows(shown);
            t.types_unasked(keys);
            std::thread::sleep(Duration::from_millis(pause));
            let begun = Instant::now();
            t.signal("TERM");
            let left = t.end();
            let screen = left.screen.text();
            assert_eq!(left.status, 143, "{words}:\n{screen}");
            assert!(begun.elapsed() < Duration::from_secs(5), "{words}");
            assert!(
                !left.screen.cursor_hidden && left.echoes,
                "{words}:\n{screen}"
            );
            let last = screen.lines().last().unwrap_or_default();
            assert_eq!(last, "error: terminated: nothing was changed", "{screen}");
            assert_eq!(s.changes_since(&before), "", "{words}");
        }
    }
}
