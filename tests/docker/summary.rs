//! How long trials took, for the summary of `scripts/test`.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::time::Duration;

/// Adds a line to the file that `PRISMA_TEST_TIMES` names, if it is set.
pub fn took(name: &str, time: Duration) {
    let Some(path) = env::var_os("PRISMA_TEST_TIMES") else {
        return;
    };
    let line = format!("{:.1}\t{name}\n", time.as_secs_f64());
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .and_then(|mut file| file.write_all(line.as_bytes()))
        .expect("can write for the summary");
}
