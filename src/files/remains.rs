//! A killed command leaves what it was about to write in a folder of its own, so that the next one can tell
//! what is the killed one's: it is removed and made again, and never in the way.
//!
//! The folder has a `.gitignore` that covers it before anything secret is in it.

use super::owner::adopt_folder;
use super::read::{LONGEST, read_bytes};
use super::{Access, TEMPORARY, parent_of, stage};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PREFIX: &str = ".prisma-";
/// Where copies of the new files are. They tell what a killed command has put in place from what the user did
/// since.
const COPIES: &str = "new";

/// The folder of a command that is writing.
pub struct Staging(TempDir);

impl Staging {
    pub fn new(folder: &Path) -> io::Result<Staging> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX).suffix(TEMPORARY);
        builder.permissions(fs::Permissions::from_mode(0o700));
        let staging = builder.tempdir_in(folder)?;
        adopt_folder(staging.path());
        let [ignore, copies] = [".gitignore", COPIES].map(|name| staging.path().join(name));
        fs::File::create_new(ignore)?.write_all(b"*\n")?;
        fs::create_dir(&copies)?;
        adopt_folder(&copies);
        Ok(Staging(staging))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The folder in which the replacement of a file can be made: this one, unless the file is on another disk.
    pub fn folder_for<'a>(&'a self, target: &'a Path) -> &'a Path {
        let folder = parent_of(target);
        let disk = |folder: &Path| fs::metadata(folder).map(|folder| folder.dev()).ok();
        if disk(self.path()) == disk(folder) {
            self.path()
        } else {
            folder
        }
    }

    /// Remembers what a new file of the folder is to contain.
    pub fn remember(&self, target: &Path, content: &[u8]) -> io::Result<()> {
        if let (Some(name), true) = (target.file_name(), target.parent() == self.path().parent()) {
            let copy = self.path().join(COPIES).join(name);
            stage(self.path(), &copy, content, Access::Private, None)?.persist(&copy)?;
        }
        Ok(())
    }
}

/// Whether a killed command has put the file there, and it was not changed since.
pub fn is_remains(file: &Path) -> bool {
    let Some(name) = file.file_name() else {
        return false;
    };
    let mut all = left(parent_of(file));
    all.any(|staging| is_same(file, &staging.join(COPIES).join(name)))
}

/// Removes what killed commands have left. Only under the lock on the folder.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for staging in left(folder) {
        let copies = fs::read_dir(staging.join(COPIES)).into_iter().flatten();
        for copy in copies.flatten() {
            let file = folder.join(copy.file_name());
            if is_same(&file, &copy.path()) {
                fs::remove_file(file)?;
            }
        }
        fs::remove_dir_all(staging)?;
    }
    Ok(())
}

fn left(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_str().unwrap_or_default();
            name.starts_with(PREFIX) && name.ends_with(TEMPORARY)
        })
        .map(|entry| entry.path())
        .filter(|path| path.symlink_metadata().is_ok_and(|found| found.is_dir()))
}

fn is_same(file: &Path, copy: &Path) -> bool {
    let is_link = file.symlink_metadata().is_ok_and(|file| file.is_symlink());
    let [file, copy] = [file, copy].map(|path| read_bytes(path, LONGEST).ok());
    !is_link && copy.is_some() && file == copy
}
