//! `prisma cluster …` from outside: the real binary, a temporary home, servers that are played. Needs
//! no Docker and no network.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests start the program and write files"
)]

#[path = "../support/schema.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod schema;

mod add;
mod cloud;
mod given;
mod list;
mod logs;
mod prompts;
mod remove;
mod support;
