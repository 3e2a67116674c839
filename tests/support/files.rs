//! The files under a folder, as a value.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A folder.
    Folder {
        /// Permission bits.
        mode: u32,
    },
    /// A file.
    File {
        /// Permission bits.
        mode: u32,
        /// Content.
        content: String,
    },
    /// A symbolic link.
    Link(PathBuf),
}

/// Everything under a folder, by its path from there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files(pub BTreeMap<PathBuf, Entry>);

impl Files {
    /// Reads all of `folder`; nothing where there is none.
    pub fn of(folder: &Path) -> Files {
        let mut files = Files::default();
        files.read(folder, folder);
        files
    }

    fn read(&mut self, root: &Path, folder: &Path) {
        let Ok(entries) = fs::read_dir(folder) else {
            return;
        };
        for entry in entries {
            let path = entry.expect("an entry").path();
            // Written by whatever changes a cluster; `history.rs` is about it, and `secrets.rs`.
            if path.ends_with(".prisma/history") {
                continue;
            }
            let metadata = fs::symlink_metadata(&path).expect("metadata");
            let mode = metadata.permissions().mode() & 0o7777;
            let found = if metadata.is_symlink() {
                Entry::Link(fs::read_link(&path).expect("a link"))
            } else if metadata.is_dir() {
                self.read(root, &path);
                Entry::Folder { mode }
            } else {
                let content = fs::read(&path).expect("a file");
                let content = String::from_utf8_lossy(&content).into_owned();
                Entry::File { mode, content }
            };
            let name = path.strip_prefix(root).expect("below").to_owned();
            self.0.insert(name, found);
        }
    }

    /// A line for each path: `MODE PATH`.
    pub fn list(&self) -> String {
        let lines = self.0.iter().map(|(path, entry)| match entry {
            Entry::Folder { mode } => format!("{mode:04o} {}/\n", path.display()),
            Entry::File { mode, .. } => format!("{mode:04o} {}\n", path.display()),
            Entry::Link(to) => format!("link {} -> {}\n", path.display(), to.display()),
        });
        lines.collect()
    }

    /// What became new, other or gone since `before`, a line each. Lock files, which stay behind
    /// empty, and the folders are left out.
    pub fn changes_since(&self, before: &Files) -> String {
        let paths = self.0.keys().chain(before.0.keys());
        let mut paths: Vec<&PathBuf> = paths.collect();
        paths.sort();
        paths.dedup();
        let mut out = String::new();
        for path in paths {
            let (old, new) = (before.0.get(path), self.0.get(path));
            let is_folder =
                |entry: Option<&Entry>| matches!(entry, Some(Entry::Folder { .. }) | None);
            let is_lock = path.extension().is_some_and(|ending| ending == "lock");
            if old == new || is_lock || (is_folder(old) && is_folder(new)) {
                continue;
            }
            let what = match (old, new) {
                (None, _) => "new",
                (_, None) => "gone",
                _ => "changed",
            };
            out += &format!("{what} {}\n", path.display());
        }
        out
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> &str {
        match self.0.get(Path::new(path)) {
            Some(Entry::File { content, .. }) => content,
            other => panic!("{path} is {other:?}, among\n{}", self.list()),
        }
    }
}
