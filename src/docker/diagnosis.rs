//! Failures of docker and docker-compose, told in the user's terms.
//!
//! Recognised by their texts, both generations of compose and several of docker; what is not
//! recognised is told as the command, its status and its last lines.

use crate::error::{Failure, Kind};
use crate::process::{self, Invocation, Outcome};

/// A failure text, what it means, and what helps.
struct Known {
    /// Any of these in the output.
    needles: &'static [&'static str],
    kind: Kind,
    /// Why, in the user's terms.
    why: &'static str,
    hint: &'static str,
}

/// The first match counts: a cause stands before what it leads to.
const KNOWN: &[Known] = &[
    Known {
        needles: &[
            "permission denied while trying to connect",
            "PermissionError(13",
        ],
        kind: Kind::EnginePermission,
        why: "you are not allowed to use the Docker engine",
        hint: "add yourself to the group `docker` (`sudo usermod -aG docker $USER`) and log in again",
    },
    Known {
        needles: &[
            "unable to resolve docker endpoint",
            "Invalid bind address",
            "invalid bind address",
        ],
        kind: Kind::EngineUnreachable,
        why: "`DOCKER_HOST` or the docker context is malformed",
        hint: "correct `DOCKER_HOST`, or unset it to use this machine's engine",
    },
    Known {
        needles: &["Install paramiko package"],
        kind: Kind::ToolMissing,
        why: "this docker-compose 1 cannot reach an engine through ssh: it lacks a library",
        hint: "install it, on Debian and Ubuntu: `sudo apt-get install python3-paramiko`; or use docker-compose 2",
    },
    Known {
        needles: &["TLS configuration is invalid", "TLSParameterError"],
        kind: Kind::EngineUnreachable,
        why: "docker-compose 1 wants `ca.pem`, `cert.pem` and `key.pem` for an engine with TLS",
        hint: "put all three into `DOCKER_CERT_PATH` or the docker context, or use docker-compose 2",
    },
    Known {
        needles: &[
            "Name or service not known",
            "error during connect",
            // A socket of this machine has another remedy.
            "Cannot connect to the Docker daemon at tcp://",
            "failed to connect to the docker API at tcp://",
        ],
        kind: Kind::EngineUnreachable,
        why: "the Docker engine that `DOCKER_HOST` or the context names cannot be reached",
        hint: "check `DOCKER_HOST` and `docker context ls`, and that the engine's machine is up",
    },
    Known {
        needles: &[
            "Cannot connect to the Docker daemon",
            "Is the docker daemon running",
            "ConnectionRefusedError",
            "Error while fetching server API version",
            "failed to connect to the docker API",
        ],
        kind: Kind::EngineUnreachable,
        why: "the Docker engine is not running",
        hint: "start it: `sudo systemctl start docker` (or Docker Desktop), or point `DOCKER_HOST` at one",
    },
    Known {
        needles: &[
            "'compose' is not a docker command",
            "unknown command: docker compose",
            "unknown shorthand flag: 'p' in -p",
        ],
        kind: Kind::ToolMissing,
        why: "docker-compose is not installed: neither the program nor docker's plugin",
        hint: "install it, on Debian and Ubuntu: `sudo apt-get install docker-compose`",
    },
    Known {
        needles: &["toomanyrequests"],
        kind: Kind::ImageUnavailable,
        why: "the registry limits how often you may pull",
        hint: "wait, or log in with `docker login` for a higher limit",
    },
    Known {
        needles: &["manifest unknown", "not found: manifest"],
        kind: Kind::ImageUnavailable,
        why: "the registry has no such tag of the image",
        hint: "check the version, for example on https://hub.docker.com/r/prismagraphql/prisma/tags",
    },
    Known {
        needles: &["pull access denied", "repository does not exist"],
        kind: Kind::ImageUnavailable,
        why: "the registry has no such image, or you may not pull it",
        hint: "check the image's name, or log in with `docker login`",
    },
    Known {
        needles: &["no space left on device"],
        kind: Kind::Io,
        why: "the disk of the Docker engine is full",
        hint: "free some space, for example with `docker system prune`, and run the command again",
    },
    Known {
        needles: &[
            "no such host",
            "network is unreachable",
            "x509:",
            "context deadline exceeded",
            "i/o timeout",
            "TLS handshake timeout",
            "registry-1.docker.io",
        ],
        kind: Kind::ImageUnavailable,
        why: "the registry cannot be reached",
        hint: "check the network, proxy and DNS of the Docker engine; images that are already there need no network",
    },
    Known {
        needles: &["port is already allocated", "address already in use"],
        kind: Kind::PortInUse,
        why: "a port is taken by another container or process",
        hint: "choose another with `--port` or `--db-port`, or stop what holds it",
    },
    Known {
        needles: &["Conflict. The container name"],
        kind: Kind::ContainerFailed,
        why: "a container of another project has the name this cluster needs",
        hint: "remove or rename that container, or start this cluster under another name with `-n NAME`",
    },
];

