//! Failures of docker and docker-compose, explained in the user's terms.
//!
//! They are recognised by their output, for docker-compose v1 and v2 and several versions of docker.
//! Any other failure is reported as the command, its status and its last lines.

mod container;
mod engine;
mod excerpt;
mod images;
mod programs;
mod start;

use super::credentials;
use crate::env::Env;
use crate::error::{Failure, Kind};
use crate::process::{self, Invocation, Outcome, ProcessError};

pub use container::{Ending, LISTENS, LOCK, LOCKED, why_it_does_not_answer, why_it_ended};
pub use engine::MUTE;
pub use excerpt::{LOG_LINES, excerpt};
pub use programs::INSTALL;
pub use start::LOST_NETWORK;

/// A known failure: its output, its meaning and its remedy.
struct Known {
    /// Any of these in a line of the output; `*` matches anything.
    needles: &'static [&'static str],
    kind: Kind,
    /// Explains the recognised line.
    tell: fn(&str) -> Cause,
}

/// Placeholder in a remedy for the command that failed.
const COMMAND: &str = "{command}";
/// Placeholder in a remedy for what names the credential helper in docker's configuration.
const HELPER_ENTRY: &str = "{entry}";

/// What a line means.
struct Cause {
    /// Why it failed, in the user's terms.
    why: String,
    /// The remedy; [`COMMAND`] and [`HELPER_ENTRY`] in it are filled in.
    hint: String,
    /// Machine-readable details.
    data: Option<serde_json::Value>,
}

impl Cause {
    fn new(why: impl Into<String>, hint: impl Into<String>) -> Cause {
        Cause {
            why: why.into(),
            hint: hint.into(),
            data: None,
        }
    }
}

/// All known failures. The first match wins, so a cause comes before its consequences.
fn known() -> impl Iterator<Item = &'static Known> {
    let all = [programs::KNOWN, engine::KNOWN, images::KNOWN, start::KNOWN];
    all.into_iter().flatten()
}

/// The failure of a docker or docker-compose command. The environment is that of the command.
pub fn diagnose(env: &Env, invocation: &Invocation, outcome: &Outcome) -> Failure {
    let output = format!("{}\n{}", outcome.stdout, outcome.stderr);
    let found = known().find_map(|known| Some((known, line_of(&output, known.needles)?)));
    let Some((known, line)) = found else {
        return process::failed(invocation, outcome);
    };
    let cause = (known.tell)(line);
    let message = format!("`{}`: {}", short(invocation), cause.why);
    let mut hint = cause.hint.replace(COMMAND, &invocation.to_string());
    if hint.contains(HELPER_ENTRY) {
        let entry = credentials::entry(env, programs::helper(line));
        hint = hint.replace(HELPER_ENTRY, &entry);
    }
    let failure = Failure::new(known.kind, process::with_tail(message, line)).hint(hint);
    match cause.data {
        Some(data) => failure.data(data),
        None => failure,
    }
}

/// Whether something that was just listed no longer exists.
pub fn no_longer_exists(outcome: &Outcome) -> bool {
    !outcome.success() && outcome.stderr.contains("No such")
}

/// Whether the engine refused only because it is already pruning for another command.
pub fn is_busy(outcome: &Outcome) -> bool {
    let already = "a prune operation is already running";
    !outcome.success() && outcome.stderr.contains(already)
}

/// The failure of a docker or docker-compose command that did not finish.
pub fn unanswered(invocation: &Invocation, error: ProcessError) -> Failure {
    let ProcessError::TimedOut { after, silent, .. } = &error else {
        return error.into();
    };
    let within = format!("within {}", humantime::format_duration(*after));
    let is_question = invocation.limit <= process::QUESTION;
    if *silent {
        let why = format!("the image registry did not respond {within}");
        let message = format!("`{}`: {why}", short(invocation));
        return Failure::new(Kind::NotReady, message)
            .hint("check the Docker engine's network and proxy, then run the command again");
    }
    if is_question && asks_engine(invocation) {
        let why = format!("the Docker engine did not respond {within}");
        return Failure::new(
            Kind::EngineUnreachable,
            format!("`{}`: {why}", short(invocation)),
        )
        .hint(engine::MUTE);
    }
    let failure = Failure::from(error);
    if is_question {
        return failure;
    }
    failure.hint("run the command again: it continues where it stopped")
}

/// Whether a command needs the engine to answer.
fn asks_engine(invocation: &Invocation) -> bool {
    let says_itself = ["version", "context"];
    let words = || invocation.args.iter().take(2);
    !words().any(|word| says_itself.contains(&word.as_str()))
}

/// The recognised line: the shortest correct description of the cause.
fn line_of<'a>(output: &'a str, needles: &[&str]) -> Option<&'a str> {
    let lines: Vec<&str> = output.lines().map(str::trim).collect();
    let known = |line: &&str| needles.iter().any(|needle| says(line, needle));
    let at = lines.iter().rposition(known)?;
    // docker-compose v1 says in the next line what is wrong with a file.
    if lines[at].ends_with("because:") {
        lines.get(at + 1).or(lines.get(at)).copied()
    } else {
        Some(lines[at])
    }
}

/// Whether a line contains the pieces of a needle in order.
fn says(line: &str, needle: &str) -> bool {
    let mut rest = line;
    needle.split('*').all(|piece| {
        let found = rest.split_once(piece);
        rest = found.map_or("", |(_, after)| after);
        found.is_some()
    })
}

/// The text between two pieces of a line.
fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(before)?;
    let (inside, _) = rest.split_once(after)?;
    (!inside.is_empty()).then_some(inside)
}

/// Program and verb, without the options for files and folders.
fn short(invocation: &Invocation) -> String {
    let mut words = vec![invocation.name().into_owned()];
    let mut args = invocation.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-p" | "-f" | "--project-directory" | "--filter" | "--format" => {
                args.next();
            }
            flag if flag.starts_with('-') => {}
            // An id means nothing to the user.
            id if id.len() == 64 => {}
            word => words.push(word.to_owned()),
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests;
