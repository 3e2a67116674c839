//! Helper threads, on systems that may have no more of them: then the work is done at once by the caller.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, Scope, ScopedJoinHandle};

/// Work next to the caller.
pub enum Beside<'scope, T> {
    Running(ScopedJoinHandle<'scope, Option<T>>),
    /// There was no thread for it.
    Done(Option<T>),
}

/// Does `work` in a thread of its own.
pub fn alongside<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Beside<'scope, T> {
    let (here, there) = shared(work);
    match Builder::new().spawn_scoped(scope, there) {
        Ok(thread) => Beside::Running(thread),
        Err(_) => Beside::Done(here()),
    }
}

/// Does `work` in a thread that no one waits for.
pub fn detached(work: impl FnOnce() + Send + 'static) {
    let (here, there) = shared(work);
    if Builder::new().spawn(there).is_err() {
        // Until it has ended, a signal is not seen.
        here();
    }
}

/// Whether the system has one more thread, for what starts some without asking.
pub fn is_available() -> bool {
    Builder::new().spawn(|| ()).is_ok()
}

/// What a thread returns. A panic in it continues in the caller: a bug must never look like success.
pub fn joined<T>(work: Beside<'_, T>) -> T {
    let result = match work {
        Beside::Done(result) => result,
        Beside::Running(thread) => match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        },
    };
    result.expect("work is taken by one of two")
}

/// Two functions that do the same work, once: whichever is called.
fn shared<T>(
    work: impl FnOnce() -> T + Send,
) -> (
    impl FnOnce() -> Option<T> + Send,
    impl FnOnce() -> Option<T> + Send,
) {
    let work = Arc::new(Mutex::new(Some(work)));
    let other = Arc::clone(&work);
    (move || once(&work), move || once(&other))
}

fn once<T>(work: &Mutex<Option<impl FnOnce() -> T>>) -> Option<T> {
    let work = work.lock().unwrap_or_else(PoisonError::into_inner).take();
    work.map(|work| work())
}
