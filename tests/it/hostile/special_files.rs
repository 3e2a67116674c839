//! FIFOs, sockets and devices where files are expected.

use crate::support::{Sandbox, injected};
use std::time::Duration;

/// Makes a FIFO in the sandbox.
fn fifo(s: &Sandbox, path: &str) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let path = s.path(path);
    std::fs::create_dir_all(path.parent().expect("has one")).expect("folders");
    mknodat(CWD, &path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a FIFO");
}

#[test]
fn a_report_does_not_replace_what_is_no_file() {
    let s = Sandbox::new();
    fifo(&s, "work/pipe");
    let run = s.run("doctor --bundle pipe");
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.took < Duration::from_secs(60));
    injected("a_report_does_not_replace_what_is_no_file", 1);
}
