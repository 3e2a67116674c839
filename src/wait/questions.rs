//! Questions to a server that is starting: one at a time, as a cold server takes its time for the first, and
//! each that is given up is work thrown away. So the next one gets more patience.
//!
//! A question that was sent before the server listened may hang for seconds in between, in docker's proxy. Meanwhile
//! cheap requests show whether the server is there: then the question is asked again.

use crate::error::{Failure, Kind, Result};
use crate::interrupt::{Interrupt, TICK};
use crate::server::readiness::{Candidate, Readiness};
use crate::thread;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

/// The limit of the first question. A starting server may accept a connection and stay silent.
const FIRST: Duration = Duration::from_secs(2);
/// The most that a question may take.
const LONGEST: Duration = Duration::from_secs(30);
/// A question that takes longer may hang.
const USUAL: Duration = Duration::from_millis(250);
/// The first pause between two looks that hang.
const LOOKS: Duration = Duration::from_millis(50);

pub struct Questions {
    server: Candidate,
    patience: Duration,
    pending: Option<Pending<Readiness>>,
    looks: Looks,
    /// Whether the server has answered, be it that it cannot do anything yet.
    is_there: bool,
}

struct Pending<T> {
    answer: Receiver<T>,
    asked: Instant,
    limit: Duration,
}

impl Questions {
    pub fn to(server: Candidate) -> Questions {
        Questions {
            server,
            patience: FIRST,
            pending: None,
            looks: Looks::default(),
            is_there: false,
        }
    }

    /// Waits for an answer, for at most `pause`; asks first unless a question is pending.
    pub fn answer(&mut self, interrupt: &Interrupt, pause: Duration) -> Result<Option<Readiness>> {
        let begun = Instant::now();
        let mut pending = match self.pending.take() {
            Some(pending) => pending,
            None => self.ask(),
        };
        loop {
            interrupt.check()?;
            if !self.is_there && pending.asked.elapsed() >= USUAL && self.look() {
                pending = self.ask();
            }
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

    fn learn(&mut self, pending: &Pending<Readiness>, readiness: &Readiness) {
        if pending.asked.elapsed() >= pending.limit {
            self.patience = (self.patience * 2).min(LONGEST);
        }
        self.is_there = !matches!(readiness, Readiness::Unreachable(_));
        self.looks = Looks::default();
        if let Readiness::NoDatabase { server, .. } = readiness {
            self.server.first = server.path;
        }
    }

    fn ask(&self) -> Pending<Readiness> {
        let (server, limit) = (self.server.clone(), self.patience);
        begin(limit, move || server.ask(limit))
    }

    /// Whether the server is there now. It was not when the pending question was asked.
    fn look(&mut self) -> bool {
        let server = &self.server;
        self.is_there = self.looks.succeed(Duration::ZERO, || {
            let server = server.clone();
            move || server.is_there(LONGEST)
        });
        self.is_there
    }
}

/// Looks whether something is there. Each may hang, so they overlap, and become rarer with the time.
#[derive(Default)]
pub struct Looks(Vec<Pending<bool>>);

impl Looks {
    /// Whether one of them has succeeded. Begins another one if it is time, and waits a bit for that.
    pub fn succeed<L>(&mut self, wait: Duration, look: impl FnOnce() -> L) -> bool
    where
        L: FnOnce() -> bool + Send + 'static,
    {
        let mut found = false;
        self.0.retain(|pending| {
            let answer = pending.answer.try_recv();
            found |= answer == Ok(true);
            answer == Err(TryRecvError::Empty)
        });
        let elapsed = |look: Option<&Pending<bool>>| look.map(|look| look.asked.elapsed());
        let pause = elapsed(self.0.first()).map_or(LOOKS, |since| LOOKS.max(since / 5));
        if !found && elapsed(self.0.last()).is_none_or(|last| last >= pause) {
            let begun = begin(LONGEST, look());
            found = begun.answer.recv_timeout(wait) == Ok(true);
            self.0.push(begun);
        }
        found
    }
}

fn begin<T: Send + 'static>(
    limit: Duration,
    ask: impl FnOnce() -> T + Send + 'static,
) -> Pending<T> {
    let (sender, answer) = mpsc::channel();
    thread::detached(move || {
        // There is no receiver left if the wait has ended.
        let _ = sender.send(ask());
    });
    Pending {
        answer,
        asked: Instant::now(),
        limit,
    }
}
