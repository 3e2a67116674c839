//! What a command needs from outside: environment, folders, terminal, processes, signals.
//! Built once in `lib.rs` and passed down.

use crate::cluster::ClusterName;
use crate::cluster::image::PREFIX_VARIABLE;
use crate::config::registry::{Entry, Registry};
use crate::env::Env;
use crate::error::{Failure, Kind, Result, Tried};
use crate::interrupt::Interrupt;
use crate::process::Runner;
use crate::ui::{Ask, Ui};
use crate::url::points_here;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Variables that do not belong to a flag, for man pages and reference.
pub const VARIABLES: [(&str, &str); 15] = [
    ("PRISMA_HOME", "folder to use instead of `~/.prisma`"),
    ("PRISMA_DOCKER", "path of the docker program"),
    (
        "PRISMA_COMPOSE",
        "path of the docker-compose program; `docker` to use the compose plugin",
    ),
    (
        PREFIX_VARIABLE,
        "mirror of Docker Hub for new clusters and servers, e.g. `mirror.example.com/hub`; saved as `images.prefix`",
    ),
    (
        "PRISMA_MANAGEMENT_API_SECRET",
        "server secret for `prisma deploy`, for an `endpoint` or a cluster that has no secret, or a private key, in the registry",
    ),
    (
        "PRISMA_MANAGEMENT_API_ENDPOINT",
        "endpoint for `prisma deploy` if prisma.yml has neither `endpoint` nor `cluster`",
    ),
    (
        "PRISMA_CLOUD_SESSION_KEY",
        "session key for `PRISMA_CLOUD_API`; overrides the one in the cluster registry",
    ),
    (
        "PRISMA_CLOUD_API",
        "URL of the API of a private successor of Prisma Cloud",
    ),
    (
        "PRISMA_CLOUD_CLUSTERS",
        "URL of the list of its shared clusters",
    ),
    (
        "PRISMA_CLI_HOOK",
        "set for the commands of `seed` and `hooks`: the prisma.yml that is deployed",
    ),
    (
        "PRISMA_CLI_GENERATED",
        "the same, unless there is something left to generate",
    ),
    (
        "PRISMA_CLI_FROM_HERE",
        "set for the npm CLI when this program runs it, which does not run it again then",
    ),
    ("NO_COLOR", "if set, no colour"),
    (
        "CLICOLOR_FORCE",
        "if set and not `0`, colour even without a terminal",
    ),
    (
        "CI",
        "if set and neither `false` nor `0`, no spinners, no prompts, and no colour by default",
    ),
];

/// The files users may want to read or edit, for man pages and reference.
pub const FILES: [(&str, &str); 5] = [
    (
        "~/.prisma/config.yml",
        "the cluster registry: address and secret of each cluster",
    ),
    (
        "~/.prisma/clusters/NAME/cluster.yml",
        "configuration of a managed cluster; yours to edit",
    ),
    (
        "~/.prisma/clusters/NAME/docker-compose.yml, .env",
        "generated from cluster.yml; do not edit",
    ),
    (
        "~/.prisma/clusters/NAME/docker-compose.override.yml",
        "your additions to docker-compose.yml; never changed by `prisma`",
    ),
    (
        "~/.prisma/history/NAME.jsonl",
        "the commands run on a cluster, see `prisma local history`",
    ),
];

/// The folder `~/.prisma` and the places in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// `PRISMA_HOME`, else `.prisma` in the user's home.
    pub fn find(env: &Env, user_home: Option<PathBuf>) -> Result<Home> {
        if let Some(folder) = env.get("PRISMA_HOME") {
            return std::path::absolute(folder)
                .map(Home)
                .tried(Kind::Usage, "`PRISMA_HOME` is not a valid path");
        }
        match user_home {
            Some(home) if !home.as_os_str().is_empty() => Ok(Home(home.join(".prisma"))),
            _ => Err(
                Failure::new(Kind::Usage, "no home directory: `HOME` is not set")
                    .hint("set `HOME`, or `PRISMA_HOME` to the folder that holds `config.yml`"),
            ),
        }
    }

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

    /// The name of a managed cluster, if a cluster of that name has a folder.
    pub fn managed(&self, name: &str) -> Option<ClusterName> {
        // An invalid name could lead out of the folder.
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

    /// The log of the commands run on a cluster; see [`crate::history`]. Not in its folder, which `delete`
    /// removes. `None` for a name that could lead out of it.
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

/// The current directory.
pub fn working_folder() -> Result<PathBuf> {
    std::env::current_dir()
        .tried(Kind::Io, "could not find the working directory")
        .map_err(|failure| failure.hint("change to an existing folder"))
}

/// Everything a command needs from the outside.
pub struct Context {
    /// Environment variables.
    pub env: Env,
    /// `~/.prisma`.
    pub home: Home,
    /// Terminal, streams, prompts.
    pub ui: Ui,
    /// Runs child processes.
    pub runner: Arc<dyn Runner>,
    /// Ctrl-C and SIGTERM.
    pub interrupt: Interrupt,
    /// `--dry-run`: show what would be done, change nothing.
    pub dry_run: bool,
    /// How long to wait for another command on the same cluster.
    pub lock_timeout: Duration,
    /// The flags that have a value, by all their names, for `${opt:NAME}` in prisma.yml.
    pub options: BTreeMap<String, String>,
    /// The command line, without the program.
    pub args: Vec<String>,
}

impl Context {
    /// Loads the cluster registry, and warns about problems in the file.
    pub fn registry(&self) -> Result<Registry> {
        let registry = Registry::load(&self.home.registry(), &self.env.lookup())?;
        for warning in registry.warnings() {
            self.ui.warn(warning);
        }
        Ok(registry)
    }

    /// The managed cluster that an entry is about. The npm CLI's entry has the name of its project in another
    /// spelling.
    pub fn managed(&self, entry: &Entry) -> Option<ClusterName> {
        let respelled = || {
            let project = entry.project().filter(|_| points_here(&entry.host))?;
            let old = || self.home.managed(project.before_1_21()?.as_ref());
            self.home.managed(project.as_ref()).or_else(old)
        };
        self.home.managed(&entry.name).or_else(respelled)
    }

    /// Warns that `what`, for example "`http://host` is", not encrypted.
    pub fn warn_unencrypted(&self, what: &str) {
        self.ui.warn_with(
            &format!("{what} not encrypted: secrets and data can be intercepted"),
            "use a private network or a tunnel",
        );
    }

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
