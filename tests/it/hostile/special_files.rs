//! Pipes, sockets and devices where files are expected: never read blindly, never replaced.

use crate::support::engine::wait_until;
use crate::support::run::spawn;
use crate::support::{Sandbox, injected, same, skip};
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Stdio;

pub fn fifo(path: &Path) {
    fs::create_dir_all(path.parent().expect("has one")).expect("folders");
    let _ = fs::remove_file(path);
    mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).expect("a FIFO");
}

/// A node of its own like `/dev/null`; `false` where the system refuses.
fn null(path: &Path) -> bool {
    let mode = Mode::from_raw_mode(0o666);
    let made = mknodat(CWD, path, FileType::CharacterDevice, mode, makedev(1, 3));
    if made.is_err() || fs::OpenOptions::new().write(true).open(path).is_err() {
        skip(
            "a device in the place of a file",
            "no device node can be made here",
        );
        return false;
    }
    true
}

/// What takes the place of a file, and what is said of it.
const KINDS: [(&str, &str); 3] = [
    ("pipe", "it is a named pipe, not a file"),
    ("socket", "it is a socket, not a file"),
    ("endless", "it is a device, not a file"),
];

fn put(kind: &str, path: &Path) {
    fs::create_dir_all(path.parent().expect("has one")).expect("folders");
    let _ = fs::remove_file(path);
    match kind {
        "pipe" => fifo(path),
        "socket" => drop(UnixListener::bind(path).expect("a socket")),
        _ => symlink("/dev/zero", path).expect("a link"),
    }
}

/// Runs that read a file, and whether they can do without it.
const READS: [(&str, &str, bool); 15] = [
    ("home/.prisma/config.yml", "cluster list", false),
    ("home/.prisma/config.yml", "cluster remove far --yes", false),
    (
        "home/.prisma/config.yml",
        "cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-env NONE",
        false,
    ),
    (
        "home/.prisma/clusters/local/cluster.yml",
        "local start --no-wait",
        false,
    ),
    (
        "home/.prisma/clusters/local/docker-compose.yml",
        "local start --no-wait",
        false,
    ),
    (
        "home/.prisma/clusters/local/.env",
        "local delete --yes",
        false,
    ),
    ("home/.prisma/history/local.jsonl", "local history", false),
    (
        "home/.prisma/history/local.jsonl",
        "local start --no-wait",
        true,
    ),
    ("home/.prisma/clusters/local/cluster.yml", "doctor", true),
    // It is not found then.
    ("work/prisma.yml", "deploy", true),
    ("work/datamodel.graphql", "deploy", false),
    ("work/.env", "deploy", false),
    ("work/.gitignore", "init --database postgres", false),
    (
        "work/secret",
        "cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-file secret",
        false,
    ),
    ("home/.docker/config.json", "doctor", true),
];

#[test]
fn what_is_no_file_is_not_read_but_named() {
    let mut count = 0;
    for (file, words, is_optional) in READS {
        for (kind, said) in KINDS {
            // A pipe that the user names may have somebody at its other end.
            if file == "work/secret" && kind == "pipe" {
                continue;
            }
            let mut s = Sandbox::with_cluster();
            s.set("NONE", "secret");
            s.write("work/datamodel.graphql", "type A { id: ID! @unique }\n");
            s.write(
                "work/prisma.yml",
                "endpoint: http://127.0.0.1:1/a/b\ndatamodel: datamodel.graphql\n",
            );
            if words.starts_with("init") {
                fs::remove_file(s.path("work/prisma.yml")).expect("is there");
                fs::remove_file(s.path("work/datamodel.graphql")).expect("is there");
            }
            let path = s.path(file);
            put(kind, &path);
            let before = path.metadata().expect("is there");
            let ended = s.run(words);
            let shown = format!("`{words}` with {file} as a {kind}: {ended:?}");
            if !is_optional {
                assert!(ended.stderr.contains(said), "{shown}");
                assert!(matches!(ended.status, 1 | 6), "{shown}");
            }
            let after = path.metadata().expect("is still there");
            assert_eq!(
                (before.dev(), before.ino()),
                (after.dev(), after.ino()),
                "{shown}"
            );
            count += 1;
        }
    }
    injected("what_is_no_file_is_not_read_but_named", count);
}

#[test]
fn a_lock_that_is_no_file_of_ours_is_neither_waited_for_nor_emptied() {
    let words = "cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-env NONE";
    for kind in ["pipe", "socket", "link", "other name"] {
        let mut s = Sandbox::new();
        s.set("NONE", "secret");
        s.write("home/.prisma/config.yml", "clusters: {}\n");
        s.write("home/precious", "precious\n");
        let (lock, other) = (
            s.path("home/.prisma/config.yml.lock"),
            s.path("home/precious"),
        );
        match kind {
            "link" => symlink(&other, &lock).expect("a link"),
            "other name" => fs::hard_link(&other, &lock).expect("a name"),
            kind => put(kind, &lock),
        }
        let ended = s.run(words);
        assert_eq!(ended.status, 1, "{kind}: {ended:?}");
        assert!(ended.stderr.contains("could not lock"), "{kind}: {ended:?}");
        assert_eq!(s.read("home/precious"), "precious\n", "{kind}");
        assert_eq!(
            s.read("home/.prisma/config.yml"),
            "clusters: {}\n",
            "{kind}"
        );
    }
    injected(
        "a_lock_that_is_no_file_of_ours_is_neither_waited_for_nor_emptied",
        4,
    );
}

