//! The engine: not running, not permitted, not reachable, too old.

use super::{Cause, Known, between};
use crate::error::Kind;

/// The remedy for an engine that accepts connections but never answers.
pub const MUTE: &str = "restart it: `sudo systemctl restart docker` (or Docker Desktop); if it is on another machine, check that machine";

const START: &str =
    "start it: `sudo systemctl start docker` (or Docker Desktop), or point `DOCKER_HOST` at one";
const ADDRESS: &str =
    "fix `DOCKER_HOST` or the context (`docker context ls`), or start the engine there";

pub const KNOWN: &[Known] = &[
    Known {
        needles: &[
            "permission denied while trying to connect",
            "PermissionError(13",
        ],
        kind: Kind::EnginePermission,
        tell: |_| {
            Cause::new(
                "you are not allowed to use the Docker engine",
                "add yourself to the group `docker` (`sudo usermod -aG docker $USER`) and log in again",
            )
        },
    },
    Known {
        needles: &["context not found"],
        kind: Kind::EngineUnreachable,
        tell: |line| {
            let context = between(line, "context \"", "\"").unwrap_or("that is set");
            Cause::new(
                format!("docker context `{context}` not found"),
                "choose one with `docker context use`, or unset `DOCKER_CONTEXT`",
            )
        },
    },
    Known {
        needles: &["TLS configuration is invalid", "TLSParameterError"],
        kind: Kind::EngineUnreachable,
        tell: |_| {
            Cause::new(
                "docker-compose v1 requires `ca.pem`, `cert.pem` and `key.pem` for an engine with TLS",
                "put all three into the folder `DOCKER_CERT_PATH` or the docker context, or use docker-compose v2",
            )
        },
    },
    Known {
        needles: &[
            "ca.pem: no such file",
            "cert.pem: no such file",
            "gave HTTP response to HTTPS client",
            "sent an HTTP request to an HTTPS server",
        ],
        kind: Kind::EngineUnreachable,
        tell: |_| {
            Cause::new(
                "the TLS settings do not match those of the Docker engine",
                "set `DOCKER_CERT_PATH` to the folder with `ca.pem`, `cert.pem` and `key.pem`, or unset `DOCKER_TLS_VERIFY` \
                 for an engine without TLS",
            )
        },
    },
    Known {
        needles: &[
            "unable to resolve docker endpoint",
            "Invalid bind address",
            "invalid bind address",
        ],
        kind: Kind::EngineUnreachable,
        tell: |_| {
            Cause::new(
                "`DOCKER_HOST` or the docker context is invalid",
                "fix `DOCKER_HOST`, or unset it to use this machine's engine",
            )
        },
    },
    Known {
        needles: &["SSHHTTPAdapter", "Install paramiko package"],
        kind: Kind::ToolMissing,
        tell: |_| {
            Cause::new(
                "docker-compose v1 cannot use ssh: the Python package `paramiko` is missing",
                "install it, on Debian and Ubuntu: `sudo apt-get install python3-paramiko`; or use docker-compose v2",
            )
        },
    },
    Known {
        needles: &[
            "ssh: connect to host",
            "command [ssh ",
            "write |1: broken pipe",
        ],
        kind: Kind::EngineUnreachable,
        tell: |_| {
            Cause::new(
                "cannot connect to the Docker engine's machine over ssh",
                "make sure `ssh` to it works without a prompt, then run the command again",
            )
        },
    },
    Known {
        needles: &["Read timed out. (read timeout="],
        kind: Kind::EngineUnreachable,
        tell: |_| Cause::new("the Docker engine does not respond", MUTE),
    },
    Known {
        needles: &["is too old. Minimum supported API version"],
        kind: Kind::EngineUnreachable,
        tell: |_| {
            Cause::new(
                "the Docker engine is too new for this docker client",
                "update `docker` and `docker-compose`, or unset `DOCKER_API_VERSION` and `COMPOSE_API_VERSION`",
            )
        },
    },
    Known {
        needles: &[
            "is too new. Maximum supported API version",
            "client is newer than server",
        ],
        kind: Kind::EngineUnreachable,
        tell: |_| {
            Cause::new(
                "the Docker engine is too old for this docker client",
                "update the engine, or unset `DOCKER_API_VERSION` and `COMPOSE_API_VERSION`",
            )
        },
    },
    Known {
        needles: &[
            "Name or service not known",
            "Temporary failure in name resolution",
            "Max retries exceeded with url",
        ],
        kind: Kind::EngineUnreachable,
        tell: elsewhere,
    },
    Known {
        needles: &["error during connect"],
        kind: Kind::EngineUnreachable,
        tell: |line| {
            if line.ends_with(": EOF") {
                Cause::new(
                    "lost the connection to the Docker engine",
                    "check that it is running, then run the command again",
                )
            } else {
                elsewhere(line)
            }
        },
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
        tell: not_running,
    },
];

fn elsewhere(_: &str) -> Cause {
    Cause::new(
        "cannot reach the Docker engine set by `DOCKER_HOST` or the docker context",
        "check `DOCKER_HOST` and `docker context ls`, and that the engine's machine is up",
    )
}

/// This machine's own engine has to be started; an address set by the user may be wrong.
fn not_running(line: &str) -> Cause {
    let address = between(line, "Docker daemon at ", ". Is the")
        .or_else(|| between(line, "docker API at ", "; check"));
    match address {
        Some(address) if address.starts_with("tcp://") => elsewhere(line),
        Some(address) if !is_usual(address) => {
            Cause::new(format!("no Docker engine responds at `{address}`"), ADDRESS)
        }
        _ => Cause::new("the Docker engine is not running", START),
    }
}

fn is_usual(address: &str) -> bool {
    let path = address.strip_prefix("unix://").unwrap_or(address);
    path.starts_with("npipe:") || path.ends_with("/run/docker.sock")
}
