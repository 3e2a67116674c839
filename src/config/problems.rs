//! Everything that is wrong with a file, each with its place.

use crate::error::{Failure, Kind, Result};
use crate::yaml::Position;
use std::path::{Path, PathBuf};

/// How many problems are told: nobody reads more.
const MOST: usize = 100;

/// Something wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Where.
    pub at: Position,
    /// What, and how to mend it.
    pub message: String,
}

/// What was found in one file.
#[derive(Debug)]
pub struct Problems {
    file: PathBuf,
    found: Vec<Problem>,
}

impl Problems {
    /// Nothing yet.
    pub fn of(file: &Path) -> Self {
        Problems {
            file: file.to_owned(),
            found: Vec::new(),
        }
    }

    /// Adds one.
    pub fn add(&mut self, at: Position, message: impl Into<String>) {
        let message = message.into();
        self.found.push(Problem { at, message });
    }

    /// Adds some.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.found.extend(problems);
    }

    /// One line each, from the top of the file to its end, none twice.
    pub fn lines(mut self) -> Vec<String> {
        self.found.sort();
        self.found.dedup();
        let line = |p: &Problem| format!("{}:{}: {}", self.file.display(), p.at, p.message);
        self.found.iter().map(line).collect()
    }

    /// The failure that tells all of them, if there are any.
    pub fn finish(self) -> Result<()> {
        let mut lines = self.lines();
        if lines.is_empty() {
            return Ok(());
        }
        if lines.len() > MOST {
            let more = lines.len() - MOST;
            lines.truncate(MOST);
            lines.push(format!("… and {more} more problems"));
        }
        Err(Failure::new(Kind::ConfigInvalid, lines.join("\n")))
    }
}
