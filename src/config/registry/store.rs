//! Changing the file: lock, read, edit, check, write.

use super::read::{self, Raw};
use super::resolve;
use crate::config::EnvLookup;
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access, Lock};
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use crate::yaml::Places;
use crate::yaml::edit::{self, Change, New, Refused};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for other runs that change the registry. Each takes milliseconds.
const LOCK_LIMIT: Duration = Duration::from_secs(20);

/// A cluster as it is to be in the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// Its name.
    pub name: String,
    /// Its address.
    pub host: String,
    /// Its secret; without one, an entry that has one loses it.
    pub secret: Option<Secret>,
}

/// What saving an entry came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// The cluster was not there before.
    Added,
    /// Its host or secret was another.
    Changed,
    /// It was there just so: nothing was written.
    Unchanged,
}

/// Makes sure the registry has this entry. Of an entry that is there only a host or secret that
/// differs is changed; a reference to a variable stays when it resolves to what is asked for.
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

/// Removes a cluster; `false` when it is not there.
pub fn remove(path: &Path, name: &str, interrupt: &Interrupt) -> Result<bool> {
    if files::read_text(path)?.is_none() {
        return Ok(false);
    }
    change(path, interrupt, |text| without(path, text, name))
}

/// The file as it is and as it would be.
pub struct Preview {
    /// Its text; empty where there is no file.
    pub before: String,
    /// The text it would have.
    pub after: String,
}

/// What [`save`] would write, or why it would refuse to.
pub fn preview_save(path: &Path, entry: &NewEntry, env: EnvLookup<'_>) -> Result<Preview> {
    preview(path, |text| {
        Ok(with(path, text, entry, env)?.map(|(_, edited)| edited))
    })
}

/// What [`remove`] would write, or why it would refuse to.
pub fn preview_remove(path: &Path, name: &str) -> Result<Preview> {
    preview(path, |text| without(path, text, name))
}

fn preview(path: &Path, edit: impl FnOnce(&str) -> Result<Option<String>>) -> Result<Preview> {
    let before = files::read_text(path)?.unwrap_or_default();
    let after = edit(&before)?.unwrap_or_else(|| before.clone());
    Ok(Preview { before, after })
}

/// The text with this entry, and what that means; `None` where it has it.
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

/// The text without this cluster; `None` where it is not in it.
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

/// Reads, edits and writes under the lock; whether there was something to write.
fn change(
    path: &Path,
    interrupt: &Interrupt,
    edit: impl FnOnce(&str) -> Result<Option<String>>,
) -> Result<bool> {
    // Where the lock cannot even be made, on a read-only disk say, it is only missed when there is
    // something to write.
    let lock = match lock(path, interrupt) {
        Err(failure) if failure.kind != Kind::Io => return Err(failure),
        lock => lock,
    };
    let text = files::read_text(path)?.unwrap_or_default();
    let Some(edited) = edit(&text)? else {
        return Ok(false);
    };
    let _lock = lock?;
    files::sweep(path);
    files::write_atomic(path, edited.as_bytes(), Access::Private)?;
    Ok(true)
}

/// Refuses what would not be read back as it is meant.
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

/// What has to change so that the old entry becomes the new one.
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

/// Whether a text has the entry just so.
fn says(path: &Path, text: &str, entry: &NewEntry, env: EnvLookup<'_>) -> Result<bool> {
    let contents = read::contents(path, text, Some(&entry.name))?;
    Ok(contents.get(&entry.name).is_some_and(|raw| {
        let resolved = |secret: &str| resolve::resolve(secret, env).map(Secret::from);
        let secret = raw.secret.as_deref().map(resolved);
        resolve::resolve(&raw.host, env).as_ref() == Ok(&entry.host)
            && secret == entry.secret.clone().map(Ok)
    }))
}

/// The text with the changes, which the editor has checked.
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

/// The lock is on the file that is really written: two links to one file are one registry.
fn lock(path: &Path, interrupt: &Interrupt) -> Result<Lock> {
    let target = files::final_target(path).map_err(|error| files::failure("read", path, error))?;
    let mut beside = OsString::from(&target);
    beside.push(".lock");
    let who = format!("`prisma`, process {}", std::process::id());
    let what = "the cluster registry";
    Lock::acquire(&PathBuf::from(beside), what, &who, LOCK_LIMIT, interrupt)
}
