//! `prisma cluster …` from outside: the real binary, a temporary home, servers that are played. Needs
//! no Docker and no network.

mod add;
mod cloud;
mod connections;
mod given;
mod list;
mod logs;
mod merged_logs;
mod prompts;
mod rejected;
mod remove;
pub mod support;
