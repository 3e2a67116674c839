//! Every variable that the program reads is documented.

use super::root;
use prisma_cli::testing::cli::definition;
use prisma_cli::testing::commands::local::variables::KEYS;
use prisma_cli::testing::context::VARIABLES;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The variables of flags.
pub fn of_flags() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut left = vec![definition()];
    while let Some(command) = left.pop() {
        let names = command.get_arguments().filter_map(clap::Arg::get_env);
        found.extend(names.map(|name| name.to_string_lossy().into_owned()));
        left.extend(command.get_subcommands().cloned());
    }
    found
}

/// The code of all files below a folder, their tests left out, and what is rendered for others to read.
fn code(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.ends_with("src/render") {
            continue;
        }
        if path.is_dir() {
            text += &code(&path);
        } else {
            let file = fs::read_to_string(&path).expect("a text");
            text += file.split("#[cfg(test)]").next().unwrap_or_default();
        }
    }
    text
}

#[test]
fn every_variable_that_is_read_is_documented() {
    // Given to hooks by us, and to the server by compose.
    let mut not_read = vec!["PRISMA_COMMAND", "PRISMA_CONFIG"];
    not_read.extend(KEYS.iter().map(|(name, _)| *name));
    let code = code(&root().join("src"));
    let quoted = code.split('"');
    let is_variable = |text: &&str| {
        let name = text.strip_prefix("PRISMA_").unwrap_or_default();
        // A prefix is no variable.
        !name.is_empty()
            && !name.ends_with('_')
            && name.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    let read: BTreeSet<&str> = quoted.filter(is_variable).collect();
    let flags = of_flags();
    let listed: BTreeSet<&str> = VARIABLES.iter().map(|(name, _)| *name).collect();
    for name in &read {
        let is_known = flags.contains(*name) || listed.contains(name) || not_read.contains(name);
        assert!(is_known, "`{name}` is missing in `context::VARIABLES`");
    }
    for name in listed {
        assert!(
            code.contains(&format!("\"{name}\"")),
            "`{name}` is read nowhere"
        );
    }
}
