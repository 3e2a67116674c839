//! Checks through docker whether a cluster is stopped. A list works without docker: docker is called at
//! most once, only if a managed cluster does not respond, and any error counts as unknown.

use crate::docker::{Engine, Tools};
use crate::env::Env;
use crate::process::{Invocation, Mode, Runner};
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Docker's list of compose projects, queried on demand.
pub struct Containers {
    command: Option<Invocation>,
    engine: Option<Engine>,
    runner: Arc<dyn Runner>,
    /// Projects with containers, and how they are.
    projects: OnceLock<Option<HashMap<String, Condition>>>,
}

/// How the containers of a project are. Of several, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    Stopped,
    /// All that run were started a moment ago: a server may take minutes to its first answer.
    Starting,
    Running,
}

impl Containers {
    pub fn new(env: &Env, runner: Arc<dyn Runner>) -> Containers {
        let tools = Tools::find_docker(env, &*runner);
        Containers {
            command: tools.ok().map(|tools| tools.projects()),
            engine: Engine::find(env).ok(),
            runner,
            projects: OnceLock::new(),
        }
    }

    /// How the containers of a project are, if docker responds before the deadline. It knows nothing about hosts other
    /// than its engine's.
    pub fn condition(&self, project: &str, host: &str, deadline: Instant) -> Option<Condition> {
        if !self.engine.as_ref()?.is_at(host) {
            return None;
        }
        let projects = self.projects.get_or_init(|| self.ask(deadline)).as_ref()?;
        Some(projects.get(project).copied().unwrap_or(Condition::Stopped))
    }

    pub fn asked(&self) -> Option<&Invocation> {
        self.projects.get().and(self.command.as_ref())
    }

    fn ask(&self, deadline: Instant) -> Option<HashMap<String, Condition>> {
        let left = deadline.saturating_duration_since(Instant::now());
        let command = self.command.clone()?.limit(left.mul_f32(0.8));
        let outcome = self.runner.run(&command, Mode::Capture).ok()?;
        outcome.success().then(|| parse(&outcome.stdout))
    }
}

/// Reads `PROJECT\tSTATUS` lines. Paused and restarting ones count as running: they did not stop.
fn parse(stdout: &str) -> HashMap<String, Condition> {
    let mut projects = HashMap::new();
    for line in stdout.lines() {
        if let Some((project, status)) = line.split_once('\t') {
            let known = projects
                .entry(project.to_owned())
                .or_insert(Condition::Stopped);
            *known = condition(status).max(*known);
        }
    }
    projects
}

/// `Up Less than a second`, `Up 3 seconds`, `Up About a minute`, `Up 4 minutes (healthy)`, `Up 2 days (Paused)`.
fn condition(status: &str) -> Condition {
    let Some(since) = status.strip_prefix("Up ") else {
        let is_between_lives = status.starts_with("Restarting");
        return if is_between_lives {
            Condition::Running
        } else {
            Condition::Stopped
        };
    };
    let minutes = since.split_once(" minutes").map(|(number, _)| number);
    let is_young = since.contains("second")
        || since.starts_with("About a minute")
        || minutes.is_some_and(|number| matches!(number, "2" | "3" | "4"));
    if is_young && !since.contains("Paused") {
        Condition::Starting
    } else {
        Condition::Running
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Outcome, Recorder};
    use std::time::Duration;

    #[test]
    fn docker_is_asked_once_and_only_when_needed() {
        let runner = Arc::new(Recorder::new(|_| {
            Outcome {
            code: Some(0),
            stdout: "a\tUp 9 minutes\na\tExited (1) 2 minutes ago\nb\tExited (0) 1 second ago\n\
                     c\tRestarting (1) 4 seconds ago\nd\tCreated\n\
                     e\tUp Less than a second\ne\tUp 4 minutes (healthy)\nf\tUp 5 seconds (Paused)\ng\tUp 5 minutes\n\
                     h\tUp 3 hours\nh\tUp 3 seconds\ni\tUp About a minute\n"
                .to_owned(),
            ..Outcome::default()
        }
        }));
        let containers = Containers::new(&Env::default(), Arc::clone(&runner) as Arc<dyn Runner>);
        assert_eq!((containers.asked(), runner.invocations().len()), (None, 0));
        let deadline = Instant::now() + Duration::from_secs(2);
        let seen = |name| containers.condition(name, "localhost", deadline);
        for (names, condition) in [
            (&["b", "d", "none"][..], Condition::Stopped),
            (&["e", "i"], Condition::Starting),
            (&["a", "c", "f", "g", "h"], Condition::Running),
        ] {
            for name in names {
                assert_eq!(seen(name), Some(condition), "{name}");
            }
        }
        assert_eq!(containers.condition("b", "192.0.2.1", deadline), None);
        assert_eq!(runner.invocations().len(), 1);
    }

    #[test]
    fn trouble_with_docker_is_not_knowing() {
        let failing = Arc::new(Recorder::new(|_| Outcome {
            code: Some(1),
            ..Outcome::default()
        }));
        let containers = Containers::new(&Env::default(), failing);
        let deadline = Instant::now() + Duration::from_secs(2);
        assert_eq!(containers.condition("a", "localhost", deadline), None);
    }
}
