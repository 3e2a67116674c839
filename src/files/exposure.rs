//! Files with secrets that others can read.

use crate::process::shell_quote;
use crate::ui::text::all_of;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Whether anyone but the owner can read the file. `false` if it does not exist.
pub fn readable_by_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Which of these files hold what anyone but their owner can reach and read.
fn exposed(paths: impl IntoIterator<Item = PathBuf>) -> Vec<PathBuf> {
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
