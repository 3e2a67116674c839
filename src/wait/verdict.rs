//! Decides when waiting is pointless: a pure function of the observed containers.

use crate::docker::container::CRASHES;
use crate::docker::{Container, State};
use std::collections::BTreeMap;
use std::fmt;

/// Why it is pointless to wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub container: Option<Container>,
    why: String,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.container {
            Some(container) => write!(f, "container `{}` {}", container.name, self.why),
            None => f.write_str(&self.why),
        }
    }
}

/// The observations so far.
#[derive(Debug, Default)]
pub struct Watch {
    /// Restarts of each container when it was first seen.
    first: BTreeMap<String, u64>,
    /// The same when the database was first seen up.
    with_database: Option<BTreeMap<String, u64>>,
    /// The crashes of each container that were judged by its log.
    judged: BTreeMap<String, u64>,
}

impl Watch {
    /// Judges the current state of the containers. `database_up` says that the database responds.
    pub fn look(&mut self, containers: &[Container], database_up: bool) -> Option<Trouble> {
        if containers.is_empty() {
            let why = "its containers were removed".to_owned();
            return Some(Trouble {
                container: None,
                why,
            });
        }
        for container in containers {
            self.first
                .entry(container.id.clone())
                .or_insert(container.restarts);
        }
        if database_up && self.with_database.is_none() {
            let now = containers.iter().map(|c| (c.id.clone(), c.restarts));
            self.with_database = Some(now.collect());
        }
        containers.iter().find_map(|container| {
            let why = self.judge(container)?;
            Some(Trouble {
                container: Some(container.clone()),
                why,
            })
        })
    }

    /// A container that has crashed since this was last asked. Its log decides whether to wait for another try.
    pub fn crash(&mut self, containers: &[Container]) -> Option<Trouble> {
        containers.iter().find_map(|container| {
            let crashes = self.crashes(container).filter(|crashes| *crashes > 0)?;
            let before = self.judged.insert(container.id.clone(), crashes);
            before
                .is_none_or(|before| before < crashes)
                .then(|| Trouble {
                    why: crashed(container, crashes),
                    container: Some(container.clone()),
                })
        })
    }

    fn judge(&self, container: &Container) -> Option<String> {
        let code = container.exit_code;
        if container.out_of_memory && !container.is_up() {
            return Some("was killed (out of memory)".to_owned());
        }
        match container.state {
            State::Created if !container.error.is_empty() => {
                return Some(format!("could not be started: {}", container.error));
            }
            State::Exited | State::Other => {
                return Some(format!(
                    "ended with status {code} and will not be restarted"
                ));
            }
            State::Paused => return Some("is paused".to_owned()),
            State::Created | State::Running | State::Restarting => {}
        }
        // Waiting does not help a program that cannot be executed.
        if container.state == State::Restarting && matches!(code, 126 | 127) {
            return Some(format!("cannot run its program (status {code})"));
        }
        let crashes = self.crashes(container)?;
        (crashes >= CRASHES).then(|| crashed(container, crashes))
    }

    /// What is said of the crashes of a container, if there were any.
    pub fn crashed(&self, container: &Container) -> Option<String> {
        let crashes = self.crashes(container).filter(|crashes| *crashes > 0)?;
        Some(crashed(container, crashes))
    }

    /// The restarts that count: for the server, only those after the database was up.
    fn crashes(&self, container: &Container) -> Option<u64> {
        let base = if container.is_server() {
            self.with_database.as_ref()?
        } else {
            &self.first
        };
        let before = base.get(&container.id).copied().unwrap_or_default();
        Some(container.restarts.saturating_sub(before))
    }
}

