//! Looks through docker at clusters of this machine. A list works without docker: any error counts as unknown. The
//! engine's containers are listed once, and only those of managed clusters are looked at.

use crate::docker::container::parse_inspect;
use crate::docker::diagnosis::{Ending, why_it_does_not_answer};
use crate::docker::{Container, Engine, LogOptions, Tools};
use crate::env::Env;
use crate::process::{Invocation, Mode, Runner};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

/// How many of a log's last lines to read.
const LINES: &str = "2000";

/// Docker's list of compose projects, queried on demand.
pub struct Containers {
    tools: Option<Tools>,
    engine: Option<Engine>,
    runner: Arc<dyn Runner>,
    projects: OnceLock<Option<HashMap<String, Project>>>,
    asked: Mutex<Vec<Invocation>>,
}

/// The containers of a project.
#[derive(Default)]
struct Project {
    /// Whether any is alive.
    runs: bool,
    ids: Vec<String>,
}

/// How a cluster is, as far as docker knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Stopped,
    /// Its server was started a moment ago: it may take minutes to its first answer.
    Starting,
    /// Its server crashes and is restarted, so often.
    Crashing(u64),
    /// Why the server does not answer, if its log shows it.
    Running(Option<&'static Ending>),
}

impl Containers {
    pub fn new(env: &Env, runner: Arc<dyn Runner>) -> Containers {
        Containers {
            tools: Tools::find_docker(env, &*runner).ok(),
            engine: Engine::find(env).ok(),
            runner,
            projects: OnceLock::new(),
            asked: Mutex::default(),
        }
    }

    /// How a cluster that does not answer is, if docker responds before the deadline. It knows nothing about hosts other
    /// than its engine's.
    pub fn condition(&self, project: &str, host: &str, deadline: Instant) -> Option<Condition> {
        let Some(project) = self.project(project, host, deadline)? else {
            return Some(Condition::Stopped);
        };
        if !project.runs {
            return Some(Condition::Stopped);
        }
        let Some(server) = self.server(project, deadline) else {
            return Some(Condition::Running(None));
        };
        Some(if server.is_in_crash_loop() {
            Condition::Crashing(server.restarts)
        } else if server.is_young() {
            Condition::Starting
        } else {
            Condition::Running(self.ending(&server, deadline))
        })
    }

    /// Why the server of a cluster that answers cannot be deployed to, if its log shows it.
    pub fn obstacle(
        &self,
        project: &str,
        host: &str,
        deadline: Instant,
    ) -> Option<&'static Ending> {
        let project = self.project(project, host, deadline)??;
        self.ending(&self.server(project, deadline)?, deadline)
    }

    /// The commands that were run.
    pub fn asked(&self) -> Vec<Invocation> {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.clone()
    }

    /// `None` if docker does not say, or is not asked for that host.
    fn project(&self, name: &str, host: &str, deadline: Instant) -> Option<Option<&Project>> {
        if !self.engine.as_ref()?.is_at(host) {
            return None;
        }
        let projects = self.projects.get_or_init(|| {
            let list = self.tools.as_ref()?.projects();
            self.run(list, deadline).map(|answer| parse(&answer))
        });
        Some(projects.as_ref()?.get(name))
    }

    fn server(&self, project: &Project, deadline: Instant) -> Option<Container> {
        let inspect = self.tools.as_ref()?.inspect(&project.ids);
        let containers = parse_inspect(&self.run(inspect, deadline)?).ok()?;
        containers.into_iter().find(Container::is_server)
    }

    fn ending(&self, server: &Container, deadline: Instant) -> Option<&'static Ending> {
        let options = LogOptions {
            tail: Some(LINES.to_owned()),
            ..LogOptions::default()
        };
        let logs = self.tools.as_ref()?.logs(&server.id, &options);
        why_it_does_not_answer(&self.run(logs, deadline)?)
    }

    /// What a command prints, on both streams.
    fn run(&self, command: Invocation, deadline: Instant) -> Option<String> {
        let left = deadline.saturating_duration_since(Instant::now());
        let command = command.limit(left.mul_f32(0.8));
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(command.clone());
        drop(asked);
        let outcome = self.runner.run(&command, Mode::Capture).ok()?;
        outcome.success().then(|| outcome.stdout + &outcome.stderr)
    }
}

