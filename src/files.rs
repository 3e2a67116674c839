//! Reading and writing files so that nothing is lost: atomic, private where asked, under a lock.

mod lock;
mod together;

use crate::error::{Failure, Kind, Result};
use crate::process::shell_quote;
use crate::ui::text::all_of;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

pub use lock::{Lock, Request};
pub use together::{NewFile, write_together};

/// Who may read a file that is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only the owner: it holds secrets.
    Private,
    /// As the umask says.
    Shared,
}

/// The text of a file; `None` if it does not exist.
pub fn read_text(path: &Path) -> Result<Option<String>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failure("read", path, error)),
    };
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + valid.iter().filter(|byte| **byte == b'\n').count();
            Err(Failure::new(
                Kind::ConfigInvalid,
                format!("{}:{line}: not UTF-8 text", path.display()),
            )
            .hint("save the file as UTF-8"))
        }
    }
}

/// Replaces a file's whole content, or leaves it as it was.
///
/// Writes a temporary file in the same folder, syncs and renames it. A symlink is kept: its target is
/// replaced. An existing file keeps its owner and mode; `access` applies to new files and folders.
pub fn write_atomic(path: &Path, content: &[u8], access: Access) -> Result<()> {
    write_streamed(path, access, |file| {
        file.write_all(content)
            .map_err(|error| failure("write", path, error))
    })
}

/// The same with content that `write` produces: if it fails, the file is left as it was.
pub fn write_streamed(
    path: &Path,
    access: Access,
    write: impl FnOnce(&mut File) -> Result<()>,
) -> Result<()> {
    let wrap = |error: io::Error| failure("write", path, error);
    let target = final_target(path).map_err(wrap)?;
    let folder = parent_of(&target);
    create_folder(folder, access)?;
    let old = match fs::metadata(&target) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(wrap(error)),
    };
    let mut temporary = temporary_for(&target, access).map_err(wrap)?;
    write(temporary.as_file_mut())?;
    finish(&temporary, old.as_ref()).map_err(wrap)?;
    temporary
        .persist(&target)
        .map_err(|error| wrap(error.error))?;
    sync_folder(folder);
    Ok(())
}

/// Writes the replacement for `target` in the same folder, with the mode and owner of `old`.
fn stage(
    target: &Path,
    content: &[u8],
    access: Access,
    old: Option<&fs::Metadata>,
) -> io::Result<NamedTempFile> {
    let mut temporary = temporary_for(target, access)?;
    temporary.write_all(content)?;
    finish(&temporary, old)?;
    Ok(temporary)
}

fn temporary_for(target: &Path, access: Access) -> io::Result<NamedTempFile> {
    let prefix = temporary_prefix(target);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(TEMPORARY);
    if access == Access::Shared {
        // The umask is applied to this, as to any new file.
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    }
    builder.tempfile_in(parent_of(target))
}

/// Gives a temporary file the mode and owner of what it replaces, and has it on the disk.
fn finish(temporary: &NamedTempFile, old: Option<&fs::Metadata>) -> io::Result<()> {
    let file = temporary.as_file();
    if let Some(old) = old {
        keep_owner(file, old);
        file.set_permissions(old.permissions())?;
    }
    file.sync_all()
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
        if let Some(name) = entry.file_name().to_str()
            && name.starts_with(&prefix)
            && name.ends_with(TEMPORARY)
        {
            // Best effort: a leftover does no harm.
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Suffix of temporary files.
pub const TEMPORARY: &str = ".tmp";

/// Prefix of the temporary files for `target`.
fn temporary_prefix(target: &Path) -> String {
    let name = target.file_name().unwrap_or_default();
    format!(".{}-", name.to_string_lossy())
}

/// Gives the new file the owner of the old one: `sudo` must not take a file away from its user.
fn keep_owner(file: &File, old: &fs::Metadata) {
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        if let Ok(new) = file.metadata()
            && (new.uid(), new.gid()) != (old.uid(), old.gid())
        {
            // Only root can do the first; without it, the group alone may be possible.
            let _ = fchown(file, Some(old.uid()), Some(old.gid()))
                .or_else(|_| fchown(file, None, Some(old.gid())));
        }
    }
}

/// Creates a folder and its parents, readable by the owner only if `access` is private.
pub fn create_folder(folder: &Path, access: Access) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    if access == Access::Private {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    builder
        .create(folder)
        .map_err(|error| failure("create", folder, error))
}

/// Whether anyone but the owner can read the file. `false` if it does not exist.
pub fn readable_by_others(path: &Path) -> bool {
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
    }
}

/// Which of these files hold what anyone but their owner can reach and read.
pub fn exposed(paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let may = |path: &Path, bits: u32| {
        fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & bits != 0)
    };
    let is_exposed = |path: &PathBuf| {
        let Ok(whole) = path.canonicalize() else {
            return false;
        };
        may(&whole, 0o044) && whole.ancestors().skip(1).all(|folder| may(folder, 0o011))
    };
    paths.into_iter().filter(is_exposed).collect()
}

/// What is wrong with files with secrets that others can read, and what to do; nothing if there are none.
pub fn exposure(paths: impl IntoIterator<Item = PathBuf>) -> Option<(String, String)> {
    let found = exposed(paths);
    let shown: Vec<String> = found
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let words = shown
        .iter()
        .map(|path| shell_quote(path))
        .collect::<Vec<_>>();
    let verb = if found.len() == 1 { "holds" } else { "hold" };
    (!found.is_empty()).then(|| {
        (
            format!(
                "{} {verb} secrets and can be read by others",
                all_of(shown.clone())
            ),
            format!("`chmod 600 {}`", words.join(" ")),
        )
    })
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
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("exists").permissions().mode() & 0o777
    }

    #[test]
    fn new_files_are_private_where_asked_and_old_ones_keep_their_mode() {
        let home = tempfile::tempdir().expect("temporary folder");
        let path = home.path().join("a/b/config.yml");
        write_atomic(&path, b"1", Access::Private).expect("writes");
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().expect("has one")), 0o700);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("chmod");
        write_atomic(&path, b"2", Access::Private).expect("writes");
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
        write_atomic(&link, b"x", Access::Shared).expect("writes");
        assert!(link.is_symlink());
        assert_eq!(read_text(&real), Ok(Some("x".into())));
        let left: Vec<_> = fs::read_dir(home.path()).expect("lists").collect();
        assert_eq!(left.len(), 2, "no temporary file is left");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let home = tempfile::tempdir().expect("temporary folder");
        let path = home.path().join("x");
        assert_eq!(read_text(&path), Ok(None));
        fs::write(&path, b"a\nb\xff").expect("writes");
        let failure = read_text(&path).expect_err("not text");
        assert_eq!(
            failure.message(),
            format!("{}:2: not UTF-8 text", path.display())
        );
        let failure = read_text(home.path()).expect_err("a folder");
        assert!(failure.message().ends_with("is a directory"), "{failure}");
    }
}
