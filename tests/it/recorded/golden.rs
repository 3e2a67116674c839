//! What the program says in a case, as one block for the recordings in which it is the same, compared
//! with a file that a person has read.

use crate::support::replay::Recording;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::thread;

const NAMES: [&str; 8] = [
    "1.1.3-mysql",
    "1.4.2-mysql",
    "1.8.4-mysql",
    "1.8.4-postgres",
    "1.20.7-mysql",
    "1.31.2-mysql",
    "1.34.12-mysql",
    "1.34.12-postgres",
];

/// Cases played at the same time. Most of a case is waiting: for a process to start, for a poll.
const WORKERS: usize = 8;

/// All recordings, read once.
pub static RECORDINGS: LazyLock<Vec<Arc<Recording>>> = LazyLock::new(|| {
    let load = |name: &'static str| thread::spawn(move || Arc::new(Recording::load(name)));
    let loading: Vec<_> = NAMES.into_iter().map(load).collect();
    (loading.into_iter())
        .map(|one| one.join().expect("a recording"))
        .collect()
});

/// Compares what is `said` in each case with `tests/recordings/said/FILE`. `None`: the recording does
/// not have the case.
pub fn compare<F>(file: &str, cases: &[String], said: F)
where
    F: Fn(&Arc<Recording>, &str) -> Option<String> + Sync,
{
    assert!(!cases.is_empty(), "no cases for {file}");
    let jobs: Vec<(&Arc<Recording>, &str)> = (cases.iter())
        .flat_map(|case| RECORDINGS.iter().map(move |one| (one, case.as_str())))
        .collect();
    let answers: Vec<Mutex<Option<String>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some((recording, case)) = jobs.get(at) else {
                        break;
                    };
                    *answers[at].lock().expect("no panic") = said(recording, case);
                }
            });
        }
    });
    let mut text = String::new();
    for (case, answers) in cases.iter().zip(answers.chunks(RECORDINGS.len())) {
        text += &block(case, answers);
    }
    check(file, &text);
}

/// One case, with the recordings in which the same is said.
fn block(case: &str, answers: &[Mutex<Option<String>>]) -> String {
    let mut groups: Vec<(Vec<&str>, String)> = Vec::new();
    for (recording, answer) in RECORDINGS.iter().zip(answers) {
        let Some(said) = answer.lock().expect("no panic").take() else {
            continue;
        };
        match groups.iter_mut().find(|(_, known)| *known == said) {
            Some((names, _)) => names.push(&recording.name),
            None => groups.push((vec![&recording.name], said)),
        }
    }
    let mut block = format!("== {case}\n");
    for (names, said) in groups {
        let _ = write!(block, "-- {}\n{said}", names.join(", "));
    }
    block
}

fn check(file: &str, said: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/said");
    let path = folder.join(file);
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(&path, said).expect("writes");
    }
    let known = fs::read_to_string(&path).unwrap_or_default();
    let differs = (known.lines().zip(said.lines())).position(|(known, said)| known != said);
    assert!(
        known == said,
        "tests/recordings/said/{file}, line {}: the program says something else now; \
         `BLESS=1 cargo test --test it recorded`, then read what changed",
        differs.map_or(0, |line| line + 1),
    );
}
