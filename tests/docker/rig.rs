//! The engine, registry and composes that `scripts/rig` hands over, and cleaning up behind trials.

use crate::ran::Ran;
use crate::run::Run;
use std::env;
use std::path::PathBuf;
use std::time::Duration;

/// The label of what trials make beside compose projects; its value is the trial's cluster name.
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

    /// What stands between the parts of a container's name.
    pub fn joint(self) -> char {
        match self {
            Generation::V1 => '_',
            Generation::V2 => '-',
        }
    }
}

/// What the environment says about the rig.
#[derive(Debug)]
pub struct Rig {
    compose: [Option<PathBuf>; 2],
    docker_host: String,
    /// Address of the registry that the engine pulls through.
    pub registry: String,
    restart: Option<PathBuf>,
    /// Runs a command in another machine's network.
    pub away: Option<PathBuf>,
    /// Where the engine's network is seen from there.
    pub address: Option<String>,
    pub address_v6: Option<String>,
}

impl Rig {
    /// The rig this process runs in, if it does.
    pub fn of_environment() -> Option<Rig> {
        env::var_os("PRISMA_TEST_RIG")?;
        let path = |name| env::var_os(name).map(PathBuf::from);
        Some(Rig {
            compose: [
                path("PRISMA_TEST_COMPOSE_V1"),
                path("PRISMA_TEST_COMPOSE_V2"),
            ],
            docker_host: env::var("DOCKER_HOST").expect("the rig sets DOCKER_HOST"),
            registry: env::var("PRISMA_TEST_REGISTRY").expect("the rig sets PRISMA_TEST_REGISTRY"),
            restart: path("PRISMA_TEST_RIG_RESTART"),
            away: path("PRISMA_TEST_RIG_AWAY"),
            address: env::var("PRISMA_TEST_RIG_ADDRESS").ok(),
            address_v6: env::var("PRISMA_TEST_RIG_ADDRESS_V6").ok(),
        })
    }

    /// The engine's socket.
    #[track_caller]
    pub fn socket(&self) -> PathBuf {
        let path = self.docker_host.strip_prefix("unix://");
        path.expect("the rig's engine has a socket").into()
    }

    /// The docker-compose of a generation, where the machine has it.
    pub fn compose(&self, generation: Generation) -> Option<&PathBuf> {
        self.compose[generation as usize].as_ref()
    }

    /// A command with nothing of the caller's environment but the way to programs and to the engine.
    pub fn command<S: Into<std::ffi::OsString>>(
        &self,
        program: &str,
        args: impl IntoIterator<Item = S>,
    ) -> Run {
        let path = env::var("PATH").unwrap_or_default();
        Run::new(program, args)
            .env("PATH", path)
            .env("DOCKER_HOST", &self.docker_host)
            // The classic builder needs no plugin, and every docker has it.
            .env("DOCKER_BUILDKIT", "0")
    }

    /// Runs docker, whatever comes of it.
    pub fn try_docker<S: Into<std::ffi::OsString>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Ran {
        self.command("docker", args)
            .limit(Duration::from_secs(90))
            .run()
    }

    /// What docker answers, without the last line end.
    #[track_caller]
    pub fn docker<S: Into<std::ffi::OsString>>(&self, args: impl IntoIterator<Item = S>) -> String {
        self.try_docker(args)
            .succeeded()
            .stdout
            .trim_end()
            .to_owned()
    }

    /// Stops and starts the engine, as an update of Docker or of the machine does.
    #[track_caller]
    pub fn restart_engine(&self) {
        let script = self
            .restart
            .as_ref()
            .expect("the rig sets PRISMA_TEST_RIG_RESTART");
        let restart = self.command(&script.to_string_lossy(), [""; 0]);
        // The script also looks at processes, for which it wants the usual environment.
        let restart = restart.env("HOME", env::var("HOME").unwrap_or_default());
        restart.limit(Duration::from_secs(120)).run().succeeded();
    }

    /// Removes everything of a compose project and everything labelled with its name. For guards: does
    /// not fail.
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
