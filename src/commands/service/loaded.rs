//! The service as its files describe it at the moment.

use crate::cli;
use crate::commands::project;
use crate::config::prisma_yml::{self, Given};
use crate::config::{EnvFiles, Project};
use crate::context::Context;
use crate::env::Env;
use crate::error::Result;
use crate::files;
use crate::service::{Secret, Service};
use std::path::PathBuf;

/// Which files to read: found once, read before every deployment.
pub struct ServiceFiles<'a> {
    flags: &'a cli::ProjectFlags,
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

    /// The variables of the env files for a command to run: our own environment overrides them.
    pub fn variables(&self, env: &Env) -> Vec<(String, String)> {
        let files = self.env_files.values();
        let files = files.filter(|(name, _)| env.get(name).is_none());
        files
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

fn variable(env: &Env, env_files: &EnvFiles, name: &str) -> Option<String> {
    env_files.get(&env.lookup(), name)
}

impl<'a> ServiceFiles<'a> {
    pub fn find(ctx: &Context, flags: &'a cli::ProjectFlags) -> Result<Self> {
        let project = project::find(ctx, flags.path())?;
        Ok(ServiceFiles { flags, project })
    }

    /// The files that variables are read from, existing or not.
    pub fn env_paths(&self) -> Vec<PathBuf> {
        self.project.env_paths(self.flags.env_file())
    }

    /// Reads the files without showing anything.
    pub fn read(&self, ctx: &Context) -> Result<LoadedService> {
        let env_files = self.project.env_files(self.flags.env_file())?;
        let given = Given {
            env: &|name: &str| variable(&ctx.env, &env_files, name),
            origin: &|name: &str| env_files.origin(&ctx.env, name),
            opt: &ctx.options,
        };
        let mut service = prisma_yml::load(&self.project.file, given)?;
        service.schema = service.schema.or_else(|| generated_schema(&self.project));
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
        // Reports show the reference; nothing else shows them.
        let files = service.file_origins.iter();
        ctx.ui
            .conceal(files.map(|(file, _)| Secret::from(&*file.to_string_lossy())));
        if let Some(origin) = &service.target_origin {
            ctx.ui.detail(&origin.set);
        }
        if let Some((text, hint)) = files::exposure(loaded.env_files.with_secrets()) {
            ctx.ui.warn_once(&text, &hint);
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