/// What is said of crashes. A container that runs again has status 0, which says nothing.
fn crashed(container: &Container, crashes: u64) -> String {
    // Docker does not notice every such kill, for example that of a child process.
    let memory = match container.exit_code {
        137 => ": it was killed, perhaps because it ran out of memory",
        _ => "",
    };
    match (container.exit_code, crashes >= CRASHES) {
        (0, true) => format!("keeps crashing: restarted {crashes} times"),
        (code, true) => {
            format!("keeps crashing: restarted {crashes} times, last status {code}{memory}")
        }
        (0, false) => "crashed".to_owned(),
        (code, false) => format!("crashed with status {code}{memory}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::container::parse_inspect;

    fn cluster() -> Vec<Container> {
        let recorded = include_str!("../docker/container/inspect.json");
        let mut containers = parse_inspect(recorded).expect("parses");
        for container in &mut containers {
            container.restarts = 0;
            container.state = State::Running;
        }
        containers
    }

    #[test]
    fn a_server_may_crash_until_its_database_is_up_and_then_twice_more() {
        let (mut containers, mut watch) = (cluster(), Watch::default());
        for restarts in 0..40 {
            containers[0].restarts = restarts;
            assert_eq!(watch.look(&containers, false), None);
        }
        for restarts in 39..42 {
            containers[0].restarts = restarts;
            assert_eq!(watch.look(&containers, true), None, "{restarts}");
        }
        containers[0].restarts = 42;
        let trouble = watch
            .look(&containers, true)
            .expect("pointless")
            .to_string();
        assert!(trouble.contains("restarted 3 times"), "{trouble}");
    }

    #[test]
    fn each_crash_after_the_database_was_up_is_shown_once() {
        let (mut containers, mut watch) = (cluster(), Watch::default());
        let mut crash = |restarts, code, database_up| {
            (containers[0].restarts, containers[0].exit_code) = (restarts, code);
            assert_eq!(watch.look(&containers, database_up), None);
            let crash = watch.crash(&containers).map(|trouble| trouble.to_string());
            crash.map(|text| text.replace("container `local_prisma-database_1` ", ""))
        };
        assert_eq!(crash(7, 1, false), None);
        assert_eq!(crash(8, 1, true), None);
        assert_eq!(crash(9, 1, true), Some("crashed with status 1".to_owned()));
        assert_eq!(crash(9, 0, true), None);
        // A container that runs again has no status.
        assert_eq!(crash(10, 0, true), Some("crashed".to_owned()));
        containers[0].restarts = 11;
        let trouble = watch
            .look(&containers, true)
            .map(|trouble| trouble.to_string());
        let told = "container `local_prisma-database_1` keeps crashing: restarted 3 times";
        assert_eq!(trouble.as_deref(), Some(told));
    }

    #[test]
    fn crashes_of_a_database_count_from_the_beginning() {
        let (mut containers, mut watch) = (cluster(), Watch::default());
        containers[1].restarts = 7;
        assert_eq!(watch.look(&containers, false), None);
        containers[1].restarts = 10;
        let trouble = watch
            .look(&containers, false)
            .expect("pointless")
            .to_string();
        assert!(trouble.contains("`prisma-db` keeps crashing"), "{trouble}");
    }

    #[test]
    fn some_states_make_waiting_pointless_at_once() {
        let mut seen = Vec::new();
        let mut with = |change: &dyn Fn(&mut Container)| {
            let mut containers = cluster();
            change(&mut containers[0]);
            let trouble = Watch::default()
                .look(&containers, false)
                .expect("pointless");
            seen.push(trouble.to_string());
        };
        with(&|c| (c.state, c.error) = (State::Created, "no such file".into()));
        with(&|c| (c.state, c.exit_code) = (State::Exited, 2));
        with(&|c| (c.state, c.out_of_memory) = (State::Restarting, true));
        with(&|c| (c.state, c.exit_code) = (State::Restarting, 127));
        let name = "container `local_prisma-database_1`";
        assert_eq!(
            seen,
            [
                format!("{name} could not be started: no such file"),
                format!("{name} ended with status 2 and will not be restarted"),
                format!("{name} was killed (out of memory)"),
                format!("{name} cannot run its program (status 127)"),
            ]
        );
        assert!(Watch::default().look(&[], false).is_some());
    }
}
