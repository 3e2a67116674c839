//! Text from outside that would control a terminal, turn the direction of writing, or forge a row or a message.

use crate::support::ended::Ended;
use crate::support::{Sandbox, injected};

/// Does all of it.
const EVIL: &str = "e\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\r\tX\nerror: forged\nhint: forged";

/// No character of it arrives, no line begins with what it forges.
fn is_shown_safely(source: &str, run: &Ended) {
    let all = run.all();
    let controls =
        |c: char| (c.is_control() && !"\n\t".contains(c)) || "\u{202e}\u{2066}".contains(c);
    assert!(!all.contains(controls), "{source}: {all:?}");
    let is_forged =
        |line: &str| line.starts_with("error: forged") || line.starts_with("hint: forged");
    assert!(!all.lines().any(is_forged), "{source}: {all}");
}

/// The same as a string in JSON and YAML.
fn quoted() -> String {
    serde_json::to_string(EVIL).expect("a text")
}

#[test]
fn nothing_from_outside_controls_a_terminal() {
    let mut faults = 0;
    let mut check = |source: &str, s: &Sandbox, commands: &[&str]| {
        for words in commands {
            for more in ["", " -v", " -o json"] {
                is_shown_safely(source, &s.run(&format!("{words}{more}")));
                faults += 1;
            }
        }
    };
    let s = Sandbox::with_running_cluster();
    let entry = quoted();
    s.write(
        "home/.prisma/config.yml",
        &format!("clusters:\n  {entry}:\n    host: {entry}\n  far:\n    host: {entry}\n"),
    );
    check(
        "registry",
        &s,
        &[
            "cluster list",
            "cluster remove far --dry-run",
            "doctor",
            "local ps",
        ],
    );

    let s = Sandbox::with_running_cluster();
    for call in ["docker-ps", "compose-up", "docker-inspect"] {
        s.engine.fail(call, 1, EVIL);
        check(call, &s, &["local ps", "local start", "doctor"]);
        s.engine.unhook(call);
    }
    s.engine.log("prisma", &format!("{EVIL}\n"));
    check("log", &s, &["doctor"]);
    s.engine.change("prisma", "image", "i\u{202e}\u{2066}");
    s.engine.change("prisma", "name", "n\u{202e}\u{2066}");
    check("container", &s, &["local ps", "local start --dry-run"]);
    is_shown_safely("container", &s.run("local ps -o env"));

    let s = Sandbox::with_cluster();
    s.write(
        "work/prisma.yml",
        &format!("{entry}: 1\nendpoint: {entry}\ndatamodel: {entry}\n"),
    );
    check(
        "prisma.yml",
        &s,
        &["deploy", "deploy --dry-run", "generate"],
    );
    s.write(
        "work/prisma.yml",
        "endpoint: http://localhost:1/a/b\ndatamodel: d.graphql\n",
    );
    s.write("work/d.graphql", EVIL);
    check("datamodel", &s, &["deploy --dry-run"]);
    s.write(
        "home/.prisma/clusters/local/cluster.yml",
        &format!("{entry}: 1\nport: {entry}\n"),
    );
    check(
        "cluster.yml",
        &s,
        &["local ps", "local start --dry-run", "doctor"],
    );
    injected("nothing_from_outside_controls_a_terminal", faults);
}

#[test]
fn an_argument_controls_no_terminal() {
    let s = Sandbox::with_cluster();
    let commands: [&[&str]; 4] = [
        &["local", "ps", "-n", EVIL],
        &["cluster", "remove", EVIL],
        &["deploy", "-p", EVIL],
        &[EVIL],
    ];
    for words in commands {
        for more in [&[][..], &["-o", "json"]] {
            let words = words.iter().chain(more).copied();
            let run = s.program(crate::support::run::PRISMA, words);
            is_shown_safely("argument", &s.end(run.start()));
        }
    }
    injected("an_argument_controls_no_terminal", commands.len() * 2);
}
