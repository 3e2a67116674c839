//! `--project`, of every command that reads a `prisma.yml`.

use clap::{Args, ValueHint};
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Default, Args)]
pub struct ProjectFlag {
    /// prisma.yml to use, or its folder
    #[arg(short, long, env = "PRISMA_CLI_PROJECT", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    project: Option<PathBuf>,
}

impl ProjectFlag {
    /// An empty variable counts as unset.
    pub fn path(&self) -> Option<&Path> {
        let path = self.project.as_deref()?;
        (!path.as_os_str().is_empty()).then_some(path)
    }
}
