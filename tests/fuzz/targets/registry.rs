//! `config.yml`: what one edit does not mean stays as it is.

use super::corpus;
use prisma_cli::testing::config::registry::{self, NewEntry, Registry};
use prisma_cli::testing::error::Result;
use prisma_cli::testing::interrupt::Interrupt;
use prisma_cli::testing::secret::Secret;
use std::fs;
use std::path::{Path, PathBuf};

pub fn seeds() -> Vec<String> {
    corpus::files("registry")
}

/// The clusters as name, host, secret, sorted.
type Said = Vec<(String, String, Option<Secret>)>;

fn env(name: &str) -> Option<String> {
    (name == "HOST").then(|| "host.example".to_owned())
}

fn said(path: &Path) -> Result<Said> {
    let registry = Registry::load(path, &env)?;
    let clusters = registry.clusters().iter();
    let mut said: Said = clusters
        .map(|c| (c.name.clone(), c.host.clone(), c.secret.clone()))
        .collect();
    said.sort_by(|one, other| one.0.cmp(&other.0));
    Ok(said)
}

fn entry(name: &str, host: &str, secret: Option<&str>) -> NewEntry {
    NewEntry {
        name: name.to_owned(),
        host: host.to_owned(),
        secret: secret.map(Into::into),
        replaces: true,
    }
}

struct File(tempfile::TempDir);

impl File {
    fn path(&self) -> PathBuf {
        self.0.path().join("config.yml")
    }

    fn write(&self, text: &str) {
        fs::write(self.path(), text).expect("writes");
    }

    fn read(&self) -> String {
        fs::read_to_string(self.path()).expect("reads")
    }

    /// Makes an edit of `before`: what the file says then, if it was made; untouched otherwise.
    fn edit(&self, before: &str, edit: impl FnOnce(&Path) -> bool) -> Option<Result<Said>> {
        self.write(before);
        if edit(&self.path()) {
            return Some(said(&self.path()));
        }
        assert_eq!(self.read(), before, "refused, yet changed");
        None
    }
}

pub fn check(text: &str) {
    let file = File(tempfile::tempdir().expect("a folder"));
    file.write(text);
    let none = Interrupt::default();
    let save = |path: &Path, entry: &NewEntry| registry::save(path, entry, &env, &none).is_ok();
    let Ok(old) = said(&file.path()) else {
        let fresh = entry("fuzz-fresh", "http://new:4466", None);
        let told = file.edit(text, |path| save(path, &fresh));
        // An entry that cannot be used does not keep others from being added.
        assert!(
            told.is_none() || text.contains("clusters"),
            "written though unreadable"
        );
        return;
    };
    let fresh = entry("fuzz-fresh", "http://new:4466", Some("a\r\nb: #c"));
    if old.iter().all(|(name, ..)| *name != fresh.name)
        && let Some(after) = file.edit(text, |path| save(path, &fresh))
    {
        let mut expected = old.clone();
        expected.push((fresh.name.clone(), fresh.host.clone(), fresh.secret.clone()));
        expected.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(after, Ok(expected), "added");
        let added = file.read();
        assert!(
            save(&file.path(), &fresh) && file.read() == added,
            "saved twice"
        );
    }
    let Some((name, host, secret)) = old.first().cloned() else {
        return;
    };
    let same = entry(&name, &host, secret.as_ref().map(Secret::reveal));
    if file.edit(text, |path| save(path, &same)).is_some() {
        assert_eq!(file.read(), text, "saved as it is");
    }
    let other = entry(&name, "http://other:1", secret.as_ref().map(Secret::reveal));
    if let Some(after) = file.edit(text, |path| save(path, &other)) {
        let mut expected = old.clone();
        expected[0].1 = other.host;
        expected.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(after, Ok(expected), "changed");
    }
    let remove = |path: &Path| registry::remove(path, &name, &none) == Ok(true);
    if let Some(after) = file.edit(text, remove) {
        assert_eq!(after, Ok(old[1..].to_vec()), "removed");
    }
}
