//! Every command that a text of the program names parses, as do the flags of its hints.

use super::pages::{flags, words, wrong};
use super::root;
use std::fs;
use std::path::{Path, PathBuf};

/// Commands that texts quote, of other CLIs or without their arguments.
const QUOTED: [&str; 4] = [
    "prisma export",
    "prisma login",
    "prisma {name}",
    "prisma local images save",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if !path.ends_with("tests.rs") {
            found.push(path);
        }
    }
}

/// The spans in backticks of the program's texts: neither those of comments nor those of tests.
fn spans() -> Vec<(PathBuf, String)> {
    let (mut files, mut spans) = (Vec::new(), Vec::new());
    sources(&root().join("src"), &mut files);
    for path in files {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let text = text
            .split("\n#[cfg(test)]\nmod ")
            .next()
            .unwrap_or_default();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.starts_with("//")) {
            let inside = line.split('`').skip(1).step_by(2);
            spans.extend(inside.map(|span| (path.clone(), span.to_owned())));
        }
    }
    spans
}

/// A word with a value in place of a placeholder.
fn filled(word: &str) -> String {
    let Some((before, _)) = word.split_once('{') else {
        return word.to_owned();
    };
    let value = match word {
        "{version}" | "{to}" => "1.8",
        "{endpoint}" | "{base}" | "{text}" | "URL" => "http://localhost:4466",
        _ => "local",
    };
    format!("{before}{value}")
}

#[test]
fn every_command_that_a_text_names_parses() {
    let (mut seen, mut failed) = (0, Vec::new());
    for (path, span) in spans() {
        if QUOTED.contains(&&*span) || path.ends_with("complete.rs") {
            continue;
        }
        let Some(words) = words(&span) else { continue };
        let words: Vec<String> = words.iter().map(|word| filled(word)).collect();
        if let Some(why) = wrong(&words) {
            failed.push(format!("{}: `{span}`: {why}", path.display()));
        }
        seen += 1;
    }
    assert_eq!(failed, [""; 0]);
    assert!(seen > 40, "{seen}");
}

#[test]
fn every_flag_that_a_text_names_exists() {
    let mut flags = flags();
    // Of `docker run`, and of the npm CLI.
    flags.extend(
        [
            "--network",
            "--privileged",
            "--interactive",
            "--no-migrate",
            "--document-private-items",
        ]
        .map(str::to_owned),
    );
    let (mut seen, mut failed) = (0, Vec::new());
    for (path, span) in spans()
        .into_iter()
        .filter(|(_, span)| span.starts_with("--"))
    {
        let flag = span.split([' ', '=']).next().unwrap_or_default();
        if !flags.contains(flag) && !flag.contains('{') && !flag.starts_with("---") {
            failed.push(format!("{}: `{span}`", path.display()));
        }
        seen += 1;
    }
    assert_eq!(failed, [""; 0]);
    assert!(seen > 40, "{seen}");
}
