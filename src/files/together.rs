//! Several files at once: all of them, or none.

use super::read::{LONGEST, read_bytes};
use super::remains::{Staging, sweep};
use super::{Access, Lock, Replaces, changed_meanwhile, create_folder, existing, failure};
use super::{final_target, parent_of, place, stage};
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use std::fs::{self, Permissions};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    pub path: PathBuf,
    /// Its whole content, which may be secret.
    pub content: Secret,
    /// Who may read it. A private file is private even if it replaces a shared one.
    pub access: Access,
    pub replaces: Replaces,
}

/// Files of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Together {
    pub folder: PathBuf,
    /// Written first: it keeps the secrets in the others out of a repository.
    pub ignore: Option<NewFile>,
    pub files: Vec<NewFile>,
}

impl Together {
    /// All files, in the order in which they are written.
    pub fn all(&self) -> impl Iterator<Item = &NewFile> {
        self.ignore.iter().chain(&self.files)
    }

    /// Writes all files and does what else belongs to it, or leaves everything as it was: new folders are
    /// removed, and replaced files are restored. Commands that do this in one folder take turns.
    ///
    /// The usual problems, a full disk or a folder of another user, occur while the temporary files are
    /// written; only then is the first one put in place.
    pub fn write(&self, interrupt: &Interrupt, then: impl FnOnce() -> Result<()>) -> Result<()> {
        let _lock = Lock::of_folder(&self.folder, interrupt)?;
        let wrap = |error: io::Error| failure("write to", &self.folder, error);
        sweep(&self.folder).map_err(wrap)?;
        let mut undo = Undo::default();
        let staging = Staging::new(&self.folder).map_err(wrap)?;
        if let Some(ignore) = &self.ignore {
            Staged::new(ignore, &staging, &mut undo)?.place(&mut undo)?;
        }
        let mut staged = Vec::new();
        for file in &self.files {
            if file.replaces == Replaces::Nothing {
                let content = file.content.reveal().as_bytes();
                staging.remember(&file.path, content).map_err(wrap)?;
            }
            staged.push(Staged::new(file, &staging, &mut undo)?);
        }
        for file in staged {
            file.place(&mut undo)?;
        }
        then()?;
        undo.0.clear();
        Ok(())
    }
}

/// A file whose text is ready to be put in place.
struct Staged<'a> {
    file: &'a NewFile,
    target: PathBuf,
    temporary: NamedTempFile,
}

impl<'a> Staged<'a> {
    fn new(file: &'a NewFile, staging: &Staging, undo: &mut Undo) -> Result<Staged<'a>> {
        let wrap = |error: io::Error| failure("write", &file.path, error);
        let target = match file.replaces {
            Replaces::Nothing => file.path.clone(),
            _ => final_target(&file.path).map_err(wrap)?,
        };
        let folder = parent_of(&target);
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
        let outermost_first = missing.into_iter().rev();
        undo.0.extend(outermost_first.map(Undone::RemoveFolder));
        create_folder(folder, Access::Shared)?;
        let old = match file.replaces {
            Replaces::Nothing => None,
            _ => existing(&target).map_err(wrap)?,
        };
        let old = old.filter(|_| file.access == Access::Shared);
        let temporary = stage(
            staging.folder_for(&target),
            &target,
            file.content.reveal().as_bytes(),
            file.access,
            old.as_ref(),
        );
        Ok(Staged {
            file,
            temporary: temporary.map_err(wrap)?,
            target,
        })
    }

    fn place(self, undo: &mut Undo) -> Result<()> {
        let path = &self.file.path;
        let wrap = |error: io::Error| failure("write", path, error);
        let undone = match self.file.replaces {
            Replaces::Nothing => Undone::Remove(self.target.clone()),
            _ => Undone::restore(&self.target).map_err(wrap)?,
        };
        if !place(self.temporary, &self.target, &self.file.replaces).map_err(wrap)? {
            return Err(changed_meanwhile(path));
        }
        undo.0.push(undone);
        Ok(())
    }
}

/// How to restore everything; runs on drop unless cleared.
#[derive(Default)]
struct Undo(Vec<Undone>);

enum Undone {
    Remove(PathBuf),
    RemoveFolder(PathBuf),
    Restore(PathBuf, Vec<u8>, Permissions),
}

impl Undone {
    fn restore(target: &Path) -> io::Result<Undone> {
        let permissions = fs::metadata(target)?.permissions();
        let content = read_bytes(target, LONGEST)?;
        Ok(Undone::Restore(target.to_owned(), content, permissions))
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        // The failure that led here is reported; one to undo it is not.
        for undone in self.0.drain(..).rev() {
            match undone {
                Undone::Remove(path) => drop(fs::remove_file(path)),
                // Fails if it is not empty.
                Undone::RemoveFolder(path) => drop(fs::remove_dir(path)),
                Undone::Restore(path, content, permissions) => {
                    if let Ok(temporary) =
                        stage(parent_of(&path), &path, &content, Access::Private, None)
                    {
                        let _ = temporary.as_file().set_permissions(permissions);
                        let _ = temporary.persist(&path);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt;

    fn write(folder: &Path, files: Vec<NewFile>) -> Result<()> {
        let together = Together {
            folder: folder.to_owned(),
            ignore: None,
            files,
        };
        together.write(&Interrupt::default(), || Ok(()))
    }

    fn file(path: PathBuf, content: &str, replaces: bool) -> NewFile {
        let replaces = if replaces {
            Replaces::Anything
        } else {
            Replaces::Nothing
        };
        NewFile {
            path,
            content: content.into(),
            access: Access::Private,
            replaces,
        }
    }

    fn all(folder: &Path) -> BTreeMap<String, (String, u32)> {
        let read = |entry: fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let mode = entry.metadata().expect("metadata").permissions().mode() & 0o777;
            (
                name,
                (fs::read_to_string(entry.path()).expect("text"), mode),
            )
        };
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        entries.map(read).collect()
    }

    #[test]
    fn what_replaces_is_private_and_what_is_new_too() {
        let home = tempfile::tempdir().expect("a folder");
        fs::write(home.path().join("old"), "x").expect("written");
        let mode = Permissions::from_mode(0o644);
        fs::set_permissions(home.path().join("old"), mode).expect("chmod");
        let files = vec![
            file(home.path().join("old"), "1", true),
            file(home.path().join("new"), "2", false),
        ];
        write(home.path(), files).expect("writes");
        let expected = [("new", "2"), ("old", "1")]
            .map(|(name, text)| (name.to_owned(), (text.to_owned(), 0o600)));
        assert_eq!(all(home.path()), expected.into_iter().collect());
        let shown = format!("{:?}", file("x".into(), "geheim", false));
        assert!(!shown.contains("geheim"), "{shown}");
    }

    #[test]
    fn a_failure_leaves_everything_as_it_was() {
        let home = tempfile::tempdir().expect("a folder");
        for name in ["old", "in the way"] {
            fs::write(home.path().join(name), name).expect("written");
        }
        let before = all(home.path());
        let at = |name: &str| home.path().join(name);
        // The last one fails when the others are in their places already.
        let files = vec![
            file(at("old"), "1", true),
            file(at("a/b/new"), "2", false),
            file(at("in the way"), "3", false),
        ];
        let failure = write(home.path(), files).expect_err("is there");
        assert!(failure.message().contains("in the way"), "{failure}");
        assert_eq!(all(home.path()), before);
        // This one before any is.
        let files = vec![
            file(at("a/new"), "1", false),
            file(at("old/new"), "2", false),
        ];
        write(home.path(), files).expect_err("not a folder");
        assert_eq!(all(home.path()), before);
    }
}
