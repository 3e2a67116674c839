//! Commands that ask about deployed services: `prisma list`, `info`, `token`.

use super::ServiceFlags;
use super::complete::Live;
use super::values::lifetime;
use clap::Args;
use clap::builder::BoolishValueParser;
use std::time::Duration;

// In the npm CLIs, `-s` and `-c` were other flags of these commands.
#[derive(Debug, Clone, Args)]
#[command(mut_arg("stage", |stage| stage.short(None)), mut_arg("cluster", |cluster| cluster.short(None)))]
pub struct Info {
    #[command(flatten)]
    pub service: ServiceFlags,
    /// short for `--json`
    #[arg(short, env = "PRISMA_CLI_JSON", value_parser = BoolishValueParser::new())]
    pub j: bool,
    /// Of the npm CLI.
    #[arg(
        short,
        long,
        hide = true,
        env = "PRISMA_CLI_CURRENT",
        help = "accepted for compatibility"
    )]
    current: bool,
}

#[derive(Debug, Clone, Args)]
pub struct List {
    /// cluster in the registry [default: all]
    #[arg(env = "PRISMA_CLI_CLUSTER", add = Live::Registered)]
    cluster: Option<String>,
}

impl List {
    /// An empty variable counts as unset.
    pub fn cluster(&self) -> Option<&str> {
        self.cluster.as_deref().filter(|name| !name.is_empty())
    }
}

#[derive(Debug, Clone, Args)]
#[command(mut_arg("cluster", |cluster| cluster.short(None)))]
pub struct Token {
    #[command(flatten)]
    pub service: ServiceFlags,
    /// how long the token is valid
    #[arg(
        long,
        env = "PRISMA_CLI_VALID",
        value_name = "DURATION",
        default_value = "7d",
        value_parser = lifetime
    )]
    pub valid: Duration,
}
