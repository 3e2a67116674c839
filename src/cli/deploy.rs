//! `prisma deploy`.

use super::complete::Live;
use super::wait;
use clap::builder::BoolishValueParser;
use clap::{Args, ValueHint};
use std::path::PathBuf;
use std::time::Duration;

/// `prisma deploy`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags are independent")]
pub struct Deploy {
    /// stage to deploy to, instead of the one in `prisma.yml`
    #[arg(short, long, env = "PRISMA_STAGE", add = Live::Stage)]
    pub stage: Option<String>,
    /// cluster to deploy to, instead of the one in `prisma.yml`: a name of the registry, or `WORKSPACE/NAME`
    #[arg(short, long, env = "PRISMA_CLUSTER", value_name = "NAME", add = Live::Registered)]
    pub cluster: Option<String>,
    /// deploy even if data gets lost
    #[arg(short, long, env = "PRISMA_FORCE", value_parser = BoolishValueParser::new())]
    pub force: bool,
    /// short for `--dry-run`: show what would change, change nothing
    #[arg(short, env = "PRISMA_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub d: bool,
    /// short for `--json`
    #[arg(short, env = "PRISMA_JSON", value_parser = BoolishValueParser::new())]
    pub j: bool,
    /// ask for the cluster even if `prisma.yml` names one
    #[arg(short, long, env = "PRISMA_INTERACTIVE", value_parser = BoolishValueParser::new())]
    pub interactive: bool,
    /// file with environment variables, instead of `.env`
    #[arg(short, long, env = "PRISMA_ENV_FILE", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub env_file: Option<PathBuf>,
    /// do not import the seed of a new service
    #[arg(long, env = "PRISMA_NO_SEED", value_parser = BoolishValueParser::new())]
    pub no_seed: bool,
    /// do not write the chosen cluster into `prisma.yml`
    #[arg(long, env = "PRISMA_NO_WRITE", value_parser = BoolishValueParser::new())]
    pub no_write: bool,
    /// deploy again whenever a file of the service changes, until Ctrl-C
    #[arg(short, long, env = "PRISMA_WATCH", value_parser = BoolishValueParser::new())]
    pub watch: bool,
    /// how long to wait for a server that is starting, for the migration, for another deployment, and for each command of `seed` and `hooks`
    #[arg(long, env = "PRISMA_WAIT_TIMEOUT", default_value = "10m", value_name = "DURATION", value_parser = wait)]
    pub wait_timeout: Duration,
}
