//! Names and values that are not UTF-8: they work, or are refused; nothing else is used in their place.

use crate::support::{Sandbox, injected};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

/// `text` with a byte in it that no UTF-8 has.
fn odd(text: &str) -> OsString {
    let mut bytes = text.as_bytes().to_vec();
    bytes.push(0xff);
    OsStr::from_bytes(&bytes).to_owned()
}

const ADD: &str = "cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-env MINE";

#[test]
fn a_home_with_an_odd_name_is_used_and_docker_compose_is_not_given_it() {
    for variable in ["PRISMA_HOME", "HOME"] {
        let mut s = Sandbox::new();
        let folder = s.root().join(odd("home"));
        fs::create_dir(&folder).expect("a folder");
        s.set("MINE", "secret");
        s.set(variable, &folder);
        s.run(ADD).succeeds();
        let home = if variable == "HOME" {
            folder.join(".prisma")
        } else {
            folder
        };
        let registry = fs::read_to_string(home.join("config.yml")).expect("is there");
        assert!(registry.contains("far:"));
        assert!(s.run("cluster list").all().contains("far"));
        assert!(
            !s.path("home/.prisma").exists(),
            "the usual home is not touched"
        );
        for words in [
            "local start {ports}",
            "local ps",
            "local nuke --yes",
            "local delete --yes",
        ] {
            let ended = s.run(words);
            assert!(
                ended.status == 2 && ended.stderr.contains("is not UTF-8 text"),
                "{ended:?}"
            );
        }
        let ended = s.run("doctor");
        assert!(ended.status <= 1, "{ended:?}");
        assert!(!s.engine.was_called("up"));
    }
    injected(
        "a_home_with_an_odd_name_is_used_and_docker_compose_is_not_given_it",
        14,
    );
}

#[test]
fn a_working_folder_with_an_odd_name_is_refused_where_its_name_matters() {
    let mut s = Sandbox::new();
    s.set("MINE", "secret");
    let folder = s.root().join(odd("work"));
    fs::create_dir(&folder).expect("a folder");
    fs::write(
        folder.join("prisma.yml"),
        "endpoint: http://127.0.0.1:1/a/b\ndatamodel: d\n",
    )
    .expect("writes");
    let run = |words: &str| s.end(s.prisma(words).dir(&folder).start());
    for words in [
        "deploy",
        "generate",
        "local eject",
        "local eject sub",
        "init sub --database postgres --port 4466",
    ] {
        let ended = run(words);
        assert!(
            ended.status == 2 && ended.stderr.contains("is not UTF-8 text"),
            "{words}: {ended:?}"
        );
    }
    run(ADD).succeeds();
    run("doctor --bundle report");
    assert!(folder.join("report").exists());
    let names = fs::read_dir(&folder).expect("a folder").count();
    assert_eq!(names, 2, "nothing else was written");
    injected(
        "a_working_folder_with_an_odd_name_is_refused_where_its_name_matters",
        7,
    );
}

#[test]
fn files_with_odd_names_are_read_and_written_under_them() {
    let s = Sandbox::new();
    let add = |name: &OsStr| {
        let run =
            s.prisma("cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-file");
        s.end(run.args([name]).start())
    };
    fs::write(s.path("work").join(odd("secret")), "from the odd file").expect("writes");
    add(&odd("secret")).succeeds();
    assert!(
        s.read("home/.prisma/config.yml")
            .contains("from the odd file")
    );
    assert_eq!(add(&odd("other")).status, 1);
    s.end(s.prisma("doctor --bundle").args([odd("report")]).start());
    assert!(s.path("work").join(odd("report")).exists());
    s.write(
        "work/prisma.yml",
        "endpoint: ${env:AT}\ndatamodel: none.graphql\n",
    );
    fs::write(
        s.path("work").join(odd("env")),
        "AT=http://127.0.0.1:1/a/b\n",
    )
    .expect("writes");
    let ended = s.end(s.prisma("deploy -e").args([odd("env")]).start());
    assert!(ended.stderr.contains("none.graphql"), "{ended:?}");
    fs::rename(s.path("work/prisma.yml"), s.path("work").join(odd("p.yml"))).expect("renames");
    let ended = s.end(s.prisma("deploy -p").args([odd("p.yml")]).start());
    assert!(
        ended.status == 2 && ended.stderr.contains("is not UTF-8 text"),
        "{ended:?}"
    );
    injected("files_with_odd_names_are_read_and_written_under_them", 5);
}

#[test]
fn variables_with_odd_values_are_refused() {
    const NAMES: [&str; 11] = [
        "PATH",
        "PRISMA_DOCKER",
        "PRISMA_COMPOSE",
        "PRISMA_MANAGEMENT_API_SECRET",
        "PRISMA_MANAGEMENT_API_ENDPOINT",
        "PRISMA_CLOUD_API",
        "DOCKER_HOST",
        "DOCKER_CONTEXT",
        "COMPOSE_PROJECT_NAME",
        "HTTP_PROXY",
        "https_proxy",
    ];
    for name in NAMES {
        let mut s = Sandbox::new();
        s.set(name, odd("x"));
        let ended = s.run("cluster list");
        let said = format!("the value of the variable `{name}` is not UTF-8 text");
        assert!(
            ended.status == 2 && ended.stderr.contains(&said),
            "{ended:?}"
        );
    }
    for name in ["PRISMA_CLI_CLUSTER_ENDPOINT", "PRISMA_CLI_SECRET_ENV"] {
        let mut s = Sandbox::new();
        s.set(name, odd("x"));
        let ended = s.run("cluster add far --no-check");
        assert_eq!(ended.status, 2, "{ended:?}");
    }
    injected("variables_with_odd_values_are_refused", NAMES.len() + 2);
}
