//! Systems without threads or memory, with clocks that are wrong, and streams that are closed or full: every command
//! ends with a status that is documented, and without a panic.

use crate::support::{Sandbox, injected};
use std::process::Command;

/// One of each kind.
const COMMANDS: [&str; 14] = [
    "--help",
    "local --help",
    "version",
    "completions bash",
    "cluster list",
    "cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-file /dev/null --dry-run",
    "local ps",
    "local logs",
    "local history",
    "local start",
    "local stop --dry-run",
    "doctor",
    "deploy --dry-run",
    "init new --dry-run",
];

/// What these faults do to all commands: `script` starts `"$@"`.
fn check(test: &str, scripts: &[String], statuses: &[i32]) {
    let s = Sandbox::with_running_cluster();
    s.write(
        "work/prisma.yml",
        "endpoint: http://127.0.0.1:1/a/b\ndatamodel: d.graphql\n",
    );
    s.write("work/d.graphql", "type A { id: ID! @unique }\n");
    for script in scripts {
        for words in COMMANDS {
            let args = ["-c", script, "sh", crate::support::run::PRISMA];
            let args = args.into_iter().chain(words.split(' '));
            let run = s.end(s.program("/bin/sh", args).start());
            assert!(!run.all().contains("panicked"), "{script}: {run:?}");
            let is_documented = (0..=8).contains(&run.status) || statuses.contains(&run.status);
            assert!(is_documented, "{script}: {run:?}");
        }
    }
    injected(test, scripts.len() * COMMANDS.len());
}

#[test]
fn closed_and_full_streams_end_no_command_badly() {
    let scripts = [
        ">&-",
        "2>&-",
        "<&-",
        "<&- >&- 2>&-",
        ">/dev/full",
        "2>/dev/full",
    ];
    let scripts = scripts.map(|streams| format!("exec \"$@\" {streams}"));
    check(
        "closed_and_full_streams_end_no_command_badly",
        &scripts,
        &[],
    );
}

#[test]
fn little_memory_ends_commands_with_a_documented_status() {
    let scripts = [400_000, 120_000, 60_000].map(|kib| format!("ulimit -v {kib}; exec \"$@\""));
    check(
        "little_memory_ends_commands_with_a_documented_status",
        &scripts,
        &[134],
    );
}

/// A library that fails or lies in the place of the system's.
const SHIM: &str = r#"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *x) { return EAGAIN; }
int clock_gettime(clockid_t id, struct timespec *at) {
  long done = syscall(SYS_clock_gettime, id, at);
  const char *now = getenv("TEST_CLOCK");
  if (now && id == CLOCK_REALTIME) at->tv_sec = atoll(now);
  return done;
}
"#;

#[test]
fn without_threads_and_with_wrong_clocks_all_commands_work() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, library) = (folder.path().join("shim.c"), folder.path().join("shim.so"));
    std::fs::write(&source, SHIM).expect("writes");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source);
    if !crate::support::output(&mut cc).is_ok_and(|made| made.status.success()) {
        crate::support::skip("threads and clocks", "no C compiler");
        return;
    }
    let clocks = [
        "",
        "TEST_CLOCK=-1",
        "TEST_CLOCK=-90000000000",
        "TEST_CLOCK=253402300800",
        "TEST_CLOCK=900000000000",
    ];
    let scripts =
        clocks.map(|clock| format!("{clock} LD_PRELOAD={} exec \"$@\"", library.display()));
    check(
        "without_threads_and_with_wrong_clocks_all_commands_work",
        &scripts,
        &[],
    );
}
