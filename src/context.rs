//! What a run gets from outside: environment, folders, terminal, processes, signals.
//! Built once in `lib.rs` and handed down.

use crate::cluster::ClusterName;
use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::interrupt::Interrupt;
use crate::process::Runner;
use crate::ui::{Ask, Ui};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Variables that are not those of flags, for manual and reference.
pub const VARIABLES: [(&str, &str); 10] = [
    ("PRISMA_HOME", "the folder that is `~/.prisma` otherwise"),
    ("PRISMA_DOCKER", "the program to run as `docker`"),
    (
        "PRISMA_COMPOSE",
        "the program to run as `docker-compose`; `docker` for its plugin",
    ),
    (
        "PRISMA_MANAGEMENT_API_SECRET",
        "the secret to deploy with, instead of the registry's",
    ),
    (
        "PRISMA_CLOUD_SESSION_KEY",
        "the session key of Prisma Cloud, instead of the registry's",
    ),
    (
        "PRISMA_CLOUD_API",
        "the address of Prisma Cloud's API, or of a private successor",
    ),
    (
        "PRISMA_CLOUD_CLUSTERS",
        "the address of the list of its shared clusters",
    ),
    ("NO_COLOR", "no colour, if it is set"),
    (
        "CLICOLOR_FORCE",
        "colour even where there is no terminal, unless it is `0`",
    ),
    (
        "CI",
        "no spinners, no questions and no colour unless asked for, if it is set and neither `false` nor `0`",
    ),
];

/// The files people may want to see or edit, for manual and reference.
pub const FILES: [(&str, &str); 4] = [
    (
        "~/.prisma/config.yml",
        "the cluster registry: where clusters are, and the secret of each",
    ),
    (
        "~/.prisma/clusters/NAME/cluster.yml",
        "the configuration of a cluster that runs here",
    ),
    (
        "~/.prisma/clusters/NAME/docker-compose.yml, .env",
        "rendered from it; not to be edited",
    ),
    (
        "~/.prisma/clusters/NAME/docker-compose.override.yml",
        "for what the configuration cannot say; never written",
    ),
];

/// The folder `~/.prisma` and the places in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// `PRISMA_HOME`, else `.prisma` in the user's home.
    pub fn find(env: &Env, user_home: Option<PathBuf>) -> Result<Home> {
        if let Some(folder) = env.get("PRISMA_HOME") {
            return std::path::absolute(folder).map(Home).map_err(|error| {
                Failure::new(Kind::Usage, format!("`PRISMA_HOME` is no path: {error}"))
            });
        }
        match user_home {
            Some(home) if !home.as_os_str().is_empty() => Ok(Home(home.join(".prisma"))),
            _ => Err(
                Failure::new(Kind::Usage, "no home directory: `HOME` is not set")
                    .hint("set `HOME`, or `PRISMA_HOME` to the folder that holds `config.yml`"),
            ),
        }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The cluster registry.
    pub fn registry(&self) -> PathBuf {
        self.0.join("config.yml")
    }

    /// The folder of a managed cluster.
    pub fn cluster(&self, name: &str) -> PathBuf {
        self.0.join("clusters").join(name)
    }

    /// The name as one that `prisma local` may run, when it has a folder of ours.
    pub fn managed(&self, name: &str) -> Option<ClusterName> {
        // A name that is none could lead out of the folder.
        let name: ClusterName = name.parse().ok()?;
        self.cluster(name.as_ref()).is_dir().then_some(name)
    }

    /// The names of the managed clusters, in order.
    pub fn clusters(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.join("clusters"));
        let names = entries.into_iter().flatten().flatten();
        let names = names.filter_map(|entry| self.managed(entry.file_name().to_str()?));
        let mut names: Vec<String> = names.map(|name| name.to_string()).collect();
        names.sort();
        names
    }

    /// The log of what was done to a cluster; see [`crate::history`]. Not in its folder, which `delete`
    /// removes. `None` for a name that could lead elsewhere.
    pub fn history(&self, name: &str) -> Option<PathBuf> {
        let name: ClusterName = name.parse().ok()?;
        Some(self.0.join("history").join(format!("{name}.jsonl")))
    }

    /// The lock of a managed cluster. Not in its folder, which `delete` removes under the lock;
    /// no cluster's name begins with a dot.
    pub fn cluster_lock(&self, name: &str) -> PathBuf {
        self.0.join("clusters").join(format!(".{name}.lock"))
    }
}

/// The folder the user stands in.
pub fn working_folder() -> Result<PathBuf> {
    std::env::current_dir().map_err(|error| {
        Failure::new(
            Kind::Io,
            format!("could not find the working directory: {error}"),
        )
        .hint("change to a folder that is there")
    })
}

/// Everything a command needs from the outside.
pub struct Context {
    /// Environment variables.
    pub env: Env,
    /// `~/.prisma`.
    pub home: Home,
    /// Terminal, streams, prompts.
    pub ui: Ui,
    /// The door for child processes.
    pub runner: Arc<dyn Runner>,
    /// Ctrl-C and SIGTERM.
    pub interrupt: Interrupt,
    /// Show what would be done, do nothing.
    pub dry_run: bool,
    /// How long to wait for another run on the same cluster.
    pub lock_timeout: Duration,
    /// The command line, without the program.
    pub args: Vec<String>,
}

impl Context {
    /// The way to ask questions.
    pub fn ask(&self) -> Ask<'_> {
        Ask::new(&self.ui, &self.interrupt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_can_be_moved_and_must_be_somewhere() {
        let moved = Home::find(&Env::from([("PRISMA_HOME", "/x")]), Some("/home/me".into()));
        assert_eq!(moved.expect("set").registry(), Path::new("/x/config.yml"));
        let usual = Home::find(&Env::from([("PRISMA_HOME", "")]), Some("/home/me".into()));
        let usual = usual.expect("falls back");
        assert_eq!(usual.cluster("a"), Path::new("/home/me/.prisma/clusters/a"));
        assert_eq!(
            Home::find(&Env::default(), None).expect_err("none").exit(),
            2
        );
    }
}
