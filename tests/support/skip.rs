//! What cannot be tested on this machine is counted and named, never passed over in silence.

use std::fs::File;
use std::io::Write;

/// Says that something was not tested, and why: in the file that `PRISMA_TEST_SKIPS` names, which
/// `scripts/test` reads out at the end, or past the capture of the test harness.
#[expect(
    clippy::disallowed_methods,
    reason = "unit tests in `src` use it as well"
)]
pub fn skip(what: &str, why: &str) {
    let file = std::env::var_os("PRISMA_TEST_SKIPS")
        .and_then(|path| File::options().append(true).create(true).open(path).ok());
    let _ = match file {
        Some(mut file) => file.write_all(format!("{what}\t{why}\n").as_bytes()),
        None => std::io::stderr().write_all(format!("skipped: {what} ({why})\n").as_bytes()),
    };
}