/// Reads `PROJECT\tSTATUS\tID` lines. Paused and restarting ones run: they did not stop.
fn parse(stdout: &str) -> HashMap<String, Project> {
    let mut projects: HashMap<String, Project> = HashMap::new();
    for line in stdout.lines() {
        let mut parts = line.splitn(3, '\t');
        if let (Some(name), Some(status), Some(id)) = (parts.next(), parts.next(), parts.next()) {
            let project = projects.entry(name.to_owned()).or_default();
            project.runs |= status.starts_with("Up ") || status.starts_with("Restarting");
            project.ids.push(id.to_owned());
        }
    }
    projects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Outcome, Recorder};
    use std::time::Duration;

    const LIST: &str = "b\tExited (0) 1 second ago\t1\na\tUp 3 hours\t2\na\tUp 1 second\t3\n";

    fn deadline() -> Instant {
        Instant::now() + Duration::from_secs(2)
    }

    /// The recorded containers of a cluster, the server restarted so often, so long ago.
    fn inspected(restarts: u64, ago: Duration) -> String {
        let text = include_str!("../docker/container/inspect.json");
        let mut all: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let started = crate::clock::nanos(std::time::SystemTime::now() - ago);
        for one in all.as_array_mut().expect("a list") {
            one["RestartCount"] = restarts.into();
            one["State"]["Status"] = "running".into();
            one["State"]["StartedAt"] = started.clone().into();
        }
        all.to_string()
    }

    #[test]
    fn a_cluster_that_does_not_answer_is_looked_at() {
        let hour = Duration::from_secs(3600);
        let deaf = "Successfully started 1 workers.";
        for (restarts, ago, log, expected) in [
            (0, Duration::from_secs(3), "", "Starting"),
            (2, Duration::from_secs(3), "", "Starting"),
            (4, Duration::from_secs(3), "", "Crashing(4)"),
            (4, hour, "", "Running(None)"),
            (0, hour, deaf, "port_in_use"),
        ] {
            let runner = Arc::new(Recorder::new(move |invocation| Outcome {
                code: Some(0),
                stdout: match invocation.args[0].as_str() {
                    "ps" => LIST.to_owned(),
                    "inspect" => inspected(restarts, ago),
                    _ => log.to_owned(),
                },
                ..Outcome::default()
            }));
            let containers =
                Containers::new(&Env::default(), Arc::clone(&runner) as Arc<dyn Runner>);
            assert_eq!(containers.asked().len(), 0);
            let seen = |name| containers.condition(name, "localhost", deadline());
            let shown = format!("{:?}", seen("a"));
            assert!(shown.contains(expected), "{shown}");
            for name in ["b", "none"] {
                assert_eq!(seen(name), Some(Condition::Stopped), "{name}");
            }
            assert_eq!(containers.condition("b", "192.0.2.1", deadline()), None);
            let lists = runner
                .invocations()
                .into_iter()
                .filter(|one| one.args[0] == "ps");
            assert_eq!(lists.count(), 1);
        }
    }

    #[test]
    fn paused_and_restarting_projects_run() {
        let projects = parse(
            "c\tRestarting (1) 4 seconds ago\t1\nd\tCreated\t2\nf\tUp 5 seconds (Paused)\t3\n",
        );
        let runs = |name: &str| projects[name].runs;
        assert_eq!((runs("c"), runs("d"), runs("f")), (true, false, true));
    }

    #[test]
    fn trouble_with_docker_is_not_knowing() {
        let failing = Arc::new(Recorder::new(|_| Outcome {
            code: Some(1),
            ..Outcome::default()
        }));
        let containers = Containers::new(&Env::default(), failing);
        assert_eq!(containers.condition("a", "localhost", deadline()), None);
        assert_eq!(containers.obstacle("a", "localhost", deadline()), None);
    }
}
