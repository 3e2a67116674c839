//! Logs of several containers are merged as they come: nothing is collected, and nobody waits for who is silent.

use crate::cluster::support::Home;
use crate::support::run::spawn;
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A docker with two containers, whose logs these commands print.
fn docker(home: &Home, server: &str, database: &str) {
    let container = |id: &str, service: &str, image: &str| {
        json!({
            "Id": id,
            "Name": format!("/{id}"),
            "Config": {"Image": image, "Labels": {"com.docker.compose.service": service}, "Env": []},
            "State": {"Status": "running"},
        })
    };
    let containers = json!([
        container("aaa", "prisma", "prismagraphql/prisma:1.8"),
        container("bbb", "db", "mysql:5.7"),
    ]);
    home.write("inspect.json", &containers.to_string());
    home.docker(&format!(
        "PATH=$PATH:/usr/bin:/bin\ncase \"$*\" in\n  ps*) printf 'aaa\\nbbb\\n' ;;\n  inspect*) cat \"$HOME/inspect.json\" ;;\n  \
         logs*aaa) {server} ;;\n  logs*bbb) {database} ;;\nesac"
    ));
}

fn home() -> Home {
    Home::with("clusters:\n  local:\n    host: 'http://localhost:4466'\n")
}

fn piped(home: &Home, args: &[&str]) -> Child {
    let mut command: Command = home.prisma("cluster", args).command();
    spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))
}

/// The most memory that a process held so far, in KiB; nothing once it has ended.
fn most_resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[test]
fn the_memory_for_logs_does_not_grow_with_them() {
    const BYTES: usize = 5_000_000;
    let home = home();
    let lines_of = |bytes: usize, text: &str| {
        let line = format!("2024-01-01T00:00:01.000000000Z {text} {}", "x".repeat(90));
        format!("yes '{line}' | head -c {bytes}")
    };
    let endless = |text: &str| lines_of(BYTES, text);
    // Of a document, which is longer.
    let fewer = |text: &str| lines_of(BYTES / 2, text);
    // One has no line breaks at all after its first.
    let long =
        format!("printf '2024-01-01T00:00:02.000000000Z '; head -c {BYTES} /dev/zero | tr '\\0' y");
    for (args, database) in [
        (&["logs", "--all"][..], endless("bbb")),
        (&["logs", "--all", "--since", "1h"], long),
        (&["logs", "--all", "--follow"], endless("bbb")),
        (&["logs", "--all", "-o", "json"], fewer("bbb")),
        (&["logs", "-o", "json"], "exit 9".to_owned()),
    ] {
        let server = if args.contains(&"json") {
            fewer("aaa")
        } else {
            endless("aaa")
        };
        docker(&home, &server, &database);
        let mut child = piped(&home, args);
        let mut stdout = child.stdout.take().expect("a pipe");
        let mut buffer = vec![0; 1 << 20];
        let (mut total, mut most) = (0, 0);
        loop {
            let count = stdout.read(&mut buffer).expect("reads");
            most = most.max(most_resident(child.id()).unwrap_or(0));
            total += count;
            if count == 0 {
                break;
            }
        }
        assert!(child.wait().expect("ends").success(), "{args:?}");
        assert!(total > BYTES / 2, "{args:?}: {total}");
        assert!(0 < most && most < 32 * 1024, "{args:?}: {most} KiB");
    }
}

