//! Follows a migration until it ends, with one request at a time.
//!
//! `migrationStatus` returns the open migration, else the last successful one. As soon as a failed one
//! is undone, it returns the previous revision instead; only the list of all migrations shows it then.

use super::super::graphql::Error;
use super::super::management::{Management, Migration, Status};
use super::super::step::Step;
use super::motion::Motion;
use super::{Event, Outcome, Undo, Waits};
use crate::error::{Failure, Kind, Result};
use std::time::{Duration, Instant, SystemTime};

/// A deployment that was answered faster was hardly overtaken by another one.
const SLOW: Duration = Duration::from_secs(1);

/// Pauses between requests: short at first, since most migrations take milliseconds, and then a small part of the time
/// it has taken so far, which is how late its end is noticed at most.
pub(super) struct Pauses(Duration);

impl Pauses {
    const FIRST: Duration = Duration::from_millis(10);
    const LONGEST: Duration = Duration::from_secs(1);
    /// One in so many of the time so far.
    const PART: u32 = 12;

    pub(super) fn new() -> Pauses {
        Pauses(Duration::ZERO)
    }

    /// The next pause.
    pub(super) fn next(&mut self) -> Duration {
        let pause = (self.0 / Pauses::PART).clamp(Pauses::FIRST, Pauses::LONGEST);
        self.0 += pause;
        pause
    }

