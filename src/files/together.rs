//! Several files at once: all of them, or none.

use super::{Access, create_folder, failure, final_target, parent_of, stage, sync_folder};
use crate::error::Result;
use crate::secret::Secret;
use std::fs::{self, Permissions};
use std::io;
use std::path::{Path, PathBuf};

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    pub path: PathBuf,
    /// Its whole content, which may be secret.
    pub content: Secret,
    /// Who may read it. A private file is private even if it replaces a shared one.
    pub access: Access,
    /// Whether it replaces an existing file. Otherwise none may exist.
    pub replaces: bool,
}

/// Writes all files, or leaves everything as it was: new folders are removed, and replaced
/// files are restored.
///
/// The usual problems, a full disk or a folder of another user, occur while the temporary files are
/// written; only then is the first one renamed.
pub fn write_together(files: &[NewFile]) -> Result<()> {
    let mut undo = Undo::default();
    let mut staged = Vec::new();
    for file in files {
        staged.push(prepare(file, &mut undo)?);
    }
    for (file, (target, temporary)) in files.iter().zip(staged) {
        let wrap = |error: io::Error| failure("write", &file.path, error);
        if file.replaces {
            undo.remember(&target).map_err(wrap)?;
            temporary.persist(&target).map_err(|e| wrap(e.error))?;
        } else {
            temporary
                .persist_noclobber(&target)
                .map_err(|e| wrap(e.error))?;
            undo.0.push(Undone::Remove(target.clone()));
        }
        sync_folder(parent_of(&target));
    }
    undo.0.clear();
    Ok(())
}

fn prepare(file: &NewFile, undo: &mut Undo) -> Result<(PathBuf, tempfile::NamedTempFile)> {
    let wrap = |error: io::Error| failure("write", &file.path, error);
    let target = match file.replaces {
        true => final_target(&file.path).map_err(wrap)?,
        false => file.path.clone(),
    };
    let folder = parent_of(&target);
    let missing = folder.ancestors().take_while(|folder| !folder.exists());
    let missing: Vec<PathBuf> = missing.map(Path::to_owned).collect();
    let outermost_first = missing.into_iter().rev();
    undo.0.extend(outermost_first.map(Undone::RemoveFolder));
    create_folder(folder, Access::Shared)?;
    let old = match (file.replaces, file.access) {
        (true, Access::Shared) => fs::metadata(&target).ok(),
        _ => None,
    };
    let temporary = stage(
        &target,
        file.content.reveal().as_bytes(),
        file.access,
        old.as_ref(),
    );
    Ok((target, temporary.map_err(wrap)?))
}

/// How to restore everything; runs on drop unless cleared.
#[derive(Default)]
struct Undo(Vec<Undone>);

enum Undone {
    Remove(PathBuf),
    RemoveFolder(PathBuf),
    Restore(PathBuf, Vec<u8>, Permissions),
}

impl Undo {
    fn remember(&mut self, target: &Path) -> io::Result<()> {
        let permissions = fs::metadata(target)?.permissions();
        let content = fs::read(target)?;
        self.0
            .push(Undone::Restore(target.to_owned(), content, permissions));
        Ok(())
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
                    if let Ok(temporary) = stage(&path, &content, Access::Private, None) {
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

    fn file(path: PathBuf, content: &str, replaces: bool) -> NewFile {
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
        let files = [
            file(home.path().join("old"), "1", true),
            file(home.path().join("new"), "2", false),
        ];
        write_together(&files).expect("writes");
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
        let files = [
            file(at("old"), "1", true),
            file(at("a/b/new"), "2", false),
            file(at("in the way"), "3", false),
        ];
        let failure = write_together(&files).expect_err("is there");
        assert!(failure.message().contains("in the way"), "{failure}");
        assert_eq!(all(home.path()), before);
        // This one before any is.
        let files = [
            file(at("a/new"), "1", false),
            file(at("old/new"), "2", false),
        ];
        write_together(&files).expect_err("not a folder");
        assert_eq!(all(home.path()), before);
    }
}
