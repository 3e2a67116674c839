//! Waiting for another deployment of the same service.

use super::motion::{Motion, no_progress};
use super::run::{Run, tried};
use super::{Event, follow::Pauses};
use crate::error::{Failure, Kind, Result};
use crate::server::graphql::Error;
use std::time::{Duration, Instant};

/// How often to deploy again although the server reports another deployment that does not exist.
const RETRIES: u32 = 4;
/// The first pause before that; each is twice the one before.
const PAUSE: Duration = Duration::from_millis(250);

/// How long this run has waited for other deployments.
#[derive(Default)]
pub(super) struct Waiting {
    since: Option<Instant>,
    /// How often the server has said that it is busy when it was not.
    mistaken: u32,
}

impl Run<'_> {
    /// Waits until another deployment has ended. `refused` is what the server says of it.
    pub(super) fn wait_for_other(&mut self, refused: Error) -> Result<()> {
        let management = self.management;
        let since = self.begin_waiting();
        let left = self.waits.busy.saturating_sub(since.elapsed());
        let asked = Instant::now();
        let mut motion = Motion::begin(self.waits.quiet);
        let is_idle = self.until_idle(left, &mut motion)?;
        if is_idle && self.waiting.mistaken < RETRIES {
            // It was open when the server was asked first, or the server has just ended it.
            let pause = PAUSE * 2_u32.pow(self.waiting.mistaken);
            if asked.elapsed() < pause {
                management.interrupt().sleep(pause)?;
                self.waiting.mistaken += 1;
            }
            return Ok(());
        }
        let tried = tried(management);
        if is_idle {
            let message = "the server reports another deployment in progress, but none is open";
            return Err(Failure::new(Kind::Refused, message)
                .context(tried)
                .hint("restart the server: it may have lost the lock that it needs to deploy"));
        }
        let failure = management.failure(&tried, refused);
        match motion.stalled() {
            Some(since) if !motion.is_moving() => {
                let open = "another deployment of the service is in progress";
                let message = format!("{open}{}{}", no_progress(since), motion.reported());
                let failure = Failure::new(failure.kind, message).context(tried);
                Err(motion.ways_out(management, failure))
            }
            _ => Err(failure),
        }
    }

    fn begin_waiting(&mut self) -> Instant {
        let Some(since) = self.waiting.since else {
            (self.events)(Event::Busy {
                limit: self.waits.busy,
            });
            return *self.waiting.since.insert(Instant::now());
        };
        since
    }

    /// Waits until no migration of the service is open; `false` if the limit is reached first.
    fn until_idle(&mut self, limit: Duration, motion: &mut Motion) -> Result<bool> {
        let management = self.management;
        let begun = Instant::now();
        let mut pauses = Pauses::new();
        let mut told = None;
        loop {
            let left = limit.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return Ok(false);
            }
            let pause = pauses.next().min(left);
            management
                .interrupt()
                .sleep(pause)
                .map_err(|failure| motion.ways_out(management, failure))?;
            match management.within(left, || management.migration_status()) {
                Ok(seen) if seen.status.is_open() => motion.see_other(&seen),
                Ok(_) => return Ok(true),
                Err(error) if error.may_pass() => {}
                Err(error) => {
                    return Err(
                        management.failure("could not wait for the other deployment", error)
                    );
                }
            }
            let stalled = motion.stuck(management);
            if stalled != told {
                told.clone_from(&stalled);
                if let Some((since, stuck)) = stalled {
                    (self.events)(Event::Stalled { since, stuck });
                }
            }
        }
    }
}
