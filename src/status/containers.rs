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
    /// Projects with containers, and whether any of them is running.
    projects: OnceLock<Option<HashMap<String, bool>>>,
}

impl Containers {
    pub fn new(env: &Env, runner: Arc<dyn Runner>) -> Containers {
        let tools = Tools::find(env, &*runner);
        Containers {
            command: tools.ok().map(|tools| tools.projects()),
            engine: Engine::find(env).ok(),
            runner,
            projects: OnceLock::new(),
        }
    }

    /// Whether docker responds before the deadline and reports no running container of the project. It
    /// knows nothing about hosts other than its engine's.
    pub fn has_stopped(&self, project: &str, host: &str, deadline: Instant) -> bool {
        if !self
            .engine
            .as_ref()
            .is_some_and(|engine| engine.is_at(host))
        {
            return false;
        }
        match self.projects.get_or_init(|| self.ask(deadline)) {
            Some(projects) => !projects.get(project).copied().unwrap_or(false),
            None => false,
        }
    }

    pub fn asked(&self) -> Option<&Invocation> {
        self.projects.get().and(self.command.as_ref())
    }

    fn ask(&self, deadline: Instant) -> Option<HashMap<String, bool>> {
        let left = deadline.saturating_duration_since(Instant::now());
        let command = self.command.clone()?.limit(left.mul_f32(0.8));
        let outcome = self.runner.run(&command, Mode::Capture).ok()?;
        outcome.success().then(|| parse(&outcome.stdout))
    }
}

/// Reads `PROJECT\tSTATUS` lines. Paused and restarting ones count as running: they did not stop.
fn parse(stdout: &str) -> HashMap<String, bool> {
    let mut projects = HashMap::new();
    for line in stdout.lines() {
        if let Some((project, status)) = line.split_once('\t') {
            let runs = status.starts_with("Up") || status.starts_with("Restarting");
            *projects.entry(project.to_owned()).or_insert(false) |= runs;
        }
    }
    projects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Outcome, Recorder};
    use std::time::Duration;

    #[test]
    fn docker_is_asked_once_and_only_when_needed() {
        let runner = Arc::new(Recorder::new(|_| Outcome {
            code: Some(0),
            stdout: "a\tUp 3 minutes\na\tExited (1) 2 minutes ago\nb\tExited (0) 1 second ago\n\
                     c\tRestarting (1) 4 seconds ago\nd\tCreated\n"
                .to_owned(),
            ..Outcome::default()
        }));
        let containers = Containers::new(&Env::default(), Arc::clone(&runner) as Arc<dyn Runner>);
        assert_eq!((containers.asked(), runner.invocations().len()), (None, 0));
        let deadline = Instant::now() + Duration::from_secs(2);
        let stopped = |name| containers.has_stopped(name, "localhost", deadline);
        let seen = ["a", "b", "c", "d", "none"].map(stopped);
        assert_eq!(seen, [false, true, false, true, true]);
        assert!(!containers.has_stopped("b", "192.0.2.1", deadline));
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
        assert!(!containers.has_stopped("a", "localhost", deadline));
    }
}
