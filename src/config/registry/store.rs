//! Changes the file: lock, read, edit, check, write.

use super::read::{self, Raw};
use super::resolve;
use crate::config::EnvLookup;
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access, Lock, Replaces};
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use crate::url::without_password;
use crate::yaml::Places;
use crate::yaml::edit::{self, Change, New, Refused};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for other processes that change the registry. Each takes milliseconds.
const LOCK_LIMIT: Duration = Duration::from_secs(20);

/// A cluster to be saved in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    pub name: String,
    pub host: String,
    /// Without a secret, an existing one is removed.
    pub secret: Option<Secret>,
    /// Whether another entry of that name may be replaced.
    pub replaces: bool,
}

/// The result of saving an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    Added,
    /// Its host or secret was different.
    Changed,
    /// Nothing was written.
    Unchanged,
}

/// Makes sure the registry has this entry. In an existing entry, only a different host or secret is
/// changed; a reference to a variable is kept if it resolves to the requested value.
pub fn save(
    path: &Path,
    entry: &NewEntry,
    env: EnvLookup<'_>,
    interrupt: &Interrupt,
) -> Result<Saved> {
    let mut saved = Saved::Unchanged;
    change(path, interrupt, |text| {
        let edit = with(path, text, entry, env)?;
        Ok(edit.map(|(how, edited)| {
            saved = how;
            edited
        }))
    })?;
    Ok(saved)
}

/// Removes a cluster; `false` if it does not exist.
pub fn remove(path: &Path, name: &str, interrupt: &Interrupt) -> Result<bool> {
    if files::read_text(path)?.is_none() {
        return Ok(false);
    }
    change(path, interrupt, |text| without(path, text, name))
}

/// The file before and after a change.
pub struct Preview {
    /// Empty if the file does not exist.
    pub before: String,
    pub after: String,
}

/// What [`save`] would write, or why it would refuse.
pub fn preview_save(path: &Path, entry: &NewEntry, env: EnvLookup<'_>) -> Result<Preview> {
    preview(path, |text| {
        Ok(with(path, text, entry, env)?.map(|(_, edited)| edited))
    })
}

/// What [`remove`] would write, or why it would refuse.
pub fn preview_remove(path: &Path, name: &str) -> Result<Preview> {
    preview(path, |text| without(path, text, name))
}

fn preview(path: &Path, edit: impl FnOnce(&str) -> Result<Option<String>>) -> Result<Preview> {
    let before = files::read_text(path)?.unwrap_or_default();
    let after = edit(&before)?.unwrap_or_else(|| before.clone());
    Ok(Preview { before, after })
}

/// The text with this entry, and what changed; `None` if it already has the entry.
fn with(
    path: &Path,
    text: &str,
    entry: &NewEntry,
    env: EnvLookup<'_>,
) -> Result<Option<(Saved, String)>> {
    writable(path, entry)?;
    let contents = read::contents(path, text, Some(&entry.name))?;
    let old = contents.get(&entry.name);
    let changes = changes(path, text, old, entry, env)?;
    if changes.is_empty() {
        return Ok(None);
    }
    if let Some(old) = old.filter(|_| !entry.replaces) {
        return Err(already_exists(&entry.name, &old.host));
    }
    let saved = match old {
        Some(_) => Saved::Changed,
        None => Saved::Added,
    };
    let edited = edited(path, text, &entry.name, &changes)?;
    if contents.merges && !says(path, &edited, entry, env)? {
        let reason = "it uses a YAML anchor or merge key";
        return Err(impossible(path, &entry.name, reason));
    }
    Ok(Some((saved, edited)))
}

/// The text without this cluster; `None` if it does not contain it.
fn without(path: &Path, text: &str, name: &str) -> Result<Option<String>> {
    let contents = read::contents(path, text, Some(name))?;
    let keys = vec!["clusters".to_owned(), name.to_owned()];
    let edited = edited(path, text, name, &[Change::Remove(keys)])?;
    let after = || read::contents(path, &edited, Some(name));
    if contents.merges && after()?.get(name).is_some() {
        let reason = "it comes from a merge key elsewhere in the file";
        return Err(impossible(path, name, reason));
    }
    Ok((edited != text).then_some(edited))
}

/// Reads, edits and writes under the lock; returns whether anything was written. What an editor saves meanwhile is
/// edited in its turn.
fn change(
    path: &Path,
    interrupt: &Interrupt,
    mut edit: impl FnMut(&str) -> Result<Option<String>>,
) -> Result<bool> {
    // If the lock cannot be created, for example on a read-only disk, that matters only when there is
    // something to write.
    let lock = match lock(path, interrupt) {
        Err(failure) if failure.kind != Kind::Io => return Err(failure),
        lock => lock,
    };
    let mut lock = Some(lock);
    let mut held = None;
    loop {
        let before = files::read_text(path)?;
        let Some(edited) = edit(before.as_deref().unwrap_or_default())? else {
            return Ok(false);
        };
        if let Some(lock) = lock.take() {
            held = Some(lock?);
            files::sweep(path);
        }
        let replaces = Replaces::read(before.as_deref());
        if files::replace(path, edited.as_bytes(), Access::Private, &replaces)? {
            drop(held);
            return Ok(true);
        }
        interrupt.check()?;
    }
}

