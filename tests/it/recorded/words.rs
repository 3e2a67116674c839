//! The words that messages consist of: `src/secret/mask/words.txt`. A secret that is one of them is masked only
//! where a value stands. `BLESS=1` writes it again.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let all = fs::read_dir(folder)
        .expect("a folder")
        .map(|one| one.expect("a file").path());
    all.filter(|path| path.extension().is_some_and(|one| one == ending))
        .collect()
}

/// The words of a line that are not part of a name, a path or code.
fn words(line: &str) -> impl Iterator<Item = String> {
    let prose: String = line
        .split(['`', '"', '\''])
        .step_by(2)
        .collect::<Vec<_>>()
        .join("_");
    let parts: Vec<String> = prose.split_whitespace().map(str::to_owned).collect();
    parts.into_iter().filter_map(|part| {
        let word = part.trim_matches(|c: char| !c.is_alphanumeric() && c != '_');
        let is_word =
            (3..16).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphabetic());
        is_word.then(|| word.to_ascii_lowercase())
    })
}

/// The words of all sentences in these files.
fn all_words(files: &[PathBuf]) -> BTreeSet<String> {
    let is_sentence = |line: &&str| {
        !line.trim_start().starts_with("json:") && !line.starts_with(['=', '$', '|', '-'])
    };
    let mut found = BTreeSet::new();
    for path in files {
        let text = fs::read_to_string(path).expect("a text");
        let prose = text.split("```").step_by(2);
        found.extend(
            prose
                .flat_map(str::lines)
                .filter(is_sentence)
                .flat_map(words),
        );
    }
    found
}

#[test]
fn the_words_of_messages_are_known() {
    let found = all_words(&files("tests/recordings/said", "txt"));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/secret/mask/words.txt");
    if std::env::var_os("BLESS").is_some() {
        // The documentation has more of them.
        let mut more = all_words(&files("assets/docs", "md"));
        more.extend(found.clone());
        let all: Vec<&str> = more.iter().map(String::as_str).collect();
        let lines: Vec<String> = all.chunks(12).map(|chunk| chunk.join(" ") + "\n").collect();
        fs::write(&path, lines.concat()).expect("writes");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    let known: BTreeSet<&str> = known.split_whitespace().collect();
    let new: Vec<&String> = found
        .iter()
        .filter(|word| !known.contains(word.as_str()))
        .collect();
    assert!(
        new.is_empty(),
        "not in `words.txt`: {new:?}; `BLESS=1 cargo test --test it recorded::words`"
    );
}
