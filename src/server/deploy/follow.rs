//! Follows a migration until it ends, with one request at a time.
//!
//! `migrationStatus` returns the open migration, else the last successful one. As soon as a failed one
//! is undone, it returns the previous revision instead; only the list of all migrations shows it then.

use super::super::graphql::Error;
use super::super::management::{Management, Migration, Status};
use super::super::step::Step;
use super::{Event, Outcome, Undo};
use crate::error::{Failure, Kind, Result};
use std::time::{Duration, Instant};

/// Pauses between requests: short at first, since most migrations take milliseconds.
struct Pauses(Duration);

impl Pauses {
    const FIRST: Duration = Duration::from_millis(20);
    const LONGEST: Duration = Duration::from_secs(1);

    fn new() -> Pauses {
        Pauses(Pauses::FIRST)
    }

    /// The next pause, 1.5 times the last one.
    fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 3 / 2).min(Pauses::LONGEST);
        pause
    }

    /// The same, but not longer than the estimated remaining time.
    fn next_for(&mut self, elapsed: Duration, applied: usize, total: usize) -> Duration {
        let pause = self.next();
        let (Ok(done), Ok(left)) = (
            u32::try_from(applied),
            u32::try_from(total.saturating_sub(applied)),
        ) else {
            return pause;
        };
        match elapsed.checked_div(done) {
            Some(each) => pause.min(each.saturating_mul(left).max(Pauses::FIRST)),
            None => pause,
        }
    }
}

/// Follows a migration that the server has accepted.
pub(super) fn follow(
    management: &Management,
    migration: &Migration,
    order: &[Step],
    limit: Duration,
    events: &mut dyn FnMut(Event),
) -> Result<Outcome> {
    let total = order.len();
    let mut follower = Follower {
        management,
        revision: migration.revision,
        order,
        total,
        limit,
        applied: 0,
        last: None,
    };
    let begun = Instant::now();
    let mut pauses = Pauses::new();
    follower.tell(
        Event::Progress {
            applied: migration.applied,
            total,
        },
        events,
    );
    loop {
        let left = limit.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(follower.too_long());
        }
        let pause = pauses.next_for(begun.elapsed(), follower.applied, total);
        let slept = management.interrupt().sleep(pause.min(left));
        slept.map_err(|failure| follower.left_behind(failure))?;
        match management.within(left, || follower.look(events)) {
            Ok(Some(outcome)) => return Ok(outcome),
            Ok(None) => {}
            Err(Error::Fault(fault)) if fault.is_transient() => {
                // A restarted server resumes open migrations.
                let why = fault.to_string();
                follower.tell(Event::Unanswered { why }, events);
            }
            Err(Error::Ended(failure)) => return Err(follower.left_behind(failure)),
            Err(error) => return Err(management.failure("could not follow the migration", error)),
        }
    }
}

struct Follower<'a> {
    management: &'a Management,
    revision: i64,
    order: &'a [Step],
    total: usize,
    limit: Duration,
    applied: usize,
    last: Option<Event>,
}

