//! Questions to a server that is starting: one at a time, as a cold server takes its time for the first, and
//! each that is given up is work thrown away. So the next one gets more patience.

use crate::error::{Failure, Kind, Result};
use crate::interrupt::{Interrupt, TICK};
use crate::server::readiness::{Candidate, Readiness};
use crate::thread;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// The limit of the first question. A starting server may accept a connection and stay silent.
const FIRST: Duration = Duration::from_secs(2);
/// The most that a question may take.
const LONGEST: Duration = Duration::from_secs(30);

pub struct Questions {
    server: Candidate,
    patience: Duration,
    pending: Option<Pending>,
}

struct Pending {
    answer: Receiver<Readiness>,
    asked: Instant,
    limit: Duration,
}

impl Questions {
    pub fn to(server: Candidate) -> Questions {
        Questions {
            server,
            patience: FIRST,
            pending: None,
        }
    }

    /// Waits for an answer, for at most `pause`; asks first unless a question is pending.
    pub fn answer(&mut self, interrupt: &Interrupt, pause: Duration) -> Result<Option<Readiness>> {
        let pending = match self.pending.take() {
            Some(pending) => pending,
            None => ask(&self.server, self.patience),
        };
        let begun = Instant::now();
        loop {
            interrupt.check()?;
            match pending.answer.recv_timeout(TICK.min(pause)) {
                Ok(readiness) => {
                    self.learn(&pending, &readiness);
                    return Ok(Some(readiness));
                }
                Err(RecvTimeoutError::Timeout) if begun.elapsed() < pause => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.pending = Some(pending);
                    return Ok(None);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::new(Kind::Failed, "a worker thread panicked"));
                }
            }
        }
    }

    fn learn(&mut self, pending: &Pending, readiness: &Readiness) {
        if pending.asked.elapsed() >= pending.limit {
            self.patience = (self.patience * 2).min(LONGEST);
        }
        if let Readiness::NoDatabase { server, .. } = readiness {
            self.server.first = server.path;
        }
    }
}

fn ask(server: &Candidate, limit: Duration) -> Pending {
    let (sender, answer) = mpsc::channel();
    let server = server.clone();
    thread::detached(move || {
        // There is no receiver left if the wait has ended.
        let _ = sender.send(server.ask(limit));
    });
    Pending {
        answer,
        asked: Instant::now(),
        limit,
    }
}
