//! Where the files of a service are. Every command that reads a `prisma.yml` finds it here, as the npm
//! CLIs found it: in the working directory, in `prisma/`, where a `.graphqlconfig` says, or further up.

mod graphqlconfig;

use super::EnvFiles;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::interrupt::Interrupt;
use crate::ui::text::quoted;
use graphqlconfig::Named;
use std::path::{Path, PathBuf};

pub const FILE: &str = "prisma.yml";

/// The subfolder that counts as the folder itself.
const USUAL: &str = "prisma";

/// Subfolders where projects often keep it, also one in another.
const BELOW: [&str; 5] = ["database", "prisma", "server", "backend", "api"];

/// How many of them may be inside one another.
const DEEPEST: usize = 3;

/// The files of a service, found from the working directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The `prisma.yml`; with `--project` it may have another name.
    pub file: PathBuf,
    /// The user's folder: that of env files, seeds and hooks.
    pub working: PathBuf,
    /// Where the API's schema belongs, if the `.graphqlconfig` that names [`Project::file`] says so.
    pub schema_path: Option<PathBuf>,
    /// Whether nothing names the file: it was found in a subfolder of a common name.
    pub is_guess: bool,
}

impl Project {
    /// Finds the project of the folder `working`, or the file or folder `given` (`--project`).
    ///
    /// # Errors
    ///
    /// [`Kind::ConfigInvalid`] naming the folders searched, with the nearest miss as the hint, or all files
    /// that may be meant; [`Kind::Usage`] if what was given does not exist.
    pub fn find(working: PathBuf, given: Option<&Path>) -> Result<Project> {
        let mut named = working
            .ancestors()
            .find_map(|folder| graphqlconfig::read(folder, &working));
        let (file, is_guess) = match given {
            Some(given) => (self::given(&working, given)?, false),
            None => match search(&working, named.as_ref()) {
                Some(file) => (file, false),
                None => (below(&working)?, true),
            },
        };
        let named = named.take_if(|named| named.file == file);
        Ok(Project {
            schema_path: named.and_then(|named| named.schema_path),
            file,
            working,
            is_guess,
        })
    }

    /// The service's folder: that of its `prisma.yml`.
    pub fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("/"))
    }

    /// The service's folder and the user's, and all above them: from the inside out, the user's first.
    pub fn around(&self) -> impl Iterator<Item = &Path> {
        self.working.ancestors().chain(self.folder().ancestors())
    }

    /// The env files, existing or not: `given` (`--env-file`), or the `.env` of the working directory, which
    /// overrides that of the service's folder, which overrides those of the folders between the two.
    pub fn env_paths(&self, given: Option<&Path>) -> Vec<PathBuf> {
        if let Some(given) = given {
            return vec![self.working.join(given)];
        }
        let (here, there) = (self.working.as_path(), self.folder());
        let (inner, outer) = if here.starts_with(there) {
            (here, there)
        } else {
            (there, here)
        };
        let above = inner.ancestors().skip(1);
        let between = above.take_while(|folder| folder.starts_with(outer) && *folder != outer);
        let there = Some(there).filter(|there| *there != here);
        let folders = std::iter::once(here).chain(there).chain(between);
        folders.map(|folder| folder.join(".env")).collect()
    }

    /// Reads the env files.
    ///
    /// # Errors
    ///
    /// [`Kind::Usage`] if `given` does not exist.
    pub fn env_files(&self, given: Option<&Path>, interrupt: &Interrupt) -> Result<EnvFiles> {
        let paths = self.env_paths(given);
        // The user's own may be a pipe: `<(…)`.
        let read = |path: &Path| match given {
            Some(_) if paths.first().is_some_and(|first| first == path) => {
                files::read_given(path, files::LONGEST, interrupt)
            }
            _ => files::read_text(path),
        };
        let files = EnvFiles::read_with(&paths, &read)?;
        match (given, paths.first()) {
            (Some(_), Some(path)) if !files.has(path) => {
                let message = format!("env file `{}` not found", path.display());
                Err(Failure::new(Kind::Usage, message)
                    .hint("relative paths are resolved from the current directory"))
            }
            _ => Ok(files),
        }
    }
}

/// As the npm CLIs: a file here or in `prisma/` counts more than what a `.graphqlconfig` names, and that
/// more than a file further up.
fn search(working: &Path, named: Option<&Named>) -> Option<PathBuf> {
    let usual = |folder: &Path| {
        let here = existing(folder.join(FILE));
        here.or_else(|| existing(folder.join(USUAL).join(FILE)))
    };
    let named = || named.map(|named| named.file.clone());
    let above = || working.ancestors().skip(1).find_map(usual);
    usual(working).or_else(named).or_else(above)
}

fn given(working: &Path, given: &Path) -> Result<PathBuf> {
    let path = working.join(given);
    file_at(&path).ok_or_else(|| {
        let shown = path.display();
        let message = if path.is_dir() {
            format!("`--project`: no `{FILE}` found in `{shown}`")
        } else {
            format!("`--project`: `{shown}` not found")
        };
        Failure::new(Kind::Usage, message).hint(format!(
            "name a `{FILE}` or its folder; relative paths are resolved from the current directory"
        ))
    })
}

/// The file that a path means, or the `prisma.yml` in the folder that it means.
fn file_at(path: &Path) -> Option<PathBuf> {
    let file = existing(path.to_owned()).or_else(|| existing(path.join(FILE)))?;
    // Links and `..` of the folder are resolved, a link to the file itself is not.
    let folder = file.parent()?.canonicalize().ok()?;
    Some(folder.join(file.file_name()?))
}

/// The one file in a subfolder.
fn below(working: &Path) -> Result<PathBuf> {
    let failure = |what: String| Failure::new(Kind::ConfigInvalid, what);
    let mut found = in_subfolders(working, DEEPEST);
    match found.len() {
        0 => {}
        1 => return Ok(found.swap_remove(0)),
        _ => {
            let relative = |file: &PathBuf| {
                let below = file.strip_prefix(working).unwrap_or(file);
                below.display().to_string()
            };
            let shown = working.display();
            let several = quoted(found.iter().map(relative));
            return Err(
                failure(format!("several services found in `{shown}`: {several}"))
                    .hint("choose one with `--project PATH`"),
            );
        }
    }
    let parents = if working.parent().is_some() {
        " or its parent folders"
    } else {
        ""
    };
    let shown = working.display();
    let failure = failure(format!("no `{FILE}` found in `{shown}`{parents}"));
    let mut above = working.ancestors();
    Err(match above.find_map(|f| existing(f.join("prisma.yaml"))) {
        Some(other) => failure.hint(format!("rename `{}` to `{FILE}`", other.display())),
        None => failure.hint(
            "run this in a service folder, name one with `--project PATH`, or create one with `prisma init`",
        ),
    })
}

fn in_subfolders(folder: &Path, depth: usize) -> Vec<PathBuf> {
    if depth == 0 {
        return Vec::new();
    }
    let inside = |name: &&str| {
        let inner = folder.join(name);
        match existing(inner.join(FILE)) {
            Some(file) => vec![file],
            None => in_subfolders(&inner, depth - 1),
        }
    };
    BELOW.iter().flat_map(inside).collect()
}

fn existing(file: PathBuf) -> Option<PathBuf> {
    file.is_file().then_some(file)
}

#[cfg(test)]
mod tests;
