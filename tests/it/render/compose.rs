//! docker-compose as it is installed, for reading rendered files back.

use super::dotenv::Generation;
use super::yaml;
use crate::support::{forks, output, skip};
use prisma_cli::testing::yaml::Value;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

/// An installed docker-compose.
pub struct Compose {
    /// Which one.
    pub generation: Generation,
    program: PathBuf,
    loaded: Option<Mutex<Loaded>>,
}

/// docker-compose 1.x where it is a Python script: loaded once, for many documents.
struct Loaded {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// What one run of `docker-compose config` gave.
#[derive(Deserialize)]
struct Ran {
    success: bool,
    stdout: String,
    stderr: String,
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
                loaded: Loaded::from_script(&program, generation),
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
    let output = output(Command::new(program).args(["version", "--short"])).ok()?;
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

    fn config(&self, folder: &Path, env: &[(String, String)]) -> Ran {
        let variables = |name: &str| std::env::var(name).unwrap_or_default();
        let mut all = BTreeMap::from([
            ("PATH".to_owned(), variables("PATH")),
            (
                "HOME".to_owned(),
                folder.to_str().expect("UTF-8").to_owned(),
            ),
            ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
        ]);
        all.extend(env.iter().cloned());
        if let Some(loaded) = &self.loaded {
            let mut loaded = loaded.lock().expect("no test panicked in it");
            return loaded.config(folder, &all);
        }
        let mut command = Command::new(&self.program);
        command
            .args(["-p", "test", "-f"])
            .arg(folder.join("docker-compose.yml"))
            .arg("config")
            .args(self.format())
            .current_dir("/")
            .env_clear()
            .envs(all);
        let output = output(&mut command).expect("docker-compose starts");
        Ran {
            success: output.status.success(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// What `config` makes of `folder/docker-compose.yml` with the given variables and no others:
    /// per service the environment of the container.
    pub fn environments(
        &self,
        folder: &Path,
        env: &[(String, String)],
    ) -> BTreeMap<String, BTreeMap<String, String>> {
        let ran = self.config(folder, env);
        let stderr = ran.stderr;
        assert!(ran.success, "{:?}: {stderr}", self.generation);
        // A variable that was not found, a line that was not understood.
        for complaint in ["not set", "could not parse", "Invalid"] {
            assert!(
                !stderr.contains(complaint),
                "{:?}: {stderr}",
                self.generation
            );
        }
        let document: Value = match self.generation {
            Generation::V1 => yaml(&ran.stdout),
            Generation::V2 => serde_json::from_str(&ran.stdout).expect("JSON"),
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

impl Loaded {
    fn from_script(program: &Path, generation: Generation) -> Option<Mutex<Loaded>> {
        let script = fs::read(program).ok()?;
        let first = script.split(|byte| *byte == b'\n').next()?;
        let python = std::str::from_utf8(first).ok()?.strip_prefix("#!")?.trim();
        if generation != Generation::V1 || !python.contains("python") {
            return None;
        }
        let mut command = Command::new(python);
        command
            .args(["-c", include_str!("compose_v1.py")])
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = forks::start(&mut command).ok()?;
        Some(Mutex::new(Loaded {
            requests: child.stdin.take()?,
            answers: BufReader::new(child.stdout.take()?),
            child,
        }))
    }

    fn config(&mut self, folder: &Path, env: &BTreeMap<String, String>) -> Ran {
        let request = json!({"folder": folder.to_str(), "env": env});
        writeln!(self.requests, "{request}").expect("it reads");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("it answers");
        serde_json::from_str(&answer).expect("JSON")
    }
}

impl Drop for Loaded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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
