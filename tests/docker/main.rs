//! The program against a real Docker engine, with both generations of docker-compose.
//!
//! Runs in the rigs that `scripts/rig` makes (each an engine, a registry and a network of the tests' own)
//! and only there; elsewhere every trial is reported as ignored. Each trial is a process of its own inside
//! one of the rigs, with its own home folder, cluster name and ports. It removes what it made, also after a
//! failure. Trials that cannot share an engine say so: [`suite::Access`].
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
#[path = "../support/skip.rs"]
mod skip;

mod api;
mod away;
mod cluster;
mod example;
mod held;
mod images;
mod ran;
mod rig;
mod schedule;
mod servers;
mod suite;
mod summary;
mod trials;

use libtest_mimic::Arguments;
use rig::Rig;
use schedule::Schedule;
use std::process::ExitCode;
use std::thread;

fn main() -> ExitCode {
    let cases = trials::all();
    if let Some(status) = suite::one_trial(&cases) {
        return status;
    }
    let mut args = Arguments::from_args();
    // Trials wait for containers most of the time.
    let cores = thread::available_parallelism().map_or(1, usize::from);
    args.test_threads.get_or_insert(2 * cores);
    let schedule: &'static Schedule = Box::leak(Box::new(Schedule::new(Rig::all())));
    let rigs = if args.list { &[] } else { schedule.rigs() };
    for rig in rigs {
        rig.remove_leftovers();
    }
    let conclusion = libtest_mimic::run(&args, suite::trials(&cases, schedule));
    let mut left = Vec::new();
    for rig in rigs {
        rig.remove_nameless_images();
        left.extend(rig.of_this_run());
    }
    if !left.is_empty() {
        eprintln!("trials left behind: {}", left.join(", "));
        return ExitCode::FAILURE;
    }
    conclusion.exit_code()
}
