//! The seed of a new service: a `.graphql` file, or the `.zip` of an export.

use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::server::operations::operations;
use crate::server::service::Service as Api;
use crate::server::types::Types;
use crate::service::Seed;
use crate::service::export::Export;
use crate::ui::{Stage, text::count};
use std::path::Path;

/// How many of the reasons for rejected values are shown.
const SHOWN: usize = 5;

fn is_export(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "zip")
}

/// Checks what `prisma_yml` names as a seed.
pub fn check(prisma_yml: &Path, seed: &Seed) -> Result<()> {
    let Seed::Import { path, at } = seed else {
        return Ok(());
    };
    let place = format!("{}:{at}", prisma_yml.display());
    let wrong = |why: &str, hint: &str| {
        let message = format!("{place}: {why} `{}`", path.display());
        Err(Failure::new(Kind::ConfigInvalid, message).hint(hint))
    };
    if !is_export(path) && path.extension().is_none_or(|ending| ending != "graphql") {
        return wrong(
            "only `.graphql` and `.zip` files can be imported, not",
            "use `run` with a command that imports it, or add `--no-seed`",
        );
    }
    if !path.is_file() {
        return wrong(
            "the seed file does not exist:",
            "correct the path, or add `--no-seed`",
        );
    }
    if is_export(path) {
        Export::open(path).map_err(|failure| failure.context(place))?;
    }
    Ok(())
}

/// Imports the file. `types` are those of a server that has no hidden fields. What precedes an error is imported.
pub fn import(api: &Api, path: &Path, types: Option<&Types>, stage: &Stage<'_>) -> Result<()> {
    if is_export(path) {
        let export = Export::open(path)?.for_types(types.cloned());
        import_export(api, path, export, stage)
    } else {
        run_operations(api, path, stage)
    }
}

fn run_operations(api: &Api, path: &Path, stage: &Stage<'_>) -> Result<()> {
    let file = path.display();
    let text = files::read_text(path)?.ok_or_else(|| {
        let message = format!("could not import `{file}`: the file does not exist");
        Failure::new(Kind::Io, message)
    })?;
    let parts = operations(&text);
    for (part, number) in parts.iter().zip(1..) {
        stage.detail(&format!("operation {number} of {}", parts.len()));
        let tried = match parts.len() {
            1 => format!("could not import `{file}`"),
            all => format!(
                "could not import `{file}:{}`, operation {number} of {all}",
                part.line
            ),
        };
        api.execute(&part.text)
            .map_err(|error| api.failure(&tried, error))?;
    }
    Ok(())
}

fn import_export(api: &Api, path: &Path, mut export: Export, stage: &Stage<'_>) -> Result<()> {
    let mut done = 0;
    export.each(&mut |batch| {
        let tried = format!("could not import `{}` of `{}`", batch.file, path.display());
        let rejected = api.import(batch.body());
        let rejected = rejected.map_err(|error| api.failure(&tried, error))?;
        if !rejected.is_empty() {
            let message = format!(
                "{tried}: `{}` rejected {}:",
                api.url(),
                count(rejected.len(), "value")
            );
            let shown = rejected.iter().take(SHOWN);
            let message = shown.fold(message, |text, why| format!("{text}\n  {why}"));
            let more = rejected.len().saturating_sub(SHOWN);
            let failure = Failure::new(Kind::Refused, message);
            return Err(match more {
                0 => failure,
                more => failure.and(format_args!("\n  and {more} more")),
            });
        }
        done += batch.values.len();
        stage.detail(&count(done, "value"));
        Ok(())
    })
}
