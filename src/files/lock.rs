//! Advisory locks between `prisma` commands.

use super::owner::adopt;
use super::read::{NONBLOCK, read_bytes, refuse_special};
use super::{Access, create_folder, failure, parent_of};
use crate::error::{Failure, Kind, Result};
use crate::interrupt::Interrupt;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// An exclusive lock, held until dropped.
///
/// It is taken on a file of its own, never on the file it guards: that one is replaced by renames,
/// and a replaced file is another file. The lock file names its holder, and is kept, empty, afterwards; it is
/// removed where what it guards was never made.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
    /// Folders made for it, the innermost first.
    folders: Vec<PathBuf>,
}

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

/// In bytes. What names the holder of a lock is shorter.
const LONGEST: u64 = 4096;
/// A wait this long is noticeable.
const NOTICED: Duration = Duration::from_millis(300);
/// How long to wait for a command that writes a folder's files, which takes milliseconds.
const FILES: Duration = Duration::from_secs(20);
/// The first pause between two tries.
const SHORT: Duration = Duration::from_millis(1);

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

    /// Locks a folder itself, where files are put that belong together. It is made if it does not exist, and removed if it
    /// stays empty. Where a file system cannot lock folders, the files say what is there.
    pub fn of_folder(folder: &Path, interrupt: &Interrupt) -> Result<Lock> {
        let absent = folder.ancestors().take_while(|folder| !folder.exists());
        let folders: Vec<PathBuf> = absent.map(Path::to_owned).collect();
        let request = Request {
            path: folder,
            what: &format!("the folder {}", folder.display()),
            who: "",
            limit: FILES,
            on_wait: &|_: &str| {},
        };
        loop {
            create_folder(folder, Access::Shared)?;
            let opened = File::open(folder);
            let mut file = opened.map_err(|error| failure("lock", folder, error))?;
            match wait_for(&mut file, &request, Instant::now(), interrupt) {
                Err(failure) if failure.kind != Kind::Io => return Err(failure),
                _ if is_at(&file, folder) => {}
                _ => continue,
            }
            let path = folder.to_owned();
            return Ok(Lock {
                file,
                path,
                folders,
            });
        }
    }

    /// Adds a line that other commands can read while this one holds the lock.
    pub fn annotate(path: &Path, line: &str) -> io::Result<()> {
        let mut file = open(path)?;
        file.seek(SeekFrom::End(0))?;
        file.write_all(format!("\n{line}").as_bytes())
    }

    /// The lines that the holder of a lock has added; none if no one holds it.
    pub fn annotations(path: &Path) -> Vec<String> {
        let Ok(bytes) = read_bytes(path, LONGEST) else {
            return Vec::new();
        };
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        // What a killed command has left counts no more.
        let is_held = || {
            let tried = File::open(path).map(|file| file.try_lock_shared());
            matches!(tried, Ok(Err(TryLockError::WouldBlock)))
        };
        if lines.is_empty() || !is_held() {
            return Vec::new();
        }
        lines
    }

    /// Takes the lock as requested. Fails with [`Kind::Locked`] at the limit.
    pub fn acquire_with(request: &Request<'_>, interrupt: &Interrupt) -> Result<Lock> {
        let Request {
            path, who, limit, ..
        } = *request;
        let begun = Instant::now();
        let folder = parent_of(path);
        let absent = folder.ancestors().take_while(|folder| !folder.exists());
        let folders: Vec<PathBuf> = absent.map(Path::to_owned).collect();
        loop {
            // Again if a parent was just removed with the last holder's lock.
            create_folder(folder, Access::Private)
                .or_else(|_| create_folder(folder, Access::Private))?;
            let mut file = match open(path) {
                Ok(file) => file,
                // The last holder removed the folder as well.
                Err(error) if error.kind() == ErrorKind::NotFound && begun.elapsed() < limit => {
                    interrupt.sleep(SHORT)?;
                    continue;
                }
                Err(error) => return Err(failure("lock", path, error)),
            };
            wait_for(&mut file, request, begun, interrupt)?;
            // Otherwise the last holder has removed it.
            if is_at(&file, path) {
                let _ = file.rewind();
                // Only information for others: failing to write it (disk full) is not an error.
                let _ = file
                    .set_len(0)
                    .and_then(|()| file.write_all(who.as_bytes()));
                let path = path.to_owned();
                return Ok(Lock {
                    file,
                    path,
                    folders,
                });
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = self.file.set_len(0);
        if !guarded(&self.path).is_some_and(|guarded| guarded.exists()) {
            let _ = fs::remove_file(&self.path);
            // Only folders that are empty are removed.
            for folder in &self.folders {
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

/// Opens or makes the file, which must belong to no one else: taking the lock replaces its text.
fn open(path: &Path) -> io::Result<File> {
    if path.is_symlink() {
        return Err(io::Error::other("it is a symbolic link, not a lock file"));
    }
    let flags = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed() | NONBLOCK;
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    let file = options.mode(0o600).custom_flags(flags).open(path)?;
    let metadata = file.metadata()?;
    refuse_special(&metadata)?;
    if metadata.nlink() > 1 {
        return Err(io::Error::other(
            "it is a file with another name, not a lock file",
        ));
    }
    adopt(&file, parent_of(path));
    Ok(file)
}

fn wait_for(
    file: &mut File,
    request: &Request<'_>,
    begun: Instant,
    interrupt: &Interrupt,
) -> Result<()> {
    let mut pause = SHORT;
    let mut notified = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) if begun.elapsed() < request.limit => {}
            Err(TryLockError::WouldBlock) => return Err(held(file, request.what)),
            Err(TryLockError::Error(error)) => return Err(failure("lock", request.path, error)),
        }
        if !notified && begun.elapsed() >= NOTICED {
            notified = true;
            (request.on_wait)(&held(file, request.what).message());
        }
        interrupt.sleep(pause)?;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// Whether this is the file at the path.
fn is_at(file: &File, path: &Path) -> bool {
    let id = |found: io::Result<fs::Metadata>| found.ok().map(|one| (one.dev(), one.ino()));
    id(file.metadata()) == id(fs::metadata(path))
}

/// `x` for the lock files `x.lock` and `.x.lock`.
fn guarded(lock: &Path) -> Option<PathBuf> {
    let name = lock.file_name()?.to_str()?.strip_suffix(".lock")?;
    Some(lock.with_file_name(name.strip_prefix('.').unwrap_or(name)))
}

fn held(file: &mut File, what: &str) -> Failure {
    let mut holder = String::new();
    let _ = file
        .rewind()
        .and_then(|()| file.take(LONGEST).read_to_string(&mut holder));
    let holder = match holder.lines().next().unwrap_or_default().trim() {
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

    fn take(path: &Path) -> Result<Lock> {
        let limit = Duration::from_secs(60);
        Lock::acquire(path, "x", "a test", limit, &Interrupt::default())
    }

    #[test]
    fn nothing_is_left_of_a_lock_on_what_was_never_made() {
        let home = tempfile::tempdir().expect("temporary folder");
        let path = home.path().join("new/clusters/.x.lock");
        drop(take(&path).expect("free"));
        assert!(!home.path().join("new").exists());

        let lock = take(&path).expect("free");
        fs::create_dir(home.path().join("new/clusters/x")).expect("a folder");
        drop(lock);
        assert!(path.exists());

        // A folder that was there is no concern of the lock.
        let other = home.path().join("new/clusters/.y.lock");
        fs::remove_dir(home.path().join("new/clusters/x")).expect("removes");
        drop(take(&other).expect("free"));
        assert!(!other.exists() && home.path().join("new/clusters").exists());
    }

    #[test]
    fn who_waits_for_a_lock_that_is_removed_excludes_others_too() {
        let home = tempfile::tempdir().expect("temporary folder");
        let path = home.path().join("new/x.lock");
        let holders = std::sync::atomic::AtomicUsize::new(0);
        let hold = || {
            for _ in 0..50 {
                let lock = take(&path).expect("free in time");
                let before = holders.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                std::thread::yield_now();
                holders.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                drop(lock);
                assert_eq!(before, 0, "two at once");
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(hold);
            }
        });
    }
}
