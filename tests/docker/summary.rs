//! What `scripts/test` sums up at its end: how long trials took, and which were skipped.

use std::env;
use std::fmt::Display;
use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

/// Adds a line to the file that this variable names, if it is set.
fn note(variable: &str, first: impl Display, second: &str) {
    let Some(path) = env::var_os(variable) else {
        return;
    };
    // One write per line: several processes write to the file.
    let line = format!("{first}\t{second}\n");
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .expect("can write for the summary");
}

pub fn took(name: &str, time: Duration) {
    note(
        "PRISMA_TEST_TIMES",
        format_args!("{:.1}", time.as_secs_f64()),
        name,
    );
}

pub fn skipped(name: &str, reason: &str) {
    note("PRISMA_TEST_SKIPPED", name, reason);
}
