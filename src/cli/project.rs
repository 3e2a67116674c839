//! The flags of every command that reads a `prisma.yml`.

use super::complete::Live;
use clap::{Args, ValueHint};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Default, Args)]
pub struct ProjectFlag {
    /// prisma.yml to use, or its folder
    #[arg(short, long, env = "PRISMA_CLI_PROJECT", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    project: Option<PathBuf>,
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
    pub project: ProjectFlag,
    /// env file to use instead of `.env`
    #[arg(short, long, env = "PRISMA_CLI_ENV_FILE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub env_file: Option<PathBuf>,
}

impl ProjectFlag {
    /// An empty variable counts as unset.
    pub fn path(&self) -> Option<&Path> {
        let path = self.project.as_deref()?;
        (!path.as_os_str().is_empty()).then_some(path)
    }
}

impl ServiceFlags {
    /// Those that were given and `more` flags, for `${opt:NAME}` in prisma.yml.
    pub fn options(&self, more: &[(&str, bool)]) -> BTreeMap<String, String> {
        let path = |path: &Path| path.display().to_string();
        let values = [
            ("stage", self.stage.clone()),
            ("cluster", self.cluster.clone()),
            ("env-file", self.env_file.as_deref().map(path)),
            ("project", self.project.path().map(path)),
        ];
        let flags = more
            .iter()
            .map(|(name, is_given)| (*name, is_given.then(|| "true".to_owned())));
        let given = values.into_iter().chain(flags);
        given
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}
