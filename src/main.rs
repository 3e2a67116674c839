//! The program `prisma`: arguments in, exit status out.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(prisma_cli::run(std::env::args_os()))
}
