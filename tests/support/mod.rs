//! What the tests stand on: a sandbox, a simulated engine, a server that is played.

mod calls;
pub mod diffs;
pub mod ended;
pub mod engine;
pub mod files;
pub mod forks;
pub mod home;
mod http;
pub mod introspection;
mod ports;
pub mod raw;
pub mod replay;
pub mod run;
mod sandbox;
pub mod schema;
mod screen;
mod server;
mod skip;
pub mod standin;
pub mod terminal;
pub mod text;

use std::io;
use std::process::{Command, Output, Stdio};

pub use ended::same;
pub use files::Files;
pub use sandbox::{Sandbox, key};
pub use server::Behaviour;
pub use skip::skip;

/// Counts faults that a test has injected: `scripts/test` says at the end how many they were.
pub fn injected(test: &str, count: usize) {
    skip::note("PRISMA_TEST_FAULTS", &format!("{test}\t{count}\n"));
}

/// The files below a folder.
pub fn files(folder: &std::path::Path) -> files::Files {
    files::Files::of(folder)
}

/// Runs a program to its end, without input, and keeps what it prints.
pub fn output(command: &mut Command) -> io::Result<Output> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    forks::start(command)?.wait_with_output()
}

/// Whether a token with these claims is good for about so many seconds, and says nothing of when it was
/// issued: some servers refuse one that was issued in their future.
pub fn lasts(claims: &serde_json::Value, seconds: u64) -> bool {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.expect("after 1970").as_secs();
    let left = claims["exp"].as_u64().and_then(|exp| exp.checked_sub(now));
    claims.get("iat").is_none() && left.is_some_and(|left| left <= seconds && left + 60 > seconds)
}
