//! `prisma generate`.

use super::ServiceFlags;
use clap::Args;

#[derive(Debug, Clone, Args)]
pub struct Generate {
    #[command(flatten)]
    pub service: ServiceFlags,
    /// Of the npm CLI; the schema always comes from the service's endpoint.
    #[arg(
        long,
        hide = true,
        env = "PRISMA_CLI_ENDPOINT",
        help = "accepted for compatibility"
    )]
    endpoint: bool,
}
