//! Images: unknown, refused, unreachable, too big, or for another architecture.

use super::{Cause, Known, between};
use crate::error::Kind;

pub const KNOWN: &[Known] = &[
    Known {
        needles: &["toomanyrequests"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the image registry's pull rate limit was reached",
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
                    "the image is not available for {}",
                    wanted.unwrap_or("this machine")
                ),
                "choose another one with `--database-image`, or emulate the other architecture with `DOCKER_DEFAULT_PLATFORM=linux/amd64`",
            )
        },
    },
    // Refused since containerd 2.1, and by some engines before it.
    Known {
        needles: &["manifest.v1+prettyjws"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the image is in an old format (manifest schema 1) that this engine does not support",
                "choose another version; or pull it with an older engine and bring it here with `docker save` and `docker load`",
            )
        },
    },
    Known {
        needles: &["unauthorized: incorrect username or password"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the image registry rejects the login that docker has stored",
                "log in again with `docker login`, or remove the login with `docker logout`: public images need none",
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
                    Some(image) => format!("the image registry has no such tag: `{image}`"),
                    None => "the image registry has no such tag".to_owned(),
                },
                "check the version, e.g. on https://hub.docker.com/r/prismagraphql/prisma/tags",
            )
        },
    },
    Known {
        needles: &["pull access denied", "repository does not exist"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the image registry has no such image, or you are not allowed to pull it",
                "check the image's name, or log in with `docker login`",
            )
        },
    },
    Known {
        needles: &["no space left on device"],
        kind: Kind::Io,
        tell: |_| {
            Cause::new(
                "the Docker engine's disk is full",
                "free some space, e.g. with `docker system prune`, and run the command again",
            )
        },
    },
    Known {
        needles: &["proxyconnect tcp"],
        kind: Kind::ImageUnavailable,
        tell: |_| {
            Cause::new(
                "the Docker engine cannot reach its proxy",
                "fix `HTTPS_PROXY` in the engine's settings, and restart it",
            )
        },
    },
    Known {
        needles: &["received unexpected HTTP status: 5"],
        kind: Kind::ImageUnavailable,
        tell: |_| Cause::new("the image registry is unavailable", "try again later"),
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
                "cannot reach the image registry",
                "check the Docker engine's network, proxy and DNS; images already pulled need no network",
            )
        },
    },
];
