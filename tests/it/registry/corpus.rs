//! Every hand-made file of `tests/corpus/registry` through every edit.
//!
//! `NAME.yml` is edited in all ways; `NAME.edits` has what came out, as differences one can read. The
//! differences are checked by rules as well, so a wrong one cannot be blessed by accident:
//! what is outside the lines of an edit is compared byte by byte, and the result is parsed.
//! `BLESS=1 cargo test --test it registry` writes the `.edits` files anew.

use prisma_cli::testing::config::registry::{self, NewEntry, Registry};
use prisma_cli::testing::error::Result;
use prisma_cli::testing::interrupt::Interrupt;
use prisma_cli::testing::secret::Secret;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const PEM: &str = "-----BEGIN RSA PRIVATE KEY-----\r\nabc+/=\r\n-----END RSA PRIVATE KEY-----\r\n";

fn env(name: &str) -> Option<String> {
    (name == "HOST").then(|| "host.example".to_owned())
}

/// The clusters as name, host, secret.
type Said = Vec<(String, String, Option<Secret>)>;

fn said(path: &Path) -> Result<Said> {
    let registry = Registry::load(path, &env)?;
    let clusters = registry.clusters().iter();
    let mut said: Said = clusters
        .map(|c| (c.name.clone(), c.host.clone(), c.secret.clone()))
        .collect();
    said.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(said)
}

struct Case {
    home: tempfile::TempDir,
    before: String,
    report: String,
}

impl Case {
    fn file(&self) -> PathBuf {
        self.home.path().join("config.yml")
    }

    /// Runs one edit on a fresh copy; its difference goes to the report. The text after it.
    fn edit(&mut self, title: &str, edit: impl FnOnce(&Path) -> Result<String>) -> Option<String> {
        fs::write(self.file(), &self.before).expect("writes");
        let outcome = edit(&self.file());
        let after = fs::read_to_string(self.file()).expect("reads");
        writeln!(self.report, "=== {title}").expect("writes");
        match outcome {
            Ok(told) => {
                writeln!(self.report, "{told}").expect("writes");
                self.report += &difference(&self.before, &after);
                Some(after)
            }
            Err(failure) => {
                assert_eq!(after, self.before, "{title}: refused, yet changed");
                let message = failure
                    .message()
                    .replace(&self.file().display().to_string(), "FILE");
                writeln!(self.report, "refused: {message}").expect("writes");
                None
            }
        }
    }
}

/// The lines that differ, with their numbers, visible line ends and places of equal text left out.
fn difference(before: &str, after: &str) -> String {
    let lines = |text: &str| -> Vec<String> {
        text.split_inclusive('\n')
            .map(|line| line.replace('\r', "␍").replace('\n', "␊"))
            .collect()
    };
    let (old, new) = (lines(before), lines(after));
    // Longest common subsequence: the files are small.
    let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            table[i][j] = if old[i] == new[j] {
                table[i + 1][j + 1] + 1
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut told = String::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && table[i + 1][j] >= table[i][j + 1]) {
            writeln!(told, "{:>3} - {}", i + 1, old[i]).expect("writes");
            i += 1;
        } else {
            writeln!(told, "{:>3} + {}", j + 1, new[j]).expect("writes");
            j += 1;
        }
    }
    told
}

