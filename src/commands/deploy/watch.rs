//! `--watch`: deploying again whenever a file of the service changes, until Ctrl-C.

use super::run::{DeployRun, LoadedService};
use crate::commands::Report;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::ui::Format;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often the files are looked at, and how long they must have been left alone.
const PAUSE: Duration = Duration::from_millis(300);

/// What a file looks like from outside; `None` where there is none.
type Stamp = Option<(SystemTime, u64)>;

/// What the files looked like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Stamps(BTreeMap<PathBuf, Stamp>);

impl Stamps {
    fn of<'p>(paths: impl IntoIterator<Item = &'p Path>) -> Stamps {
        let stamp = |path: &Path| {
            let seen = fs::metadata(path).ok();
            seen.and_then(|seen| Some((seen.modified().ok()?, seen.len())))
        };
        let paths = paths.into_iter();
        Stamps(paths.map(|path| (path.to_owned(), stamp(path))).collect())
    }

    /// The same files as they are now.
    fn now(&self) -> Stamps {
        Stamps::of(self.0.keys().map(PathBuf::as_path))
    }

    /// For the files that were looked at earlier, that look counts.
    fn or_earlier(mut self, earlier: &Stamps) -> Stamps {
        for (path, stamp) in &mut self.0 {
            if let Some(before) = earlier.0.get(path) {
                *stamp = *before;
            }
        }
        self
    }

    /// The files that differ.
    fn changed(&self, later: &Stamps) -> Vec<String> {
        let differs = |(path, stamp): &(&PathBuf, &Stamp)| later.0.get(*path) != Some(*stamp);
        let name = |(path, _): (&PathBuf, _)| match path.file_name() {
            Some(name) => format!("`{}`", name.display()),
            None => format!("`{}`", path.display()),
        };
        self.0.iter().filter(differs).map(name).collect()
    }
}

/// Whether this run can go on for ever.
pub fn check_supported(ctx: &Context) -> Result<()> {
    if ctx.ui.terminal().format == Format::Json {
        let message = "`--watch` has no end, and a JSON document needs one";
        return Err(Failure::new(Kind::Usage, message).hint("leave one of the two out"));
    }
    Ok(())
}

/// Deploys at every change. Ends on a signal, or where an answer is needed that nobody gives.
pub fn run(session: &DeployRun<'_>) -> Result<Report> {
    let mut known = Stamps::default();
    loop {
        let earlier = known.now();
        match session.load() {
            Ok(loaded) => {
                let written = Stamps::of([session.file.as_path()]);
                known = files(session, &loaded).or_earlier(&earlier);
                deploy(session, &loaded)?;
                if session.wrote.take()
                    && known.0.get(&session.file) == written.0.get(&session.file)
                {
                    known.0.extend(written.now().0);
                }
                let count = known.0.values().flatten().count();
                session
                    .ctx
                    .ui
                    .status(&format!("watching {count} files; Ctrl-C ends it"));
                wait_for_change(session, &known)?;
            }
            Err(failure) => {
                report_unless_fatal(session, &failure)?;
                wait_until_fixed(session, &failure)?;
            }
        }
    }
}

fn files(session: &DeployRun<'_>, loaded: &LoadedService) -> Stamps {
    let env = session.env_paths();
    let env = env.iter().map(PathBuf::as_path);
    Stamps::of(loaded.service.files().into_iter().chain(env))
}

fn deploy(session: &DeployRun<'_>, loaded: &LoadedService) -> Result<()> {
    let ui = &session.ctx.ui;
    match session.deploy(loaded) {
        Ok(report) => ui.print(&ui.mask(&report.text)).map_err(|error| {
            Failure::new(Kind::Io, format!("could not write the result: {error}"))
        }),
        Err(failure) => report_unless_fatal(session, &failure),
    }
}

/// Says what is wrong, unless that ends the run.
fn report_unless_fatal(session: &DeployRun<'_>, failure: &Failure) -> Result<()> {
    match failure.kind {
        Kind::Interrupted | Kind::Terminated | Kind::InputRequired | Kind::Usage => {
            Err(failure.clone())
        }
        _ => {
            session.ctx.ui.failure(failure);
            Ok(())
        }
    }
}

/// Waits for a change, and until the files are left alone: editors and checkouts write several.
fn wait_for_change(session: &DeployRun<'_>, known: &Stamps) -> Result<()> {
    let ctx = session.ctx;
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
    let names = known.changed(&seen);
    if !names.is_empty() {
        let names = names.join(", ");
        ctx.ui.status(&format!("{names} changed: deploying again"));
    }
    Ok(())
}

/// Waits until the files can be read, or are wrong in another way. Which files those are nobody can
/// say as long as they cannot be read, so they are simply read again.
fn wait_until_fixed(session: &DeployRun<'_>, failure: &Failure) -> Result<()> {
    let ctx = session.ctx;
    ctx.ui
        .status("waiting for the files to be corrected; Ctrl-C ends it");
    loop {
        ctx.interrupt.sleep(PAUSE)?;
        match session.read() {
            Err(again) if again.message == failure.message => {}
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
        assert_eq!(first.changed(&second), ["`b`"]);
        fs::remove_file(&a).expect("removes");
        assert_eq!(second.changed(&second.now()), ["`a`"]);
        assert_eq!(first.changed(&second.now()), ["`a`", "`b`"]);
        let late = Stamps::of([a.as_path()]).or_earlier(&first);
        assert_eq!(late.0.get(&a), first.0.get(&a));
    }
}