impl Follower<'_> {
    /// Reports an event unless it was just reported.
    fn tell(&mut self, event: Event, events: &mut dyn FnMut(Event)) {
        if self.last.as_ref() != Some(&event) {
            self.last = Some(event.clone());
            events(event);
        }
    }

    /// Checks once; an outcome ends the loop.
    fn look(
        &mut self,
        events: &mut dyn FnMut(Event),
    ) -> std::result::Result<Option<Outcome>, Error> {
        let seen = self.management.migration_status()?;
        if seen.revision == self.revision {
            return Ok(self.judge(&seen, events));
        }
        if seen.revision < self.revision && seen.status.is_open() {
            // An older one goes first.
            return Ok(None);
        }
        let all = self.management.list_migrations()?;
        match all.iter().find(|one| one.revision == self.revision) {
            Some(own) => Ok(self.judge(own, events)),
            None => Ok(Some(Outcome::RolledBack {
                revision: self.revision,
                errors: vec!["the server no longer reports it".to_owned()],
                step: None,
                undo: Undo::Failed,
            })),
        }
    }

    fn judge(&mut self, seen: &Migration, events: &mut dyn FnMut(Event)) -> Option<Outcome> {
        let total = self.total;
        let failed = |undo| {
            Some(Outcome::RolledBack {
                revision: seen.revision,
                errors: seen.errors.iter().map(|error| reason(error)).collect(),
                step: self.order.get(seen.applied).cloned().map(Box::new),
                undo,
            })
        };
        match &seen.status {
            Status::Pending | Status::InProgress | Status::Unknown(_) => {
                self.applied = seen.applied;
                let applied = seen.applied;
                self.tell(Event::Progress { applied, total }, events);
                None
            }
            Status::Success => {
                let applied = total;
                self.tell(Event::Progress { applied, total }, events);
                Some(Outcome::Applied {
                    revision: seen.revision,
                })
            }
            Status::RollingBack => {
                let (undone, total) = (seen.rolled_back, seen.applied);
                self.tell(Event::RollingBack { undone, total }, events);
                None
            }
            // A step that cannot be undone ends the rollback, but the status says success.
            Status::RollbackSuccess if seen.rolled_back < seen.applied => failed(Undo::InPart {
                undone: seen.rolled_back,
                applied: seen.applied,
            }),
            Status::RollbackSuccess => failed(Undo::Done),
            Status::RollbackFailure => failed(Undo::Failed),
        }
    }

    /// A signal ends only the waiting, not the migration.
    fn left_behind(&self, failure: Failure) -> Failure {
        failure
            .and(format_args!(
                ": the migration continues on the server ({} of {} steps done)",
                self.applied, self.total
            ))
            .hint("run the command again to see the result")
    }

    fn too_long(&self) -> Failure {
        let limit = humantime::format_duration(self.limit);
        let message = format!(
            "the migration has not finished after {limit}: {} of {} steps; it continues on the server",
            self.applied, self.total
        );
        Failure::new(Kind::NotReady, message)
            .hint("run the command again to see the result, with a longer `--wait-timeout`")
            .hint("if no step is done at all, another server may be using the database: check the server's log")
    }
}

/// The message of an exception, which may have several lines (`Detail:`, `Hint:`), without the stack
/// trace.
fn reason(error: &str) -> String {
    let lines = error.lines().map(str::trim_end);
    let message = lines.take_while(|line| !line.trim_start().starts_with("at "));
    let lines: Vec<&str> = message.filter(|line| !line.trim().is_empty()).collect();
    lines.join("\n")
}

/// Waits until no migration of the service is open; `false` if the limit is reached first.
pub(super) fn until_idle(management: &Management, limit: Duration) -> Result<bool> {
    let begun = Instant::now();
    let mut pauses = Pauses::new();
    loop {
        let left = limit.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Ok(false);
        }
        management.interrupt().sleep(pauses.next().min(left))?;
        match management.within(left, || management.migration_status()) {
            Ok(seen) if seen.status.is_open() => {}
            Ok(_) => return Ok(true),
            Err(Error::Fault(fault)) if fault.is_transient() => {}
            Err(error) => {
                return Err(management.failure("could not wait for the other deployment", error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_databases_message_is_kept_and_no_stack_trace() {
        let error = "org.postgresql.util.PSQLException: ERROR: cannot drop column name\n  \
            Detail: view v depends on column name\n  Hint: Use DROP ... CASCADE\n\tat a.B.c(B.java:1)\n\tat d";
        assert_eq!(
            reason(error),
            "org.postgresql.util.PSQLException: ERROR: cannot drop column name\n  \
             Detail: view v depends on column name\n  Hint: Use DROP ... CASCADE"
        );
    }

    #[test]
    fn pauses_grow_and_shrink_again_towards_the_end() {
        let millis = Duration::from_millis;
        let mut pauses = Pauses::new();
        let grown: Vec<u128> = (0..14).map(|_| pauses.next().as_millis()).collect();
        let expected = [
            20, 30, 45, 67, 101, 151, 227, 341, 512, 768, 1000, 1000, 1000, 1000,
        ];
        assert_eq!(grown, expected);
        assert_eq!(pauses.next_for(millis(900), 9, 10), millis(100));
        assert_eq!(pauses.next_for(millis(900), 10, 10), millis(20));
        assert_eq!(pauses.next_for(millis(900), 0, 10), millis(1000));
        assert_eq!(pauses.next_for(millis(900), 1, 100), millis(1000));
    }
}