#[test]
fn lines_are_in_the_order_of_time_across_blocks_and_streams() {
    let home = home();
    // Each the seconds of the other's gaps; every tenth line on the other stream.
    let seconds = |from: usize| {
        format!(
            "i={from}; while [ $i -lt 6000 ]; do \
               t=$(printf '%04d' $i); [ $((i % 10)) = 0 ] && exec 1>&2; \
               echo \"2024-01-01T00:00:00.${{t}}00000Z n$i\"; i=$((i + 2)); done"
        )
    };
    docker(&home, &seconds(0), &seconds(1));
    let shown = home.cluster(&["logs", "--all"]);
    let expected: String = (0..6000)
        .map(|n| format!("{} | n{n}\n", if n % 2 == 0 { "prisma" } else { "db    " }))
        .collect();
    assert_eq!(shown.stdout, expected);
    let json = home.cluster(&["logs", "--all", "-o", "json"]).json();
    let lines = json["data"]["lines"].as_array().expect("lines");
    let numbers = lines
        .iter()
        .map(|line| line["line"].as_str().expect("text"));
    assert!(numbers.eq((0..6000).map(|n| format!("n{n}"))));
}

/// A container's own order is docker's, also where its times are not: a clock that was set back moves nothing.
#[test]
fn the_order_of_one_container_is_kept() {
    let home = home();
    let lines = |times: &[&str]| {
        let line = |time: &&str| format!("2024-01-01T00:00:{time}.000000000Z at{time}\\n");
        format!("printf '{}'", times.iter().map(line).collect::<String>())
    };
    docker(&home, &lines(&["03", "01", "05"]), &lines(&["02", "04"]));
    let shown = home.cluster(&["logs", "--all"]);
    let order: Vec<&str> = shown
        .stdout
        .lines()
        .filter_map(|l| l.split(" | ").nth(1))
        .collect();
    assert_eq!(order, ["at02", "at03", "at01", "at04", "at05"]);
}

#[test]
fn a_silent_container_does_not_hold_back_the_lines_of_another() {
    let home = home();
    docker(
        &home,
        "printf '2024-01-01T00:00:02.000000000Z one\\n'; while [ ! -e \"$HOME/go\" ]; do sleep 0.01; done; \
         printf '2024-01-01T00:00:03.000000000Z two\\n'; exec sleep 60",
        "exec sleep 60",
    );
    let mut child = piped(&home, &["logs", "--all", "-f"]);
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut next = || lines.next().expect("a line").expect("reads");
    assert_eq!(next(), "prisma | one");
    home.write("go", "");
    assert_eq!(next(), "prisma | two");
    crate::support::run::send("TERM", &child.id().to_string());
    let status = child.wait().expect("ends");
    assert_eq!(status.code(), Some(143));
}

#[test]
fn a_log_that_fails_half_way_fails_the_command_and_leaves_a_whole_document() {
    let home = home();
    let line = "printf '2024-01-01T00:00:01.000000000Z one\\n'";
    docker(
        &home,
        &format!("{line}; sleep 0.3; echo 'Error: disk gone' >&2; exit 4"),
        line,
    );
    let shown = home.cluster(&["logs", "--all"]);
    assert_eq!(shown.stdout, "db     | one\nprisma | one\n");
    assert!(shown.stderr.contains("disk gone"), "{shown:?}");
    let shown = home.cluster(&["logs", "--all", "-o", "json"]);
    let document: serde_json::Value = serde_json::from_str(&shown.stdout).expect("a document");
    assert_eq!(document["ok"], false);
    assert_eq!(document["error"]["exit"], shown.status);
    assert_eq!(document["data"]["lines"].as_array().map(Vec::len), Some(2));
}

/// A reader that has seen enough ends the children too.
#[test]
fn the_end_of_a_pipe_is_the_end_of_the_logs() {
    let home = home();
    let endless = "exec yes '2024-01-01T00:00:01.000000000Z aaa'";
    docker(&home, endless, endless);
    let mut child = piped(&home, &["logs", "--all"]);
    let mut stdout = child.stdout.take().expect("a pipe");
    stdout.read_exact(&mut [0; 100]).expect("reads");
    drop(stdout);
    let end = std::time::Instant::now() + Duration::from_secs(60);
    while child.try_wait().expect("looks").is_none() {
        assert!(std::time::Instant::now() < end, "it never ends");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(child.wait().expect("ends").success());
}
