//! What projects take from `assets/docs`: the makefile to include, the CI script and what calls it.

use crate::support::run::PRISMA;
use crate::support::{Sandbox, same, skip};
use prisma_cli::testing::cli::parse;
use prisma_cli::testing::env::Env;
use prisma_cli::testing::yaml::Node;
use std::ffi::OsString;
use std::fs;

fn docs(file: &str) -> String {
    format!("{}/assets/docs/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// A sandbox with `prisma` on `PATH` and a makefile that includes ours.
fn sandbox() -> Sandbox {
    let s = Sandbox::with_cluster();
    std::os::unix::fs::symlink(PRISMA, s.path("bin/prisma")).expect("a link");
    s.write("work/Makefile", &format!("include {}\n", docs("prisma.mk")));
    s
}

/// Runs a program beside the fakes; status, stdout and stderr.
fn run(s: &Sandbox, program: &str, words: &[&str], env: &[(&str, &str)]) -> (i32, String, String) {
    let run = s.beside_the_system(program).args(words);
    let run = env
        .iter()
        .fold(run, |run, (name, value)| run.env(name, value));
    let ended = s.end(run.start());
    (ended.status, ended.stdout, ended.stderr)
}

/// Whether there is one; it is said if not.
fn has_make() -> bool {
    let is_there = std::path::Path::new("/usr/bin/make").exists();
    if !is_there {
        skip("what projects include into makefiles", "no `make`");
    }
    is_there
}

fn make(s: &Sandbox, words: &[&str]) -> (i32, String, String) {
    run(s, "make", words, &[])
}

#[test]
fn the_makefile_starts_shows_and_stops_a_cluster() {
    if !has_make() {
        return;
    }
    let s = sandbox();
    let (status, out, err) = make(&s, &["prisma-start"]);
    assert_eq!(status, 0, "{err}");
    assert!(
        out.starts_with("prisma local start\ncluster `local` is running\n"),
        "{out}"
    );
    let (status, out, _) = make(&s, &["-s", "prisma-status"]);
    assert_eq!((status, out), (0, s.run("local ps").stdout));
    assert_eq!(make(&s, &["prisma-stop"]).0, 0);
    assert!(s.engine.state().contains("exited"), "{}", s.engine.state());
    // Nobody can be asked, until the variable of the flag answers.
    let before = s.engine.state();
    let (status, _, err) = make(&s, &["prisma-nuke"]);
    assert_ne!(status, 0);
    assert!(err.contains("--yes"), "{err}");
    assert_eq!(s.engine.state(), before);
    assert_eq!(make(&s, &["prisma-nuke", "PRISMA_CLI_YES=1"]).0, 0);
    let (_, _, err) = make(&s, &["prisma-status", "PRISMA_CLI_NAME=other"]);
    assert!(err.contains("cluster `other` not found"), "{err}");
}

#[test]
fn every_target_runs_commands_that_there_are_and_is_listed() {
    if !has_make() {
        return;
    }
    let s = sandbox();
    let (_, help, _) = make(&s, &["prisma-help"]);
    let text = fs::read_to_string(docs("prisma.mk")).expect("a makefile");
    let phony = text.lines().find_map(|line| line.strip_prefix(".PHONY: "));
    let targets: Vec<&str> = phony.expect("targets").split(' ').collect();
    let mut listed: Vec<&str> = help
        .lines()
        .filter_map(|line| line.trim().split(':').next())
        .collect();
    listed.sort_unstable();
    let mut sorted = targets.clone();
    sorted.sort_unstable();
    assert_eq!(listed, sorted);
    for target in targets.iter().filter(|target| **target != "prisma-help") {
        let (status, out, _) = make(&s, &["-n", target]);
        assert_eq!(status, 0, "{target}");
        for line in out.lines() {
            let words = line.split(' ').map(OsString::from);
            assert!(parse(words, &Env::default()).is_ok(), "{target}: {line}");
        }
    }
}

/// The line of a CI's file that runs the script.
fn line_of(file: &str, path: &[&str]) -> String {
    let text = fs::read_to_string(docs(file)).expect("a file");
    let mut node = &Node::parse(&text).expect("YAML");
    for key in path {
        node = node.get(key).unwrap_or_else(|| panic!("{file}: no {key}"));
    }
    let Node::List(steps) = node else {
        panic!("{file}: no steps")
    };
    let run = |step: &Node| {
        let run = step.get("run").and_then(Node::as_text);
        run.or(step.as_text()).map(str::to_owned)
    };
    let mut lines = steps.iter().filter_map(run);
    let line = lines.find(|line| line.contains("ci.sh"));
    line.unwrap_or_else(|| panic!("{file} does not run the script"))
}

#[test]
fn both_ci_examples_run_the_script() {
    let github = line_of("github-actions.yml", &["jobs", "test", "steps"]);
    let gitlab = line_of("gitlab-ci.yml", &["test", "script"]);
    assert_eq!(
        (github.as_str(), gitlab.as_str()),
        ("sh ci.sh npm test", "sh ci.sh npm test")
    );

    // Without docker it ends with the reason, and leaves nothing; the trials run it with.
    let s = sandbox();
    for name in ["docker", "docker-compose"] {
        fs::remove_file(s.path("bin").join(name)).expect("was there");
        s.write(
            &format!("bin/{name}"),
            "#!/bin/sh\necho no engine here >&2\nexit 1\n",
        );
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(s.path("bin").join(name), mode).expect("chmod");
    }
    fs::copy(docs("ci.sh"), s.path("work/ci.sh")).expect("copies");
    s.write("work/tmp/.keep", "");
    let tmp = s.path("work/tmp").display().to_string();
    let (status, out, err) = run(&s, "sh", &["-c", &github], &[("TMPDIR", &tmp)]);
    assert_ne!(status, 0, "{err}");
    same("stdout", &out, "");
    assert!(err.contains("no engine here"), "{err}");
    assert_eq!(run(&s, "sh", &["ci.sh"], &[]).0, 2);
}
