//! A runner for tests: answers from a script and remembers everything it was asked to run.

use super::{Invocation, Mode, Outcome, ProcessError, Runner};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

type Answer = Box<dyn Fn(&Invocation) -> Outcome + Send + Sync>;

/// Records whole invocations: program, arguments, environment, folder, limits.
pub struct Recorder {
    log: Mutex<Vec<Invocation>>,
    answer: Answer,
}

impl Recorder {
    /// A recorder that answers each invocation with what `answer` returns.
    pub fn new(answer: impl Fn(&Invocation) -> Outcome + Send + Sync + 'static) -> Self {
        Recorder {
            log: Mutex::default(),
            answer: Box::new(answer),
        }
    }

    /// What was run so far, in order.
    pub fn invocations(&self) -> Vec<Invocation> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.clone()
    }
}

impl Runner for Recorder {
    fn run(&self, invocation: &Invocation, mode: Mode<'_>) -> Result<Outcome, ProcessError> {
        let outcome = (self.answer)(invocation);
        match mode {
            Mode::Lines(on_line) => {
                let _ = outcome.stderr.lines().try_for_each(on_line);
            }
            Mode::Blocks(on_block) => {
                let _ = on_block(outcome.stderr.as_bytes());
            }
            Mode::Bytes(_) | Mode::Capture | Mode::Inherit | Mode::InheritStderr => {}
        }
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(invocation.clone());
        Ok(outcome)
    }

    fn find(&self, program: &str) -> Option<PathBuf> {
        Some(PathBuf::from(program))
    }
}
