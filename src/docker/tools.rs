//! Which `docker` and which `docker-compose` to use.

use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::process::Runner;
use std::path::PathBuf;

/// How to run docker-compose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compose {
    /// The `docker-compose` program, v1 or v2.
    Standalone(PathBuf),
    /// `docker compose`, the v2 plugin of this docker program.
    Plugin(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tools {
    pub docker: PathBuf,
    pub compose: Compose,
}

impl Tools {
    /// Finds both: `PRISMA_DOCKER` and `PRISMA_COMPOSE` first, then PATH. Without
    /// `docker-compose` the plugin is used; whether it is installed shows when it is run.
    pub fn find(env: &Env, runner: &dyn Runner) -> Result<Tools> {
        let docker = Tools::find_docker(env, runner)?.docker;
        let compose = match env.get("PRISMA_COMPOSE") {
            Some(named) => {
                let program = overridden("PRISMA_COMPOSE", named, runner)?;
                if program.file_stem().is_some_and(|stem| stem == "docker") {
                    Compose::Plugin(program)
                } else {
                    Compose::Standalone(program)
                }
            }
            None => match runner.find("docker-compose") {
                Some(program) => Compose::Standalone(program),
                None => Compose::Plugin(docker.clone()),
            },
        };
        Ok(Tools { docker, compose })
    }

    /// Finds docker with its plugin, ignoring `PRISMA_COMPOSE`: enough to query the engine.
    pub fn find_docker(env: &Env, runner: &dyn Runner) -> Result<Tools> {
        let docker = match env.get("PRISMA_DOCKER") {
            Some(named) => overridden("PRISMA_DOCKER", named, runner)?,
            None => runner.find("docker").ok_or_else(docker_missing)?,
        };
        Ok(Tools {
            compose: Compose::Plugin(docker.clone()),
            docker,
        })
    }
}

fn overridden(variable: &str, named: &str, runner: &dyn Runner) -> Result<PathBuf> {
    runner.find(named).ok_or_else(|| {
        Failure::new(
            Kind::ToolMissing,
            format!("`{variable}` is `{named}`, but no such program was found"),
        )
        .hint(format!(
            "fix `{variable}`, or unset it to use the program on PATH"
        ))
    })
}

fn docker_missing() -> Failure {
    Failure::new(Kind::ToolMissing, "`docker` is not installed: not found on PATH")
        .hint("install Docker Engine, on Debian and Ubuntu: `sudo apt-get install docker.io docker-compose`")
        .hint("or set `PRISMA_DOCKER` to the program's path")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Invocation, Mode, Outcome, ProcessError};

    struct Path(&'static [&'static str]);

    impl Runner for Path {
        fn run(&self, _: &Invocation, _: Mode<'_>) -> std::result::Result<Outcome, ProcessError> {
            Ok(Outcome::default())
        }
        fn find(&self, program: &str) -> Option<PathBuf> {
            self.0
                .contains(&program)
                .then(|| format!("/bin/{program}").into())
        }
    }

    #[test]
    fn a_program_of_its_own_is_preferred_to_the_plugin() {
        let env = Env::default();
        let both = Tools::find(&env, &Path(&["docker", "docker-compose"])).expect("found");
        assert_eq!(
            both.compose,
            Compose::Standalone("/bin/docker-compose".into())
        );
        let one = Tools::find(&env, &Path(&["docker"])).expect("found");
        assert_eq!(one.compose, Compose::Plugin("/bin/docker".into()));
        assert_eq!(
            Tools::find(&env, &Path(&[])).expect_err("missing").exit(),
            3
        );
    }

    #[test]
    fn variables_override_and_a_wrong_one_is_named() {
        let path = Path(&["docker", "podman", "dc"]);
        let env = Env::from([("PRISMA_DOCKER", "podman"), ("PRISMA_COMPOSE", "dc")]);
        let tools = Tools::find(&env, &path).expect("found");
        assert_eq!(tools.docker, PathBuf::from("/bin/podman"));
        assert_eq!(tools.compose, Compose::Standalone("/bin/dc".into()));
        let plugin = Tools::find(&Env::from([("PRISMA_COMPOSE", "docker")]), &path);
        assert_eq!(
            plugin.expect("found").compose,
            Compose::Plugin("/bin/docker".into())
        );
        let wrong = Tools::find(&Env::from([("PRISMA_DOCKER", "nope")]), &path);
        assert!(wrong.expect_err("missing").message().contains("`nope`"));
    }
}
