//! What must hold whatever happens to the process, the disk or the neighbours.

use crate::support::run::spawn;
use crate::support::{output, skip};
use prisma_cli::testing::config::registry::{self, NewEntry, Registry, Saved};
use prisma_cli::testing::error::{Kind, Result};
use prisma_cli::testing::interrupt::Interrupt;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CHILD: &str = "REGISTRY_TEST_CHILD";
const BASE: &str = "# mine\nclusters:\n  base:\n    host: 'http://base'\n";

fn entry(name: &str) -> NewEntry {
    NewEntry {
        name: name.to_owned(),
        host: format!("http://{name}"),
        secret: Some("line\r\n".repeat(300).into()),
        replaces: true,
    }
}

fn save(path: &Path, entry: &NewEntry) -> Result<Saved> {
    registry::save(path, entry, &|_| None, &Interrupt::default())
}

fn remove(path: &Path, name: &str) -> Result<bool> {
    registry::remove(path, name, &Interrupt::default())
}

fn names(path: &Path) -> BTreeSet<String> {
    let registry = Registry::load(path, &|_| None).expect("is readable");
    registry.names().map(str::to_owned).collect()
}

/// This test binary again, as a process that only does what [`child`] is told.
fn start(path: &Path, job: &str) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("is known"));
    command
        .args(["--exact", "registry::safety::child"])
        .env(CHILD, format!("{job}={}", path.display()))
        .stdout(Stdio::piped());
    spawn(&mut command)
}

fn succeeds(command: &mut Command) -> bool {
    output(command).is_ok_and(|output| output.status.success())
}

/// Not a test by itself: what the processes of the tests below do.
#[test]
fn child() {
    let Ok(told) = std::env::var(CHILD) else {
        return;
    };
    let (job, path) = told.split_once('=').expect("has a job");
    let path = Path::new(path);
    match job {
        "toggle" => loop {
            // Past the test harness's own capturing: the parent waits for it.
            writeln!(std::io::stdout(), "toggling").expect("is heard");
            save(path, &entry("toggled")).expect("saves");
            remove(path, "toggled").expect("removes");
        },
        name => {
            save(path, &entry(name)).expect("saves");
        }
    }
}

#[test]
fn many_processes_lose_nothing() {
    let home = tempfile::tempdir().expect("temporary folder");
    let path = home.path().join("config.yml");
    fs::write(&path, BASE).expect("writes");
    let wanted: Vec<String> = (0..16).map(|n| format!("cluster-{n}")).collect();
    let children: Vec<Child> = wanted.iter().map(|name| start(&path, name)).collect();
    for mut child in children {
        assert!(child.wait().expect("ends").success());
    }
    let mut expected: BTreeSet<String> = wanted.into_iter().collect();
    expected.insert("base".to_owned());
    assert_eq!(names(&path), expected);
    assert!(fs::read_to_string(&path).expect("reads").starts_with(BASE));
}

#[test]
fn a_killed_process_leaves_the_old_file_or_the_new_one() {
    let home = tempfile::tempdir().expect("temporary folder");
    let path = home.path().join("config.yml");
    // Large enough that writing takes a while.
    let filler: String = (0..2_000)
        .map(|n| format!("# {n} {}\n", "x".repeat(100)))
        .collect();
    let old = format!("{filler}{BASE}");
    fs::write(&path, &old).expect("writes");
    save(&path, &entry("toggled")).expect("saves");
    let new = fs::read_to_string(&path).expect("reads");
    let begun = Instant::now();
    for _ in 0..10 {
        remove(&path, "toggled").expect("removes");
        save(&path, &entry("toggled")).expect("saves");
    }
    let cycle = begun.elapsed() / 10;
    let mut seen = [0, 0];
    let mut random = std::process::id();
    for _ in 0..60 {
        let mut child = start(&path, "toggle");
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let mut output = BufReader::new(child.stdout.take().expect("is piped")).lines();
        assert!(output.any(|line| line.is_ok_and(|line| line == "toggling")));
        std::thread::sleep(cycle.mul_f64(1.5 * f64::from(random) / f64::from(u32::MAX)));
        child.kill().expect("is ours");
        child.wait().expect("ends");
        let left = fs::read_to_string(&path).expect("reads");
        assert!(left == old || left == new, "{} bytes left", left.len());
        seen[usize::from(left == new)] += 1;
    }
    assert!(
        seen.iter().all(|count| *count > 0),
        "only one state was seen: {seen:?}"
    );
    fs::write(home.path().join(".config.yml-0abc.tmp"), "half").expect("writes");
    // What the killed ones left beside the file goes with the next edit.
    save(&path, &entry("last")).expect("saves");
    let files: BTreeSet<PathBuf> = fs::read_dir(home.path())
        .expect("lists")
        .map(|entry| entry.expect("lists").path())
        .collect();
    let expected = [path.clone(), home.path().join("config.yml.lock")];
    assert_eq!(files, BTreeSet::from(expected));
}

