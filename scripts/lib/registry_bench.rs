//! How long the cluster registry takes at 10, 1 000 and 10 000 clusters:
//! `cargo run --release --example registry_bench [FOLDER]`.
//!
//! `load` reads everything; `add`, `change` and `remove` are whole edits: lock, read, edit, check,
//! write and sync. Each figure is the median of several runs.

#![allow(clippy::disallowed_methods, clippy::print_stdout)]

use prisma_cli::testing::config::registry::{NewEntry, Registry, remove, save};
use prisma_cli::testing::error::{Failure, Kind, Tried};
use prisma_cli::testing::interrupt::Interrupt;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const RUNS: usize = 9;

fn pem() -> String {
    let line = "MIIEpAIBAAKCAQEAx0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJK";
    let body = format!("{line}\r\n").repeat(25);
    format!("-----BEGIN RSA PRIVATE KEY-----\r\n{body}-----END RSA PRIVATE KEY-----\r\n")
}

/// A registry of `count` clusters as the old CLI or we would have written it.
fn block(count: usize, secret: &str) -> String {
    let secret = secret.replace("\r\n", "\\r\\n");
    (0..count).fold("clusters:\n".to_owned(), |mut text, n| {
        let _ = write!(
            text,
            "  cluster-{n}:\n    host: 'http://10.0.0.1:{n}'\n    clusterSecret: \"{secret}\"\n"
        );
        text
    })
}

/// The same in a shape only the parsers read.
fn flow(count: usize, secret: &str) -> String {
    let secret = secret.replace("\r\n", "\\r\\n");
    (0..count).fold("clusters:\n".to_owned(), |mut text, n| {
        let _ = writeln!(
            text,
            "  cluster-{n}: {{host: 'http://10.0.0.1:{n}', clusterSecret: \"{secret}\"}}"
        );
        text
    })
}

fn median(mut run: impl FnMut() -> Result<(), Failure>) -> Result<Duration, Failure> {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        run()?;
        times.push(begun.elapsed());
    }
    times.sort();
    Ok(times[RUNS / 2])
}

fn measure(path: &Path, text: &str, secret: &str) -> Result<[Duration; 4], Failure> {
    let interrupt = Interrupt::default();
    let entry = |port: u16| NewEntry {
        name: "fresh".to_owned(),
        host: format!("http://10.0.0.2:{port}"),
        secret: Some(secret.into()),
        replaces: true,
    };
    fs::write(path, text).tried(Kind::Io, "could not prepare the benchmark")?;
    let load = median(|| Registry::load(path, &|_| None).map(|_| ()))?;
    let mut port = 0;
    let (mut adds, mut removes) = (Vec::new(), Vec::new());
    let mut changes = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        save(path, &entry(0), &|_| None, &interrupt)?;
        adds.push(begun.elapsed());
        port += 1;
        let begun = Instant::now();
        save(path, &entry(port), &|_| None, &interrupt)?;
        changes.push(begun.elapsed());
        let begun = Instant::now();
        remove(path, "fresh", &interrupt)?;
        removes.push(begun.elapsed());
    }
    let middle = |mut times: Vec<Duration>| {
        times.sort();
        times[RUNS / 2]
    };
    Ok([load, middle(adds), middle(changes), middle(removes)])
}

fn main() -> Result<(), Failure> {
    let home = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let home = home.tried(Kind::Io, "could not prepare the benchmark")?;
    let path = home.path().join("config.yml");
    let pem = pem();
    println!(
        "{:<22}{:>9}{:>9}{:>9}{:>9}{:>9}   ms",
        "", "size", "load", "add", "change", "remove"
    );
    for (title, make, secret) in [
        (
            "short secrets",
            block as fn(usize, &str) -> String,
            "my-secret-42",
        ),
        ("PEM secrets", block, pem.as_str()),
        ("flow style, short", flow, "my-secret-42"),
        ("flow style, PEM", flow, pem.as_str()),
    ] {
        let mut last: Option<[Duration; 4]> = None;
        for count in [10, 1_000, 10_000] {
            let text = make(count, secret);
            let times = measure(&path, &text, secret)?;
            let shown: String = times
                .iter()
                .map(|t| format!("{:>9.1}", t.as_secs_f64() * 1e3))
                .collect();
            print!("{title:<14}{count:>8}{:>7} kB{shown}", text.len() / 1024);
            if let Some(last) = last {
                let ratio: Vec<String> = times
                    .iter()
                    .zip(last)
                    .map(|(now, then)| format!("{:.1}", now.as_secs_f64() / then.as_secs_f64()))
                    .collect();
                print!("   x {}", ratio.join(" "));
            }
            println!();
            last = Some(times);
        }
    }
    Ok(())
}