/// Whether `whole` is `part` with one piece put in.
fn is_one_insertion(part: &str, whole: &str) -> bool {
    let (part, whole) = (part.as_bytes(), whole.as_bytes());
    let head = part.iter().zip(whole).take_while(|(a, b)| a == b).count();
    let tail = part
        .iter()
        .rev()
        .zip(whole.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    whole.len() >= part.len() && head + tail >= part.len()
}

/// A pair of a flow mapping gets a comma when it is no longer the last: the one other byte allowed.
fn without_new_comma(before: &str, after: &str) -> String {
    let same = before.bytes().zip(after.bytes());
    let head = same.take_while(|(a, b)| a == b).count();
    let mut text = after.to_owned();
    if before.contains('{') && after[head..].starts_with(',') {
        text.remove(head);
    }
    text
}

fn new_entry(name: &str, host: &str, secret: Option<&str>) -> NewEntry {
    NewEntry {
        name: name.to_owned(),
        host: host.to_owned(),
        secret: secret.map(Into::into),
        replaces: true,
    }
}

fn save(path: &Path, entry: &NewEntry) -> Result<String> {
    registry::save(path, entry, &env, &Interrupt::default()).map(|saved| format!("{saved:?}"))
}

/// Makes every edit of a text and checks what is left and what comes out; the report of it all.
pub fn check(name: &str, before: String) -> String {
    let home = tempfile::tempdir().expect("temporary folder");
    let mut case = Case {
        home,
        before,
        report: String::new(),
    };
    fs::write(case.file(), &case.before).expect("writes");
    let old = said(&case.file());

    let fresh = new_entry("fresh", "http://new:4466", Some(PEM));
    if let Some(after) = case.edit("add `fresh`", |path| save(path, &fresh)) {
        let mut expected = old.clone().expect("was readable");
        expected.push(("fresh".into(), fresh.host.clone(), fresh.secret.clone()));
        expected.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(said(&case.file()), Ok(expected), "{name}: add");
        assert!(
            is_one_insertion(&case.before, &without_new_comma(&case.before, &after))
                || old.as_ref().is_ok_and(Vec::is_empty),
            "{name}: add touched other lines:\n{}",
            difference(&case.before, &after)
        );
        assert_eq!(
            save(&case.file(), &fresh),
            Ok("Unchanged".into()),
            "{name}: add twice"
        );
        assert_eq!(
            after.contains("\r\n"),
            case.before.contains("\r\n"),
            "{name}: line ends"
        );
        assert_eq!(
            after.ends_with('\n'),
            case.before.trim_start_matches('\u{feff}').is_empty() || case.before.ends_with('\n'),
            "{name}: last line end"
        );
        if old.as_ref().is_ok_and(|old| !old.is_empty()) {
            registry::remove(&case.file(), "fresh", &Interrupt::default()).expect("removes");
            let back = fs::read_to_string(case.file()).expect("reads");
            let back = without_new_comma(&case.before, &back);
            assert_eq!(back, case.before, "{name}: add, then remove");
        }
    }
    let refused =
        name.starts_with("wrong-") || ["anchor-clusters", "alias-clusters"].contains(&name);
    assert_eq!(case.report.contains("refused"), refused, "{name}");
    let Ok(old) = old else { return case.report };
    for (at, (cluster, host, secret)) in old.iter().enumerate() {
        let same = new_entry(cluster, host, secret.as_ref().map(Secret::reveal));
        let unchanged = case.edit(&format!("save `{cluster}` as it is"), |path| {
            save(path, &same)
        });
        assert!(
            unchanged.is_none_or(|after| after == case.before),
            "{name}: rewritten"
        );
        for (what, entry) in [
            (
                "host",
                new_entry(
                    cluster,
                    "http://other:1",
                    secret.as_ref().map(Secret::reveal),
                ),
            ),
            ("secret", new_entry(cluster, host, Some("other\nsecret"))),
            ("no secret", new_entry(cluster, host, None)),
        ] {
            let title = format!("change `{cluster}`: {what}");
            if case.edit(&title, |path| save(path, &entry)).is_some() {
                let mut expected = old.clone();
                expected[at] = (cluster.clone(), entry.host, entry.secret);
                assert_eq!(said(&case.file()), Ok(expected), "{name}: {title}");
            }
        }
        let removed = case.edit(&format!("remove `{cluster}`"), |path| {
            registry::remove(path, cluster, &Interrupt::default()).map(|done| format!("{done}"))
        });
        if let Some(after) = removed {
            let mut expected = old.clone();
            expected.remove(at);
            assert_eq!(
                said(&case.file()),
                Ok(expected),
                "{name}: remove `{cluster}`"
            );
            assert!(
                is_one_insertion(&after, &case.before),
                "{name}: remove touched other lines"
            );
        }
    }
    case.report
}

#[test]
fn every_file_survives_every_edit() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/registry");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("lists")
        .map(|entry| entry.expect("lists").path())
        .filter(|path| path.extension().is_some_and(|e| e == "yml"))
        .collect();
    files.sort();
    assert!(files.len() >= 60, "{} files", files.len());
    let mut wrong = Vec::new();
    for path in files {
        let Ok(report) = std::panic::catch_unwind(|| {
            let name = path.file_stem().expect("has a name").to_string_lossy();
            check(&name, fs::read_to_string(&path).expect("reads"))
        }) else {
            wrong.push(path.display().to_string());
            continue;
        };
        let golden = path.with_extension("edits");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &report).expect("writes");
        }
        if fs::read_to_string(&golden).unwrap_or_default() != report {
            wrong.push(format!("{}:\n{report}", golden.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