#[test]
fn a_report_goes_where_no_file_is_and_replaces_nothing() {
    let s = Sandbox::new();
    let pipe = s.path("work/pipe");
    fifo(&pipe);
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("a text")
    });
    s.run("doctor --bundle pipe");
    let text = reader.join().expect("ends");
    assert!(text.starts_with("report of `prisma doctor`"), "{text}");
    assert!(fs::metadata(&pipe).expect("is there").file_type().is_fifo());

    for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        // Into a file: what is written before and after must be there too.
        let ended = s.run(&format!("doctor --bundle {path}"));
        assert!(
            ended.stdout.starts_with("report of `prisma doctor`"),
            "{path}: {}",
            ended.stdout
        );
        assert!(
            ended.stdout.contains("\n== environment =="),
            "{path}: {}",
            ended.stdout
        );
    }
    let mut at_pipe = s.prisma("doctor --bundle /dev/stdout").command();
    at_pipe
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let ended = spawn(&mut at_pipe).wait_with_output().expect("ends");
    assert!(ended.stdout.starts_with(b"report of `prisma doctor`"));

    let socket = s.path("work/socket");
    let _listener = UnixListener::bind(&socket).expect("a socket");
    for force in ["", " --force"] {
        let ended = s.run(&format!("doctor --bundle socket{force}"));
        assert_eq!(ended.status, 1, "{ended:?}");
        assert!(
            fs::metadata(&socket)
                .expect("is there")
                .file_type()
                .is_socket()
        );
    }
    let mut count = 7;
    let device = s.path("work/null");
    if null(&device) {
        for force in ["", " --force"] {
            let before = device.metadata().expect("is there").ino();
            s.run(&format!("doctor --bundle null{force}"));
            let after = device.metadata().expect("is there");
            assert!(after.file_type().is_char_device() && after.ino() == before);
            count += 1;
        }
    }
    injected("a_report_goes_where_no_file_is_and_replaces_nothing", count);
}

#[test]
fn nobody_at_the_other_end_of_a_pipe_keeps_a_command_from_ending() {
    let s = Sandbox::new();
    fifo(&s.path("work/pipe"));
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let running = s.begin("doctor --bundle pipe");
        let pid = running.id();
        wait_until("the report is about to be written", || {
            let tasks = fs::read_dir(format!("/proc/{pid}/task"))
                .into_iter()
                .flatten();
            tasks.count() > 1 || !Path::new("/proc").exists()
        });
        std::thread::sleep(std::time::Duration::from_millis(300));
        running.signal(signal);
        let ended = s.end(running);
        assert_eq!(ended.status, status, "{ended:?}");
    }
    injected(
        "nobody_at_the_other_end_of_a_pipe_keeps_a_command_from_ending",
        2,
    );
}

#[test]
fn files_of_an_ejected_folder_that_are_none_are_kept_even_with_force() {
    for kind in ["pipe", "socket", "endless"] {
        let s = Sandbox::with_cluster();
        put(kind, &s.path("work/.env"));
        let before = s.path("work/.env").metadata().expect("is there").ino();
        let ended = s.run("local eject --force");
        assert_eq!(ended.status, 1, "{kind}: {ended:?}");
        assert!(
            ended.stderr.contains("could not write"),
            "{kind}: {ended:?}"
        );
        let after = s.path("work/.env").metadata().expect("is there").ino();
        same("the device", &after.to_string(), &before.to_string());
        assert!(
            !s.path("work/docker-compose.yml").exists(),
            "{kind}: all or nothing"
        );
    }
    injected(
        "files_of_an_ejected_folder_that_are_none_are_kept_even_with_force",
        3,
    );
}

#[test]
fn images_go_into_a_pipe_and_never_come_from_one() {
    let s = Sandbox::with_cluster();
    let pipe = s.path("work/pipe");
    fifo(&pipe);
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).expect("bytes")
    });
    let ended = s.run("local images save pipe");
    let bytes = reader.join().expect("ends");
    assert!(bytes.starts_with(&[0x1f, 0x8b]), "{ended:?}");
    assert!(fs::metadata(&pipe).expect("is there").file_type().is_fifo());
    let ended = s.run("local images load pipe");
    assert!(
        ended.status != 0 && ended.stderr.contains("it is a named pipe"),
        "{ended:?}"
    );
    injected("images_go_into_a_pipe_and_never_come_from_one", 2);
}
