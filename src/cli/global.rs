//! The flags of every command.

use super::values::duration;
use crate::ui::{Color, Format};
use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};
use std::time::Duration;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
#[expect(clippy::struct_excessive_bools, reason = "flags are independent")]
pub struct Global {
    /// output format: text, one JSON document, or (`local ps` only) shell variables
    #[arg(
        short,
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "PRISMA_CLI_OUTPUT",
        value_name = "FORMAT"
    )]
    pub(super) output: Format,
    /// short for `--output json`
    #[arg(long, global = true, env = "PRISMA_CLI_JSON", value_parser = BoolishValueParser::new())]
    pub(super) json: bool,
    /// print only results, warnings and errors
    #[arg(short, long, global = true, env = "PRISMA_CLI_QUIET", value_parser = BoolishValueParser::new())]
    pub quiet: bool,
    /// print each external command before running it
    #[arg(short, long, global = true, env = "PRISMA_CLI_VERBOSE", value_parser = BoolishValueParser::new())]
    pub verbose: bool,
    /// print the file changes and commands, but do nothing
    #[arg(long, global = true, env = "PRISMA_CLI_DRY_RUN", value_parser = BoolishValueParser::new())]
    pub dry_run: bool,
    /// never prompt; fail if input is required
    #[arg(long, global = true, env = "PRISMA_CLI_NO_INPUT", value_parser = BoolishValueParser::new())]
    pub no_input: bool,
    /// answer yes to all confirmations
    #[arg(short, long, global = true, env = "PRISMA_CLI_YES", value_parser = BoolishValueParser::new())]
    pub yes: bool,
    /// how long to wait for another command on the same cluster; `0` to not wait
    #[arg(
        long,
        global = true,
        env = "PRISMA_CLI_LOCK_TIMEOUT",
        value_name = "DURATION",
        default_value = "10s",
        value_parser = duration
    )]
    pub lock_timeout: Duration,
    /// when to use colour
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        env = "PRISMA_CLI_COLOR",
        value_name = "WHEN"
    )]
    pub color: Color,
    /// show help
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
}

impl Global {
    pub(super) fn format(&self) -> Format {
        if self.json { Format::Json } else { self.output }
    }
}
