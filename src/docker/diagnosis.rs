//! Failures of docker and docker-compose, told in the user's terms.
//!
//! Recognised by their texts, both generations of compose and several of docker; what is not
//! recognised is told as the command, its status and its last lines.

mod container;
mod engine;
mod images;
mod start;

use crate::error::{Failure, Kind};
use crate::process::{self, Invocation, Outcome, ProcessError};

pub use container::why_it_ended;
pub use engine::MUTE;

/// A failure text, what it means, and what helps.
struct Known {
    /// Any of these in a line of the output; `*` stands for anything.
    needles: &'static [&'static str],
    kind: Kind,
    /// Made of the line that was recognised.
    tell: fn(&str) -> Cause,
}

/// The command that failed, in a remedy.
const COMMAND: &str = "{command}";

/// What a line means.
struct Cause {
    /// Why it failed, in the user's terms.
    why: String,
    /// The one remedy; in it [`COMMAND`] stands for the command that failed.
    hint: String,
    /// What programs may want to know.
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

/// All of them. The first match counts: a cause stands before what it leads to.
fn known() -> impl Iterator<Item = &'static Known> {
    let all = [engine::KNOWN, images::KNOWN, start::KNOWN];
    all.into_iter().flatten()
}

/// The failure of a docker or docker-compose command.
pub fn diagnose(invocation: &Invocation, outcome: &Outcome) -> Failure {
    let output = format!("{}\n{}", outcome.stdout, outcome.stderr);
    let found = known().find_map(|known| Some((known, line_of(&output, known.needles)?)));
    let Some((known, line)) = found else {
        return process::failed(invocation, outcome);
    };
    let cause = (known.tell)(line);
    let message = format!("`{}`: {}", short(invocation), cause.why);
    let hint = cause.hint.replace(COMMAND, &invocation.to_string());
    let failure = Failure::new(known.kind, process::with_tail(message, line)).hint(hint);
    match cause.data {
        Some(data) => failure.data(data),
        None => failure,
    }
}

/// Whether something that was just listed no longer exists.
pub fn is_gone(outcome: &Outcome) -> bool {
    !outcome.success() && outcome.stderr.contains("No such")
}

/// Whether the engine only refused because it is doing the same for another command.
pub fn is_busy(outcome: &Outcome) -> bool {
    let already = "a prune operation is already running";
    !outcome.success() && outcome.stderr.contains(already)
}

/// The failure of a docker or docker-compose command that gave no outcome.
pub fn unanswered(invocation: &Invocation, error: ProcessError) -> Failure {
    let ProcessError::TimedOut { after, silent, .. } = &error else {
        return error.into();
    };
    let within = format!("within {}", humantime::format_duration(*after));
    let is_question = invocation.limit <= process::QUESTION;
    if *silent {
        let why = format!("the image registry did not respond {within}");
        let message = format!("`{}`: {why}", short(invocation));
        return Failure::new(Kind::NotReady, message).hint(
            "check the network and the proxy of the Docker engine, then run the command again",
        );
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

/// Whether a command says nothing without the engine.
fn asks_engine(invocation: &Invocation) -> bool {
    let says_itself = ["version", "context"];
    let words = || invocation.args.iter().take(2);
    !words().any(|word| says_itself.contains(&word.as_str()))
}

/// The line that was recognised: the shortest true account of the cause.
fn line_of<'a>(output: &'a str, needles: &[&str]) -> Option<&'a str> {
    let lines: Vec<&str> = output.lines().map(str::trim).collect();
    let known = |line: &&str| needles.iter().any(|needle| says(line, needle));
    let at = lines.iter().rposition(known)?;
    // docker-compose 1 says in the next line what is wrong with a file.
    if lines[at].ends_with("because:") {
        lines.get(at + 1).or(lines.get(at)).copied()
    } else {
        Some(lines[at])
    }
}

/// Whether the pieces of a needle stand in a line, one after the other.
fn says(line: &str, needle: &str) -> bool {
    let mut rest = line;
    needle.split('*').all(|piece| {
        let found = rest.split_once(piece);
        rest = found.map_or("", |(_, after)| after);
        found.is_some()
    })
}

/// What stands between two pieces of a line.
fn between<'a>(line: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(before)?;
    let (inside, _) = rest.split_once(after)?;
    (!inside.is_empty()).then_some(inside)
}

/// Program and verb, without the files and folders that everybody knows.
fn short(invocation: &Invocation) -> String {
    let mut words = vec![invocation.name().into_owned()];
    let mut args = invocation.args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-p" | "-f" | "--project-directory" | "--filter" | "--format" => {
                args.next();
            }
            flag if flag.starts_with('-') => {}
            // An id says nothing to anybody.
            id if id.len() == 64 => {}
            word => words.push(word.to_owned()),
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests;
