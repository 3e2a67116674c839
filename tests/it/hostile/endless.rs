//! What never ends, or is longer than anything can be.

use super::special_files::fifo;
use crate::support::run::spawn;
use crate::support::{Sandbox, injected};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

const ADD: &str = "cluster add far --endpoint http://127.0.0.1:1 --no-check --secret-file";

fn service(s: &Sandbox) {
    s.write("work/datamodel.graphql", "type A { id: ID! @unique }\n");
    s.write(
        "work/prisma.yml",
        "endpoint: ${env:AT}\ndatamodel: datamodel.graphql\n",
    );
}

#[test]
fn one_signal_ends_reading_from_a_pipe_at_once() {
    let mut count = 0;
    for words in [format!("{ADD} pipe"), "deploy -e pipe".to_owned()] {
        for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 143)] {
            let s = Sandbox::new();
            service(&s);
            fifo(&s.path("work/pipe"));
            // Nobody at the other end, and somebody who writes nothing.
            for silent in [false, true] {
                let running = s.begin(&words);
                let mut other = None;
                if silent {
                    other = Some(fs::OpenOptions::new().write(true).open(s.path("work/pipe")));
                } else {
                    std::thread::sleep(Duration::from_millis(400));
                }
                running.signal(signal);
                let ended = s.end(running);
                assert_eq!(ended.status, status, "{words}: {ended:?}");
                drop(other);
                count += 1;
            }
        }
    }
    injected("one_signal_ends_reading_from_a_pipe_at_once", count);
}

#[test]
fn one_signal_ends_reading_a_secret_from_standard_input() {
    for (signal, status) in [("INT", 130), ("TERM", 143), ("HUP", 143)] {
        let s = Sandbox::new();
        let mut command = s.prisma(&format!("{ADD} -")).command();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = spawn(&mut command);
        let held = child.stdin.take();
        std::thread::sleep(Duration::from_millis(500));
        crate::support::run::send(signal, &child.id().to_string());
        let ended = child.wait().expect("ends");
        assert_eq!(ended.code(), Some(status), "{signal}");
        drop(held);
    }
    injected("one_signal_ends_reading_a_secret_from_standard_input", 3);
}

#[test]
fn a_pipe_with_somebody_at_its_other_end_is_read() {
    let s = Sandbox::new();
    let pipe = s.path("work/pipe");
    fifo(&pipe);
    let write = |text: &'static str| {
        let pipe = pipe.clone();
        std::thread::spawn(move || fs::write(pipe, text).expect("writes"))
    };
    let writer = write("the secret\n");
    s.run(&format!("{ADD} pipe")).succeeds();
    writer.join().expect("ends");
    assert!(s.read("home/.prisma/config.yml").contains("the secret"));
    service(&s);
    let writer = write("AT=http://127.0.0.1:1/from-the-pipe/dev\n");
    let ended = s.run("deploy -e pipe");
    writer.join().expect("ends");
    assert!(ended.stderr.contains("127.0.0.1:1"), "{ended:?}");
    let ended = s.run("deploy -e /dev/null");
    assert!(
        ended.status == 6 && ended.stderr.contains("AT"),
        "{ended:?}"
    );
    injected("a_pipe_with_somebody_at_its_other_end_is_read", 3);
}

#[test]
fn what_is_too_long_is_refused_and_not_cut() {
    let s = Sandbox::new();
    let secret = "s".repeat((64 << 10) + 1);
    s.write("work/long", &secret);
    s.write("home/.prisma/config.yml", "clusters: {}\n");
    let too_long = "it is longer than 64 KiB";
    let ended = s.run(&format!("{ADD} long"));
    assert!(
        ended.status == 1 && ended.stderr.contains(too_long),
        "{ended:?}"
    );
    let ended = s.end(s.prisma(&format!("{ADD} -")).input(secret.clone()).start());
    assert!(
        ended.status == 1 && ended.stderr.contains(too_long),
        "{ended:?}"
    );
    let exact = &secret[..64 << 10];
    s.end(s.prisma(&format!("{ADD} -")).input(exact).start())
        .succeeds();
    assert!(s.read("home/.prisma/config.yml").contains(exact));

    let mut command = s.prisma(&format!("{ADD} -")).command();
    command.stdin(fs::File::open("/dev/zero").expect("opens"));
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = spawn(&mut command);
    let mut said = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut said)
        .expect("text");
    assert_eq!(child.wait().expect("ends").code(), Some(1));
    assert!(said.contains(too_long), "{said}");
    injected("what_is_too_long_is_refused_and_not_cut", 3);
}

#[test]
fn every_file_has_a_longest_length() {
    const READS: [(&str, &str); 7] = [
        ("home/.prisma/config.yml", "cluster list"),
        (
            "home/.prisma/clusters/local/cluster.yml",
            "local start --no-wait",
        ),
        (
            "home/.prisma/clusters/local/docker-compose.yml",
            "local start --no-wait",
        ),
        ("home/.prisma/history/local.jsonl", "local history"),
        ("work/prisma.yml", "deploy"),
        ("work/datamodel.graphql", "deploy"),
        ("work/.env", "deploy"),
    ];
    for (file, words) in READS {
        let s = Sandbox::with_cluster();
        service(&s);
        sparse(&s.path(file));
        let ended = s.run(words);
        let said = "it is longer than 64 MiB";
        assert!(
            ended.status != 0 && ended.stderr.contains(said),
            "{words}: {ended:?}"
        );
    }
    injected("every_file_has_a_longest_length", READS.len());
}

/// A file of 20 GB that takes no place on the disk.
fn sparse(path: &Path) {
    fs::create_dir_all(path.parent().expect("has one")).expect("folders");
    let file = fs::File::create(path).expect("a file");
    file.set_len(20 << 30).expect("a length");
}

#[test]
fn a_secret_typed_at_a_terminal_is_not_shown() {
    for words in ["-", "/dev/stdin"] {
        let s = Sandbox::new();
        let mut terminal = s.at_terminal(&format!("{ADD} {words}"));
        terminal.shows("ecret");
        terminal.types("geheim\r");
        let left = terminal.end();
        assert_eq!(left.status, 0, "{}", left.sent);
        assert!(
            !left.sent.contains("geheim") && left.echoes,
            "{}",
            left.sent
        );
        assert!(s.read("home/.prisma/config.yml").contains("geheim"));
    }
    injected("a_secret_typed_at_a_terminal_is_not_shown", 2);
}

#[test]
fn a_report_into_a_full_device_says_so() {
    let s = Sandbox::new();
    let ended = s.run("doctor --bundle /dev/full");
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stderr.contains("no space left"), "{ended:?}");
    injected("a_report_into_a_full_device_says_so", 1);
}