#[test]
fn a_full_disk_is_told_and_changes_nothing() {
    let home = tempfile::tempdir().expect("temporary folder");
    let mut mount = Command::new("mount");
    mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]);
    if !succeeds(mount.arg(home.path())) {
        skip(
            "the registry on a full disk",
            "mounting a small one takes root",
        );
        return;
    }
    let path = home.path().join("config.yml");
    let full = format!("{BASE}{}", "# filler\n".repeat(4_000));
    fs::write(&path, &full).expect("writes");
    let failure = save(&path, &entry("new"));
    let left = fs::read_to_string(&path);
    let files = fs::read_dir(home.path()).expect("lists").count();
    succeeds(Command::new("umount").arg(home.path()));
    let failure = failure.expect_err("there is no room");
    assert_eq!(failure.kind, Kind::Io);
    let told = format!(
        "could not write `{}`: no space left on device",
        path.display()
    );
    assert_eq!(failure.message(), told);
    assert!(
        failure.hints[0].starts_with("free some disk space"),
        "{failure:?}"
    );
    assert_eq!(left.expect("reads"), full);
    assert_eq!(files, 2, "no temporary file is left");
}

#[test]
fn a_read_only_disk_is_told_unless_there_is_nothing_to_write() {
    let home = tempfile::tempdir().expect("temporary folder");
    let path = home.path().join("config.yml");
    fs::write(&path, BASE).expect("writes");
    save(&path, &entry("there")).expect("saves");
    let before = fs::read_to_string(&path).expect("reads");
    fs::remove_file(home.path().join("config.yml.lock")).expect("removes");
    let restore = read_only(home.path());
    let Some(restore) = restore else {
        skip(
            "the registry in a read-only folder",
            "root may write it, and cannot mount",
        );
        return;
    };
    let nothing = save(&path, &entry("there"));
    let gone = remove(&path, "nobody");
    let failure = save(&path, &entry("new"));
    restore(home.path());
    assert_eq!(nothing, Ok(Saved::Unchanged));
    assert_eq!(gone, Ok(false));
    let failure = failure.expect_err("cannot be written");
    assert_eq!(failure.kind, Kind::Io);
    let lock = home.path().join("config.yml.lock");
    let told = format!("could not lock `{}`: ", lock.display());
    assert!(failure.message().starts_with(&told), "{failure}");
    assert!(!failure.hints.is_empty());
    assert_eq!(fs::read_to_string(&path).expect("reads"), before);
}

/// Makes a folder read-only by its mode, or as root by a mount; gives what undoes it.
fn read_only(folder: &Path) -> Option<fn(&Path)> {
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(folder, mode(0o500)).expect("chmod");
    if fs::write(folder.join("probe"), "").is_err() {
        return Some(|folder| {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).expect("chmod");
        });
    }
    fs::remove_file(folder.join("probe")).expect("removes");
    let mount = |args: &[&str]| {
        let mut mount = Command::new("mount");
        succeeds(mount.args(args).arg(folder))
    };
    let name = folder.to_str()?;
    if !mount(&["--bind", name]) {
        return None;
    }
    let undo: fn(&Path) = |folder| {
        succeeds(Command::new("umount").arg(folder));
    };
    if mount(&["-o", "remount,bind,ro"]) {
        return Some(undo);
    }
    undo(folder);
    None
}

#[test]
fn a_symlink_stays_and_both_ways_to_the_file_share_a_lock() {
    let home = tempfile::tempdir().expect("temporary folder");
    let real = home.path().join("real.yml");
    fs::write(&real, BASE).expect("writes");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("chmod");
    let link = home.path().join("config.yml");
    symlink("real.yml", &link).expect("symlink");
    assert_eq!(save(&link, &entry("a")), Ok(Saved::Added));
    assert_eq!(save(&real, &entry("b")), Ok(Saved::Added));
    assert!(link.is_symlink());
    assert_eq!(names(&link), ["a", "b", "base"].map(str::to_owned).into());
    let mode = fs::metadata(&real).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(home.path().join("real.yml.lock").exists());
    assert!(!home.path().join("config.yml.lock").exists());
}

#[test]
fn a_new_registry_is_private_and_looking_makes_none() {
    let home = tempfile::tempdir().expect("temporary folder");
    let path = home.path().join(".prisma/config.yml");
    assert_eq!(remove(&path, "x"), Ok(false));
    assert!(names(&path).is_empty());
    assert!(!home.path().join(".prisma").exists());
    save(&path, &entry("a")).expect("saves");
    let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&home.path().join(".prisma")), 0o700);
    let load = || Registry::load(&path, &|_| None).expect("is readable");
    assert!(load().warnings().is_empty());
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("chmod");
    assert!(load().warnings()[0].ends_with(&format!("run `chmod 600 {}`", path.display())));
}

#[test]
fn nothing_to_change_writes_nothing() {
    let home = tempfile::tempdir().expect("temporary folder");
    let path = home.path().join("config.yml");
    save(&path, &entry("a")).expect("saves");
    let stamp = || {
        fs::metadata(&path)
            .and_then(|m| m.modified())
            .expect("is there")
    };
    let before = stamp();
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(save(&path, &entry("a")), Ok(Saved::Unchanged));
    assert_eq!(remove(&path, "b"), Ok(false));
    assert_eq!(stamp(), before);
}
