//! What follows a deployment that succeeded: the schema, what is generated from it, the seed of a new
//! service, the hooks.
//!
//! If one of them fails, the others are still done: the deployment cannot be undone.

use super::{seed, shell};
use crate::cli;
use crate::cluster::Fact;
use crate::commands::service::loaded::LoadedService;
use crate::commands::service::{generators, npm};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access};
use crate::plan::Permit;
use crate::server::deploy::{Deployment, Outcome};
use crate::server::management::{Management, Migration, Status as MigrationStatus};
use crate::server::service::Service as Api;
use crate::server::types::Types;
use crate::service::{Command, Generator, Seed, Service};
use serde::{Serialize, Serializer};
use std::path::Path;
use std::time::Duration;

/// The steps after the deployment, in their order.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct PostDeploy(Vec<Step>);

/// A step after the deployment.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "PostDeployStep"))]
struct Step {
    step: StepKind,
    /// The file, the generators or the command.
    what: String,
    status: Status,
    #[serde(rename = "error", serialize_with = "message")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    failure: Option<Failure>,
}

fn message<S: Serializer>(
    failure: &Option<Failure>,
    to: S,
) -> std::result::Result<S::Ok, S::Error> {
    failure.as_ref().map(Failure::message).serialize(to)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum StepKind {
    Schema,
    Generate,
    Seed,
    Hook,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
enum Status {
    Imported,
    Written,
    Unchanged,
    Done,
    /// In a dry run.
    #[serde(rename = "would_be_done")]
    Planned,
    Failed,
    /// The npm CLI, which it needs, is not installed.
    Skipped,
}

/// What came before.
pub struct Deployed<'a> {
    pub management: &'a Management,
    pub deployment: &'a Deployment,
    /// None in a dry run.
    pub permit: Option<&'a Permit>,
}

/// Does what `prisma.yml` asks for. Fails on a signal only.
pub fn run(
    ctx: &Context,
    args: &cli::Deploy,
    loaded: &LoadedService,
    deployed: Deployed<'_>,
) -> Result<PostDeploy> {
    let Deployed {
        management,
        deployment,
        permit,
    } = deployed;
    let service = &loaded.service;
    let seed = service.seed.as_ref().filter(|_| !args.no_seed);
    let seed = match seed {
        Some(seed) if was_empty(ctx, management, deployment) => Some(seed),
        _ => None,
    };
    let version = management.version();
    let is_new = version.is_some_and(|version| version.has(Fact::NewDatamodel));
    let mut worker = Worker {
        ctx,
        permit,
        loaded,
        limit: args.limit(),
        api: Api::of(management, &service.secrets),
        types: is_new.then(|| Types::parse(service.datamodel.text())),
        generated: !args.no_generate,
    };
    let mut steps = Vec::new();
    for task in tasks(ctx, args, service, seed) {
        let step = worker.step(&task).map_err(|failure| {
            failure.and(": deployed, but not all post-deployment steps were run")
        })?;
        worker.generated &= step.step != StepKind::Generate || step.status != Status::Failed;
        steps.push(step);
    }
    Ok(PostDeploy(steps))
}

/// Whether the service was empty before this deployment: no migration succeeded but the first one,
/// which creates it. Failed ones do not count.
fn was_empty(ctx: &Context, management: &Management, deployment: &Deployment) -> bool {
    match deployment.outcome {
        Outcome::WouldCreate => true,
        // A dry run cannot tell whether an existing service is empty.
        _ if ctx.dry_run => false,
        Outcome::Applied { revision } if !deployment.first => {
            let counts = |migration: &Migration| {
                (2..revision).contains(&migration.revision)
                    && !matches!(
                        migration.status,
                        MigrationStatus::RollbackSuccess | MigrationStatus::RollbackFailure
                    )
            };
            // If the server does not say: a seed in the wrong place is worse than none.
            let migrations = management.list_migrations();
            migrations.is_ok_and(|all| !all.iter().any(counts))
        }
        _ => deployment.first,
    }
}

enum Task<'a> {
    WriteSchema(&'a Path),
    GenerateSchema(&'a Path),
    GenerateClients(Vec<&'a Generator>),
    Import(&'a Path),
    RunSeed(&'a Command),
    RunHook(&'a Command),
}

fn tasks<'a>(
    ctx: &Context,
    args: &cli::Deploy,
    service: &'a Service,
    seed: Option<&'a Seed>,
) -> Vec<Task<'a>> {
    let mut tasks: Vec<Task> = Vec::new();
    tasks.extend(service.schema.as_deref().map(Task::WriteSchema));
    if !args.no_generate {
        let (schemas, clients) = generators::split(service);
        // The npm CLI writes all of them, and derives the schema from the datamodel: what the service has
        // comes after it.
        tasks.extend((!clients.is_empty()).then_some(Task::GenerateClients(clients)));
        let schemas = schemas.into_iter().map(|one| one.output.as_path());
        tasks.extend(schemas.map(Task::GenerateSchema));
    }
    tasks.extend(seed.map(|seed| match seed {
        Seed::Import { path, .. } => Task::Import(path),
        Seed::Run(command) => Task::RunSeed(command),
    }));
    // A hook that deploys the same service again does not run itself.
    let is_inside = ctx.env.get(npm::HOOK) == service.file.to_str();
    if !args.skip_hooks && !is_inside {
        tasks.extend(service.post_deploy.iter().map(Task::RunHook));
    }
    tasks
}

struct Worker<'a> {
    ctx: &'a Context,
    permit: Option<&'a Permit>,
    loaded: &'a LoadedService,
    limit: Duration,
    api: Api,
    /// The types, if the server has no fields besides those of the datamodel.
    types: Option<Types>,
    /// Whether nothing is left to generate.
    generated: bool,
}

impl Worker<'_> {
    /// Does one task, and says so. Fails on a signal only.
    fn step(&self, task: &Task<'_>) -> Result<Step> {
        let Worker { ctx, loaded, .. } = self;
        let (step, what) = match task {
            Task::WriteSchema(path) => (StepKind::Schema, loaded.service.shown(path)),
            Task::GenerateSchema(path) => (StepKind::Generate, loaded.service.shown(path)),
            Task::GenerateClients(clients) => (StepKind::Generate, generators::names(clients)),
            Task::Import(path) => (StepKind::Seed, loaded.service.shown(path)),
            Task::RunSeed(command) => (StepKind::Seed, command.shown.clone()),
            Task::RunHook(command) => (StepKind::Hook, command.shown.clone()),
        };
        let done = if let Task::GenerateClients(clients) = task
            && generators::action(ctx, loaded, self.limit).is_none()
        {
            // A deployment is not wrong because clients cannot be generated on this machine, but stale
            // clients are reported.
            let (message, hint) = generators::missing(clients);
            ctx.ui.warn_with(&message, &hint);
            Ok(Status::Skipped)
        } else if let Some(permit) = self.permit {
            ctx.interrupt.check()?;
            self.perform(task, &format!("{}: `{what}`", step.word()), permit)
        } else {
            Ok(Status::Planned)
        };
        let (status, failure) = match done {
            Ok(status) => (status, None),
            Err(failure) if matches!(failure.kind, Kind::Interrupted | Kind::Terminated) => {
                return Err(failure);
            }
            Err(failure) => (Status::Failed, Some(loaded.service.hide(failure))),
        };
        Ok(Step {
            step,
            what,
            status,
            failure,
        })
    }

    fn perform(&self, task: &Task<'_>, label: &str, permit: &Permit) -> Result<Status> {
        let ui = &self.ctx.ui;
        match task {
            Task::WriteSchema(path) | Task::GenerateSchema(path) => {
                ui.status(label);
                self.write_schema(path)
            }
            Task::GenerateClients(clients) => self.generate(clients, label, permit),
            Task::Import(path) => {
                let stage = ui.stage(label, "");
                let done = seed::import(&self.api, path, self.types.as_ref(), &stage);
                done.map(|()| Status::Imported)
            }
            Task::RunSeed(command) | Task::RunHook(command) => {
                ui.status(label);
                let action =
                    shell::action(self.ctx, self.loaded, command, self.marks(), self.limit);
                shell::run(self.ctx, command, action.permitted(permit)).map(|()| Status::Done)
            }
        }
    }

    fn generate(&self, clients: &[&Generator], label: &str, permit: &Permit) -> Result<Status> {
        let Some(action) = generators::action(self.ctx, self.loaded, self.limit) else {
            return Ok(Status::Skipped);
        };
        let stage = self.ctx.ui.stage(label, "");
        generators::run(self.ctx, action.permitted(permit), clients, &stage)?;
        Ok(Status::Done)
    }

    /// Where the commands are run.
    fn marks(&self) -> Vec<(String, String)> {
        let file = self.loaded.service.file.display().to_string();
        let generated = if self.generated {
            file.clone()
        } else {
            String::new()
        };
        vec![
            (npm::HOOK.to_owned(), file),
            (generators::GENERATED.to_owned(), generated),
        ]
    }

    fn write_schema(&self, path: &Path) -> Result<Status> {
        let tried = "could not read the schema of the service";
        let schema = self.api.schema();
        let schema = schema.map_err(|error| self.api.failure(tried, error))?;
        if files::read_text(path).is_ok_and(|old| old.as_ref() == Some(&schema)) {
            return Ok(Status::Unchanged);
        }
        files::write_atomic(path, schema.as_bytes(), Access::Shared)?;
        Ok(Status::Written)
    }
}

impl StepKind {
    fn word(self) -> &'static str {
        match self {
            StepKind::Schema => "schema",
            StepKind::Generate => "generate",
            StepKind::Seed => "seed",
            StepKind::Hook => "hook",
        }
    }
}

impl Step {
    fn line(&self) -> String {
        let status = match (self.status, self.step) {
            (Status::Imported, _) => "imported",
            (Status::Written, _) => "written",
            (Status::Unchanged, _) => "unchanged",
            (Status::Done, _) => "done",
            (Status::Failed, _) => "failed",
            (Status::Skipped, _) => "skipped",
            (Status::Planned, StepKind::Schema | StepKind::Generate) => "would be written",
            (Status::Planned, StepKind::Seed | StepKind::Hook) => "would run",
        };
        format!("  {:8} `{}` {status}\n", self.step.word(), self.what)
    }
}

impl PostDeploy {
    /// A paragraph for the report; empty if nothing was to be done.
    pub fn text(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let lines: String = self.0.iter().map(Step::line).collect();
        format!("\nAfter the deployment:\n\n{lines}")
    }

    /// One failure for all steps that failed.
    pub fn failure(&self, service: &Service) -> Option<Failure> {
        let failed = self
            .0
            .iter()
            .filter_map(|step| Some((step, step.failure.as_ref()?)));
        let failed: Vec<_> = failed.collect();
        let kind = match failed.as_slice() {
            [] => return None,
            all if all.iter().all(|(_, f)| f.kind == Kind::ChildFailed) => Kind::ChildFailed,
            // Not the step's own kind: the server accepted the deployment.
            _ => Kind::Failed,
        };
        let mut whole = Failure::new(
            kind,
            format!(
                "service `{}`, stage `{}`: deployed, but some post-deployment steps failed",
                service.name, service.stage
            ),
        );
        for (step, failure) in &failed {
            whole = whole.and(format_args!("\n{}: {failure}", step.step.word()));
            whole.hints.extend(failure.hints.iter().cloned());
        }
        if failed.iter().any(|(step, _)| step.step == StepKind::Seed) {
            whole = whole.hint("seeding runs on the first deployment only: import the data yourself, or deploy to a new stage with `--stage`");
        }
        Some(whole)
    }
}
