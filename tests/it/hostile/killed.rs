//! `kill -9` at every step of writing files: nothing secret is left uncovered, and the same command finishes.

use crate::support::run::{PRISMA, spawn};
use crate::support::{Sandbox, injected, skip};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Calls that change files, and the last one of each that is tried.
const CALLS: [(&str, usize); 8] = [
    ("mkdir", 3),
    ("write", 8),
    ("fsync", 9),
    ("rename", 9),
    ("renameat2", 4),
    ("unlink", 9),
    ("rmdir", 2),
    ("flock", 1),
];

/// Whether a run that is killed at one of its calls came that far.
fn killed(s: &Sandbox, words: &str, call: &str, number: usize) -> bool {
    let run = s.prisma(words);
    let inject = format!("inject={call}:signal=KILL:when={number}");
    let mut command = Command::new("/usr/bin/strace");
    command.args([
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        &format!("trace={call}"),
        "-e",
        &inject,
        "--",
        PRISMA,
    ]);
    command
        .args(&run.args)
        .env_clear()
        .current_dir(s.path("work"));
    command.envs(run.env.iter().map(|(name, value)| (name, value)));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    !spawn(&mut command).wait().expect("ends").success()
}

/// Paths that git would add, as it says itself where it is installed.
fn uncovered(folder: &Path) -> Vec<String> {
    let mut git = Command::new("git");
    git.args(["status", "--porcelain", "--untracked-files=all"])
        .current_dir(folder);
    git.env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let out = spawn(git.stdout(Stdio::piped()))
        .wait_with_output()
        .expect("ends");
    let text = String::from_utf8(out.stdout).expect("text");
    text.lines().map(|line| line[3..].to_owned()).collect()
}

#[test]
fn init_and_eject_can_be_killed_anywhere() {
    if !Path::new("/usr/bin/strace").exists() || which("git").is_none() {
        return skip(
            "kills at every step of `init` and `eject`",
            "`strace` or `git` is not installed",
        );
    }
    if !strace_works() {
        return skip(
            "kills at every step of `init` and `eject`",
            "`strace` may not trace here",
        );
    }
    let mut count = 0;
    for (words, secret) in [
        (
            "init shop --database postgres --port 4466",
            "docker-compose.yml",
        ),
        ("local eject shop", "docker-compose.yml"),
    ] {
        for (call, last) in CALLS {
            for number in 1..=last {
                let s = Sandbox::with_cluster();
                fs::create_dir(s.path("work/shop")).expect("a folder");
                let git = spawn(
                    Command::new("git")
                        .args(["init", "-q"])
                        .current_dir(s.path("work/shop")),
                )
                .wait();
                assert!(git.expect("ends").success());
                if !killed(&s, words, call, number) {
                    break;
                }
                count += 1;
                let shown = format!("`{words}` killed at {call} {number}");
                for path in uncovered(&s.path("work/shop")) {
                    let text =
                        fs::read_to_string(s.path("work/shop").join(&path)).unwrap_or_default();
                    assert!(
                        !path.contains(".env") && !path.ends_with(".tmp"),
                        "{shown}: {path}"
                    );
                    assert!(
                        !text.contains("SECRET=") && !path.contains("/new/"),
                        "{shown}: {path}"
                    );
                }
                let ended = s.run(words);
                let is_complete = s.path("work/shop").join(secret).exists();
                // Killed when all was done, it says that the files are there.
                let is_done = ended.status == 1 && ended.stderr.contains("already exist");
                assert!(
                    is_complete && (ended.status == 0 || is_done),
                    "{shown}: {ended:?}"
                );
                let left = fs::read_dir(s.path("work/shop"))
                    .expect("a folder")
                    .flatten();
                let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
                let is_temporary =
                    |name: &&std::ffi::OsString| name.to_string_lossy().ends_with(".tmp");
                assert!(
                    is_done || !left.iter().any(|name| is_temporary(&name)),
                    "{shown}: {left:?}"
                );
                let open = uncovered(&s.path("work/shop"));
                assert!(
                    !open.iter().any(|path| path.contains(".env")),
                    "{shown}: {open:?}"
                );
            }
        }
    }
    assert!(count > 40, "{count} kills");
    injected("init_and_eject_can_be_killed_anywhere", count);
}

fn which(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|program| program.is_file())
}

fn strace_works() -> bool {
    let mut strace = Command::new("/usr/bin/strace");
    strace
        .args(["-qq", "-o", "/dev/null", "/bin/true"])
        .stderr(Stdio::null());
    spawn(&mut strace)
        .wait()
        .is_ok_and(|status| status.success())
}
