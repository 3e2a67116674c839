//! docker and docker-compose themselves: missing, too old, or broken by what is around them. They cannot do anything then,
//! so what they say of the engine or of an image does not count.

use super::{Cause, HELPER_ENTRY, Known};
use crate::error::Kind;

/// How to get a docker-compose that is maintained. The packages of Debian 12 and Ubuntu 22.04 are still v1.
pub const INSTALL: &str =
    "install docker-compose v2 (https://docs.docker.com/compose/install/linux/)";

pub const KNOWN: &[Known] = &[
    Known {
        needles: &["could not be found in this WSL"],
        kind: Kind::ToolMissing,
        tell: |line| {
            let convert = if line.contains("WSL 1") {
                "convert it to WSL 2 (`wsl --set-version NAME 2`), then "
            } else {
                ""
            };
            Cause::new(
                "docker is not set up in this WSL distribution",
                format!(
                    "{convert}start Docker Desktop and turn the distribution on in its settings: Resources, WSL integration"
                ),
            )
        },
    },
    Known {
        needles: &[
            "'compose' is not a docker command",
            "unknown command: docker compose",
            "unknown shorthand flag: 'p' in -p",
            "unknown flag: --short",
        ],
        kind: Kind::ToolMissing,
        tell: |_| {
            Cause::new(
                "docker-compose is not installed, neither as a program nor as docker's plugin",
                INSTALL,
            )
        },
    },
    Known {
        needles: &[
            "using the wrong Compose file version",
            ".yml\" is unsupported",
            ".yml\" is invalid",
        ],
        kind: Kind::ToolMissing,
        tell: |_| {
            Cause::new(
                "this docker-compose is too old for the compose file",
                INSTALL,
            )
        },
    },
    // v1 is no longer maintained, and does not work with newer releases of two libraries.
    Known {
        needles: &[
            "unexpected keyword argument 'chunked'",
            "Not supported URL scheme http+docker",
        ],
        kind: Kind::ToolMissing,
        tell: |_| {
            Cause::new(
                "docker-compose v1 does not work with the Python libraries that are installed",
                format!(
                    "{INSTALL}; or give v1 older libraries: `pip install 'requests<2.30' 'urllib3<2'`"
                ),
            )
        },
    },
    Known {
        needles: &["ModuleNotFoundError: No module named", "ImportError: "],
        kind: Kind::ToolMissing,
        tell: |_| {
            Cause::new(
                "docker-compose v1 cannot run: a Python module is missing",
                INSTALL,
            )
        },
    },
    Known {
        needles: &["KeyError: 'ContainerConfig'"],
        kind: Kind::ToolMissing,
        tell: |_| {
            Cause::new(
                "docker-compose v1 cannot recreate containers on this Docker engine",
                format!(
                    "{INSTALL}, or set `COMPOSE_API_VERSION=1.44`, and run the command again; data is kept"
                ),
            )
        },
    },
    Known {
        needles: &[
            "docker-credential-*executable file not found",
            "docker-credential-*not installed or not available in PATH",
            "error getting credentials - err:",
        ],
        kind: Kind::ImageUnavailable,
        tell: |line| {
            let what = match helper(line) {
                Some(helper) => format!("the credential helper `{helper}`"),
                None => "its credential helper".to_owned(),
            };
            Cause::new(
                format!("docker cannot run {what}"),
                format!("remove {HELPER_ENTRY}; public images need no login"),
            )
        },
    },
    Known {
        needles: &[
            "open /*.yml: permission denied",
            "open /*.env: permission denied",
            "stat /*.env: permission denied",
            "Permission denied: '/*.yml'",
            "Permission denied: '/*.env'",
        ],
        kind: Kind::Io,
        tell: |_| {
            Cause::new(
                "docker is not allowed to read the cluster's folder",
                "hidden folders are closed to a docker from snap or flatpak: move `~/.prisma` to a folder whose name does \
                 not start with a dot and set `PRISMA_HOME` to it, or install Docker Engine another way",
            )
        },
    },
];

/// The credential helper that docker's configuration names. It may itself miss another one, which comes after it.
pub fn helper(line: &str) -> Option<&str> {
    let rest = &line[line.find("docker-credential-")?..];
    let is_end = |c: char| c.is_whitespace() || "\"'`:".contains(c);
    rest.split(is_end).next()
}
