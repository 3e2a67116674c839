//! `--watch`: deploys whenever a file of the service changes, until Ctrl-C.

use super::run::DeployRun;
use crate::commands::Report;
use crate::commands::service::loaded::LoadedService;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::ui::text::quoted;
use crate::ui::{Format, text::count};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often the files are checked, and for how long they must not change.
const PAUSE: Duration = Duration::from_millis(300);

/// Modification time and length; `None` if the file does not exist.
type Stamp = Option<(SystemTime, u64)>;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Stamps(BTreeMap<PathBuf, Stamp>);

impl Stamps {
    fn of<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Stamps {
        let stamp = |path: &Path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        };
        let paths = paths.into_iter();
        Stamps(paths.map(|path| (path.to_owned(), stamp(path))).collect())
    }

    /// The same files as they are now.
    fn now(&self) -> Stamps {
        Stamps::of(self.0.keys().map(PathBuf::as_path))
    }

    /// Takes the stamps of `earlier` for the files it has: they may have changed while they were read.
    fn or_earlier(mut self, earlier: &Stamps) -> Stamps {
        for (path, stamp) in &mut self.0 {
            if let Some(before) = earlier.0.get(path) {
                *stamp = *before;
            }
        }
        self
    }

    /// The names of the files that differ.
    fn changed(&self, later: &Stamps) -> Vec<String> {
        let differing = self.0.iter();
        differing
            .filter(|(path, stamp)| later.0.get(*path) != Some(*stamp))
            .map(|(path, _)| path.file_name().unwrap_or(path.as_os_str()))
            .map(|name| name.display().to_string())
            .collect()
    }
}

/// A JSON document has an end, a run with `--watch` has none.
pub fn check_supported(ctx: &Context) -> Result<()> {
    if ctx.ui.terminal().format == Format::Json {
        let message = "`--watch` cannot be combined with `--json`";
        return Err(Failure::new(Kind::Usage, message).hint("remove one of the two"));
    }
    Ok(())
}

/// Deploys at every change. Ends on a signal, or if it needs an answer and there is no terminal.
pub fn run(run: &mut DeployRun<'_>) -> Result<Report> {
    let ctx = run.ctx;
    let mut known = Stamps::default();
    loop {
        let earlier = known.now();
        match run.files.load(ctx) {
            Ok(loaded) => {
                known = stamps(run, &loaded).or_earlier(&earlier);
                deploy(run, &loaded, &mut known)?;
                let files = count(known.0.values().flatten().count(), "file");
                ctx.ui.status(&format!("watching {files} (Ctrl-C to stop)"));
                wait_for_change(ctx, &known)?;
            }
            Err(failure) => {
                report_unless_fatal(ctx, &failure)?;
                wait_until_fixed(run, &failure)?;
            }
        }
    }
}

fn stamps(run: &DeployRun<'_>, loaded: &LoadedService) -> Stamps {
    let env = run.files.env_paths();
    let env = env.iter().map(PathBuf::as_path);
    Stamps::of(loaded.service.files().into_iter().chain(env))
}

/// Deploys; its own change of `prisma.yml` is not a reason to deploy again.
fn deploy(run: &mut DeployRun<'_>, loaded: &LoadedService, known: &mut Stamps) -> Result<()> {
    let ui = &run.ctx.ui;
    let before = Stamps::of([run.files.project.file.as_path()]);
    match run.deploy(loaded) {
        Ok(report) => ui
            .print(&ui.mask(&report.text))
            .map_err(|error| Failure::caused(Kind::Io, "could not write the result", error))?,
        Err(failure) => report_unless_fatal(run.ctx, &failure)?,
    }
    let was_unchanged = before
        .0
        .iter()
        .all(|(file, stamp)| known.0.get(file) == Some(stamp));
    if std::mem::take(&mut run.wrote_prisma_yml) && was_unchanged {
        known.0.extend(before.now().0);
    }
    Ok(())
}

/// Reports a failure and continues, unless the user has to do something about the run itself.
fn report_unless_fatal(ctx: &Context, failure: &Failure) -> Result<()> {
    match failure.kind {
        Kind::Interrupted | Kind::Terminated | Kind::InputRequired | Kind::Usage => {
            Err(failure.clone())
        }
        _ => {
            ctx.ui.failure(failure);
            Ok(())
        }
    }
}

/// Waits for a change, and then until nothing changes: editors and checkouts write several files.
fn wait_for_change(ctx: &Context, known: &Stamps) -> Result<()> {
    let mut seen = known.now();
    while seen == *known {
        ctx.interrupt.sleep(PAUSE)?;
        seen = known.now();
    }
    loop {
        ctx.interrupt.sleep(PAUSE)?;
        let now = known.now();
        if now == seen {
            break;
        }
        seen = now;
    }
    let changed = known.changed(&seen);
    if !changed.is_empty() {
        let names = quoted(changed);
        ctx.ui.status(&format!("{names} changed: deploying again"));
    }
    Ok(())
}

/// Waits until the files can be read, or fail in another way. Which files those are is not known
/// until they can be read, so they are read again and again.
fn wait_until_fixed(run: &DeployRun<'_>, failure: &Failure) -> Result<()> {
    let ctx = run.ctx;
    ctx.ui.status("waiting for changes (Ctrl-C to stop)");
    loop {
        ctx.interrupt.sleep(PAUSE)?;
        match run.files.read(ctx) {
            Err(again) if again == *failure => {}
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_comes_or_goes_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&a, "1").expect("writes");
        let first = Stamps::of([a.as_path(), b.as_path()]);
        assert_eq!(first.now(), first);
        fs::write(&b, "").expect("writes");
        let second = first.now();
        assert_eq!(first.changed(&second), ["b"]);
        fs::remove_file(&a).expect("removes");
        assert_eq!(second.changed(&second.now()), ["a"]);
        assert_eq!(first.changed(&second.now()), ["a", "b"]);
        let late = Stamps::of([a.as_path()]).or_earlier(&first);
        assert_eq!(late.0.get(&a), first.0.get(&a));
    }
}
