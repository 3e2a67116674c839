//! The environment variables of this run. Read once, in `lib.rs`; nothing else reads the process's environment.

use std::collections::BTreeMap;
use std::ffi::OsString;

/// The environment variables of this run.
#[derive(Debug, Clone, Default)]
pub struct Env(BTreeMap<String, String>);

impl Env {
    /// The process's own variables, without those that are not Unicode.
    pub fn of_process() -> Env {
        let unicode = |(name, value): (OsString, OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(unicode).collect()
    }

    /// The value of a variable; an empty one counts as unset.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
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
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The same with another value of a variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Env {
        self.0.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Whether a variable is set to an empty string.
    pub fn is_empty(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(String::is_empty)
    }
}

impl FromIterator<(String, String)> for Env {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Env {
        Env(pairs.into_iter().collect())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Env {
    fn from(pairs: [(&str, &str); N]) -> Env {
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Env(pairs.into_iter().map(own).collect())
    }
}
