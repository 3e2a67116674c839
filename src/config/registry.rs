//! The cluster registry, `~/.prisma/config.yml`: the clusters' addresses and secrets.
//!
//! Users edit the file, all their projects share it, and it holds private keys. So all its
//! problems are reported at once, and it is edited under a lock, one entry's lines at a time, with the
//! result checked before it replaces the old file.

mod fast_path;
mod read;
mod resolve;
mod store;

use crate::cluster::ClusterName;
use crate::config::EnvLookup;
use crate::error::{Failure, Result};
use crate::files;
use crate::secret::Secret;
use crate::url::points_here;
use crate::yaml::Places;
use std::path::Path;

pub use resolve::resolve;
pub use store::{NewEntry, Preview, Saved, preview_remove, preview_save, remove, save};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// Its address as written, with references to variables resolved.
    pub host: String,
    /// A private key, or in the server edition any string.
    pub secret: Option<Secret>,
    /// Why it cannot be used: a variable that it refers to is not set.
    pub problem: Option<Failure>,
}

impl Entry {
    /// The name under which docker-compose runs a cluster called so.
    pub fn project(&self) -> Option<ClusterName> {
        ClusterName::normalised(&self.name)
    }

    /// The entry, or why it cannot be used.
    pub fn usable(&self) -> Result<&Entry> {
        match &self.problem {
            Some(problem) => Err(problem.clone()),
            None => Ok(self),
        }
    }
}

/// The content of the file.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    clusters: Vec<Entry>,
    session: Option<Secret>,
    warnings: Vec<String>,
}

impl Registry {
    /// Reads the file; a missing one is an empty registry.
    pub fn load(path: &Path, env: EnvLookup<'_>) -> Result<Registry> {
        let Some(text) = files::read_text(path)? else {
            return Ok(Registry::default());
        };
        let contents = read::contents(path, &text, None)?;
        let mut registry = Registry::default();
        let places = Places::of(&text);
        for raw in &contents.clusters {
            registry.clusters.push(raw.resolve(path, &places, env));
        }
        let mut entries = registry.clusters.iter();
        let is_secret = contents.session.is_some() || entries.any(|entry| entry.secret.is_some());
        if is_secret && files::readable_by_others(path) {
            registry.warnings.push(format!(
                "`{path}` contains secrets and is readable by others: run `chmod 600 {path}`",
                path = path.display()
            ));
        }
        for entry in &registry.clusters {
            if let Some(problem) = &entry.problem {
                registry.warnings.push(problem.message());
            }
        }
        if let Some(session) = &contents.session {
            match resolve::resolve(session, env) {
                Ok(session) => registry.session = Some(session.into()),
                Err(name) => registry.warnings.push(format!(
                    "`cloudSessionKey` in `{}` refers to the variable `{name}`, which is not set",
                    path.display()
                )),
            }
        }
        Ok(registry)
    }

    /// The clusters, in file order.
    pub fn clusters(&self) -> &[Entry] {
        &self.clusters
    }

    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.clusters.iter().find(|entry| entry.name == name)
    }

    /// The entry of a cluster on a Docker engine: the one of its name, or one of the npm CLI, whose name
    /// docker-compose normalised. It wrote the one it used last at the end.
    pub fn of_project(&self, name: &ClusterName) -> Option<&Entry> {
        let given = name.given().and_then(|given| self.get(given));
        let is_of = |entry: &&Entry| {
            entry
                .project()
                .is_some_and(|project| project.as_ref() == name.as_ref())
        };
        let is_of_old = |entry: &&Entry| {
            let old = entry.project().and_then(|project| project.before_1_21());
            old.is_some_and(|old| old.as_ref() == name.as_ref())
        };
        let normalised = || self.clusters.iter().rfind(is_of);
        given
            .or_else(|| self.get(name.as_ref()))
            .or_else(normalised)
            .or_else(|| self.clusters.iter().rfind(is_of_old))
    }

    /// The entry of a cluster on this machine that has the name in the npm CLI's spelling.
    pub fn respelled(&self, name: &str) -> Option<&Entry> {
        let entry = self.of_project(&name.parse().ok()?)?;
        points_here(&entry.host).then_some(entry)
    }

    /// The names of the clusters, in file order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.clusters.iter().map(|entry| entry.name.as_str())
    }

    pub fn cloud_session_key(&self) -> Option<&Secret> {
        self.session.as_ref()
    }

    /// Warnings for the user: others can read the file, a variable is not set.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}
