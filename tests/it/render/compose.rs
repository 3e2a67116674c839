//! docker-compose as it is installed, for reading rendered files back.

use super::dotenv::Generation;
use super::yaml;
use crate::support::skip;
use prisma_cli::testing::yaml::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An installed docker-compose.
pub struct Compose {
    /// Which one.
    pub generation: Generation,
    program: PathBuf,
}

/// One of each generation, from `PRISMA_TEST_COMPOSE_V1`, `PRISMA_TEST_COMPOSE_V2` and PATH. Says on
/// stderr what is missing.
pub fn installed() -> Vec<Compose> {
    let named = ["PRISMA_TEST_COMPOSE_V1", "PRISMA_TEST_COMPOSE_V2"]
        .into_iter()
        .filter_map(std::env::var_os)
        .map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("docker-compose"));
    let mut found: Vec<Compose> = Vec::new();
    for program in named.chain(on_path.filter(|program| program.is_file())) {
        let Some(generation) = generation(&program) else {
            continue;
        };
        if found.iter().all(|known| known.generation != generation) {
            found.push(Compose {
                generation,
                program,
            });
        }
    }
    for generation in [Generation::V1, Generation::V2] {
        if found.iter().all(|known| known.generation != generation) {
            let why = format!("not installed, `PRISMA_TEST_COMPOSE_{generation:?}` names it");
            skip(
                &format!("reading back with docker-compose {generation:?}"),
                &why,
            );
        }
    }
    found
}

fn generation(program: &Path) -> Option<Generation> {
    let output = Command::new(program)
        .args(["version", "--short"])
        .output()
        .ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    match version.trim().trim_start_matches('v').split('.').next()? {
        "1" => Some(Generation::V1),
        "2" => Some(Generation::V2),
        _ => None,
    }
}

impl Compose {
    /// v2's YAML cannot be trusted: it prints a lone line break as an empty block.
    fn format(&self) -> &'static [&'static str] {
        match self.generation {
            Generation::V1 => &[],
            Generation::V2 => &["--format", "json"],
        }
    }

    /// What `config` makes of `folder/docker-compose.yml` with the given variables and no others:
    /// per service the environment of the container.
    pub fn environments(
        &self,
        folder: &Path,
        env: &[(String, String)],
    ) -> BTreeMap<String, BTreeMap<String, String>> {
        let output = Command::new(&self.program)
            .args(["-p", "test", "-f"])
            .arg(folder.join("docker-compose.yml"))
            .arg("config")
            .args(self.format())
            .current_dir("/")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder)
            .env("LC_ALL", "C.UTF-8")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .output()
            .expect("docker-compose starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{:?}: {stderr}", self.generation);
        // A variable that was not found, a line that was not understood.
        for complaint in ["not set", "could not parse", "Invalid"] {
            assert!(
                !stderr.contains(complaint),
                "{:?}: {stderr}",
                self.generation
            );
        }
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        let document: Value = match self.generation {
            Generation::V1 => yaml(&text),
            Generation::V2 => serde_json::from_str(&text).expect("JSON"),
        };
        let services = document["services"].as_mapping().expect("services");
        let name = |value: &Value| value.as_str().expect("a name").to_owned();
        services
            .iter()
            .map(|(service, value)| {
                let environment = value["environment"].as_mapping().expect("variables");
                let pairs = environment
                    .iter()
                    .map(|(key, value)| (name(key), text_of(value)));
                (name(service), pairs.collect())
            })
            .collect()
    }
}

/// A value as the container gets it: `config` doubles each `$`, so that its output can be used again.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace("$$", "$"),
        Value::Number(number) => number.to_string(),
        other => panic!("a variable is {other:?}"),
    }
}
