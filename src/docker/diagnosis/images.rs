//! Images: unknown, refused, not reachable, too big, or for another machine.

use super::{Cause, Known, between};
use crate::error::Kind;

pub const KNOWN: &[Known] = &[
    Known {
        needles: &["toomanyrequests"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the registry limits how often you may pull",
                "wait, or log in with `docker login` for a higher limit",
            )
        },
    },
    Known {
        needles: &[
            "no matching manifest for",
            "does not match the specified platform",
        ],
        kind: Kind::ImageUnavailable,
        tell: |line| {
            let wanted = between(line, "no matching manifest for ", " ");
            let wanted = wanted.or_else(|| between(line, "wanted ", ","));
            Cause::new(
                format!(
                    "the image is not made for {}",
                    wanted.unwrap_or("this machine")
                ),
                "choose one that is with `--database-image`, or have this one emulated with `DOCKER_DEFAULT_PLATFORM=linux/amd64`",
            )
        },
    },
    Known {
        needles: &["manifest unknown", "not found: manifest"],
        kind: Kind::ImageUnavailable,
        tell: |line| {
            let image = between(line, "manifest for ", " not found");
            Cause::new(
                match image {
                    Some(image) => format!("the registry has no such tag of the image: `{image}`"),
                    None => "the registry has no such tag of the image".to_owned(),
                },
                "check the version, for example on https://hub.docker.com/r/prismagraphql/prisma/tags",
            )
        },
    },
    Known {
        needles: &["pull access denied", "repository does not exist"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the registry has no such image, or you may not pull it",
                "check the image's name, or log in with `docker login`",
            )
        },
    },
    Known {
        needles: &["no space left on device"],
        kind: Kind::Io,
        tell: |_| {
            Cause::new(
                "the disk of the Docker engine is full",
                "free some space, for example with `docker system prune`, and run the command again",
            )
        },
    },
    Known {
        needles: &["proxyconnect tcp"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the proxy of the Docker engine cannot be reached",
                "correct `HTTPS_PROXY` in the engine's own settings, and restart it",
            )
        },
    },
    Known {
        needles: &["received unexpected HTTP status: 5"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the registry is out of order",
                "run the command again later",
            )
        },
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
        tell: |_| {
            Cause::new(
                "the registry cannot be reached",
                "check the network, proxy and DNS of the Docker engine; images that are already there need no network",
            )
        },
    },
];
