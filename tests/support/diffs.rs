//! Announced changes of a file against what `diff -u` says of the file before and after.

use super::files::{Entry, Files};
use super::run::spawn;
use super::same;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What stands for a secret.
const MASK: &str = "********";

/// Sees that `announced` is the change from `before` to `after`: the same hunks, the same lines, and a
/// secret left out at most where there was one.
#[track_caller]
pub fn is_change(path: &str, announced: &str, before: &Files, after: &Files) {
    let (old, new) = (text(before, path), text(after, path));
    let real = unified(old, new);
    let masked = announced.lines().chain([""; 1]);
    let real = real.lines().chain([""; 1]);
    let pairs: Vec<(&str, &str)> = masked.zip(real).collect();
    let alike: String = pairs.iter().map(|(ours, real)| hide(ours, real)).collect();
    let ours: String = announced.lines().map(|line| format!("{line}\n")).collect();
    same(
        &format!("the change of {path}"),
        &ours,
        alike.trim_end_matches(' '),
    );
}

/// The real line as it should have been announced.
fn hide(ours: &str, real: &str) -> String {
    if ours.is_empty() && real.is_empty() {
        return String::new();
    }
    // Made anew in each run, so that of the dry one is another.
    let is_random = |line: &str| line.starts_with("+# checksum: ");
    if is_random(ours) && is_random(real) {
        return format!("{ours}\n");
    }
    match ours.split_once(MASK) {
        Some((begin, end)) if real.starts_with(begin) && real.ends_with(end) => {
            format!("{ours}\n")
        }
        _ => format!("{real}\n"),
    }
}

fn text<'a>(files: &'a Files, path: &str) -> &'a str {
    match files.0.get(Path::new(path)) {
        Some(Entry::File { content, .. }) => content,
        _ => "",
    }
}

/// What the program `diff` says, without its first two lines.
fn unified(old: &str, new: &str) -> String {
    let mut before = tempfile::NamedTempFile::new().expect("a file");
    before.write_all(old.as_bytes()).expect("writes");
    let mut diff = Command::new("diff");
    diff.args(["-u".as_ref(), before.path().as_os_str(), "-".as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = spawn(&mut diff);
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(new.as_bytes()).expect("reads");
    drop(stdin);
    let out = child.wait_with_output().expect("ends").stdout;
    let out = String::from_utf8_lossy(&out).into_owned();
    out.lines()
        .skip(2)
        .map(|line| format!("{line}\n"))
        .collect()
}
