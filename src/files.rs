//! Reading and writing files so that nothing is lost: atomic, private where asked, under a lock.

mod exposure;
mod given;
mod lock;
mod owner;
mod read;
mod remains;
mod together;

use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use owner::{adopt, adopt_folder, keep_owner};
use read::{read_bytes, refuse_special};
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

pub use exposure::{exposure, readable_by_others};
pub use given::{is_stream, open_stream, write_given};
pub use lock::{Lock, Request};
pub use read::{LONGEST, bounded, open, read_given, read_pipe, read_text};
pub use remains::is_remains;
pub use together::{NewFile, Together};

/// Who may read a file that is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only the owner: it holds secrets.
    Private,
    /// As the umask says.
    Shared,
}

/// What a write may replace. What another program has written meanwhile is never lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaces {
    /// There must be no such file.
    Nothing,
    /// A file with this text.
    Text(Secret),
    /// Whatever is there: the user has agreed.
    Anything,
}

impl Replaces {
    /// What was read before: the content, or that there was no file.
    pub fn read(text: Option<&str>) -> Replaces {
        text.map_or(Replaces::Nothing, |text| Replaces::Text(text.into()))
    }
}

/// Replaces a file's whole content, or leaves it as it was.
///
/// Writes a temporary file in the same folder, syncs and renames it. A symlink is kept: its target is
/// replaced. An existing file keeps its owner, mode, attributes and hard links; `access` applies to new files and
/// folders.
pub fn write_atomic(
    path: &Path,
    content: &[u8],
    access: Access,
    replaces: &Replaces,
) -> Result<()> {
    if replace(path, content, access, replaces)? {
        return Ok(());
    }
    Err(changed_meanwhile(path))
}

/// The same with content that `write` produces: if it fails, the file is left as it was.
pub fn write_streamed(
    path: &Path,
    access: Access,
    write: impl FnOnce(&mut File) -> Result<()>,
) -> Result<()> {
    write_with(path, access, &Replaces::Anything, write).map(drop)
}

/// The same; `false` if something else is there than what may be replaced.
pub fn replace(path: &Path, content: &[u8], access: Access, replaces: &Replaces) -> Result<bool> {
    write_with(path, access, replaces, |file| {
        file.write_all(content)
            .map_err(|error| failure("write", path, error))
    })
}

fn write_with(
    path: &Path,
    access: Access,
    replaces: &Replaces,
    write: impl FnOnce(&mut File) -> Result<()>,
) -> Result<bool> {
    let wrap = |error: io::Error| failure("write", path, error);
    let target = final_target(path).map_err(wrap)?;
    let folder = parent_of(&target);
    create_folder(folder, access)?;
    let old = existing(&target).map_err(wrap)?;
    let mut temporary = temporary_in(folder, &target, access).map_err(wrap)?;
    write(temporary.as_file_mut())?;
    finish(&temporary, &target, old.as_ref()).map_err(wrap)?;
    place(temporary, &target, replaces).map_err(wrap)
}

fn changed_meanwhile(path: &Path) -> Failure {
    let message = format!(
        "could not write `{}`: another program has written it meanwhile",
        path.display()
    );
    Failure::new(Kind::Io, message).hint("run the command again")
}

