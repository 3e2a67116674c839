//! Every command there is, in JSON: what it would do, what it did, why it failed. That each document
//! fits the schemas is seen to by whoever runs the program, here and in all other tests.
//!
//! Witness: none is needed: the documents are held against their schemas; the servers are scripted.

use crate::support::Sandbox;
use crate::support::schema::problems;
use crate::support::standin::Standin;
use prisma_cli::testing::cli;
use serde_json::json;
use std::collections::BTreeSet;
use std::time::Duration;

/// A command, the arguments it succeeds with and those it fails with; in an order in which all can be.
const RUNS: [(&str, &str, &str); 22] = [
    ("version", "", "--bogus"),
    ("completions", "bash", "tcsh"),
    ("init", "hello --database mysql", ""),
    ("local start", "{ports}", "--port x"),
    // Without a cluster it looks at the documented ports, which somebody may have.
    ("doctor", "", "--bundle prisma.yml"),
    ("local ps", "", "-n nobody"),
    ("local logs", "", "nothing"),
    ("local restart", "", "-n nobody"),
    ("local upgrade", "", "--to 1.0"),
    ("local images save", "images.tar.gz", "hello"),
    ("local images load", "images.tar.gz", "hello/prisma.yml"),
    ("local eject", "there", "home-is-a-file/x"),
    ("local nuke", "--yes", ""),
    ("local history", "", "--tail x"),
    ("cluster list", "", "x"),
    ("cluster logs", "local", "nobody"),
    (
        "cluster add",
        "far --endpoint http://127.0.0.1:1 --no-check --secret-env SECRET",
        "",
    ),
    ("cluster remove", "far --yes", "nobody"),
    ("deploy", "-c here", "-c nobody"),
    ("generate", "-c here", "-c nobody"),
    ("local stop", "", "-n nobody"),
    ("local delete", "--yes", ""),
];

/// The commands that do something, each with its whole name.
fn commands() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![(String::new(), cli::definition())];
    while let Some((name, command)) = left.pop() {
        let inner = command.get_subcommands();
        for inner in inner.filter(|inner| inner.get_name() != "help") {
            let name = format!("{name} {}", inner.get_name());
            left.push((name.trim().to_owned(), inner.clone()));
        }
        if !command.has_subcommands() {
            found.insert(name);
        }
    }
    found
}

#[test]
fn every_command_has_documents() {
    let known: BTreeSet<String> = RUNS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(known, commands(), "each command has a line here");
    let standin = Standin::start("1.1.3");
    let mut s = Sandbox::new();
    s.set("SECRET", "not told to anybody");
    let here = format!("clusters:\n  here:\n    host: '{}'\n", standin.url());
    s.write("home/.prisma/config.yml", &here);
    s.set_private("home/.prisma/config.yml");
    s.write("work/home-is-a-file", "");
    s.write(
        "work/prisma.yml",
        "service: hello\nstage: dev\ndatamodel: types.graphql\ndisableAuth: true\ngenerate:\n  - generator: graphql-schema\n    output: api.graphql\n",
    );
    s.write(
        "work/types.graphql",
        "type User {\n  id: ID! @id @unique\n}\n",
    );
    for (name, works, fails) in RUNS {
        for (args, ok) in [
            (format!("{works} --dry-run"), true),
            (fails.to_owned(), false),
            (works.to_owned(), true),
        ] {
            // As it was printed: a port's name in its place would be no JSON.
            let ended = s.begin(&format!("{name} {args} -o json")).end();
            // Nobody is there to ask: no run waits for anything but its work.
            assert!(ended.took < Duration::from_secs(10), "{ended:?}");
            let document = ended.json();
            let told = (document["command"].as_str(), document["ok"].as_bool());
            assert_eq!(told, (Some(name), Some(ok)), "{ended:?}");
        }
    }
}

#[test]
fn the_schemas_refuse_what_is_no_document_of_ours() {
    let good = json!({"version": 1, "ok": true, "command": "version", "data": {"version": "1"}});
    let error = json!({"code": "usage", "message": "x", "hints": [], "exit": 2});
    let bad = json!({"version": 1, "ok": false, "command": null, "error": error});
    for document in [&good, &bad] {
        assert_eq!(problems(document), "");
    }
    let changes: [(&serde_json::Value, &str, serde_json::Value); 9] = [
        (&good, "/version", json!(2)),
        (&good, "/command", json!("jump")),
        (&good, "/command", json!(null)),
        (&good, "/ok", json!(false)),
        (&good, "/data", json!(null)),
        (&good, "/data", json!({"version": "1", "more": 1})),
        (&bad, "/error/code", json!("oops")),
        (&bad, "/error/exit", json!(0)),
        (&bad, "/error/hints", json!("one")),
    ];
    for (document, place, value) in changes {
        let mut changed = document.clone();
        *changed.pointer_mut(place).expect(place) = value;
        assert_ne!(problems(&changed), "", "{changed}");
    }
    let mut more = bad;
    more["data"] = json!({});
    assert_ne!(
        problems(&more),
        "",
        "only some commands have data beside the error"
    );
}