    /// The same, but not longer than the estimated remaining time.
    fn next_for(&mut self, elapsed: Duration, applied: usize, total: usize) -> Duration {
        self.0 = self.0.max(elapsed);
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

/// How a migration ended.
pub(super) struct Ended {
    pub outcome: Outcome,
    /// Whether it failed after another one that was still open when the server computed its steps.
    pub outdated: bool,
}

/// A migration that the server has accepted.
pub(super) struct Accepted {
    pub migration: Migration,
    pub order: Vec<Step>,
    /// How long the server took to compute it.
    pub took: Duration,
}

/// A server that was not silent before may take this long to answer.
const MOMENT: Duration = Duration::from_secs(1);

/// Follows a migration until it ends.
pub(super) fn follow(
    management: &Management,
    accepted: &Accepted,
    waits: Waits,
    events: &mut dyn FnMut(Event),
) -> Result<Ended> {
    let total = accepted.order.len();
    let limit = waits.migration;
    let mut follower = Follower {
        management,
        accepted,
        revision: accepted.migration.revision,
        total,
        limit,
        applied: 0,
        motion: Motion::begin(waits.quiet),
        stalled: None,
        unanswered: None,
        is_behind: false,
        outdated: false,
        last: None,
    };
    let begun = Instant::now();
    let mut pauses = Pauses::new();
    // A server whose database is stuck may not answer at all.
    let mut patience = waits.quiet;
    follower.tell(
        Event::Progress {
            applied: accepted.migration.applied,
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
        match management.within(left.min(patience), || follower.look(events)) {
            Ok(Some(outcome)) => {
                return Ok(Ended {
                    outcome,
                    outdated: follower.outdated,
                });
            }
            Ok(None) => {
                follower.unanswered = None;
                follower.tell_if_stalled(events);
            }
            // The limit left only a moment: silence means nothing.
            Err(Error::Fault(fault))
                if fault.is_timeout() && left < MOMENT && follower.motion.has_seen() => {}
            // A restarted server resumes open migrations, and waits for a database that comes back.
            Err(error) if error.may_pass() => {
                patience = patience.saturating_mul(2);
                let why = error.reason();
                follower.unanswered = Some(why.clone());
                follower.stalled = None;
                follower.tell(Event::Unanswered { why }, events);
            }
            // A second request may have had no time left.
            Err(Error::Ended(failure)) if failure.kind == Kind::NotReady => {}
            Err(Error::Ended(failure)) if failure.kind == Kind::Refused => return Err(failure),
            Err(Error::Ended(failure)) => return Err(follower.left_behind(failure)),
            Err(error) => return Err(management.failure("could not follow the migration", error)),
        }
    }
}

struct Follower<'a> {
    management: &'a Management,
    accepted: &'a Accepted,
    revision: i64,
    total: usize,
    limit: Duration,
    applied: usize,
    motion: Motion,
    /// Since when it was said to make no progress.
    stalled: Option<SystemTime>,
    /// Why the last request was not answered.
    unanswered: Option<String>,
    /// Whether another migration was seen that went first.
    is_behind: bool,
    outdated: bool,
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

    /// Reports that it makes no progress, once: progress is reported in between.
    fn tell_if_stalled(&mut self, events: &mut dyn FnMut(Event)) {
        let stuck = self.motion.stuck(self.management);
        let since = stuck.as_ref().map(|(since, _)| *since);
        if self.stalled != since {
            self.stalled = since;
            if let Some((since, stuck)) = stuck {
                events(Event::Stalled { since, stuck });
            }
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
            self.is_behind = true;
            self.motion.see_other(&seen);
            return Ok(None);
        }
        let all = self.management.list_migrations()?;
        match all.iter().find(|one| one.revision == self.revision) {
            Some(own) => {
                let outcome = self.judge(own, events);
                let is_outdated = self.is_behind || was_overtaken(self.accepted.took, own, &all);
                self.outdated = is_rolled_back(outcome.as_ref()) && is_outdated;
                Ok(outcome)
            }
            None => Err(Error::Ended(forgotten())),
        }
    }

    fn judge(&mut self, seen: &Migration, events: &mut dyn FnMut(Event)) -> Option<Outcome> {
        let total = self.total;
        let failed = |undo| {
            Some(Outcome::RolledBack {
                revision: seen.revision,
                errors: seen.reasons(),
                step: self.accepted.order.get(seen.applied).cloned().map(Box::new),
                undo,
            })
        };
        self.motion.see(seen);
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
        let does = if self.motion.is_moving() {
            "continues on the server"
        } else {
            "is not stopped by this"
        };
        failure
            .and(format_args!(
                ": the migration {does} ({} of {} steps done)",
                self.applied, self.total
            ))
            .hint("run the command again to see the result")
    }

    fn too_long(&self) -> Failure {
        let limit = humantime::format_duration(self.limit);
        let mut message = format!(
            "the migration has not finished after {limit}: {} of {} steps done{}",
            self.applied,
            self.total,
            self.motion.words()
        );
        if let Some(why) = &self.unanswered {
            message += &format!("; the server does not answer: {why}");
        }
        let mut failure = Failure::new(Kind::NotReady, message);
        if self.unanswered.is_some() {
            failure = failure.hint("restart the server: it resumes an open migration");
        } else {
            failure = self.motion.ways_out(self.management, failure);
        }
        failure.hint("run the command again to see the result, with a longer `--wait-timeout`")
    }
}

/// How a migration ended that the server does not list is not known.
fn forgotten() -> Failure {
    let message = "could not follow the migration: the server no longer lists it";
    Failure::new(Kind::Refused, message).hint("the service may have been deleted and created again meanwhile: run the command again to see what is deployed")
}

/// Whether another migration ended while the server took so long to compute this one, from the schema
/// before.
fn was_overtaken(took: Duration, own: &Migration, all: &[Migration]) -> bool {
    let before = all.iter().find(|one| one.revision == own.revision - 1);
    let gap = before.and_then(|one| {
        let gap = own.started_at?.duration_since(one.finished_at?);
        Some(gap.unwrap_or_default())
    });
    took >= SLOW && gap.is_some_and(|gap| gap <= took)
}

fn is_rolled_back(outcome: Option<&Outcome>) -> bool {
    matches!(
        outcome,
        Some(Outcome::RolledBack {
            undo: Undo::Done,
            ..
        })
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_computed_while_another_one_ended_was_overtaken() {
        let read = |revision: i64, started: &str, finished: &str| {
            let migration = serde_json::json!({"revision": revision, "status": "ROLLBACK_SUCCESS", "applied": 0,
                "rolledBack": 0, "errors": [], "startedAt": started, "finishedAt": finished});
            Migration::read(&migration).expect("a migration")
        };
        let before = read(2, "2018-05-02T10:00:00.000Z", "2018-05-02T10:00:20.000Z");
        let own = read(3, "2018-05-02T10:00:21.500Z", "2018-05-02T10:00:22.000Z");
        let all = [own.clone(), before];
        let took = |millis| was_overtaken(Duration::from_millis(millis), &own, &all);
        assert!(took(2000));
        assert!(!took(1400), "it had ended before the request was sent");
        assert!(!was_overtaken(Duration::from_secs(9), &own, &all[..1]));
    }

    #[test]
    fn the_end_of_a_migration_is_noticed_within_a_tenth_of_its_time() {
        let millis = Duration::from_millis;
        let mut pauses = Pauses::new();
        let (mut at, mut asked) = (Duration::ZERO, 0);
        while at < millis(10_000) {
            let pause = pauses.next();
            assert!(pause <= (at / 10).max(millis(15)), "{pause:?} after {at:?}");
            (at, asked) = (at + pause, asked + 1);
        }
        assert!(asked < 80, "{asked} requests in ten seconds");
        let later =
            |elapsed, applied, total| Pauses::new().next_for(millis(elapsed), applied, total);
        assert_eq!(later(1200, 0, 10), millis(100));
        assert_eq!(later(90_000, 1, 1000), millis(1000));
        assert_eq!(later(900, 9, 10), millis(75));
        assert_eq!(later(900, 99, 100), Pauses::FIRST);
        assert_eq!(later(900, 10, 10), Pauses::FIRST);
    }
}
