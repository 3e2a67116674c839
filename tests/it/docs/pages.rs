//! README and pages: short, their links resolve, and they name only what exists.

use super::facts::of_flags;
use super::{files, root};
use prisma_cli::testing::cli::{definition, parse};
use prisma_cli::testing::commands::local::variables::KEYS;
use prisma_cli::testing::context::VARIABLES;
use prisma_cli::testing::env::Env;
use prisma_cli::testing::error::STATUSES;
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// README and the pages in `assets/docs`.
fn pages() -> Vec<(PathBuf, String)> {
    let readme = root().join("README.md");
    let text = fs::read_to_string(&readme).expect("a text");
    let others = files(&root().join("assets/docs"));
    let others = others
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|ending| ending == "md"));
    std::iter::once((readme, text)).chain(others).collect()
}

/// What a page shows as code: the spans in backticks, and the lines of code blocks without prompt and comment.
fn code(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, part) in text.split("```").enumerate() {
        if at % 2 == 0 {
            found.extend(part.split('`').skip(1).step_by(2).map(str::to_owned));
            continue;
        }
        let lines = part.lines().skip(1).map(|line| {
            let line = line.strip_prefix("$ ").unwrap_or(line).trim();
            line.split(" #").next().unwrap_or(line).trim().to_owned()
        });
        found.extend(lines);
    }
    found
}

/// The words of a command line that starts with `prisma`, after variables and a path.
pub fn words(line: &str) -> Option<Vec<String>> {
    let line = line.replace("eval \"$(", "").replace(")\"", "");
    let line = line.split(['>', '|']).next().unwrap_or_default();
    let is_assignment = |word: &&str| word.contains('=') && !word.starts_with('-');
    let mut words = line.split_whitespace().skip_while(is_assignment);
    let program = words.next()?;
    let is_ours = program == "prisma" || program.ends_with("/prisma");
    let shown = |word: &str| word.trim_matches(['[', ']', '…']).to_owned();
    let rest = words.map(shown).filter(|word| !word.is_empty());
    is_ours.then(|| std::iter::once("prisma".to_owned()).chain(rest).collect())
}

/// Why a command line does not parse.
pub fn wrong(words: &[String]) -> Option<String> {
    use clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand as Group;
    let words = words.iter().map(|word| OsString::from(word.to_lowercase()));
    let error = parse(words, &Env::default()).err()?;
    let is_wrong = error.use_stderr() && error.kind() != Group;
    is_wrong.then(|| error.to_string())
}

#[test]
fn the_readme_is_short() {
    let (_, readme) = pages().remove(0);
    let count = readme.split_whitespace().count();
    assert!(count < 900, "{count} words");
}

#[test]
fn every_command_parses() {
    let mut seen = 0;
    for (path, text) in pages() {
        // Its usage lines have placeholders; a unit test parses its examples.
        if path.ends_with("reference.md") {
            continue;
        }
        for line in code(&text) {
            // A placeholder such as NAME is a valid name in lower case.
            let Some(words) = words(&line) else { continue };
            let wrong = wrong(&words);
            assert_eq!(wrong, None, "{}: `{line}`", path.display());
            seen += 1;
        }
    }
    assert!(seen > 60, "{seen}");
}

/// The flags of all commands.
pub fn flags() -> BTreeSet<String> {
    let mut flags = BTreeSet::new();
    let mut left = vec![definition()];
    while let Some(command) = left.pop() {
        for arg in command.get_arguments() {
            let aliases = arg.get_all_aliases().unwrap_or_default();
            let longs = arg.get_long().into_iter().chain(aliases);
            flags.extend(longs.map(|long| format!("--{long}")));
        }
        left.extend(command.get_subcommands().cloned());
    }
    flags
}

#[test]
fn every_flag_and_variable_exists() {
    // Of our scripts, of cargo and of ssh.
    let others = [
        "--prefix",
        "--uninstall",
        "--clean",
        "--release",
        "--locked",
        "--path",
        "--test",
    ];
    let mut flags = flags();
    flags.extend(others.map(str::to_owned));
    let mut variables = of_flags();
    variables.extend(VARIABLES.iter().map(|(name, _)| (*name).to_owned()));
    variables.extend(KEYS.iter().map(|(name, _)| (*name).to_owned()));
    // What the server reads.
    variables.insert("PRISMA_CONFIG".to_owned());
    // What projects read.
    variables.extend(["PRISMA_ENDPOINT", "PRISMA_STAGE"].map(str::to_owned));
    for (path, text) in pages() {
        for line in code(&text) {
            for word in line.split([' ', '=', '/', '"', '$', ',', '|']) {
                let is_flag = word.starts_with("--") && !word.starts_with("---");
                let is_variable = word.starts_with("PRISMA_");
                let page = path.display();
                assert!(!is_flag || flags.contains(word), "{page}: `{word}`");
                assert!(!is_variable || variables.contains(word), "{page}: `{word}`");
            }
        }
    }
}

#[test]
fn every_link_resolves() {
    let pages = pages();
    for (path, text) in &pages {
        let folder = path.parent().expect("in a folder");
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap_or_default();
            if link.starts_with("https://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                path.clone()
            } else {
                folder.join(file)
            };
            assert!(target.exists(), "{}: `{link}`", path.display());
            assert!(
                anchor.is_empty() || anchors(&target).contains(anchor),
                "{}: `{link}`",
                path.display()
            );
        }
    }
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(page).expect("a text");
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_page_is_linked_from_the_readme() {
    let pages = pages();
    let (_, readme) = &pages[0];
    for (path, _) in &pages[1..] {
        let name = path.file_name().expect("a name").to_string_lossy();
        assert!(readme.contains(&format!("(assets/docs/{name})")), "{name}");
    }
}

#[test]
fn every_exit_status_is_listed() {
    let page = root().join("assets/docs/scripting-and-ci.md");
    let page = fs::read_to_string(page).expect("a text");
    for (status, meaning) in STATUSES {
        let row = format!("| {status} | {meaning} |");
        assert!(page.contains(&row), "no `{row}`");
    }
}
