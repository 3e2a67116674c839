//! The program against a real Docker engine, with both generations of docker-compose.
//!
//! Runs in the rig that `scripts/rig` makes (an engine, a registry and a network of the tests' own) and
//! only there; elsewhere every trial is reported as ignored. Each trial has a home folder, a cluster name
//! and ports of its own and removes what it made, also after a failure. Trials that cannot share the
//! engine say so: [`suite::Access`].
//!
//! `scripts/rig run -- cargo test --test docker v2/start` runs some of them.

#![expect(
    clippy::disallowed_methods,
    reason = "these tests stand outside the program: they run it, and edit its files as people do"
)]
#![expect(
    clippy::print_stderr,
    reason = "what the harness has to say about itself"
)]

#[path = "../support/forks.rs"]
mod forks;
#[path = "../support/run.rs"]
mod run;
#[path = "../support/schema.rs"]
mod schema;

mod api;
mod away;
mod cluster;
mod example;
mod images;
mod ran;
mod rig;
mod suite;
mod trials;

use libtest_mimic::{Arguments, Trial};
use rig::Rig;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = Arguments::from_args();
    let rig = Rig::of_environment();
    if rig.is_none() && !args.list {
        eprintln!("these tests need an engine of their own: run `scripts/test --engine`");
    }
    // The rig lives as long as the process, and so may every trial's thread.
    let rig: Option<&'static Rig> = rig.map(|rig| &*Box::leak(Box::new(rig)));
    if let Some(rig) = rig
        && !args.list
    {
        rig.remove_leftovers();
    }
    let trials: Vec<Trial> = suite::ordered(trials::all())
        .into_iter()
        .flat_map(|case| case.trials(rig))
        .collect();
    let conclusion = libtest_mimic::run(&args, trials);
    suite::report_slowest();
    if let Some(rig) = rig
        && !args.list
    {
        rig.remove_nameless_images();
        let left = rig.of_this_run();
        if !left.is_empty() {
            eprintln!("trials left behind: {}", left.join(", "));
            rig.remove_leftovers();
            return ExitCode::FAILURE;
        }
    }
    conclusion.exit_code()
}
