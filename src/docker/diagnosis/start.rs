//! Containers that cannot be created or started, and things that cannot be removed.

use super::{COMMAND, Cause, Known, between};
use crate::documents::PortInUse;
use crate::error::Kind;
use crate::error::document;

/// Why containers cannot be started whose network was removed: they are to be recreated.
pub const LOST_NETWORK: &str =
    "the containers' network was removed, e.g. by `docker network prune`";

pub const KNOWN: &[Known] = &[
    Known {
        needles: &["port is already allocated", "address already in use"],
        kind: Kind::PortInUse,
        tell: port_taken,
    },
    // Windows: ranges that Hyper-V and others set aside. No program uses them.
    Known {
        needles: &["bind: *forbidden by its access permissions"],
        kind: Kind::PortInUse,
        tell: port_reserved,
    },
    Known {
        needles: &["Conflict. The container name"],
        kind: Kind::ContainerFailed,
        tell: |line| {
            let name = between(line, "container name \"/", "\"");
            let remedy = match name {
                Some(name) => {
                    format!("rename that container with `docker rename {name} {name}-other`")
                }
                None => "remove or rename that container".to_owned(),
            };
            Cause::new(
                "a container of another project uses a name that this cluster needs",
                format!("{remedy}, or start this cluster under another name with `-n NAME`"),
            )
        },
    },
    Known {
        needles: &["cannot allocate memory", "Cannot allocate memory"],
        kind: Kind::ContainerFailed,
        tell: |_| {
            Cause::new(
                "the Docker engine's machine is out of memory",
                "stop other programs there, or give the engine more memory",
            )
        },
    },
    Known {
        needles: &["exec format error"],
        kind: Kind::ContainerFailed,
        tell: |_| Cause::new(super::container::ARCHITECTURE, super::container::EMULATE),
    },
    Known {
        needles: &[
            "executable file not found",
            "unable to start container process: exec",
        ],
        kind: Kind::ContainerFailed,
        tell: |line| {
            let program = between(line, "exec: \"", "\"");
            Cause::new(
                match program {
                    Some(program) => format!("the image does not contain the program `{program}`"),
                    None => "the image's program cannot be run".to_owned(),
                },
                "fix `entrypoint` or `command` in `docker-compose.override.yml`, or choose another image",
            )
        },
    },
    Known {
        needles: &[
            "could not find an available, non-overlapping IPv4 address pool",
            "all predefined address pools have been fully subnetted",
        ],
        kind: Kind::ContainerFailed,
        tell: |_| {
            Cause::new(
                "the Docker engine has no addresses left for new networks",
                "remove unused networks with `docker network prune`",
            )
        },
    },
    Known {
        needles: &["has active endpoints", "volume is in use"],
        kind: Kind::ContainerFailed,
        tell: |line| {
            let what = between(line, "removing network: network ", " ");
            Cause::new(
                match what {
                    Some(network) => {
                        format!("a container of another project uses the network `{network}`")
                    }
                    None => {
                        "a container of another project uses a network or volume of this cluster"
                            .to_owned()
                    }
                },
                "remove that container (`docker ps -a` lists all), then run the command again",
            )
        },
    },
    Known {
        needles: &["network * not found"],
        kind: Kind::ContainerFailed,
        tell: |_| {
            Cause::new(
                LOST_NETWORK,
                format!("recreate the containers; data is kept: `{COMMAND} --force-recreate`"),
            )
        },
    },
    Known {
        needles: &["ontainer * is unhealthy"],
        kind: Kind::ContainerFailed,
        tell: |line| {
            let name = between(line, "ontainer ", " is unhealthy").unwrap_or_default();
            let name = name.trim_matches('"');
            Cause::new(
                format!("the health check of container `{name}` failed"),
                format!("see why: `docker logs {name}`"),
            )
        },
    },
    Known {
        needles: &[
            "yaml.parser.",
            "yaml.scanner.",
            "yaml: line ",
            "Unsupported config option",
            "Additional property",
            "additional properties",
            "is invalid because:",
            "validating /",
            "invalid compose project",
            "must be a mapping",
            "needs to be an object",
            "mapping key \"",
            "error decoding '",
            "nvalid interpolation format",
            "' which is undefined.",
            "but no declaration was found in the volumes section",
            "Couldn't find env file",
            "env file /",
            "Invalid containerPort",
            "Invalid hostPort",
            "Invalid ip address",
        ],
        kind: Kind::ConfigInvalid,
        tell: |_| {
            Cause::new(
                "docker-compose cannot read the cluster's compose files",
                "fix `docker-compose.override.yml` in the cluster's folder",
            )
        },
    },
    Known {
        needles: &["unexpected EOF"],
        kind: Kind::EngineUnreachable,
        tell: |_| {
            Cause::new(
                "lost the connection to the engine or the image registry",
                "check that the engine is running, then run the command again",
            )
        },
    },
];

/// Docker says which port, and whether a container uses it; not which one.
fn port_taken(line: &str) -> Cause {
    let port = port(line);
    let by = if line.contains("port is already allocated") {
        "another container"
    } else {
        "another program"
    };
    about_port(
        port,
        &format!("is in use by {by}"),
        "choose another with `--port` or `--db-port` (`auto` finds one), or stop the program using it",
    )
}

fn port_reserved(line: &str) -> Cause {
    about_port(
        port(line),
        "is reserved by the system",
        "choose another with `--port` or `--db-port`; `netsh interface ipv4 show excludedportrange protocol=tcp` lists those reserved",
    )
}

fn about_port(port: Option<u16>, how: &str, hint: &str) -> Cause {
    let what = match port {
        Some(port) => format!("port {port}"),
        None => "a port".to_owned(),
    };
    Cause {
        data: port.map(|port| document(PortInUse { port })),
        ..Cause::new(format!("{what} {how}"), hint)
    }
}

/// The port in `Bind for 0.0.0.0:4466 failed`, `listen tcp4 0.0.0.0:4466: bind`, `Bind for :::4466 failed` and
/// `host port for 0.0.0.0:4466:172.18.0.2:3306/tcp`.
fn port(line: &str) -> Option<u16> {
    let starts = [
        "Bind for ",
        "listen tcp4 ",
        "listen tcp6 ",
        "listen tcp ",
        "host port for ",
    ];
    let rest = starts
        .iter()
        .find_map(|start| Some(line.split_once(start)?.1))?;
    let address = rest.split_whitespace().next()?;
    let (_, numbers) = match address.rfind("]:") {
        Some(end) => address.split_at(end + 1),
        None => ("", address.strip_prefix("::").unwrap_or(address)),
    };
    numbers
        .split(':')
        .skip(1)
        .find_map(|number| number.parse().ok())
}
