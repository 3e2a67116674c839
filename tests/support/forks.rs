//! Starting processes from many threads: until its program is executed, a new process holds copies of
//! all files and sockets of this one. A port that is closed meanwhile stays taken, and a script that is
//! written meanwhile is busy. A pipe of a terminal's start even stays with the process for as long as it runs, and
//! the start waits for its end. So whoever starts a process, closes a port or writes a script does it alone.

use std::io;
use std::process::{Child, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Held by whoever does one of those things.
pub fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    // A test that failed with it leaves nothing half done.
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a process while nothing else is done that this would disturb. `docs::processes` finds those that are started
/// otherwise.
pub fn start(command: &mut Command) -> io::Result<Child> {
    let _alone = alone();
    command.spawn()
}
