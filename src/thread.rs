//! Helper threads.

use std::thread::ScopedJoinHandle;

/// What a thread returns. A panic in it continues in the caller: a bug must never look like success.
pub fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    match thread.join() {
        Ok(value) => value,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}
