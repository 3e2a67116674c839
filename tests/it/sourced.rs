//! `local ps -o env`: lines that a shell takes as variables, whatever stands in them.

use crate::support::Sandbox;
use crate::support::engine::Made;
use crate::support::run::Run;
use prisma_cli::testing::cli;
use prisma_cli::testing::commands::local::variables::KEYS;

/// The variables after a real shell has taken the lines, each in brackets. The shell must not be moved
/// to do anything else: it stands in a folder where that would show.
fn sourced(s: &Sandbox, lines: &str) -> String {
    s.write("work/lines", lines);
    let shown: String = KEYS
        .iter()
        .map(|(key, _)| format!("printf '%s=[%s]\\n' {key} \"${key}\"; "))
        .collect();
    let script = format!("set -eu; PRISMA_SERVER_CONTAINER=old; . ./lines; {shown}");
    let ended = Run::new("/bin/sh", ["-c", &script])
        .dir(s.path("work"))
        .start()
        .end();
    assert_eq!(ended.status, 0, "{lines}");
    s.plain(&ended.stdout)
}

#[test]
fn each_variable_is_always_there() {
    let s = Sandbox::with_cluster();
    let none = "export PRISMA_SERVER_CLUSTER=local\n\
         export PRISMA_SERVER_STATE=none\n\
         export PRISMA_SERVER_URL=http://localhost:<port>\n\
         export PRISMA_SERVER_DATABASE=localhost:<db-port>\n\
         export PRISMA_SERVER_CONTAINER=\n\
         export PRISMA_SERVER_DATABASE_CONTAINER=\n";
    s.run("local ps -o env").is(0, none, "");
    let up = none
        .replace("=none", "=running")
        .replace(
            "SERVER_CONTAINER=",
            "SERVER_CONTAINER=local-prisma-database-1",
        )
        .replace("DATABASE_CONTAINER=", "DATABASE_CONTAINER=prisma-db");
    s.run("local start").succeeds();
    s.run("local ps -o env").is(0, &up, "");
    s.engine.change("prisma-database", "status", "exited");
    s.run("local ps -o env")
        .is(0, &up.replace("=running", "=partly"), "");
    s.run("local stop").succeeds();
    s.run("local ps -o env")
        .is(0, &up.replace("=running", "=stopped"), "");
    let secret = s.read("home/.prisma/clusters/local/cluster.yml");
    let line = secret.lines().find(|line| line.len() > 50).expect("a key");
    assert!(!s.run("local ps -o env -v").stdout.contains(line.trim()));
}

#[test]
fn a_shell_takes_hostile_values_as_they_are_shown() {
    let s = Sandbox::with_cluster();
    // As the engine's JSON spells them.
    let name = r"a\u0027b; touch pwned\u000a\u0024(touch pwned) \u0060touch pwned\u0060 \u0022x\u0022 \u005c\u0024HOME \u007e *";
    s.engine.make(&Made {
        number: 7,
        project: "local",
        service: "prisma-database",
        name,
        image: "prismagraphql/prisma:1.1",
        status: "running",
        ports: &[],
        env: &[],
        version: "2.40.3",
    });
    let ended = s.begin("local ps -o env").end();
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(
        sourced(&s, &ended.stdout),
        "PRISMA_SERVER_CLUSTER=[local]\n\
         PRISMA_SERVER_STATE=[running]\n\
         PRISMA_SERVER_URL=[http://localhost:<port>]\n\
         PRISMA_SERVER_DATABASE=[localhost:<db-port>]\n\
         PRISMA_SERVER_CONTAINER=[a'b; touch pwned\\n$(touch pwned) `touch pwned` \"x\" \\$HOME ~ *]\n\
         PRISMA_SERVER_DATABASE_CONTAINER=[]\n"
    );
    assert!(!s.path("work/pwned").exists());
}

#[test]
fn no_cluster_leaves_nothing_of_the_one_before() {
    let s = Sandbox::new();
    s.run("local ps -n nobody -o env").is(
        0,
        "export PRISMA_SERVER_CLUSTER=nobody\nexport PRISMA_SERVER_STATE=none\n\
         export PRISMA_SERVER_URL=\nexport PRISMA_SERVER_DATABASE=\n\
         export PRISMA_SERVER_CONTAINER=\nexport PRISMA_SERVER_DATABASE_CONTAINER=\n",
        "",
    );
}

#[test]
fn no_other_command_has_it() {
    let mut s = Sandbox::with_cluster();
    let refused = |name: &str| {
        format!(
            "error: `prisma {name}` does not support `--output env`\n\
             hint: only `prisma local ps` does: omit `--output env`, or unset `PRISMA_CLI_OUTPUT`\n"
        )
    };
    for (words, name) in [
        ("local start {ports}", "local start"),
        ("local logs", "local logs"),
        ("cluster list", "cluster list"),
        ("version", "version"),
        ("deploy", "deploy"),
    ] {
        s.run(&format!("{words} -o env")).is(2, "", &refused(name));
    }
    s.ran("");
    s.set("PRISMA_CLI_OUTPUT", "env");
    s.run("local stop").is(2, "", &refused("local stop"));
    s.run("local status").succeeds();
}

/// What is exported must not turn into flags of later runs, nor into what projects read.
#[test]
fn none_is_a_variable_of_flags() {
    let mut flags = Vec::new();
    let mut left = vec![cli::definition()];
    while let Some(command) = left.pop() {
        let names = command.get_arguments().filter_map(clap::Arg::get_env);
        flags.extend(names.map(|name| name.to_string_lossy().into_owned()));
        left.extend(command.get_subcommands().cloned());
    }
    for (key, _) in KEYS {
        assert!(key.starts_with("PRISMA_SERVER_"), "{key}");
        assert!(!flags.iter().any(|flag| flag == key), "{key}");
    }
}
