//! The program from outside: the real binary, in a sandbox in which everything outside is played.
//! Needs no Docker, no network and nothing of the machine but a shell.
#![cfg(unix)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests start the program and write files"
)]

#[path = "../support/mod.rs"]
mod support;

mod api;
mod architecture;
mod children;
mod cluster;
mod completions;
mod config;
mod deadlines;
mod deploy;
mod docs;
mod doctor;
mod documents;
mod dry_run;
mod eject;
mod exposure;
mod failures;
mod fuzz;
mod history;
mod hostile;
mod images;
mod init;
mod install;
mod mishaps;
mod named;
mod networks;
mod output;
mod ports;
mod projects;
mod questions;
mod readiness;
mod recorded;
mod refusals;
mod registry;
mod remote;
mod render;
mod secrets;
mod server;
mod service;
mod signals;
mod sourced;
mod start;
mod sweep;
mod takeover;
mod terminal;
mod together;
mod told;
mod tools;
mod variables;
mod verbs;
mod views;
mod waiting;
