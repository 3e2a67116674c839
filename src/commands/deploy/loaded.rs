//! The service as its files describe it at the moment.

use crate::cli;
use crate::commands::project;
use crate::config::prisma_yml::{self, Given};
use crate::config::{EnvFiles, Project};
use crate::context::Context;
use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::service::{Secret, Seed, Service};
use std::path::PathBuf;

/// Which files to read: found once, read before every deployment.
pub struct ServiceFiles<'a> {
    args: &'a cli::Deploy,
    pub project: Project,
}

pub struct LoadedService {
    pub service: Service,
    pub env_files: EnvFiles,
    pub project: Project,
}

impl LoadedService {
    /// The value of a variable: from the environment, else from the env files.
    pub fn variable(&self, env: &Env, name: &str) -> Option<String> {
        variable(env, &self.env_files, name)
    }
}

fn variable(env: &Env, env_files: &EnvFiles, name: &str) -> Option<String> {
    env_files.get(&env.lookup(), name)
}

impl<'a> ServiceFiles<'a> {
    pub fn find(ctx: &Context, args: &'a cli::Deploy) -> Result<Self> {
        let project = project::find(ctx, args.project.path())?;
        Ok(ServiceFiles { args, project })
    }

    /// The files that variables are read from, existing or not.
    pub fn env_paths(&self) -> Vec<PathBuf> {
        self.project.env_paths(self.args.env_file.as_deref())
    }

    /// Reads the files without showing anything.
    pub fn read(&self, ctx: &Context) -> Result<LoadedService> {
        let env_files = self.project.env_files(self.args.env_file.as_deref())?;
        let given = Given {
            env: &|name: &str| variable(&ctx.env, &env_files, name),
            origin: &|name: &str| env_files.origin(&ctx.env, name),
            opt: &self.args.options(ctx.dry_run),
        };
        let mut service = prisma_yml::load(&self.project.file, given)?;
        service.schema = service.schema.or_else(|| generated_schema(&self.project));
        if !self.args.no_seed {
            check_seed(&service)?;
        }
        Ok(LoadedService {
            service,
            env_files,
            project: self.project.clone(),
        })
    }

    /// Reads the files, masks the secrets in them from now on, and shows warnings.
    pub fn load(&self, ctx: &Context) -> Result<LoadedService> {
        let loaded = self.read(ctx)?;
        let service = &loaded.service;
        let headers = service.subscriptions.iter().flat_map(|s| &s.headers);
        // Also without the scheme, as in `Bearer …`.
        let headers = headers.flat_map(|(_, value)| {
            let whole = value.reveal();
            [whole, whole.rsplit(' ').next().unwrap_or_default()]
        });
        let secrets = service.secrets.iter().map(Secret::reveal).chain(headers);
        ctx.ui.conceal(secrets.map(Secret::from));
        if let Some(origin) = &service.target_origin {
            ctx.ui.detail(&origin.set);
        }
        for warning in loaded.env_files.warnings().iter().chain(&service.warnings) {
            ctx.ui.warn(warning);
        }
        Ok(loaded)
    }
}

/// Where a `.graphqlconfig` expects the API's schema, unless something else is there: some name the schema
/// of the application.
fn generated_schema(project: &Project) -> Option<PathBuf> {
    let path = project.schema_path.clone()?;
    match files::read_text(&path) {
        Ok(None) => Some(path),
        // A type that each API of a service has.
        Ok(Some(text)) if text.contains("type BatchPayload") => Some(path),
        _ => None,
    }
}

/// A seed that cannot be imported is reported before a service is created for it.
fn check_seed(service: &Service) -> Result<()> {
    let Some(Seed::Import { path, at }) = &service.seed else {
        return Ok(());
    };
    let (why, hint) = if path.extension().is_none_or(|ending| ending != "graphql") {
        (
            "only `.graphql` files can be imported, not",
            "use `run` with a command that imports it, or add `--no-seed`",
        )
    } else if !path.is_file() {
        (
            "the seed file does not exist:",
            "correct the path, or add `--no-seed`",
        )
    } else {
        return Ok(());
    };
    let (file, path) = (service.file.display(), path.display());
    let message = format!("{file}:{at}: {why} `{path}`");
    Err(Failure::new(Kind::ConfigInvalid, message).hint(hint))
}
