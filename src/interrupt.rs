//! Ctrl-C and SIGTERM: a flag that every wait looks at, so that the run ends itself within a second
//! and can say what state it leaves.
//!
//! A second signal of the same kind ends the process at once, as people expect of a second Ctrl-C.

use crate::error::{Failure, Kind, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// How often a wait looks at the flag.
pub const TICK: Duration = Duration::from_millis(40);

/// The signal that asked this run to end, if one did.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Registers the handlers. Without them (as in tests) the flag is never set.
    pub fn install() -> std::io::Result<Interrupt> {
        let interrupt = Interrupt::default();
        for signal in signals() {
            let code = usize::try_from(signal).unwrap_or_default();
            // Order matters: the shutdown looks at the flag the line below it sets, so the first
            // signal only sets it and the second ends the process.
            let armed = Arc::new(std::sync::atomic::AtomicBool::new(false));
            signal_hook::flag::register_conditional_shutdown(
                signal,
                128 + signal,
                Arc::clone(&armed),
            )?;
            signal_hook::flag::register(signal, armed)?;
            signal_hook::flag::register_usize(signal, Arc::clone(&interrupt.0), code)?;
        }
        Ok(interrupt)
    }

    /// Whether a signal came.
    pub fn requested(&self) -> bool {
        self.0.load(Ordering::SeqCst) != 0
    }

    /// Fails when a signal came.
    pub fn check(&self) -> Result<()> {
        match self.failure() {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    /// The failure a signal stands for, if one came.
    pub fn failure(&self) -> Option<Failure> {
        match self.0.load(Ordering::SeqCst) {
            0 => None,
            2 => Some(Failure::new(Kind::Interrupted, "interrupted")),
            _ => Some(Failure::new(Kind::Terminated, "terminated")),
        }
    }

    /// Sleeps, but not beyond a signal.
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

    /// Runs something that blocks without looking at the flag (a connect, a name lookup) in a
    /// thread of its own, and leaves it behind when a signal comes.
    pub fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            // The receiver is gone after a signal: nobody wants the answer any more.
            let _ = sender.send(work());
        });
        loop {
            self.check()?;
            match receiver.recv_timeout(TICK) {
                Ok(value) => return Ok(value),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(Failure::new(Kind::Failed, "a worker thread panicked"));
                }
            }
        }
    }

    /// Sets the flag as a signal would.
    #[cfg(test)]
    pub fn raise(&self, signal: usize) {
        self.0.store(signal, Ordering::SeqCst);
    }
}

#[cfg(unix)]
fn signals() -> [i32; 3] {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    [SIGINT, SIGTERM, SIGHUP]
}

#[cfg(not(unix))]
fn signals() -> [i32; 2] {
    use signal_hook::consts::{SIGINT, SIGTERM};
    [SIGINT, SIGTERM]
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
    fn without_a_signal_the_result_comes_back() {
        assert_eq!(Interrupt::default().run(|| 7), Ok(7));
    }
}