/// The failure of adding a cluster under the name of another one.
pub fn already_exists(name: &str, host: &str) -> Failure {
    let host = without_password(host);
    let message = format!("cluster `{name}` already exists (`{host}`)");
    Failure::new(Kind::Failed, message)
        .hint("choose another name, or replace it with `--force`, which discards its secret")
}

/// Refuses an entry that would not be read back unchanged.
fn writable(path: &Path, entry: &NewEntry) -> Result<()> {
    let mut values = [
        Some(entry.host.as_str()),
        entry.secret.as_ref().map(Secret::reveal),
    ]
    .into_iter()
    .flatten();
    let reason = if values.any(resolve::has_reference) {
        "`${env:…}` in a value would be read as a reference to a variable"
    } else if entry.host.is_empty() {
        "a cluster requires a host"
    } else if entry.name == "<<" {
        "`<<` cannot be a name in YAML"
    } else {
        return Ok(());
    };
    Err(impossible(path, &entry.name, reason))
}

/// The edits that turn the old entry into the new one.
fn changes(
    path: &Path,
    text: &str,
    old: Option<&Raw>,
    new: &NewEntry,
    env: EnvLookup<'_>,
) -> Result<Vec<Change>> {
    let keys = |field: &str| vec!["clusters".to_owned(), new.name.clone(), field.to_owned()];
    let host = New::Text(new.host.clone());
    let secret = new
        .secret
        .as_ref()
        .map(|secret| New::Escaped(secret.reveal().to_owned()));
    let Some(old) = old else {
        let mut pairs = vec![("host".to_owned(), host)];
        pairs.extend(secret.map(|secret| ("clusterSecret".to_owned(), secret)));
        let keys = vec!["clusters".to_owned(), new.name.clone()];
        return Ok(vec![Change::Set(keys, New::Map(pairs))]);
    };
    let places = Places::of(text);
    let resolved = |field: &str, value: &str| {
        let unset = |variable: String| old.unset(path, &places, field, &variable);
        resolve::resolve(value, env).map_err(unset)
    };
    let mut changes = Vec::new();
    if resolved("host", &old.host)? != new.host {
        changes.push(Change::Set(keys("host"), host));
    }
    match (&old.secret, secret) {
        (None, None) => {}
        (Some(_), None) => changes.push(Change::Remove(keys("clusterSecret"))),
        (Some(old), Some(_)) if Some(resolved("clusterSecret", old)?.into()) == new.secret => {}
        (_, Some(secret)) => changes.push(Change::Set(keys("clusterSecret"), secret)),
    }
    Ok(changes)
}

/// Whether the text has exactly this entry.
fn says(path: &Path, text: &str, entry: &NewEntry, env: EnvLookup<'_>) -> Result<bool> {
    let contents = read::contents(path, text, Some(&entry.name))?;
    Ok(contents.get(&entry.name).is_some_and(|raw| {
        let resolved = |secret: &str| resolve::resolve(secret, env).map(Secret::from);
        let secret = raw.secret.as_deref().map(resolved);
        resolve::resolve(&raw.host, env).as_ref() == Ok(&entry.host)
            && secret == entry.secret.clone().map(Ok)
    }))
}

/// The text with the changes; the editor has checked it.
fn edited(path: &Path, text: &str, name: &str, changes: &[Change]) -> Result<String> {
    edit::apply(text, changes).map_err(|refused| match refused {
        Refused::Broken(error) => read::not_yaml(path, text, &error),
        Refused::Impossible(reason) => impossible(path, name, &reason),
    })
}

fn impossible(path: &Path, name: &str, reason: &str) -> Failure {
    Failure::new(
        Kind::ConfigInvalid,
        format!(
            "could not change cluster `{name}` in `{}`: {reason}",
            path.display()
        ),
    )
    .hint("edit the file by hand; it was left as it is")
}

/// Locks the file behind symbolic links: two links to one file are one registry.
pub fn lock(path: &Path, interrupt: &Interrupt) -> Result<Lock> {
    let target = files::final_target(path).map_err(|error| files::failure("read", path, error))?;
    let mut beside = OsString::from(&target);
    beside.push(".lock");
    let who = format!("`prisma`, process {}", std::process::id());
    let what = "the cluster registry";
    Lock::acquire(&PathBuf::from(beside), what, &who, LOCK_LIMIT, interrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_editor_saves_between_reading_and_writing_is_kept() {
        let home = tempfile::tempdir().expect("a folder");
        let path = home.path().join("config.yml");
        let mut rounds = 0;
        let edit = |text: &str| {
            rounds += 1;
            if rounds <= 3 {
                let theirs = format!("{text}# saved {rounds}\n");
                std::fs::write(&path, theirs).expect("writes");
            }
            Ok(Some(format!("{text}# ours\n")))
        };
        assert_eq!(change(&path, &Interrupt::default(), edit), Ok(true));
        let text = files::read_text(&path).expect("reads").expect("is there");
        assert_eq!(text, "# saved 1\n# saved 2\n# saved 3\n# ours\n");
    }
}
