//! What docker and docker-compose print, in answers and in failures.

use super::texts;
use prisma_cli::testing::docker::Engine;
use prisma_cli::testing::docker::container::{parse_ids, parse_inspect};
use prisma_cli::testing::docker::diagnosis::diagnose;
use prisma_cli::testing::env::Env;
use prisma_cli::testing::process::{Invocation, Outcome};

pub fn seeds() -> Vec<String> {
    let mut seeds = texts([
        "0123abcd\n4567\n",
        "Error response from daemon: driver failed: Bind for 0.0.0.0:4466 failed: port is already allocated\n",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n",
        "a\r\u{1b}[31mb\u{1b}[0m\nno space left on device\n\n",
        "manifest for x:1 not found: manifest unknown\n",
        "tcp://[2001:db8::1]:2376",
        "ssh://me@host:22",
        "[]",
        "[{}]",
    ]);
    seeds.push(include_str!("../../../src/docker/container/inspect.json").to_owned());
    seeds
}

/// The most a failure tells: its own words, and the last lines of the child.
const LINES: usize = 30;

pub fn check(text: &str) {
    for id in parse_ids(text) {
        assert!(!id.is_empty() && !id.contains(char::is_whitespace));
    }
    match parse_inspect(text) {
        Ok(containers) => {
            assert!(containers.is_sorted_by_key(|c| (c.service.clone(), c.name.clone())));
            for container in &containers {
                assert!(!container.name.starts_with('/'));
                let _ = (
                    container.is_up(),
                    container.is_server(),
                    container.published("4466/tcp"),
                );
            }
        }
        Err(failure) => assert!(!failure.message().contains('\n'), "{failure}"),
    }
    let invocation = Invocation::new("docker", ["ps"]);
    for (stdout, stderr) in [(text, ""), ("", text)] {
        let outcome = Outcome {
            code: Some(1),
            stdout: stdout.to_owned(),
            stderr: stderr.to_owned(),
            ..Outcome::default()
        };
        let failure = diagnose(&Env::default(), &invocation, &outcome);
        assert!(failure.message().starts_with("`docker ps`"), "{failure}");
        assert!(failure.message().lines().count() <= LINES, "{failure}");
        assert!(failure.hints.iter().all(|hint| !hint.is_empty()));
    }
    match Engine::find(&Env::from([("DOCKER_HOST", text)])) {
        Ok(engine) => assert!(!engine.host.is_empty(), "{text:?}"),
        Err(failure) => assert!(!failure.hints.is_empty(), "{failure}"),
    }
}
