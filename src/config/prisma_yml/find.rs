//! Finds the `prisma.yml`.

use crate::error::{Failure, Kind, Result};
use std::path::{Path, PathBuf};

pub const FILE: &str = "prisma.yml";

/// Subfolders where projects often keep it.
const BELOW: [&str; 3] = ["database", "prisma", "server"];

/// The `prisma.yml` of a folder (an absolute path) or of its nearest parent that has one.
///
/// # Errors
///
/// [`Kind::ConfigInvalid`] naming the folders searched, with the nearest miss as the hint.
pub fn find(folder: &Path) -> Result<PathBuf> {
    let mut folders = folder.ancestors();
    if let Some(file) = folders.find_map(|parent| existing(parent.join(FILE))) {
        return Ok(file);
    }
    let parents = if folder.parent().is_some() {
        " or its parent folders"
    } else {
        ""
    };
    let failure = Failure::new(
        Kind::ConfigInvalid,
        format!("no `{FILE}` found in `{}`{parents}", folder.display()),
    );
    let other = folder
        .ancestors()
        .find_map(|f| existing(f.join("prisma.yaml")));
    let mut below = BELOW.iter().map(|name| folder.join(name));
    Err(if let Some(other) = other {
        failure.hint(format!("rename `{}` to `{FILE}`", other.display()))
    } else if let Some(below) = below.find(|below| below.join(FILE).is_file()) {
        failure.hint(format!(
            "there is one in `{}`: run this command there",
            below.display()
        ))
    } else {
        failure.hint("run this in a service folder, or create one with `prisma init`")
    })
}

fn existing(file: PathBuf) -> Option<PathBuf> {
    file.is_file().then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{Access, create_folder, write_atomic};

    fn write(file: &Path) {
        write_atomic(file, b"", Access::Shared).expect("writes");
    }

    #[test]
    fn the_nearest_one_counts() {
        let home = tempfile::tempdir().expect("temporary folder");
        let inner = home.path().join("a/b/c");
        create_folder(&inner, Access::Shared).expect("creates");
        write(&home.path().join(FILE));
        assert_eq!(find(&inner), Ok(home.path().join(FILE)));
        // A folder of that name does not count.
        create_folder(&inner.join(FILE), Access::Shared).expect("creates");
        write(&home.path().join("a").join(FILE));
        assert_eq!(find(&inner), Ok(home.path().join("a").join(FILE)));
    }

    #[test]
    fn where_there_is_none_the_way_is_shown() {
        let home = tempfile::tempdir().expect("temporary folder");
        let told = |folder: &Path| {
            let failure = find(folder).expect_err("none");
            assert_eq!(failure.kind, Kind::ConfigInvalid);
            let text = format!("{failure}: {}", failure.hints.join("; "));
            text.replace(&home.path().display().to_string(), "HOME")
        };
        assert_eq!(
            told(home.path()),
            "no `prisma.yml` found in `HOME` or its parent folders: run this in a service folder, or create one with `prisma init`"
        );
        let below = home.path().join("database");
        write(&below.join(FILE));
        assert!(
            told(home.path()).ends_with("there is one in `HOME/database`: run this command there")
        );
        write(&home.path().join("prisma.yaml"));
        assert!(told(home.path()).ends_with("rename `HOME/prisma.yaml` to `prisma.yml`"));
    }
}
