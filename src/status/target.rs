//! Finds clusters by name: `NAME` in the registry, `WORKSPACE/NAME` in Prisma Cloud.

use crate::config::registry::{Entry, Registry};
use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::status::cloud::{self, Cloud, CloudCluster};
use crate::suggest;
use std::time::Duration;

/// A cluster found by its name.
#[derive(Debug, Clone)]
pub enum Target {
    /// An entry of the registry.
    Registry(Entry),
    /// A cluster of a workspace, and the session that gives access to it.
    Cloud(CloudCluster, Cloud),
}

impl Target {
    /// Finds the cluster of that name; `limit` is the time limit for Prisma Cloud, if it is needed.
    pub fn find(env: &Env, registry: &Registry, name: &str, limit: Duration) -> Result<Target> {
        if let Some(entry) = registry.get(name).or_else(|| registry.respelled(name)) {
            return Ok(Target::Registry(entry.usable()?.clone()));
        }
        if cloud::has_closed(env, name) {
            return Err(cloud::closed(&format!("cluster `{}`", name.escape_debug())));
        }
        if !name.contains('/') {
            return Err(unknown(name, registry.names()));
        }
        let cloud = Cloud::find(env, registry)?.ok_or_else(|| {
            let message =
                format!("cluster `{name}` is on Prisma Cloud, and there is no session key");
            Failure::new(Kind::UnknownCluster, message)
                .hint("set `cloudSessionKey` in the registry, or `PRISMA_CLOUD_SESSION_KEY`")
        })?;
        let clusters = cloud.clusters(limit)?;
        let names: Vec<String> = clusters.iter().map(ToString::to_string).collect();
        match names.iter().position(|known| known == name) {
            Some(at) => Ok(Target::Cloud(clusters[at].clone(), cloud)),
            None => Err(unknown(name, names.iter().map(String::as_str))),
        }
    }
}

/// The failure for an unknown name, with suggestions.
pub fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let message = format!("cluster `{}` not found", name.escape_debug());
    let failure = Failure::new(Kind::UnknownCluster, message);
    let known: Vec<&str> = known.collect();
    if let Some(near) = suggest::nearest(name, &known) {
        return failure.hint(format!("did you mean `{near}`?"));
    }
    match known.as_slice() {
        [] => failure.hint("add one with `prisma cluster add` or `prisma local start`"),
        names if names.len() > 20 => failure.hint("see `prisma cluster list`"),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            failure.hint(format!("known clusters: {}", names.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_recognised_and_otherwise_the_names_are_listed() {
        let names = ["local", "digital-ocean"];
        let hint = |name: &str| unknown(name, names.into_iter()).hints.join("|");
        assert_eq!(hint("digitalocean"), "did you mean `digital-ocean`?");
        assert_eq!(hint("Local"), "did you mean `local`?");
        assert_eq!(hint("staging"), "known clusters: `local`, `digital-ocean`");
        let none = unknown("x", std::iter::empty()).hints.join("|");
        assert_eq!(
            none,
            "add one with `prisma cluster add` or `prisma local start`"
        );
    }

    #[test]
    fn a_workspace_needs_a_session() {
        let find = |env: &Env, name| {
            let limit = Duration::from_secs(1);
            Target::find(env, &Registry::default(), name, limit).expect_err("unknown")
        };
        let successor = Env::from([("PRISMA_CLOUD_API", "http://localhost:1")]);
        let failure = find(&successor, "acme/one");
        assert!(failure.message().contains("no session key"), "{failure}");
        for name in ["acme/one", "prisma-eu1", "prisma-us1"] {
            let failure = find(&Env::default(), name).message();
            let expected =
                format!("cluster `{name}` was on Prisma Cloud, which closed on 2022-09-01");
            assert_eq!(failure, expected);
        }
        assert_eq!(
            find(&Env::default(), "one").message(),
            "cluster `one` not found"
        );
    }
}
