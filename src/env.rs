//! The environment variables of this run. Read once, in `lib.rs`; nothing else reads the process's environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// The environment variables of this run.
#[derive(Debug, Clone, Default)]
pub struct Env {
    all: BTreeMap<String, String>,
    /// Those whose values are not Unicode, as names of files may be.
    other: BTreeMap<String, OsString>,
}

/// Of variables that decide what this program, docker or docker-compose does.
const PREFIXES: [&str; 3] = ["PRISMA_", "DOCKER_", "COMPOSE_"];

impl Env {
    /// The process's own variables.
    pub fn of_process() -> Env {
        Env::of(std::env::vars_os())
    }

    fn of(variables: impl Iterator<Item = (OsString, OsString)>) -> Env {
        let mut env = Env::default();
        for (name, value) in variables {
            // No variable that this program knows has another name.
            let Ok(name) = name.into_string() else {
                continue;
            };
            match value.into_string() {
                Ok(value) => drop(env.all.insert(name, value)),
                Err(value) => drop(env.other.insert(name, value)),
            }
        }
        env
    }

    /// A variable that decides something and cannot be read: not to follow it would be to do something else than
    /// the user wants. The command line has its own, and a path need not be Unicode.
    pub fn unreadable(&self) -> Option<&str> {
        let mut names = self.other.keys().map(String::as_str);
        names.find(|name| {
            let is_known = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
            let is_proxy = name.to_ascii_uppercase().ends_with("_PROXY");
            let is_path = ["PRISMA_HOME", "DOCKER_CONFIG"].contains(name);
            (is_known && !is_path && !name.starts_with("PRISMA_CLI_"))
                || is_proxy
                || *name == "PATH"
        })
    }

    /// The path that a variable holds; an empty one counts as unset.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let other = || self.other.get(name).map(PathBuf::from);
        self.get(name).map(PathBuf::from).or_else(other)
    }

    /// The value of a variable; an empty one counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all
            .get(name)
            .map(String::as_str)
            .filter(|v| !v.is_empty())
    }

    /// The same, for those that look up variables without knowing where they come from.
    pub fn lookup(&self) -> impl Fn(&str) -> Option<String> {
        |name: &str| self.get(name).map(str::to_owned)
    }

    /// All variables, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The same with another value of a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Env {
        self.all.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Whether a variable is set to an empty string.
    pub fn is_empty(&self, name: &str) -> bool {
        self.all.get(name).is_some_and(String::is_empty)
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Env {
        Env {
            all: pairs.into_iter().collect(),
            other: BTreeMap::new(),
        }
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Env {
    fn from(pairs: [(&str, &str); N]) -> Env {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        pairs.into_iter().map(own).collect()
    }
}
