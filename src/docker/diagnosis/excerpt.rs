//! The lines of a container's log that say why it ended, without stack traces and private values.

use crate::process::TAIL_LINES;
use crate::secret::redact::{scrub, without_quotes};

/// How many of a log's last lines to read: Postgres' driver logs 300 lines before the one that matters.
pub const LOG_LINES: usize = 1000;

/// Where the message of an exception that ends a server begins.
const ENDS: &[&str] = &[
    "Exception in thread \"main\"",
    "Fatal error during deployment worker initialization",
    "shutting down JVM since",
];

/// What a log says about the end of its program.
#[derive(Debug, PartialEq, Eq)]
pub enum Excerpt {
    /// The last exception that ended a server: its message and causes.
    Exception(Vec<String>),
    /// The last lines of any other program.
    Tail(Vec<String>),
}

impl Excerpt {
    pub fn text(self) -> String {
        let (Excerpt::Exception(lines) | Excerpt::Tail(lines)) = self;
        lines.join("\n")
    }
}

/// Reads the end of a log.
pub fn excerpt(log: &str) -> Excerpt {
    let lines: Vec<&str> = log.lines().collect();
    let ends = |line: &&str| ENDS.iter().any(|end| line.contains(end));
    let mut kept: Vec<&str> = match lines.iter().rposition(ends) {
        Some(at) => exception(&lines[at..]),
        None => lines.into_iter().filter(|line| !is_frame(line)).collect(),
    };
    let is_exception = kept.first().is_some_and(ends);
    kept.retain(|line| !line.trim().is_empty());
    if is_exception {
        kept.truncate(TAIL_LINES);
    } else {
        kept.drain(..kept.len().saturating_sub(TAIL_LINES));
    }
    let shown = |line: &str| scrub(&without_quotes(line));
    let kept = kept.into_iter().map(shown).collect();
    if is_exception {
        Excerpt::Exception(kept)
    } else {
        Excerpt::Tail(kept)
    }
}

/// The message of an exception and its causes, up to the first line of something else. Frames separate the messages;
/// an indented line quotes the configuration, which may be secret.
fn exception<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    let is_cause = |line: &str| line.starts_with("Caused by:");
    let is_detail = |line: &str| {
        ["Detail:", "Hint:"]
            .iter()
            .any(|at| line.trim_start().starts_with(at))
    };
    let mut kept = Vec::new();
    let mut after_frames = false;
    for line in lines {
        if is_frame(line) {
            after_frames = true;
        } else if after_frames && !is_cause(line) && !line.trim().is_empty() {
            break;
        } else {
            after_frames = after_frames && !is_cause(line);
            if !line.starts_with("  ") || is_detail(line) {
                kept.push(*line);
            }
        }
    }
    kept
}

/// Whether a line is of a stack trace: `at …` or `... 12 more`, indented.
fn is_frame(line: &str) -> bool {
    let Some(rest) = line.strip_prefix(['\t', ' ']) else {
        return false;
    };
    let rest = rest.trim_start();
    rest.starts_with("at ") && rest.ends_with(')')
        || rest.starts_with("... ") && rest.ends_with(" more")
}
