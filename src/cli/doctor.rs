//! `prisma doctor`.

use clap::builder::BoolishValueParser;
use clap::{Args, ValueHint};
use std::path::PathBuf;

/// `prisma doctor`.
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// write what helps with a bug ticket into this file, as text, with secrets left out
    #[arg(long, env = "PRISMA_BUNDLE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub bundle: Option<PathBuf>,
    /// replace the file if there is one
    #[arg(short, long, env = "PRISMA_FORCE", requires = "bundle", value_parser = BoolishValueParser::new())]
    pub force: bool,
}
