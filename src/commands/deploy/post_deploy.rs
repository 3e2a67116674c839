//! What follows a deployment that succeeded: the seed of a new service, the schema, the hooks.
//!
//! One that fails does not keep the others from being done: the deployment cannot be taken back.

use super::run::{DeployRun, LoadedService};
use super::shell;
use crate::api::deploy::{Deployment, Outcome};
use crate::api::management::{Management, Migration, Status as Progress};
use crate::api::service::Service as Api;
use crate::error::{Failure, Kind, Result};
use crate::files::{self, Access};
use crate::service::{Command, Seed, Service};
use serde_json::{Value, json};
use std::path::Path;

/// All that followed.
pub struct PostDeploy(Vec<Step>);

/// One thing that was done.
struct Step {
    step: &'static str,
    /// The file or the command.
    what: String,
    status: Status,
}

/// How it went.
enum Status {
    /// Well, which is called so.
    Done(&'static str),
    /// Dry run: it would be done.
    Planned,
    Failed(Failure),
}

/// Does what is to be done. Fails on a signal only.
pub fn run(
    session: &DeployRun<'_>,
    loaded: &LoadedService,
    management: &Management,
    deployment: &Deployment,
) -> Result<PostDeploy> {
    let job = Job {
        session,
        loaded,
        api: Api::of(management, &loaded.service.secrets),
    };
    let mut done = Vec::new();
    let ended = job.all(job.is_first(management, deployment), &mut done);
    ended.map_err(|failure| Failure {
        message: format!(
            "{}: the deployment itself succeeded, what follows it is not done",
            failure.message
        ),
        ..failure
    })?;
    Ok(PostDeploy(done))
}

/// Whether no migration before this one succeeded but the first, which makes the service. Not, where the
/// server does not say: a seed in the wrong place is worse than none.
fn nothing_before(management: &Management, revision: i64) -> bool {
    let counts = |migration: &Migration| {
        (2..revision).contains(&migration.revision)
            && !matches!(
                migration.status,
                Progress::RollbackSuccess | Progress::RollbackFailure
            )
    };
    management
        .list_migrations()
        .is_ok_and(|all| !all.iter().any(counts))
}

struct Job<'a> {
    session: &'a DeployRun<'a>,
    loaded: &'a LoadedService,
    api: Api,
}

impl Job<'_> {
    /// Whether the service was empty until now. Migrations that failed do not count; they are asked for
    /// only where a seed depends on it.
    fn is_first(&self, management: &Management, deployment: &Deployment) -> bool {
        match deployment.outcome {
            // A dry run does not learn whether a service that is there is an empty one.
            Outcome::WouldCreate => true,
            _ if self.session.ctx.dry_run => false,
            Outcome::Applied { revision } if !deployment.first => {
                self.loaded.service.seed.is_some()
                    && !self.session.args.no_seed
                    && nothing_before(management, revision)
            }
            _ => deployment.first,
        }
    }

    fn all(&self, first: bool, done: &mut Vec<Step>) -> Result<()> {
        let service = &self.loaded.service;
        match &service.seed {
            Some(_) if !first || self.session.args.no_seed => {}
            Some(Seed::Import { path, .. }) => {
                let import = || self.import(path);
                done.push(self.one("seed", shown(service, path), import)?);
            }
            Some(Seed::Run(command)) => {
                let run = || self.command(command);
                done.push(self.one("seed", command.shown.clone(), run)?);
            }
            None => {}
        }
        if let Some(path) = &service.schema {
            let write = || self.schema(path);
            done.push(self.one("schema", shown(service, path), write)?);
        }
        for command in &service.post_deploy {
            let run = || self.command(command);
            done.push(self.one("hook", command.shown.clone(), run)?);
        }
        Ok(())
    }

    /// Does one thing, and says so. A signal ends all.
    fn one(
        &self,
        step: &'static str,
        what: String,
        work: impl FnOnce() -> Result<&'static str>,
    ) -> Result<Step> {
        let ctx = self.session.ctx;
        if ctx.dry_run {
            let status = Status::Planned;
            return Ok(Step { step, what, status });
        }
        ctx.interrupt.check()?;
        ctx.ui.status(&format!("{step}: `{what}`"));
        let status = match work() {
            Ok(word) => Status::Done(word),
            Err(failure) if matches!(failure.kind, Kind::Interrupted | Kind::Terminated) => {
                return Err(failure);
            }
            Err(failure) => Status::Failed(failure),
        };
        Ok(Step { step, what, status })
    }

    fn import(&self, path: &Path) -> Result<&'static str> {
        let tried = format!("could not import `{}`", path.display());
        let text = files::read_text(path)?
            .ok_or_else(|| Failure::new(Kind::Io, format!("{tried}: the file is gone")))?;
        let imported = self.api.import(&text);
        imported.map_err(|error| self.api.failure(&tried, error))?;
        Ok("imported")
    }

    fn schema(&self, path: &Path) -> Result<&'static str> {
        let schema = self.api.schema();
        let tried = "could not read the schema of the service";
        let schema = schema.map_err(|error| self.api.failure(tried, error))?;
        if files::read_text(path).is_ok_and(|old| old.as_ref() == Some(&schema)) {
            return Ok("unchanged");
        }
        files::write_atomic(path, schema.as_bytes(), Access::Shared)?;
        Ok("written")
    }

    fn command(&self, command: &Command) -> Result<&'static str> {
        shell::run(self.session, self.loaded, command)??;
        Ok("done")
    }
}

