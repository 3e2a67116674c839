//! The program from outside: the real binary, in a sandbox in which everything outside is played.
//! Needs no Docker, no network and nothing of the machine but a shell.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests start the program and write files"
)]

mod completions;
mod config;
mod deadlines;
mod doctor;
mod dry_run;
mod eject;
mod exposure;
mod failures;
mod history;
mod init;
mod install;
mod named;
mod output;
mod ports;
mod projects;
mod remote;
mod render;
mod secrets;
mod server;
mod signals;
mod start;
mod support;
mod takeover;
mod terminal;
mod together;
mod tools;
mod variables;
mod verbs;
mod views;
mod waiting;
