//! The datamodel has the syntax of other versions: explains what differs, and converts it.

use super::report;
use super::run::DeployRun;
use crate::cluster::Fact;
use crate::commands::service::loaded::LoadedService;
use crate::commands::service::placement::Placement;
use crate::commands::{Report, act};
use crate::error::{Failure, Kind, Result};
use crate::files::{Access, NewFile};
use crate::plan::{Plan, Step};
use crate::server::deploy::{Deployment, Outcome};
use crate::server::management::Problem;
use crate::server::types::syntax::{self, Conversion, UuidIds};
use crate::service::{Datamodel, Service};
use crate::ui::text::count;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// How many fields an explanation lists.
const LISTED: usize = 20;

/// `data` of `prisma deploy --convert-datamodel`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Converted {
    converted: Vec<ConvertedFile>,
    verdict: Verdict,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ConvertedFile {
    from: String,
    to: String,
}

/// What the server says about the converted datamodel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Accepted,
    /// It requires `--force`.
    NeedsForce,
    /// It checks a service only once that exists, and earlier versions do not support the syntax.
    Unchecked,
}

/// Adds to the errors of a server that the datamodel is in a syntax which it does not support.
pub fn explain(failure: Failure, service: &Service, deployment: &Deployment) -> Failure {
    let Some(version) = deployment.server.parsed() else {
        return failure;
    };
    let text = service.datamodel.text();
    if !version.has(Fact::NewDatamodel) {
        return if syntax::only_new(text) {
            failure.hint(format!(
                "Prisma {version} supports only the old datamodel syntax; all versions accept `id: ID! @id @unique`"
            ))
        } else {
            failure
        };
    }
    let fields = syntax::convert(text, uuid_ids(deployment)).fields;
    if fields.is_empty() {
        return failure;
    }
    let mut lines = format!(
        "\n\n  Prisma {version} supports only the new datamodel syntax, and this is the old one. It becomes:"
    );
    for (at, new) in fields.iter().take(LISTED) {
        let place = service.datamodel.line_of(*at);
        let place = place.map_or(String::new(), |place| format!("{place}: "));
        let words: Vec<&str> = new.split_whitespace().collect();
        lines += &format!("\n  {place}`{}`", words.join(" "));
    }
    if fields.len() > LISTED {
        lines += &format!("\n  and {} more", count(fields.len() - LISTED, "field"));
    }
    failure
        .and(lines)
        .hint("use `prisma deploy --convert-datamodel` to write the converted file next to it")
}

/// Writes each file of the datamodel in the new syntax next to the old one, after asking the server about
/// it. `prisma.yml` is left to the user, who may need both for a while.
pub fn convert(run: &mut DeployRun<'_>, loaded: &LoadedService) -> Result<Report> {
    let ctx = run.ctx;
    let service = &loaded.service;
    let text = service.datamodel.text();
    let conversion = syntax::convert(text, UuidIds::Kept);
    if conversion.edits.is_empty() {
        let failure = Failure::new(Kind::Usage, "the datamodel has nothing to convert");
        return Err(failure.hint(format!(
            "it is already in the syntax of Prisma {} and later",
            Fact::NewDatamodel.since()
        )));
    }
    let destination = run.destination(loaded)?;
    let at = |service| Placement {
        service,
        destination: &destination,
    };
    let conversion = if syntax::has_uuid_id(text) && !run.uses_postgres(at(service))? {
        ctx.ui.warn_with(
            "with MySQL, Prisma 1.31 and later has no ids of type `UUID!`: they become `ID!`, whose columns hold 25 characters",
            "try it on a copy of the data first",
        );
        syntax::convert(text, UuidIds::BecomeId)
    } else {
        conversion
    };
    for (at, name) in &conversion.by_hand {
        let place = service.datamodel.line_of(*at);
        let place = place.map_or(String::new(), |place| format!("{place}: "));
        ctx.ui.warn_with(
            &format!("{place}`{name}`: `@pgRelationTable` is not converted"),
            "add a type with `@relationTable` that has both columns, and name it with `@relation(name: …, link: TABLE)`",
        );
    }
    let files = converted(service, &conversion)?;
    let new = Service {
        datamodel: files.datamodel.clone(),
        ..service.clone()
    };
    let placement = at(&new);
    let deployment = run.preview(placement, Fact::NewDatamodel)?;
    let plan = Plan(vec![Step::WriteTogether(files.written.clone())]);
    let verdict = Verdict::of(deployment.as_ref());
    let mut done = act(ctx, None, &plan, || files.report(service, verdict))?;
    if ctx.dry_run {
        done.text += verdict.words();
    }
    let Some(deployment) = deployment else {
        return Ok(done);
    };
    if let Outcome::Invalid { .. } = deployment.outcome {
        let rejected = report::check(placement, &deployment);
        let written = "the converted datamodel is written: correct it there";
        return rejected
            .map_err(|failure| {
                if ctx.dry_run {
                    failure
                } else {
                    failure.hint(written)
                }
            })
            .map(|()| done);
    }
    if deployment.outcome != Outcome::WouldCreate {
        done.text += "\n";
        done.text += report::consequences(&new, &deployment).trim_end();
        done.text += "\n";
    }
    Ok(done)
}

