//! A test that talks to a scripted server says what real servers were seen to do there, or that no recording
//! covers it.

use super::root;
use super::versions::rust_files;
use std::fs;

/// What a file has in it that makes or uses a scripted server.
const SCRIPTED: [&str; 7] = [
    "Standin",
    "support::raw",
    " planned(",
    " deployed(",
    " serve(",
    " respond(",
    " server(\"",
];

#[test]
fn every_test_with_a_scripted_server_names_its_witness() {
    let folder = root().join("tests/it");
    let silent: Vec<String> = rust_files(&folder)
        .into_iter()
        .filter(|path| !path.starts_with(folder.join("docs")))
        .filter(|path| {
            let text = fs::read_to_string(path).expect("a text");
            let is_scripted = SCRIPTED.iter().any(|mark| text.contains(mark));
            let mut documentation = text.lines().take_while(|line| line.starts_with("//!"));
            is_scripted && !documentation.any(|line| line.starts_with("//! Witness: "))
        })
        .map(|path| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no `//! Witness: …`: {silent:#?}");
}
