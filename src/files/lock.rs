//! Advisory locks between `prisma` commands.

use super::{Access, create_folder, failure, parent_of};
use crate::error::{Failure, Kind, Result};
use crate::interrupt::Interrupt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// An exclusive lock, held until dropped.
///
/// It is taken on a file of its own, never on the file it guards: that one is replaced by renames,
/// and a replaced file is another file. The lock file names its holder, and is kept, empty, afterwards.
#[derive(Debug)]
pub struct Lock(File);

/// What lock to take, and what others see.
pub struct Request<'a> {
    /// The lock file.
    pub path: &'a Path,
    /// The thing that is locked, for example "cluster `local`".
    pub what: &'a str,
    /// This command, as shown to one that has to wait.
    pub who: &'a str,
    /// How long to wait for the lock.
    pub limit: Duration,
    /// Called once with the holder of the lock, when the wait becomes noticeable.
    pub on_wait: &'a dyn Fn(&str),
}

/// A wait this long is noticeable.
const NOTICED: Duration = Duration::from_millis(300);

impl Lock {
    /// Takes the lock, waiting up to `limit`; see [`Request`].
    pub fn acquire(
        path: &Path,
        what: &str,
        who: &str,
        limit: Duration,
        interrupt: &Interrupt,
    ) -> Result<Lock> {
        let on_wait = &|_: &str| {};
        Lock::acquire_with(
            &Request {
                path,
                what,
                who,
                limit,
                on_wait,
            },
            interrupt,
        )
    }

    /// Takes the lock as requested. Fails with [`Kind::Locked`] at the limit.
    pub fn acquire_with(request: &Request<'_>, interrupt: &Interrupt) -> Result<Lock> {
        let Request {
            path,
            what,
            who,
            limit,
            on_wait,
        } = *request;
        create_folder(parent_of(path), Access::Private)?;
        let wrap = |error: std::io::Error| failure("lock", path, error);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(wrap)?;
        let begun = Instant::now();
        let mut pause = Duration::from_millis(1);
        let mut notified = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if begun.elapsed() < limit => {}
                Err(TryLockError::WouldBlock) => return Err(held(&mut file, what)),
                Err(TryLockError::Error(error)) => return Err(wrap(error)),
            }
            if !notified && begun.elapsed() >= NOTICED {
                notified = true;
                on_wait(&held(&mut file, what).message());
            }
            interrupt.sleep(pause)?;
            pause = (pause * 2).min(Duration::from_millis(50));
        }
        let _ = file.rewind();
        // Only information for others: failing to write it (disk full) is not an error.
        let _ = file
            .set_len(0)
            .and_then(|()| file.write_all(who.as_bytes()));
        Ok(Lock(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.0.set_len(0);
    }
}

fn held(file: &mut File, what: &str) -> Failure {
    let mut holder = String::new();
    let _ = file
        .rewind()
        .and_then(|()| file.read_to_string(&mut holder));
    let holder = match holder.trim() {
        "" => "another command".to_owned(),
        who => format!("another command ({who})"),
    };
    Failure::new(
        Kind::Locked,
        format!("{what} is in use: {holder} is working on it"),
    )
    .hint("wait for it to end and run the command again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_command_sees_who_holds_the_lock_and_gets_it_afterwards() {
        let home = tempfile::tempdir().expect("temporary folder");
        let path = home.path().join("sub/x.lock");
        let take = |who: &str| {
            let limit = Duration::from_millis(30);
            Lock::acquire(&path, "cluster `local`", who, limit, &Interrupt::default())
        };
        let first = take("`prisma local start`, process 12").expect("free");
        let failure = take("second").expect_err("held");
        assert_eq!(failure.kind, Kind::Locked);
        assert_eq!(
            failure.message(),
            "cluster `local` is in use: another command (`prisma local start`, process 12) is working on it"
        );
        drop(first);
        take("third").expect("free again");
    }
}
