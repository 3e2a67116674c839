//! All problems of a file, each with its position.

use crate::error::{Failure, Kind, Result};
use crate::yaml::Position;
use std::fmt;
use std::path::{Path, PathBuf};

/// The maximum number of problems reported; no one reads more.
const LIMIT: usize = 100;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub at: Position,
    /// What is wrong. Never repeats a secret.
    pub what: String,
    pub remedy: Option<String>,
}

impl Problem {
    pub fn new(at: Position, what: impl Into<String>) -> Problem {
        Problem {
            at,
            what: what.into(),
            remedy: None,
        }
    }

    pub fn fix(&mut self, remedy: impl Into<String>) {
        self.remedy = Some(remedy.into());
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.remedy {
            Some(remedy) => write!(f, "{}: {}: {remedy}", self.at, self.what),
            None => write!(f, "{}: {}", self.at, self.what),
        }
    }
}

/// The problems found in one file.
#[derive(Debug)]
pub struct Problems {
    file: PathBuf,
    found: Vec<Problem>,
}

impl Problems {
    pub fn of(file: &Path) -> Self {
        Problems {
            file: file.to_owned(),
            found: Vec::new(),
        }
    }

    /// Adds a problem; the caller may add a [remedy](Problem::fix).
    pub fn add(&mut self, at: Position, what: impl Into<String>) -> &mut Problem {
        self.found.push(Problem::new(at, what));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.found.extend(problems);
    }

    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// Forgets all but the first `len` problems.
    pub fn truncate(&mut self, len: usize) {
        self.found.truncate(len);
    }

    /// `FILE:LINE:COLUMN: what: remedy` in file order, without duplicates.
    pub fn lines(mut self) -> Vec<String> {
        self.found.sort();
        self.found.dedup();
        let line = |problem: &Problem| format!("{}:{problem}", self.file.display());
        self.found.iter().map(line).collect()
    }

    /// Fails with all problems, if there are any.
    pub fn finish(self) -> Result<()> {
        let mut lines = self.lines();
        if lines.is_empty() {
            return Ok(());
        }
        if lines.len() > LIMIT {
            let more = lines.len() - LIMIT;
            lines.truncate(LIMIT);
            lines.push(format!("… and {more} more problems"));
        }
        Err(Failure::new(Kind::ConfigInvalid, lines.join("\n")))
    }
}
