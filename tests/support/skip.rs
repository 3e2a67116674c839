//! What cannot be tested on this machine is counted and named, never passed over in silence.

use std::fs::File;
use std::io::Write;

/// Says that something was not tested, and why: in the file that `PRISMA_TEST_SKIPS` names, which
/// `scripts/test` reads out at the end, or past the capture of the test harness.
pub fn skip(what: &str, why: &str) {
    if !note("PRISMA_TEST_SKIPS", &format!("{what}\t{why}\n")) {
        let text = format!("skipped: {what} ({why})\n");
        let _ = std::io::stderr().write_all(text.as_bytes());
    }
}

/// Adds a line to the file that a variable names, if it names one.
#[expect(
    clippy::disallowed_methods,
    reason = "unit tests in `src` use it as well"
)]
pub fn note(variable: &str, line: &str) -> bool {
    let file = std::env::var_os(variable)
        .and_then(|path| File::options().append(true).create(true).open(path).ok());
    file.is_some_and(|mut file| file.write_all(line.as_bytes()).is_ok())
}