impl Verdict {
    fn of(deployment: Option<&Deployment>) -> Verdict {
        match deployment.map(|one| (&one.outcome, one.warnings.is_empty())) {
            None | Some((Outcome::WouldCreate, _)) => Verdict::Unchecked,
            Some((_, true)) => Verdict::Accepted,
            Some(_) => Verdict::NeedsForce,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Verdict::Accepted => "the server accepts the converted datamodel\n",
            Verdict::NeedsForce => {
                "the server accepts the converted datamodel, but asks for confirmation with `--force`: see the warnings\n"
            }
            Verdict::Unchecked => {
                "the converted datamodel is not checked: that requires a deployed service on a server that supports it\n"
            }
        }
    }
}

/// What the server said of ids of type `UUID!`, if it was asked.
fn uuid_ids(deployment: &Deployment) -> UuidIds {
    let is_refused = |error: &Problem| {
        let ids = error
            .description
            .split_once("marked as id must have one of the following types:");
        ids.is_some_and(|(_, allowed)| !allowed.contains("UUID"))
    };
    match &deployment.outcome {
        Outcome::Invalid { errors } if errors.iter().any(is_refused) => UuidIds::BecomeId,
        _ => UuidIds::Kept,
    }
}

/// The files of a datamodel in the new syntax.
struct Files {
    datamodel: Datamodel,
    written: Vec<NewFile>,
    /// Old and new paths.
    paths: Vec<(PathBuf, PathBuf)>,
}

fn converted(service: &Service, conversion: &Conversion) -> Result<Files> {
    let text = service.datamodel.text();
    let mut files = Files {
        datamodel: Datamodel::default(),
        written: Vec::new(),
        paths: Vec::new(),
    };
    for (path, part) in service.datamodel.parts() {
        let old = &text[part.clone()];
        let new = syntax::apply(text, part, &conversion.edits);
        if new == old {
            files.datamodel.push(path.to_owned(), old);
            continue;
        }
        let to = new_name(path);
        if to.symlink_metadata().is_ok() {
            let message = format!("`{}` already exists", to.display());
            return Err(Failure::new(Kind::Failed, message).hint("move or delete it"));
        }
        files.datamodel.push(to.clone(), &new);
        files.paths.push((path.to_owned(), to.clone()));
        files.written.push(NewFile {
            path: to,
            content: new.into(),
            access: Access::Shared,
            replaces: false,
        });
    }
    Ok(files)
}

/// `datamodel.v1_1.graphql`, as the new syntax is called datamodel 1.1.
fn new_name(path: &Path) -> PathBuf {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let ending = if ending.is_empty() {
        "graphql".into()
    } else {
        ending
    };
    path.with_extension(format!("v1_1.{ending}"))
}

impl Files {
    fn report(&self, service: &Service, verdict: Verdict) -> Report {
        let name = |path: &Path| {
            let inside = path.strip_prefix(&service.folder);
            inside.unwrap_or(path).display().to_string()
        };
        let mut text = String::new();
        for (_, to) in &self.paths {
            text += &format!("wrote {}\n", to.display());
        }
        text += verdict.words();
        text += "\nNext:\n\n";
        for (from, to) in &self.paths {
            let file = service.file.file_name().unwrap_or_default().display();
            text += &format!(
                "  in {file}, replace `{}` with `{}`\n",
                name(from),
                name(to)
            );
        }
        text += "  prisma deploy --dry-run\n";
        let converted = self.paths.iter().map(|(from, to)| ConvertedFile {
            from: from.display().to_string(),
            to: to.display().to_string(),
        });
        let converted = converted.collect();
        Report::new(text, Converted { converted, verdict })
    }
}
