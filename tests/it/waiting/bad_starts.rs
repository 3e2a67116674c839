//! Every way in which real servers of three versions, on two databases, were seen to end at their start: what is said
//! of each.
//!
//! Witness: `bad_starts.txt` of the diagnosis has what they print. `BLESS=1` writes `bad_starts.txt` here again, which
//! a person has read.

use crate::support::{Behaviour, Sandbox, same};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

const STARTS: &str = include_str!("../../../src/docker/diagnosis/bad_starts.txt");

/// What is said of a server that crashes whenever it is looked at: after the first time, or after the third if it might
/// pass.
fn said(log: &str) -> String {
    let s = Sandbox::with_cluster();
    s.server(Behaviour::DatabaseOnly);
    let line = |line: &str| format!("2026-01-01T00:00:01Z err {line}\n");
    let log: String = log.lines().map(line).collect();
    s.write("work/log", &log);
    s.engine.hook(
        "after-up",
        &format!(
            "find_container local prisma-database\nchange \"$id\" crashing 1\ncp '{}' \"$engine/logs/$id\"\n",
            s.path("work/log").display()
        ),
    );
    let ended = s.run("local start");
    let (_, error) = ended.stderr.split_once("error: ").expect("it fails");
    format!("{}: {error}", ended.status)
}

#[test]
fn each_is_named_with_its_cure_after_one_crash() {
    let starts: Vec<&str> = STARTS.split("== ").skip(1).collect();
    let answers = Mutex::new(vec![String::new(); starts.len()]);
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(start) = starts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let (title, log) = start.split_once('\n').expect("a title");
            // Those without a cause are logs of servers that run.
            if title.starts_with("none") {
                continue;
            }
            let answer = format!("== {title}\n{}", said(log));
            let at = starts.iter().position(|one| one == start).expect("it");
            answers.lock().unwrap_or_else(PoisonError::into_inner)[at] = answer;
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(work);
        }
    });
    let said = answers
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .concat();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/waiting/bad_starts.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &said).expect("writes");
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    same("what is said of bad starts", &said, &known);
}
