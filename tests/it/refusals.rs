//! A command that is refused, by a check or by the user, has changed nothing: it has only asked.

use crate::support::Sandbox;
use std::fs;
use std::path::{Path, PathBuf};

const CLUSTER: &str = "home/.prisma/clusters/local/cluster.yml";
const COMPOSE: &str = "home/.prisma/clusters/local/docker-compose.yml";

/// The verbs that start a cluster; each needs another answer to begin.
const STARTING: [&str; 4] = ["start", "restart", "upgrade", "nuke"];

/// What keeps such a verb from starting, and what it says.
type Refusal = (&'static str, fn(&mut Sandbox), &'static str);

const REFUSALS: [Refusal; 10] = [
    (
        "a broken cluster.yml",
        |s| s.write(CLUSTER, "prismaVersion: [\n"),
        "cluster.yml",
    ),
    (
        "a value that cannot be",
        |s| s.write(CLUSTER, &s.config("prismaVersion: \"0.1\"\n")),
        "cluster.yml",
    ),
    (
        "a secret that no one resolves",
        |s| s.write(CLUSTER, &s.config("schemaManagerSecret: ${env:SECRET}\n")),
        "`schemaManagerSecret`: it contains `${…}`",
    ),
    (
        "too little memory",
        |s| {
            s.write(
                "home/.prisma/clusters/local/docker-compose.override.yml",
                "services:\n  prisma-database:\n    mem_limit: 128m\n",
            )
        },
        "limits the server to 128 MiB of memory, and it requires at least 200 MiB",
    ),
    (
        "too small a heap",
        |s| {
            s.write(
                "home/.prisma/clusters/local/docker-compose.override.yml",
                "services:\n  prisma-database:\n    environment:\n      JAVA_OPTS: -Xmx24m\n",
            )
        },
        "limits the server to 24 MiB of heap (`-Xmx`), and it requires at least 48 MiB",
    ),
    (
        "a broken registry",
        |s| s.write("home/.prisma/config.yml", "clusters: [\n"),
        "config.yml",
    ),
    (
        "an edited file",
        |s| s.write(COMPOSE, &format!("{}# mine\n", s.read(COMPOSE))),
        "docker-compose.yml",
    ),
    (
        "a paused container",
        |s| s.engine.change("prisma-db", "status", "paused"),
        "docker unpause",
    ),
    (
        "an engine that does not answer",
        |s| {
            s.engine.fail(
                "docker-ps",
                1,
                "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
            )
        },
        "engine",
    ),
    (
        "a missing docker-compose",
        |s| s.set("PRISMA_COMPOSE", "no-such-compose"),
        "PRISMA_COMPOSE",
    ),
];

#[test]
fn whatever_refuses_a_start_does_so_before_anything_changes() {
    for (what, arrange, said) in REFUSALS {
        for verb in STARTING {
            let mut s = Sandbox::with_running_cluster();
            arrange(&mut s);
            let before = (s.files(), s.engine.state());
            // Without a terminal, and without consent: `--yes` would overwrite the edited file.
            let ended = s.begin(&format!("local {verb}")).end();
            assert_ne!(ended.status, 0, "{verb}, {what}: {ended:?}");
            assert!(ended.stderr.contains(said), "{verb}, {what}: {ended:?}");
            assert_eq!(s.take_acts(), "", "{verb}, {what}");
            assert_eq!(s.changes_since(&before.0), "", "{verb}, {what}");
            assert_eq!(s.engine.state(), before.1, "{verb}, {what}");
        }
    }
}

/// `nuke` destroys: what would keep it from starting again is found before the user is asked.
#[test]
fn nuke_is_refused_before_its_question() {
    for (what, arrange, said) in REFUSALS {
        let mut s = Sandbox::with_running_cluster();
        arrange(&mut s);
        let ended = s.begin("local nuke").end();
        assert!(!ended.stderr.contains("deleting"), "{what}: {ended:?}");
        assert!(ended.stderr.contains(said), "{what}: {ended:?}");
    }
}

#[test]
fn declining_has_changed_nothing() {
    for verb in ["nuke", "delete"] {
        declines(&Sandbox::with_running_cluster(), verb);
    }
    for verb in STARTING {
        let s = Sandbox::with_running_cluster();
        s.write(COMPOSE, &format!("{}# mine\n", s.read(COMPOSE)));
        declines(&s, verb);
    }
}

/// Answers no to what a verb asks.
#[track_caller]
fn declines(s: &Sandbox, verb: &str) {
    let before = (s.files(), s.engine.state());
    let mut t = s.at_terminal(&format!("local {verb}"));
    t.shows("(y/N)");
    t.types("n\r");
    assert_eq!(t.end().status, 1, "{verb}");
    assert_eq!(s.take_acts(), "", "{verb}");
    assert_eq!((s.files(), s.engine.state()), before, "{verb}");
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => sources(&path, found),
            path => found.push(path),
        }
    }
}

/// The files of the program that contain a text, without their unit tests.
fn containing(needle: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut all = Vec::new();
    sources(&root, &mut all);
    let mut found: Vec<String> = all
        .iter()
        .filter(|path| {
            let text = fs::read_to_string(path).expect("readable");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            !path.ends_with("tests.rs") && code.contains(needle)
        })
        .map(|path| {
            path.strip_prefix(&root)
                .expect("inside")
                .display()
                .to_string()
        })
        .collect();
    found.sort();
    found
}

/// The compiler keeps an action from being run without a permit. This keeps permits, signals and
/// commands from appearing anywhere else.
#[test]
fn only_plans_give_permits_signal_and_change() {
    assert_eq!(containing("Permit::new("), ["plan.rs"]);
    assert_eq!(containing("kill_process"), ["plan/free_ports.rs"]);
    for made in ["Action::new(", "Invocation::new("] {
        assert_eq!(
            containing(made),
            [
                "commands/deploy/shell.rs",
                "commands/service/generators.rs",
                "docker/verbs.rs"
            ],
            "{made}"
        );
    }
}
