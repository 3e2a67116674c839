//! Every decision by version is made by `cluster::version`: no other code spells out a version to compare with.

use super::root;
use std::fs;
use std::path::{Path, PathBuf};

/// The code that belongs to the table of facts, and that of other programs' versions.
const EXEMPT: [&str; 3] = [
    "src/cluster/version.rs",
    "src/cluster/version/",
    "src/docker/",
];

pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).expect("a folder");
    let paths = paths.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                rust_files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Whether a line compares or makes versions: a literal such as `"1.8"` or `"1.8.0"`, or the crate that
/// compares them.
fn decides(line: &str) -> bool {
    let is_version = |text: &&str| {
        let numbers: Vec<&str> = text.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
        numbers.len() > 1 && numbers[0] == "1" && numbers.iter().all(is_number)
    };
    let code = line.split("//").next().unwrap_or_default();
    code.contains("semver")
        || code
            .split('"')
            .skip(1)
            .step_by(2)
            .any(|text| is_version(&text))
}

#[test]
fn no_other_code_compares_versions() {
    assert!(decides(r#"if *version >= "1.6.1".parse()? {"#));
    assert!(decides("use semver::Version;"));
    assert!(!decides(r#"host == "127.0.0.1" // "1.8""#));
    for path in rust_files(&root().join("src")) {
        let name = path.strip_prefix(root()).expect("below").to_string_lossy();
        let is_test = name.ends_with("tests.rs") || name.contains("/tests/");
        if is_test || EXEMPT.iter().any(|exempt| name.starts_with(exempt)) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (at, line) in code.lines().enumerate() {
            assert!(
                !decides(line),
                "{name}:{}: ask `PrismaVersion::has` instead: {line}",
                at + 1
            );
        }
    }
}
