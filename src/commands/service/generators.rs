//! The generators of a `prisma.yml`: the schema of the API is written here, clients by the npm CLI.

use super::loaded::LoadedService;
use super::npm;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::plan::Action;
use crate::process::{Invocation, Mode, failed};
use crate::service::{Generator, Service};
use crate::ui::{Stage, text::quoted};
use std::fs::Metadata;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Set for the commands of a `prisma.yml` whose generators have just run: that file.
pub const GENERATED: &str = "PRISMA_CLI_GENERATED";

/// Files systems that count whole seconds exist.
const GRAIN: Duration = Duration::from_secs(2);

/// The generators that write the schema of the API, and those of the npm CLI.
pub fn split(service: &Service) -> (Vec<&Generator>, Vec<&Generator>) {
    let all = service.generators.iter();
    all.partition(|one| one.name == Generator::SCHEMA)
}

pub fn names(generators: &[&Generator]) -> String {
    let names: Vec<&str> = generators.iter().map(|one| &*one.name).collect();
    names.join(", ")
}

/// Runs the npm CLI for all generators; `None` if it is not installed. It works where the `prisma.yml` is,
/// from the datamodel alone.
pub fn action(ctx: &Context, loaded: &LoadedService, limit: Duration) -> Option<Action> {
    let project = &loaded.project;
    let program = npm::find(&ctx.env, project.around())?;
    let mut args = vec!["generate".to_owned()];
    let name = project.file.file_name().unwrap_or_default();
    if name != crate::config::project::FILE {
        args.extend(["--project".to_owned(), name.display().to_string()]);
    }
    let mut invocation = Invocation::new(program, args)
        .limit(limit)
        .env(loaded.variables(&ctx.env))
        .env([(npm::FROM_HERE.to_owned(), "1")]);
    invocation.dir = Some(project.folder().to_owned());
    Some(Action::new(invocation))
}

/// Runs the npm CLI, and checks that it has written all clients.
pub fn run(
    ctx: &Context,
    invocation: &Invocation,
    clients: &[&Generator],
    stage: &Stage<'_>,
) -> Result<()> {
    ctx.ui.command(invocation);
    let begun = SystemTime::now();
    let mut detail = |line: &str| {
        stage.detail(line);
        ControlFlow::Continue(())
    };
    match ctx.runner.run(invocation, Mode::Lines(&mut detail)) {
        Ok(outcome) if outcome.success() => check(clients, begun),
        Ok(outcome) => Err(failed(invocation, &outcome)),
        Err(error) => Err(error.into()),
    }
}

/// What to say if there is no npm CLI, and what to do.
pub fn missing(clients: &[&Generator]) -> (String, String) {
    let names = clients.iter().map(|one| &one.name);
    let message = format!(
        "{} not generated: the npm CLI of Prisma 1 is not installed",
        quoted(names)
    );
    (
        message,
        format!("{}, then run `prisma generate`", npm::INSTALL),
    )
}

/// Checks that the npm CLI has written all clients: it may end with status 0 after an error.
fn check(clients: &[&Generator], begun: SystemTime) -> Result<()> {
    let since = begun.checked_sub(GRAIN).unwrap_or(begun);
    match clients.iter().find(|one| !is_newer(&one.output, since)) {
        None => Ok(()),
        Some(one) => {
            let message = format!(
                "the npm CLI ended without an error, but wrote nothing to `{}` for `{}`",
                one.output.display(),
                one.name
            );
            Err(Failure::new(Kind::Failed, message)
                .hint("run `npx prisma1 generate` to see what it says"))
        }
    }
}

/// Whether a file, or one in a folder, was written since then. The npm CLI makes the folder in any case.
fn is_newer(path: &Path, since: SystemTime) -> bool {
    let inner = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut files = inner.map(|entry| entry.path()).chain([path.to_owned()]);
    files.any(|file| {
        let metadata = std::fs::metadata(file).ok().filter(Metadata::is_file);
        let modified = metadata.and_then(|metadata| metadata.modified().ok());
        modified.is_some_and(|modified| modified >= since)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_was_not_written_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let generator = |output: &str| Generator {
            name: "go-client".to_owned(),
            output: folder.path().join(output),
        };
        std::fs::create_dir(folder.path().join("client")).expect("creates");
        std::fs::write(folder.path().join("client/prisma.go"), "").expect("writes");
        std::fs::create_dir(folder.path().join("empty")).expect("creates");
        let (there, gone) = (generator("client"), generator("gone"));
        let empty = generator("empty");
        let now = SystemTime::now();
        assert_eq!(check(&[&there], now), Ok(()));
        assert!(check(&[&there, &gone], now).is_err());
        assert!(check(&[&empty], now).is_err());
        assert!(check(&[&there], now + Duration::from_secs(10)).is_err());
    }
}
