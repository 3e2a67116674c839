//! `prisma doctor`.

use clap::{Args, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// write a diagnostic report (secrets removed) to FILE
    #[arg(long, env = "PRISMA_CLI_BUNDLE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub bundle: Option<PathBuf>,
    /// overwrite FILE
    #[arg(short, long, requires = "bundle")]
    pub force: bool,
}
