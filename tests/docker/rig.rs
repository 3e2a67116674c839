//! The rigs that `scripts/rig` creates, and cleaning up after trials.

use crate::ran::Ran;
use crate::run::Run;
use std::env;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The label of what trials create outside compose projects; its value is the trial's cluster name.
pub const LABEL: &str = "org.prisma-cli.trial";
const PROJECT: &str = "com.docker.compose.project";

/// The two generations of docker-compose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    V1,
    V2,
}

impl Generation {
    pub fn other(self) -> Generation {
        match self {
            Generation::V1 => Generation::V2,
            Generation::V2 => Generation::V1,
        }
    }

    /// The first part of a trial's name.
    pub fn word(self) -> &'static str {
        match self {
            Generation::V1 => "v1",
            Generation::V2 => "v2",
        }
    }

    /// The separator in container names.
    pub fn joint(self) -> char {
        match self {
            Generation::V1 => '_',
            Generation::V2 => '-',
        }
    }
}

/// An engine of the tests' own with its registry, in a network of its own: made by `scripts/rig`.
#[derive(Debug)]
pub struct Rig {
    /// Where its socket is, and the programs `enter`, `restart` and `away`.
    folder: PathBuf,
    compose: [Option<PathBuf>; 2],
    /// Address of the registry that the engine pulls through.
    pub registry: String,
    /// The engine's address as seen from the other network.
    pub address: String,
    pub address_v6: Option<String>,
}

impl Rig {
    /// The rigs that the environment names.
    pub fn all() -> Vec<Rig> {
        let folders = env::var_os("PRISMA_TEST_RIG").unwrap_or_default();
        env::split_paths(&folders).map(Rig::at).collect()
    }

    fn at(folder: PathBuf) -> Rig {
        let path = |name| env::var_os(name).map(PathBuf::from);
        Rig {
            folder,
            compose: [
                path("PRISMA_TEST_COMPOSE_V1"),
                path("PRISMA_TEST_COMPOSE_V2"),
            ],
            registry: env::var("PRISMA_TEST_REGISTRY").expect("the rig sets PRISMA_TEST_REGISTRY"),
            address: env::var("PRISMA_TEST_RIG_ADDRESS")
                .expect("the rig sets PRISMA_TEST_RIG_ADDRESS"),
            address_v6: env::var("PRISMA_TEST_RIG_ADDRESS_V6").ok(),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The engine's socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.join("docker.sock")
    }

    /// A program that runs a command in this rig's network.
    pub fn enter(&self) -> PathBuf {
        self.folder.join("enter")
    }

    /// A program that runs a command in the network of another machine.
    pub fn away(&self) -> PathBuf {
        self.folder.join("away")
    }

    /// The docker-compose of a generation, if the machine has it.
    pub fn compose(&self, generation: Generation) -> Option<&PathBuf> {
        self.compose[generation as usize].as_ref()
    }

    /// A command whose environment has only what leads to programs and to the engine.
    pub fn command<S: Into<std::ffi::OsString>>(
        &self,
        program: &str,
        args: impl IntoIterator<Item = S>,
    ) -> Run {
        let path = env::var("PATH").unwrap_or_default();
        Run::new(program, args)
            .env("PATH", path)
            .env("DOCKER_HOST", format!("unix://{}", self.socket().display()))
            // The classic builder needs no plugin, and every docker has it.
            .env("DOCKER_BUILDKIT", "0")
    }

    /// Runs docker; it may fail.
    pub fn try_docker<S: Into<std::ffi::OsString>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Ran {
        self.command("docker", args).run()
    }

    /// What docker prints, without the last newline.
    #[track_caller]
    pub fn docker<S: Into<std::ffi::OsString>>(&self, args: impl IntoIterator<Item = S>) -> String {
        self.try_docker(args)
            .succeeded()
            .stdout
            .trim_end()
            .to_owned()
    }

    /// Stops and starts the engine, as an update of Docker or a reboot does.
    #[track_caller]
    pub fn restart_engine(&self) {
        let script = self.folder.join("restart");
        let restart = self.command(&script.to_string_lossy(), [""; 0]);
        // The script also lists processes, for which it needs the usual environment.
        let restart = restart.env("HOME", env::var("HOME").unwrap_or_default());
        restart.limit(Duration::from_secs(120)).run().succeeded();
    }

    /// Removes everything of a compose project and everything labelled with its name. Never fails: used
    /// while dropping.
    pub fn remove_project(&self, name: &str) {
        for label in [PROJECT, LABEL] {
            let filter = format!("label={label}={name}");
            let ids = |args: &[&str]| -> Vec<String> {
                let all = [args, &["-q", "--filter", &filter]].concat();
                let found = self.try_docker(all).stdout;
                found.split_whitespace().map(str::to_owned).collect()
            };
            for (list, remove) in [
                (&["ps", "-a"][..], &["rm", "-f", "-v"][..]),
                (&["volume", "ls"], &["volume", "rm", "-f"]),
                (&["network", "ls"], &["network", "rm"]),
            ] {
                let found = ids(list);
                if !found.is_empty() {
                    let remove = remove.iter().map(ToString::to_string);
                    self.try_docker(remove.chain(found));
                }
            }
        }
    }

    /// Removes what killed runs of this suite left in the engine.
    pub fn remove_leftovers(&self) {
        for name in self.names() {
            let pid = name.split('-').nth(1).unwrap_or_default();
            let own = pid == std::process::id().to_string();
            if name == "local" || own || !PathBuf::from(format!("/proc/{pid}")).exists() {
                self.remove_project(&name);
            }
        }
    }

    /// Removes the images that trials built and that have no name any more.
    pub fn remove_nameless_images(&self) {
        let filter = format!("label={LABEL}.image");
        self.try_docker(["image", "prune", "-f", "--filter", &filter]);
    }

    /// The names of clusters of this run that still have something in the engine.
    pub fn of_this_run(&self) -> Vec<String> {
        let own = format!("trial-{}-", std::process::id());
        let mut names = self.names();
        names.retain(|name| name.starts_with(&own) || name == "local");
        names
    }

    /// The clusters of trials, of whatever run, that have something in the engine.
    fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for label in [PROJECT, LABEL] {
            let format = format!("{{{{.Label \"{label}\"}}}}");
            let filter = format!("label={label}");
            for list in [&["ps", "-a"][..], &["volume", "ls"], &["network", "ls"]] {
                let all = [list, &["--filter", &filter, "--format", &format]].concat();
                let found = self.try_docker(all).stdout;
                names.extend(found.split_whitespace().map(str::to_owned));
            }
        }
        names.retain(|name| name == "local" || name.starts_with("trial-"));
        names.sort();
        names.dedup();
        names
    }
}
