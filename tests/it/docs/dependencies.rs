//! What the program is made of: licences, versions and sources as `deny.toml` wants them, without `cargo deny`.
//! Advisories are not looked at here: they need a database, see `scripts/test`.

use crate::docs::root;
use crate::support::{output, skip};
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The lists of `deny.toml`, which have one entry a line.
struct Policy {
    allowed: Vec<String>,
    /// `NAME@VERSION`, as much of the version as matters.
    twice: Vec<String>,
}

impl Policy {
    fn read() -> Policy {
        let text = std::fs::read_to_string(root().join("deny.toml")).expect("is there");
        let list = |name: &str| {
            let lines = text
                .lines()
                .skip_while(|line| *line != format!("{name} = ["));
            let lines = lines.skip(1).take_while(|line| *line != "]");
            let texts = lines.filter_map(|line| line.split('"').nth(1));
            texts.map(str::to_owned).collect::<Vec<_>>()
        };
        Policy {
            allowed: list("allow"),
            twice: list("skip"),
        }
    }

    fn skips(&self, name: &str, version: &str) -> bool {
        self.twice.iter().any(|skipped| {
            let (of, from) = skipped.split_once('@').expect("a version");
            of == name && (version == from || version.starts_with(&format!("{from}.")))
        })
    }

    /// Whether an expression can be met: `A OR B`, `A AND (B OR C)`, in old packages `A/B`.
    fn allows(&self, expression: &str) -> bool {
        let spaced = expression
            .replace('/', " OR ")
            .replace('(', " ( ")
            .replace(')', " ) ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let mut at = 0;
        let met = self.either(&words, &mut at);
        met && at == words.len()
    }

    fn either(&self, words: &[&str], at: &mut usize) -> bool {
        let mut met = self.all(words, at);
        while words.get(*at) == Some(&"OR") {
            *at += 1;
            met |= self.all(words, at);
        }
        met
    }

    fn all(&self, words: &[&str], at: &mut usize) -> bool {
        let mut met = self.one(words, at);
        while words.get(*at) == Some(&"AND") {
            *at += 1;
            met &= self.one(words, at);
        }
        met
    }

    fn one(&self, words: &[&str], at: &mut usize) -> bool {
        let word = words.get(*at).copied().unwrap_or_default();
        *at += 1;
        if word == "(" {
            let met = self.either(words, at);
            *at += 1;
            return met;
        }
        // An exception is a licence of its own.
        if words.get(*at) == Some(&"WITH") {
            *at += 2;
            return false;
        }
        self.allowed.iter().any(|allowed| allowed == word)
    }
}

/// A package of this machine's build.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    /// Where it comes from, unless that is the registry.
    source: String,
    licence: String,
}

/// The packages along these edges, ours left out.
fn packages(edges: &str) -> BTreeSet<Package> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args([
            "tree",
            "--offline",
            "--locked",
            "--prefix=none",
            "--format={p}|{l}",
            "--edges",
            edges,
        ])
        .current_dir(root());
    let output = output(&mut cargo).expect("cargo runs");
    let told = String::from_utf8(output.stdout).expect("text");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    // The rest of a package that was listed before is left out, which ` (*)` says.
    let lines = told.lines().filter_map(|line| line.split_once('|'));
    let lines = lines.filter(|(package, _)| !package.starts_with("prisma-cli "));
    let package = |(package, licence): (&str, &str)| {
        let mut words = package.splitn(3, ' ').map(str::to_owned);
        let mut word = || words.next().unwrap_or_default();
        Package {
            name: word(),
            version: word().trim_start_matches('v').to_owned(),
            source: word().replace("(proc-macro)", ""),
            licence: licence.trim_end_matches(" (*)").to_owned(),
        }
    };
    lines.map(package).collect()
}

#[test]
fn licences_sources_and_versions_are_those_that_are_allowed() {
    if output(Command::new(env!("CARGO")).arg("--version")).is_err() {
        skip(
            "licences and versions of dependencies",
            "cargo cannot be run",
        );
        return;
    }
    let policy = Policy::read();
    // What only tests use may be there twice, as `cargo deny` has it, too.
    let (all, ours) = (packages("normal,build,dev"), packages("normal,build"));
    assert!(ours.len() > 50 && ours.len() < all.len() && policy.allowed.len() > 3);
    let mut wrong = Vec::new();
    for Package {
        name,
        source,
        licence,
        ..
    } in &all
    {
        if !policy.allows(licence) {
            wrong.push(format!("{name} is under `{licence}`"));
        }
        if !source.trim().is_empty() {
            wrong.push(format!("{name} comes from {source}"));
        }
    }
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for Package { name, version, .. } in &ours {
        if !policy.skips(name, version) {
            versions.entry(name).or_default().push(version);
        }
    }
    let twice = versions.iter().filter(|(_, versions)| versions.len() > 1);
    wrong.extend(
        twice.map(|(name, versions)| format!("{name} is there as {}", versions.join(" and "))),
    );
    assert!(
        wrong.is_empty(),
        "correct this, or `deny.toml`:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn licences_are_read_as_expressions() {
    let policy = Policy {
        allowed: vec!["MIT".to_owned(), "ISC".to_owned()],
        twice: vec!["syn@2".to_owned()],
    };
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("MIT AND (GPL-3.0 OR ISC)", true),
        ("(GPL-3.0 OR ISC) AND (GPL-3.0 OR X)", false),
        ("GPL-3.0 OR MIT AND ISC", true),
        ("MIT WITH exception", false),
        ("MIT OR", false),
        ("MIT ISC", false),
    ] {
        assert_eq!(policy.allows(expression), met, "{expression}");
    }
    assert!(policy.skips("syn", "2.0.1") && !policy.skips("syn", "20.1.0"));
}