/// The failure of a docker or docker-compose command.
pub fn diagnose(invocation: &Invocation, outcome: &Outcome) -> Failure {
    let output = format!("{}{}", outcome.stdout, outcome.stderr);
    let known = KNOWN
        .iter()
        .find(|known| known.needles.iter().any(|needle| output.contains(needle)));
    match known {
        Some(known) => {
            let cause = cause_line(&output, known.needles);
            let message = format!("`{}`: {}", short(invocation), known.why);
            Failure::new(known.kind, process::with_tail(message, cause)).hint(known.hint)
        }
        None => process::failed(invocation, outcome),
    }
}

/// The line that was recognised: the shortest true account of the cause.
fn cause_line<'a>(output: &'a str, needles: &[&str]) -> &'a str {
    let known = |line: &&str| needles.iter().any(|needle| line.contains(needle));
    output.lines().rev().find(known).unwrap_or_default().trim()
}

/// Program and verb, without the files and folders that everybody knows.
fn short(invocation: &Invocation) -> String {
    let mut words = vec![invocation.name().into_owned()];
    let mut args = invocation.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-p" | "-f" | "--project-directory" | "--filter" | "--format" => {
                args.next();
            }
            flag if flag.starts_with('-') => {}
            // An id says nothing to anybody.
            id if id.len() == 64 => {}
            word => words.push(word.to_owned()),
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(stderr: &str) -> Failure {
        let outcome = Outcome {
            code: Some(1),
            stderr: stderr.into(),
            ..Outcome::default()
        };
        let args = ["-p", "x", "-f", "y.yml", "up", "-d"];
        diagnose(&Invocation::new("/bin/docker-compose", args), &outcome)
    }

    #[test]
    fn recorded_texts_are_recognised() {
        let samples = [
            (
                "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
                Kind::EngineUnreachable,
            ),
            (
                "Traceback (most recent call last):\n  File \"x\"\ndocker.errors.DockerException: Error while fetching \
                 server API version: ('Connection aborted.', FileNotFoundError(2, 'No such file or directory'))",
                Kind::EngineUnreachable,
            ),
            (
                "docker.errors.DockerException: Error while fetching server API version: ('Connection aborted.', \
                 PermissionError(13, 'Permission denied'))",
                Kind::EnginePermission,
            ),
            (
                "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: \
                 Get \"http://x\": dial unix /var/run/docker.sock: connect: permission denied",
                Kind::EnginePermission,
            ),
            (
                "error during connect: Get \"http://nosuch.invalid:2375/v1.50/containers/json\": dial tcp: lookup \
                 nosuch.invalid: no such host",
                Kind::EngineUnreachable,
            ),
            (
                "Failed to initialize: unable to resolve docker endpoint: invalid bind address format: foo://bar",
                Kind::EngineUnreachable,
            ),
            (
                "docker: 'compose' is not a docker command.\nSee 'docker --help'",
                Kind::ToolMissing,
            ),
            ("unknown shorthand flag: 'p' in -p", Kind::ToolMissing),
            (
                "manifest for mysql:99 not found: manifest unknown: manifest unknown",
                Kind::ImageUnavailable,
            ),
            (
                "Error response from daemon: Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup \
                 registry-1.docker.io on 10.0.0.1:53: no such host",
                Kind::ImageUnavailable,
            ),
            (
                "toomanyrequests: You have reached your pull rate limit.",
                Kind::ImageUnavailable,
            ),
            (
                "ERROR: for prisma-database  Cannot start service prisma-database: driver failed programming external \
                 connectivity on endpoint x (y): Bind for 0.0.0.0:4466 failed: port is already allocated",
                Kind::PortInUse,
            ),
            (
                "Error response from daemon: Conflict. The container name \"/prisma-db\" is already in use by \
                 container \"abc\". You have to remove (or rename) that container to be able to reuse that name.",
                Kind::ContainerFailed,
            ),
            (
                "failed to register layer: Error processing tar file(exit status 1): write /x: no space left on device",
                Kind::Io,
            ),
        ];
        for (text, kind) in samples {
            let failure = told(text);
            assert_eq!(failure.kind, kind, "{text}");
            assert_eq!(failure.hints.len(), 1, "{text}");
            assert!(
                failure.message.starts_with("`docker-compose up`: "),
                "{failure}"
            );
            assert!(
                failure.message.lines().count() <= 2,
                "no traceback: {failure}"
            );
        }
    }

    #[test]
    fn the_unknown_is_told_as_it_is() {
        let failure = told("something new\n");
        assert_eq!(failure.kind, Kind::ChildFailed);
        let expected = "`docker-compose -p x -f y.yml up -d` ended with status 1:\n  something new";
        assert_eq!(failure.message, expected);
    }
}
