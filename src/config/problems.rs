//! Everything that is wrong with a file, each problem with its place.

use crate::error::{Failure, Kind, Result};
use crate::yaml::Position;
use std::fmt;
use std::path::{Path, PathBuf};

/// How many problems are reported: nobody reads more.
const LIMIT: usize = 100;

/// Something wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub at: Position,
    /// What is wrong. Never repeats a secret.
    pub what: String,
    /// How to fix it.
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

/// What was found in one file.
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

    /// Adds a problem, which a [remedy](Problem::fix) can be given.
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

    /// `FILE:LINE:COLUMN: what: remedy`, from the top of the file to its end, none twice.
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
