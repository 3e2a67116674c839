//! Documentation agrees with the program. `UPDATE_DOCS=1 cargo test --test it docs` regenerates man pages and
//! reference.

mod cluster_yml;
mod dependencies;
mod facts;
mod hints;
mod language;
mod manual;
mod pages;
mod processes;
mod reference;
mod versions;
mod witness;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder and their contents.
fn files(folder: &Path) -> BTreeMap<PathBuf, String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let files = paths.filter(|path| path.is_file());
    files
        .map(|path| (path.clone(), fs::read_to_string(path).expect("a text")))
        .collect()
}

#[test]
fn man_pages_and_reference_are_up_to_date() {
    let man = root().join("assets/man");
    let reference = root().join("assets/docs/reference.md");
    let pages = manual::pages();
    let mut wanted: BTreeMap<PathBuf, String> = pages
        .into_iter()
        .map(|(name, text)| (man.join(name), text))
        .collect();
    wanted.insert(reference.clone(), reference::text());
    let keys = root().join("assets/docs/cluster-yml.md");
    wanted.insert(keys.clone(), cluster_yml::text());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let _ = fs::remove_dir_all(&man);
        fs::create_dir_all(&man).expect("a folder");
        for (path, text) in &wanted {
            fs::write(path, text).expect("writes");
        }
    }
    let mut found = files(&man);
    for page in [reference, keys] {
        found.insert(page.clone(), fs::read_to_string(&page).unwrap_or_default());
    }
    let update = "run `UPDATE_DOCS=1 cargo test --test it docs`";
    let names = |files: &BTreeMap<PathBuf, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&wanted), "{update}");
    for (path, text) in &wanted {
        assert!(
            found[path] == *text,
            "{} is out of date: {update}",
            path.display()
        );
    }
}
