//! Ctrl-C and SIGTERM: a flag that every wait checks, so that the command ends within a second and
//! can report the state it leaves.
//!
//! A second signal of the same kind ends the process at once, as people expect of a second Ctrl-C.

use crate::error::{Failure, Kind, Result};
use crate::thread;
use signal_hook::consts::SIGINT;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How often a wait checks the flag.
pub const TICK: Duration = Duration::from_millis(40);

/// Which signals asked this command to end.
///
/// Two flags, not the last signal's number: a prompt ended by SIGTERM also raises SIGINT (`console`
/// does), and that still counts as terminated.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Interrupt {
    /// Registers the handlers. Without them (as in tests) the flag is never set.
    pub fn install() -> std::io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        for signal in signals() {
            interrupt.listen(signal, || ())?;
        }
        Ok(interrupt)
    }

    /// Registers the actions for a signal, and calls `after` between them. They run in this order at each
    /// signal: the shutdown looks at what the last one sets, so the first signal only sets it and the
    /// second ends the process. The flag comes first: from then on a signal no longer has its default
    /// effect, so it must not be lost.
    fn listen(&self, signal: i32, mut after: impl FnMut()) -> std::io::Result<()> {
        use signal_hook::flag::{register, register_conditional_shutdown};
        let flag = match signal {
            SIGINT => &self.interrupted,
            _ => &self.terminated,
        };
        let armed = Arc::new(AtomicBool::new(false));
        register(signal, Arc::clone(flag))?;
        after();
        register_conditional_shutdown(signal, 128 + signal, Arc::clone(&armed))?;
        after();
        register(signal, armed)?;
        after();
        Ok(())
    }

    /// Whether a signal arrived.
    pub fn requested(&self) -> bool {
        self.interrupted.load(Ordering::SeqCst) || self.terminated.load(Ordering::SeqCst)
    }

    /// Fails if a signal arrived.
    pub fn check(&self) -> Result<()> {
        match self.failure() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// The failure for a signal, if one arrived.
    pub fn failure(&self) -> Option<Failure> {
        if self.terminated.load(Ordering::SeqCst) {
            Some(Failure::new(Kind::Terminated, "terminated"))
        } else if self.interrupted.load(Ordering::SeqCst) {
            Some(Failure::new(Kind::Interrupted, "interrupted"))
        } else {
            None
        }
    }

    /// Sleeps, until a signal arrives.
    pub fn sleep(&self, duration: Duration) -> Result<()> {
        let end = Instant::now() + duration;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(TICK));
        }
    }

    /// Runs something that blocks without checking the flag (a connect, a name lookup) in a
    /// thread of its own, and abandons it when a signal arrives.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        self.run_with_grace(Duration::ZERO, work)
    }

    /// Like [`Interrupt::run`], for something that may end by itself soon after a signal.
    pub fn run_with_grace<T: Send + 'static>(
        &self,
        grace: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        self.follow(grace, &mut || {}, work)
    }

    /// Like [`Interrupt::run`]; calls `slow` once if it takes longer than `quiet`.
    pub fn run_slowly<T: Send + 'static>(
        &self,
        quiet: Duration,
        slow: &mut dyn FnMut(),
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let begun = Instant::now();
        let mut told = false;
        let mut tick = || {
            if !told && begun.elapsed() >= quiet {
                told = true;
                slow();
            }
        };
        self.follow(Duration::ZERO, &mut tick, work)
    }

    fn follow<T: Send + 'static>(
        &self,
        grace: Duration,
        tick: &mut dyn FnMut(),
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let (sender, receiver) = mpsc::channel();
        thread::detached(move || {
            // After a signal there is no receiver left.
            let _ = sender.send(work());
        });
        loop {
            if let Some(failure) = self.failure() {
                return receiver.recv_timeout(grace).map_err(|_| failure);
            }
            match receiver.recv_timeout(TICK) {
                Ok(value) => return Ok(value),
                Err(mpsc::RecvTimeoutError::Timeout) => tick(),
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(Failure::new(Kind::Failed, "a worker thread panicked"));
                }
            }
        }
    }

    /// Sets the flag as a signal would.
    #[cfg(test)]
    pub fn raise(&self, signal: i32) {
        let flag = match signal {
            SIGINT => &self.interrupted,
            _ => &self.terminated,
        };
        flag.store(true, Ordering::SeqCst);
    }
}

fn signals() -> [i32; 3] {
    use signal_hook::consts::{SIGHUP, SIGTERM};
    [SIGINT, SIGTERM, SIGHUP]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_ends_every_wait_at_once() {
        let interrupt = Interrupt::default();
        interrupt.raise(2);
        let begun = Instant::now();
        let sleep = interrupt.sleep(Duration::from_secs(60)).unwrap_err();
        assert_eq!(sleep.kind, Kind::Interrupted);
        interrupt.raise(15);
        let run = interrupt.run(|| std::thread::sleep(Duration::from_secs(60)));
        assert_eq!(run.unwrap_err().kind, Kind::Terminated);
        assert!(begun.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_signal_that_comes_while_the_actions_are_registered_is_not_lost() {
        use signal_hook::consts::{SIGUSR1, SIGUSR2, SIGWINCH};
        for (moment, signal) in [SIGUSR1, SIGUSR2, SIGWINCH].into_iter().enumerate() {
            let interrupt = Interrupt::default();
            let mut registered = 0;
            let comes = || {
                if registered == moment {
                    signal_hook::low_level::raise(signal).expect("a signal");
                }
                registered += 1;
            };
            interrupt.listen(signal, comes).expect("a handler");
            assert!(interrupt.requested(), "after {}", moment + 1);
        }
    }

    #[test]
    fn without_a_signal_the_result_comes_back() {
        assert_eq!(Interrupt::default().run(|| 7), Ok(7));
    }
}
