//! The service as its files describe it at the moment.

use crate::cli;
use crate::config::EnvFiles;
use crate::config::prisma_yml::{self, Given};
use crate::context::{Context, working_folder};
use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::service::{Secret, Seed, Service};
use std::path::{Path, PathBuf};

/// Which files to read: found once, read before every deployment.
pub struct ServiceFiles<'a> {
    args: &'a cli::Deploy,
    working_folder: PathBuf,
    pub prisma_yml: PathBuf,
}

pub struct LoadedService {
    pub service: Service,
    pub env_files: EnvFiles,
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
    pub fn find(args: &'a cli::Deploy) -> Result<Self> {
        let working_folder = working_folder()?;
        Ok(ServiceFiles {
            args,
            prisma_yml: prisma_yml::find(&working_folder)?,
            working_folder,
        })
    }

    /// The files that variables are read from, existing or not.
    pub fn env_paths(&self) -> Vec<PathBuf> {
        match &self.args.env_file {
            Some(file) => vec![self.working_folder.join(file)],
            None => vec![self.folder().join(".env"), self.working_folder.join(".env")],
        }
    }

    fn folder(&self) -> &Path {
        self.prisma_yml.parent().unwrap_or(Path::new("."))
    }

    /// Reads the files without showing anything.
    pub fn read(&self, ctx: &Context) -> Result<LoadedService> {
        let env_file = self.args.env_file.as_deref();
        let env_files = EnvFiles::load(self.folder(), &self.working_folder, env_file)?;
        let options = [("stage", &self.args.stage), ("cluster", &self.args.cluster)];
        let given = Given {
            env: &|name: &str| variable(&ctx.env, &env_files, name),
            opt: &options
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
                .collect(),
        };
        let service = prisma_yml::load(&self.prisma_yml, given)?;
        if !self.args.no_seed {
            check_seed(&service)?;
        }
        Ok(LoadedService { service, env_files })
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
        for warning in loaded.env_files.warnings().iter().chain(&service.warnings) {
            ctx.ui.warn(warning);
        }
        Ok(loaded)
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
