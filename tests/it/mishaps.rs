//! A disk that is full and a terminal that vanishes: nothing is lost, and the next run goes on.

use crate::support::engine::wait_until;
use crate::support::run::{PRISMA, spawn};
use crate::support::{Files, Sandbox, files, skip};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Runs a command with the home `$2` on a disk of its own with `$3` bytes of room; what is there afterwards goes to
/// `$4`. The disk goes with its namespace.
const ON_A_DISK: &str = r#"
mount -t tmpfs -o size=512k tmpfs "$1" || exit 99
cp -a "$2/." "$1" && mkdir "$4" || exit 99
dd if=/dev/zero of="$1/ballast" bs=4096 2>/dev/null
truncate -s "-$3" "$1/ballast"
mount --bind "$1" "$2" || exit 99
home=$2 kept=$4
shift 4
PATH=$SANDBOX PRISMA_HOME=$home "$@"
status=$?
rm "$home/ballast" && cp -a "$home/." "$kept" || exit 99
exit $status
"#;

const HOME: &str = "home/.prisma";

/// Runs it with so much room; its status, what it said, and the files it leaves. None where nobody may mount.
fn with_room(s: &Sandbox, words: &str, room: u32) -> Option<(i32, String, Files)> {
    let (disk, kept) = (s.path("disk"), s.path("kept"));
    let _ = fs::remove_dir_all(&kept);
    fs::create_dir_all(&disk).expect("a folder");
    let mut run = s.program("unshare", ["--mount", "/bin/sh", "-c", ON_A_DISK, "sh"]);
    let path = run.env.iter().find(|(name, _)| name == "PATH");
    let (_, path) = path.expect("set").clone();
    let arguments = [disk.into(), s.path(HOME).into(), room.to_string().into()];
    run.args.extend(arguments);
    run = run
        .args([kept.as_os_str(), PRISMA.as_ref()])
        .args(words.split(' '))
        .env("SANDBOX", path)
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    let ended = run.start().end();
    let (status, stderr) = (ended.status, ended.stderr);
    (kept.exists() && status != 99).then(|| (status, stderr, files(&kept)))
}

/// With more and more room: each file is as it was, or as it is to be.
fn on_a_full_disk(stage: impl Fn() -> Sandbox, words: &str) -> bool {
    let whole = stage();
    whole.run(words).succeeds();
    let after = files(&whole.path(HOME));
    for pages in 0..40 {
        let s = stage();
        let before = files(&s.path(HOME));
        let Some((status, stderr, left)) = with_room(&s, words, pages * 4096) else {
            return false;
        };
        // The history gets a line if there is room, and is said to lack one if not.
        let files = left
            .0
            .iter()
            .filter(|(path, _)| !path.starts_with("history"));
        for (path, entry) in files {
            let is_lock = path.extension().is_some_and(|ending| ending == "lock");
            let told = |of: &Sandbox, entry: Option<&_>| {
                without_checksum(&of.plain(&format!("{entry:?}")))
            };
            let now = told(&s, Some(entry));
            let same =
                now == told(&s, before.0.get(path)) || now == told(&whole, after.0.get(path));
            assert!(
                is_lock || same,
                "{words}, {pages} pages: {}: {now}",
                path.display()
            );
        }
        if status == 0 {
            assert!(pages > 0, "{words}: there was room");
            return true;
        }
        assert!(
            stderr.contains("no space left on device")
                && stderr.contains("hint: free some disk space"),
            "{words}, {pages} pages, {status}: {stderr}"
        );
        fs::remove_dir_all(s.path(HOME)).expect("is there");
        fs::rename(s.path("kept"), s.path(HOME)).expect("moves");
        s.run(words).succeeds();
    }
    panic!("{words}: never enough room");
}

/// The ports are in it, and differ.
fn without_checksum(text: &str) -> String {
    let mut parts = text.split("# checksum: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.get(16..).unwrap_or_default())
}

#[test]
fn a_full_disk_loses_nothing() {
    let far = "cluster add far --endpoint http://192.0.2.1 --no-check --secret-file secret";
    for words in [
        "local start",
        "local upgrade --to 1.2",
        far,
        "local delete --yes",
    ] {
        let stage = || {
            let s = match words {
                "local start" => Sandbox::with_cluster(),
                _ => Sandbox::with_running_cluster(),
            };
            s.write("work/secret", "s3cret-of-far");
            s
        };
        if !on_a_full_disk(stage, words) {
            skip("a full disk", "one of one's own takes root");
            return;
        }
    }
}

/// Hangs, and says which processes it and its parent, the program, are.
const HANG: &str = "echo $$ $PPID >\"$engine/hanging\"\nexec sleep 300\n";

#[test]
fn a_terminal_that_vanishes_ends_the_run_and_loses_nothing() {
    for (hook, words) in [
        ("compose-up", "local restart"),
        ("compose-down", "local nuke --yes"),
    ] {
        let s = Sandbox::with_running_cluster();
        s.engine.hook(hook, HANG);
        let before = s.files();
        let mut terminal = Command::new("/usr/bin/script");
        let run = format!("exec {PRISMA} {words}");
        terminal
            .args(["-qec", &run, "/dev/null"])
            .env_clear()
            .envs(s.env().iter().map(|(name, value)| (name, value)))
            .env("SHELL", "/bin/sh")
            .current_dir(s.path("work"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let terminal = script(&mut terminal);
        let Some(mut terminal) = terminal else {
            skip("a terminal that vanishes", "no `script`");
            return;
        };
        let hanging = s.engine.path().join("hanging");
        wait_until(words, || {
            fs::read_to_string(&hanging).is_ok_and(|ids| ids.ends_with('\n'))
        });
        let ids = fs::read_to_string(&hanging).expect("is there");
        terminal.kill().expect("is ours");
        terminal.wait().expect("ends");
        wait_until("nothing is left running", || {
            !ids.split_whitespace().any(lives)
        });
        assert_eq!(s.files(), before);
        s.engine.unhook(hook);
        s.run(words).succeeds();
    }
}

/// A terminal of its own for a program, in a process that can be killed.
fn script(command: &mut Command) -> Option<Child> {
    let is_there = Path::new("/usr/bin/script").exists();
    (cfg!(target_os = "linux") && is_there).then(|| spawn(command))
}

fn lives(id: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").map(|(_, rest)| rest);
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}
