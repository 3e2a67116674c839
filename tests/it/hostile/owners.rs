//! Root in the home of a user, as with `sudo` that keeps HOME.

use crate::support::{Sandbox, injected, skip};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

const USER: u32 = 12345;

/// All files and folders below.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            found.extend(below(&entry.path()));
        } else {
            found.push(entry.path());
        }
    }
    found
}

#[test]
fn what_root_creates_in_a_home_is_its_owners() {
    const WORDS: [&str; 9] = [
        "cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-env MINE",
        "local start {ports} --no-wait",
        "local stop",
        "local restart --no-wait",
        "local nuke --yes --no-wait",
        "local eject out",
        "init shop --database postgres --port 4466",
        "doctor --bundle report.txt",
        "local delete --yes",
    ];
    let mut s = Sandbox::new();
    s.set("MINE", "secret");
    if !rustix::process::geteuid().is_root() {
        return skip("what root creates in a home", "not root");
    }
    for folder in ["home", "work"] {
        chown(s.path(folder), Some(USER), Some(USER)).expect("chown");
    }
    for words in WORDS {
        let ended = s.run(words);
        assert!(
            ended.status == 0 || words.starts_with("doctor"),
            "{ended:?}"
        );
        for path in below(&s.path("home")).iter().chain(&below(&s.path("work"))) {
            let found = path.symlink_metadata().expect("is there");
            assert_eq!(
                (found.uid(), found.gid()),
                (USER, USER),
                "{words}: {}",
                path.display()
            );
        }
    }
    injected("what_root_creates_in_a_home_is_its_owners", WORDS.len());
}
