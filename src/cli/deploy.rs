//! `prisma deploy`.

use super::{ServiceFlags, wait};
use clap::Args;
use clap::builder::BoolishValueParser;
use std::time::Duration;

#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags are independent")]
pub struct Deploy {
    #[command(flatten)]
    pub service: ServiceFlags,
    /// allow changes that lose data
    #[arg(short, long)]
    pub force: bool,
    /// short for `--dry-run`: preview the changes
    #[arg(short, env = "PRISMA_CLI_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub d: bool,
    /// short for `--json`
    #[arg(short, env = "PRISMA_CLI_JSON", value_parser = BoolishValueParser::new())]
    pub j: bool,
    /// choose the cluster interactively even if prisma.yml names one
    #[arg(short, long, short_alias = 'n', alias = "new", env = "PRISMA_CLI_INTERACTIVE", value_parser = BoolishValueParser::new())]
    pub interactive: bool,
    /// do not seed a new service
    #[arg(long, env = "PRISMA_CLI_NO_SEED", value_parser = BoolishValueParser::new())]
    pub no_seed: bool,
    /// do not run the generators in prisma.yml
    #[arg(long, env = "PRISMA_CLI_NO_GENERATE", value_parser = BoolishValueParser::new())]
    pub no_generate: bool,
    /// do not run the `hooks` in prisma.yml
    #[arg(long, env = "PRISMA_CLI_SKIP_HOOKS", value_parser = BoolishValueParser::new())]
    pub skip_hooks: bool,
    /// only tell the server what is in the database, without changing it (Prisma 1.26 and later)
    #[arg(long, env = "PRISMA_CLI_NO_MIGRATE", value_parser = BoolishValueParser::new())]
    pub no_migrate: bool,
    /// do not save the chosen cluster in prisma.yml
    #[arg(long, env = "PRISMA_CLI_NO_WRITE", value_parser = BoolishValueParser::new())]
    pub no_write: bool,
    /// watch the service's files and redeploy on change
    #[arg(short, long, env = "PRISMA_CLI_WATCH", value_parser = BoolishValueParser::new())]
    pub watch: bool,
    /// instead of deploying, write the datamodel in the syntax of Prisma 1.31 and later to a new file
    #[arg(long, env = "PRISMA_CLI_CONVERT_DATAMODEL", value_parser = BoolishValueParser::new(), conflicts_with = "watch")]
    pub convert_datamodel: bool,
    /// how long to wait for another deployment, the migration, each generator, `seed` or `hooks` command, and a starting server; a
    /// server elsewhere is only waited for if this is set [default: 10m]
    #[arg(long, env = "PRISMA_CLI_WAIT_TIMEOUT", value_name = "DURATION", value_parser = wait)]
    pub wait_timeout: Option<Duration>,
}

impl Deploy {
    /// How long to wait for each of them.
    pub fn limit(&self) -> Duration {
        self.wait_timeout.unwrap_or(Duration::from_secs(600))
    }
}