/// A path as people wrote it.
fn shown(service: &Service, path: &Path) -> String {
    let short = path.strip_prefix(&service.folder).unwrap_or(path);
    short.display().to_string()
}

impl PostDeploy {
    /// For people; nothing where there was nothing.
    pub fn text(&self) -> String {
        let line = |done: &Step| {
            let status = match &done.status {
                Status::Done(word) => (*word).to_owned(),
                Status::Planned => "would be done".to_owned(),
                Status::Failed(_) => "failed".to_owned(),
            };
            format!("  {:6}   `{}` {status}\n", done.step, done.what)
        };
        let lines: String = self.0.iter().map(line).collect();
        if lines.is_empty() {
            return lines;
        }
        format!("\nAfterwards:\n\n{lines}")
    }

    /// For programs.
    pub fn data(&self) -> Value {
        let one = |done: &Step| {
            let (status, error) = match &done.status {
                Status::Done(word) => (*word, None),
                Status::Planned => ("would_be_done", None),
                Status::Failed(failure) => ("failed", Some(&failure.message)),
            };
            json!({"step": done.step, "what": done.what, "status": status, "error": error})
        };
        self.0.iter().map(one).collect()
    }

    /// The failure that all those that failed amount to.
    pub fn failure(&self, service: &Service) -> Option<Failure> {
        let failed = self.0.iter().filter_map(|done| match &done.status {
            Status::Failed(failure) => Some((done.step, failure)),
            _ => None,
        });
        let failed: Vec<_> = failed.collect();
        let kind = match failed.as_slice() {
            [] => return None,
            all if all.iter().all(|(_, f)| f.kind == Kind::ChildFailed) => Kind::ChildFailed,
            // Not the failure's own: the server did take the deployment.
            _ => Kind::Failed,
        };
        let message = format!(
            "service `{}`, stage `{}`: the deployment itself succeeded, but not all that follows it",
            service.name, service.stage
        );
        let whole = failed
            .iter()
            .fold(Failure::new(kind, message), |all, (step, failure)| {
                let all = Failure {
                    message: format!("{}\n{step}: {}", all.message, failure.message),
                    ..all
                };
                failure
                    .hints
                    .iter()
                    .fold(all, |all, hint| all.hint(hint.clone()))
            });
        Some(if failed.iter().any(|(step, _)| *step == "seed") {
            whole.hint("a seed is for the first deployment only: see to it yourself now, or delete the service and deploy again")
        } else {
            whole
        })
    }
}