/// The file that is there, which must be one that can be replaced.
fn existing(target: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(target) {
        Ok(metadata) => refuse_special(&metadata).map(|()| Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the replacement for `target` in a folder, with owner, mode and attributes of `old`.
fn stage(
    folder: &Path,
    target: &Path,
    content: &[u8],
    access: Access,
    old: Option<&Metadata>,
) -> io::Result<NamedTempFile> {
    let mut temporary = temporary_in(folder, target, access)?;
    temporary.write_all(content)?;
    finish(&temporary, target, old)?;
    Ok(temporary)
}

fn temporary_in(folder: &Path, target: &Path, access: Access) -> io::Result<NamedTempFile> {
    let prefix = temporary_prefix(target);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMPORARY);
    if access == Access::Shared {
        // The umask is applied to this, as to any new file.
        builder.permissions(PermissionsExt::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

/// Gives a temporary file the mode, owner and attributes of what it replaces, and has it on the disk.
fn finish(temporary: &NamedTempFile, target: &Path, old: Option<&Metadata>) -> io::Result<()> {
    let file = temporary.as_file();
    match old {
        Some(old) => {
            keep_owner(file, old);
            file.set_permissions(old.permissions())?;
            keep_attributes(file, target);
        }
        None => adopt(file, parent_of(target)),
    }
    file.sync_all()
}

/// Copies extended attributes, such as access control lists, as far as the file system has them.
fn keep_attributes(file: &File, old: &Path) {
    use rustix::fs::{XattrFlags, fsetxattr, getxattr, listxattr};
    let mut names = vec![0; 64 << 10];
    let length = listxattr(old, &mut names[..]).unwrap_or(0);
    for name in names[..length].split(|byte| *byte == 0) {
        let mut value = vec![0; 64 << 10];
        if !name.is_empty()
            && let Ok(length) = getxattr(old, name, &mut value[..])
        {
            let _ = fsetxattr(file, name, &value[..length], XattrFlags::empty());
        }
    }
}

/// Puts the replacement in place; `false` if something else is there than what may be replaced.
fn place(temporary: NamedTempFile, target: &Path, replaces: &Replaces) -> io::Result<bool> {
    match replaces {
        Replaces::Nothing => match temporary.persist_noclobber(target) {
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            placed => drop(placed?),
        },
        Replaces::Text(text) => match read_bytes(target, LONGEST) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
            Ok(there) if there != text.reveal().as_bytes() => return Ok(false),
            Ok(_) => put(temporary, target)?,
        },
        Replaces::Anything => put(temporary, target)?,
    }
    sync_folder(parent_of(target));
    Ok(true)
}

fn put(temporary: NamedTempFile, target: &Path) -> io::Result<()> {
    if !fs::metadata(target).is_ok_and(|old| old.nlink() > 1) {
        temporary.persist(target)?;
        return Ok(());
    }
    // Another name of the file would keep the old text. Until it is written, the new text is in the temporary file.
    let content = fs::read(temporary.path())?;
    let mut file = File::options().write(true).open(target)?;
    file.write_all(&content)?;
    file.set_len(content.len() as u64)?;
    file.sync_all()
}

/// Adds a line to a log in one call, so that lines of two commands never mix.
pub fn append_line(path: &Path, line: &str) -> Result<()> {
    let wrap = |error: io::Error| failure("write", path, error);
    let folder = parent_of(path);
    create_folder(folder, Access::Private)?;
    let mut options = File::options();
    options.append(true).create(true).mode(0o600);
    let mut file = options
        .custom_flags(read::NONBLOCK)
        .open(path)
        .map_err(wrap)?;
    let metadata = file.metadata().map_err(wrap)?;
    refuse_special(&metadata).map_err(wrap)?;
    adopt(&file, folder);
    file.write_all(format!("{line}\n").as_bytes()).map_err(wrap)
}

/// Removes temporary files of killed commands. Only while holding the lock on the file: a command that
/// is writing has such a file, too.
pub fn sweep(path: &Path) {
    let Ok(target) = final_target(path) else {
        return;
    };
    let prefix = temporary_prefix(&target);
    for entry in fs::read_dir(parent_of(&target)).into_iter().flatten() {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        if name.starts_with(prefix.as_encoded_bytes()) && name.ends_with(TEMPORARY.as_bytes()) {
            // Best effort: a leftover does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Suffix of temporary files.
pub const TEMPORARY: &str = ".tmp";

/// Prefix of the temporary files for `target`.
fn temporary_prefix(target: &Path) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(target.file_name().unwrap_or_default());
    prefix.push("-");
    prefix
}

/// Creates a folder and its parents, readable by the owner only if `access` is private.
pub fn create_folder(folder: &Path, access: Access) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    if access == Access::Private {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    let absent = folder.ancestors().take_while(|folder| !folder.exists());
    let absent: Vec<&Path> = absent
        .filter(|folder| !folder.as_os_str().is_empty())
        .collect();
    builder
        .create(folder)
        .map_err(|error| failure("create", folder, error))?;
    absent.into_iter().rev().for_each(adopt_folder);
    Ok(())
}

/// A failure of an operation on a path, with the remedy for the common reasons.
pub fn failure(verb: &str, path: &Path, error: io::Error) -> Failure {
    let failure = Failure::new(Kind::Io, reason(&error))
        .context(format_args!("could not {verb} `{}`", path.display()));
    let failure = match error.kind() {
        io::ErrorKind::PermissionDenied => failure
            .hint("change the owner of the file and its folder, or run as the user who owns them"),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            failure.hint("free some disk space and run the command again; nothing was changed")
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            failure.hint("set `PRISMA_HOME` to a folder on a writable file system")
        }
        _ => failure,
    };
    failure.source(error)
}

/// The operating system's text without its error number, lower case as all messages are.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => text.to_owned(),
    }
}

/// Follows symlinks to the file that will be written, which need not exist yet.
pub fn final_target(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_owned();
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(next) => target = parent_of(&target).join(next),
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Ok(target),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(target),
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes the rename itself durable. Not every file system can; the content is safe either way.
fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("exists").permissions().mode() & 0o777
    }

    #[test]
    fn new_files_are_private_where_asked_and_old_ones_keep_their_mode() {
        let home = tempfile::tempdir().expect("temporary folder");
        let path = home.path().join("a/b/config.yml");
        write_atomic(&path, b"1", Access::Private, &Replaces::Nothing).expect("writes");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().expect("has one")), 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        write_atomic(&path, b"2", Access::Private, &Replaces::Anything).expect("writes");
        assert_eq!(
            (mode(&path), read_text(&path)),
            (0o640, Ok(Some("2".into())))
        );
    }

    #[test]
    fn a_symlink_stays_and_its_target_changes() {
        let home = tempfile::tempdir().expect("temporary folder");
        let (real, link) = (home.path().join("real.yml"), home.path().join("link.yml"));
        symlink("real.yml", &link).expect("symlink");
        write_atomic(&link, b"x", Access::Shared, &Replaces::Nothing).expect("writes");
        assert!(link.is_symlink());
        assert_eq!(read_text(&real), Ok(Some("x".into())));
        let left: Vec<_> = fs::read_dir(home.path()).expect("lists").collect();
        assert_eq!(left.len(), 2, "no temporary file is left");
    }
}
