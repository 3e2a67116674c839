//! Which `docker` and which `docker-compose` to use, and with what of the user's environment.

use super::diagnosis::INSTALL;
use super::info::parse_version;
use super::nature::{self, Nature};
use super::version::{ApiVersion, COMPOSE_V1_API, ComposeVersion};
use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::process::{Invocation, Mode, Runner};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long docker may take to say whether it has the plugin, or which versions of its API the engine has.
const PROBE: Duration = Duration::from_secs(5);
/// The variable with the version of the API that v1 uses.
const API: &str = "COMPOSE_API_VERSION";
/// The variables of docker-compose that say how it reaches the engine. The others say what to do with which files, as
/// our arguments do: not all of them give way to those.
const KEPT: [&str; 4] = [
    API,
    "COMPOSE_HTTP_TIMEOUT",
    "COMPOSE_PARALLEL_LIMIT",
    "COMPOSE_TLS_VERSION",
];

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
    /// The `docker-compose` on PATH that is not used: the plugin is there too.
    pub passed_over: Option<PathBuf>,
    /// Variables that docker-compose must not get.
    pub(super) withheld: Vec<String>,
    /// Variables that it gets besides the user's own.
    pub(super) env: Vec<(String, String)>,
    /// The variables that docker and docker-compose follow.
    followed: Vec<String>,
}

impl Tools {
    /// Finds both: `PRISMA_DOCKER` and `PRISMA_COMPOSE` first, then PATH. The plugin is used without `docker-compose`
    /// (whether it is installed shows when it is run), and if that is v1 or cannot run.
    pub fn find(env: &Env, runner: &dyn Runner) -> Result<Tools> {
        let mut tools = Tools::find_docker(env, runner)?;
        match env.get("PRISMA_COMPOSE") {
            Some(named) => {
                let program = overridden("PRISMA_COMPOSE", named, runner)?;
                if program.file_stem().is_some_and(|stem| stem == "docker") {
                    tools.compose = Compose::Plugin(program);
                } else {
                    tools.compose = Compose::Standalone(program);
                }
            }
            None => tools.choose(runner)?,
        }
        if let Compose::Standalone(program) = &tools.compose
            && nature::of(program) == Nature::V1
            && env.get(API).is_none()
        {
            let api = tools.v1_api(runner);
            tools.env = api.map(|api| (API.to_owned(), api)).into_iter().collect();
        }
        Ok(tools)
    }

    /// Finds docker with its plugin, ignoring `PRISMA_COMPOSE`: enough to query the engine.
    pub fn find_docker(env: &Env, runner: &dyn Runner) -> Result<Tools> {
        let docker = match env.get("PRISMA_DOCKER") {
            Some(named) => overridden("PRISMA_DOCKER", named, runner)?,
            None => runner.find("docker").ok_or_else(docker_missing)?,
        };
        let names = || env.iter().map(|(name, _)| name);
        let is_kept = |name: &&str| KEPT.contains(name);
        let withheld = names().filter(|name| name.starts_with("COMPOSE_") && !is_kept(name));
        let followed = names().filter(|name| name.starts_with("DOCKER_") || is_kept(name));
        Ok(Tools {
            compose: Compose::Plugin(docker.clone()),
            docker,
            passed_over: None,
            withheld: withheld.map(str::to_owned).collect(),
            env: Vec::new(),
            followed: followed.map(str::to_owned).collect(),
        })
    }

    /// What of the environment decided, and how, for `--verbose`.
    pub fn notes(&self) -> Vec<String> {
        let named = |names: &[String]| format!("`{}`", names.join("`, `"));
        let mut notes = Vec::new();
        if let Some(program) = &self.passed_over {
            let program = program.display();
            notes.push(format!("docker's compose plugin is used, not {program}"));
        }
        if !self.followed.is_empty() {
            notes.push(format!("docker follows {}", named(&self.followed)));
        }
        if !self.withheld.is_empty() {
            let withheld = named(&self.withheld);
            notes.push(format!("docker-compose does not get {withheld}"));
        }
        let added =
            |(name, value): &(String, String)| format!("docker-compose gets {name}={value}");
        notes.extend(self.env.iter().map(added));
        notes
    }

    /// The `docker-compose` on PATH, unless the plugin is the better one.
    fn choose(&mut self, runner: &dyn Runner) -> Result<()> {
        let Some(program) = runner.find("docker-compose") else {
            return Ok(());
        };
        let nature = nature::of(&program);
        if nature != Nature::Other && self.has_plugin(runner) {
            self.passed_over = Some(program);
            return Ok(());
        }
        if let Nature::Broken(why) = nature {
            return Err(cannot_run(&program, why));
        }
        self.compose = Compose::Standalone(program);
        Ok(())
    }

    fn has_plugin(&self, runner: &dyn Runner) -> bool {
        let answer = answer(runner, self.plugin_version());
        let version = answer.and_then(|text| ComposeVersion::new(&text).numbers());
        version.is_some_and(|(major, _)| major >= 2)
    }

    /// The version of the API for v1, which fails with what was removed later. As far as the engine still has it.
    fn v1_api(&self, runner: &dyn Runner) -> Option<String> {
        let engine = parse_version(&answer(runner, self.version())?)?.engine?;
        let newest: ApiVersion = engine.api?;
        let api = newest.min(COMPOSE_V1_API);
        let api = engine.oldest_api.map_or(api, |oldest| api.max(oldest));
        Some(api.to_string())
    }
}

/// What a question is answered with, if it succeeds.
fn answer(runner: &dyn Runner, question: Invocation) -> Option<String> {
    let outcome = runner.run(&question.limit(PROBE), Mode::Capture).ok()?;
    outcome.success().then_some(outcome.stdout)
}

fn cannot_run(program: &Path, why: &str) -> Failure {
    let program = program.display();
    Failure::new(
        Kind::ToolMissing,
        format!("`{program}` cannot be run: {why}"),
    )
    .hint(format!("remove it, and {INSTALL}"))
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

    struct OnPath(&'static [&'static str]);

    impl Runner for OnPath {
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
        let both = Tools::find(&env, &OnPath(&["docker", "docker-compose"])).expect("found");
        assert_eq!(
            both.compose,
            Compose::Standalone("/bin/docker-compose".into())
        );
        let one = Tools::find(&env, &OnPath(&["docker"])).expect("found");
        assert_eq!(one.compose, Compose::Plugin("/bin/docker".into()));
        assert_eq!(
            Tools::find(&env, &OnPath(&[])).expect_err("missing").exit(),
            3
        );
    }

    #[test]
    fn variables_override_and_a_wrong_one_is_named() {
        let path = OnPath(&["docker", "podman", "dc"]);
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
