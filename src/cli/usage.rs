//! A command line that nobody understands: told by clap for people, as a failure for programs.

use crate::context::Env;
use crate::error::{Failure, Kind};
use clap::error::ErrorKind;
use std::ffi::OsString;

/// Whether the caller wants JSON, as far as it can be told when the rest was not understood.
pub fn asks_for_json(args: &[OsString], env: &Env) -> bool {
    let by_variable = |name: &str, yes: &[&str]| env.get(name).is_some_and(|v| yes.contains(&v));
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let output = words.iter().enumerate().rev().find_map(|(at, word)| {
        let next = || words.get(at + 1).copied().unwrap_or_default();
        match *word {
            "-o" | "--output" => Some(next()),
            word => {
                let value = word.strip_prefix("--output=").or(word.strip_prefix("-o"));
                value.map(|value| value.trim_start_matches('='))
            }
        }
    });
    // Only there: elsewhere it means something else, or nothing.
    let deploys = words.contains(&"deploy");
    words.contains(&"--json")
        || (deploys && words.iter().any(|word| is_j(word)))
        || by_variable("PRISMA_JSON", &["1", "true", "yes", "y", "on", "t"])
        || match output {
            Some(form) => form == "json",
            None => by_variable("PRISMA_OUTPUT", &["json"]),
        }
}

/// Whether a word is `-j`, or short flags together with `j` among them: `-dj`.
fn is_j(word: &str) -> bool {
    let flags = word.strip_prefix('-').unwrap_or_default();
    flags
        .split(['s', 'c', 'e', 'o', '='])
        .next()
        .is_some_and(|plain| plain.contains('j') && !plain.starts_with('-'))
}

/// What clap says as a failure; `None` for help and version, which are none.
pub fn failure(error: &clap::Error) -> Option<Failure> {
    if !error.use_stderr() {
        return None;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let failure = Failure::new(Kind::Usage, "a command is missing");
        return Some(failure.hint("see the commands with `prisma --help`"));
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    // The message, then remedies, then the usage and where there is help.
    let mut paragraphs = text.split("\n\n");
    let lines = paragraphs.next().unwrap_or_default().lines();
    let message: Vec<&str> = lines.map(str::trim).collect();
    let failure = Failure::new(Kind::Usage, message.join(" "));
    let tips = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("tip: "));
    let failure = tips.fold(failure, |failure, tip| failure.hint(tip));
    Some(failure.hint("see what is understood with `--help`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::parse;

    fn args(line: &str) -> Vec<OsString> {
        let words = ["prisma"].into_iter().chain(line.split_whitespace());
        words.map(OsString::from).collect()
    }

    #[test]
    fn json_is_asked_for_in_many_ways() {
        let none = Env::default();
        for line in [
            "--json x",
            "x -o json",
            "x -ojson",
            "-o=json",
            "--output=json",
            "--output json",
            "deploy -j --no-such-flag",
            "deploy -dj --no-such-flag",
        ] {
            assert!(asks_for_json(&args(line), &none), "{line}");
        }
        for line in [
            "",
            "x",
            "-o text",
            "-o json -o text",
            "json",
            "local -j",
            "deploy -sj",
            "deploy --no-j",
        ] {
            assert!(!asks_for_json(&args(line), &none), "{line}");
        }
        let variable = Env::from([("PRISMA_OUTPUT", "json")]);
        assert!(asks_for_json(&args("x"), &variable));
        assert!(!asks_for_json(&args("x -o text"), &variable));
        assert!(asks_for_json(
            &args("x"),
            &Env::from([("PRISMA_JSON", "true")])
        ));
    }

    #[test]
    fn what_clap_says_becomes_message_and_hints() {
        let told = |line: &str| failure(&parse(args(line)).expect_err("wrong"));
        let wrong = told("local start --port x").expect("a failure");
        assert_eq!(
            wrong.message,
            "invalid value 'x' for '--port <PORT>': invalid digit found in string"
        );
        assert_eq!((wrong.exit(), wrong.hints.len()), (2, 1));
        let typo = told("local upgrad").expect("a failure");
        assert_eq!(typo.hints[0], "a similar subcommand exists: 'upgrade'");
        assert_eq!(
            told("").map(|f| f.message),
            Some("a command is missing".into())
        );
        assert_eq!(told("--help"), None);
        assert_eq!(told("--version"), None);
    }
}
