//! Files of `tests/corpus` as seeds.

use std::fs;
use std::path::Path;

/// The `.yml` files of a folder of the corpus, small ones only: large ones are about time, not about form.
pub fn files(folder: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // The same file is compiled for the fuzzer, whose package is deeper.
    let roots = [root.to_owned(), root.join("../../..")];
    let folders = roots.map(|root| root.join("tests/corpus").join(folder));
    let folder = folders.iter().find(|folder| folder.is_dir());
    let entries = fs::read_dir(folder.expect("a corpus")).expect("lists");
    let paths = entries.map(|entry| entry.expect("lists").path());
    let mut paths: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "yml"))
        .collect();
    paths.sort();
    let texts = paths
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    texts.filter(|text| text.len() < 2000).collect()
}
