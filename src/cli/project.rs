//! The flags of every command that reads a `prisma.yml`.

use super::complete::Live;
use clap::{Args, ValueHint};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Default, Args)]
pub struct ProjectFlags {
    /// prisma.yml to use, or its folder
    #[arg(short, long, env = "PRISMA_CLI_PROJECT", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    project: Option<PathBuf>,
    /// env file to use instead of `.env`
    #[arg(short, long, env = "PRISMA_CLI_ENV_FILE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    env_file: Option<PathBuf>,
}

/// Of commands that speak to the service.
#[derive(Debug, Clone, Default, Args)]
pub struct ServiceFlags {
    /// override the stage in prisma.yml
    #[arg(short, long, env = "PRISMA_CLI_STAGE", add = Live::Stage)]
    pub stage: Option<String>,
    /// override the cluster in prisma.yml: a name from the registry, or `WORKSPACE/NAME`
    #[arg(short, long, env = "PRISMA_CLI_CLUSTER", value_name = "NAME", add = Live::Registered)]
    pub cluster: Option<String>,
    #[command(flatten)]
    pub project: ProjectFlags,
}

impl ProjectFlags {
    /// An empty variable counts as unset.
    pub fn path(&self) -> Option<&Path> {
        let path = self.project.as_deref()?;
        (!path.as_os_str().is_empty()).then_some(path)
    }

    pub fn env_file(&self) -> Option<&Path> {
        self.env_file.as_deref()
    }
}
