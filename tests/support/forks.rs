//! Starting processes from many threads: until its program is executed, a new process holds copies of
//! all files and sockets of this one. A port that is closed meanwhile stays taken, and a script that is
//! written meanwhile is busy. So whoever starts a process, closes a port or writes a script does it alone.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held by whoever does one of those things.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    // A test that failed with it leaves nothing half done.
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
