//! Whether an open migration moves, and the ways out if it does not: the management API cannot end one.

use super::stuck::{Stuck, reported, shown};
use crate::error::Failure;
use crate::server::management::{Management, Migration, Status};
use std::time::{Duration, Instant, SystemTime};

/// For how long after a step the server counts as working on the next one.
const RECENT: Duration = Duration::from_secs(60);

/// What was seen of a migration, and when it last moved.
pub(super) struct Motion {
    quiet: Duration,
    seen: Option<Migration>,
    moved: Instant,
    since: SystemTime,
    /// When a step was completed or undone.
    stepped: Option<Instant>,
}

impl Motion {
    /// `quiet` is for how long it may not move before that is reported.
    pub fn begin(quiet: Duration) -> Motion {
        Motion {
            quiet,
            seen: None,
            moved: Instant::now(),
            since: SystemTime::now(),
            stepped: None,
        }
    }

    pub fn see(&mut self, seen: &Migration) {
        let counts = |one: &Migration| (one.revision, one.applied, one.rolled_back);
        match &self.seen {
            Some(last) if last.status == seen.status && counts(last) == counts(seen) => return,
            Some(last) => {
                if last.revision == seen.revision && counts(last) != counts(seen) {
                    self.stepped = Some(Instant::now());
                }
                (self.moved, self.since) = (Instant::now(), SystemTime::now());
            }
            None => {}
        }
        self.seen = Some(seen.clone());
    }

    /// The same, for a migration that another client has started: without a step, it has not moved since.
    pub fn see_other(&mut self, seen: &Migration) {
        if let (None, Some(started), 0) = (&self.seen, seen.started_at, seen.applied) {
            self.since = started.min(self.since);
        }
        self.see(seen);
    }

    /// Since when it has not moved, if that is long.
    pub fn stalled(&self) -> Option<SystemTime> {
        (self.seen.is_some() && self.moved.elapsed() >= self.quiet).then_some(self.since)
    }

    /// Since when it has not moved, if that is long, and what it is.
    pub fn stuck(&self, management: &Management) -> Option<(SystemTime, Stuck)> {
        let seen = self.seen.as_ref()?;
        Some((self.stalled()?, Stuck::of(management, seen)))
    }

    /// Whether a step was completed recently, so that the server is surely working on it.
    pub fn is_moving(&self) -> bool {
        self.stepped.is_some_and(|at| at.elapsed() < RECENT)
    }

    /// What is known, to follow "0 of 2 steps done".
    pub fn words(&self) -> String {
        let pace = match self.stalled() {
            _ if self.is_moving() => "; it continues on the server".to_owned(),
            Some(since) => no_progress(since),
            None => String::new(),
        };
        pace + &self.reported()
    }

    /// What the server reports of it: one that is being undone has failed.
    pub fn reported(&self) -> String {
        self.seen.as_ref().map(reported).unwrap_or_default()
    }

    /// Adds what can be done if it is stuck.
    pub fn ways_out(&self, management: &Management, failure: Failure) -> Failure {
        let (Some(seen), Some(_), false) = (&self.seen, self.stalled(), self.is_moving()) else {
            return failure;
        };
        let wait = match seen.status {
            Status::Pending => {
                "if another server uses the same database, stop it: the server's log shows whether it waits for the lock"
            }
            _ => {
                "if the database is still executing a statement of the migration, wait longer with `--wait-timeout`"
            }
        };
        let statement = shown(management, &Stuck::of(management, seen));
        failure
            .hint(wait)
            .hint("else restart the server: it resumes an open migration")
            .hint(format!(
                "if there is still no progress (the server's log has `Error during deployment for project`), mark the migration as failed in the database and deploy again: {statement}",
            ))
    }
}

pub(super) fn no_progress(since: SystemTime) -> String {
    let since = crate::clock::seconds(since);
    format!(", no progress since {since}")
}
