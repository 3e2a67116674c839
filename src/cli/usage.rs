//! An invalid command line: what is wrong with it, and which output it asks for anyway.

mod elsewhere;
mod explain;

use crate::env::Env;
use crate::ui::Color;
use clap::ValueEnum;
use std::ffi::OsString;

pub use explain::{command, failure, is_bare, is_of_npm_cli};

/// Whether JSON is wanted, as far as an invalid command line shows.
pub fn asks_for_json(args: &[OsString], env: &Env) -> bool {
    let by_variable = |name: &str, yes: &[&str]| env.get(name).is_some_and(|v| yes.contains(&v));
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let output = option(&words, "--output", Some("-o"));
    // `-j` exists only there.
    let deploys = words.contains(&"deploy");
    words.contains(&"--json")
        || (deploys && words.iter().any(|word| is_j(word)))
        || by_variable("PRISMA_CLI_JSON", &["1", "true", "yes", "y", "on", "t"])
        || match output {
            Some(form) => form == "json",
            None => by_variable("PRISMA_CLI_OUTPUT", &["json"]),
        }
}

/// When to use colour, as far as an invalid command line shows.
pub fn color(args: &[OsString], env: &Env) -> Color {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    option(&words, "--color", None)
        .or_else(|| env.get("PRISMA_CLI_COLOR"))
        .and_then(|when| Color::from_str(when, true).ok())
        .unwrap_or_default()
}

/// The value of an option, the last one given.
fn option<'w>(words: &[&'w str], long: &str, short: Option<&str>) -> Option<&'w str> {
    words.iter().enumerate().rev().find_map(|(at, word)| {
        if *word == long || Some(*word) == short {
            return Some(words.get(at + 1).copied().unwrap_or_default());
        }
        let rest = word.strip_prefix(long).filter(|rest| rest.starts_with('='));
        let rest = rest.or_else(|| word.strip_prefix(short?));
        rest.map(|value| value.trim_start_matches('='))
    })
}

/// Whether a word is `-j`, or combined short flags with `j`, such as `-dj`.
fn is_j(word: &str) -> bool {
    let flags = word.strip_prefix('-').unwrap_or_default();
    flags
        .split(['s', 'c', 'e', 'o', '='])
        .next()
        .is_some_and(|plain| plain.contains('j') && !plain.starts_with('-'))
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
    fn json_is_detected_in_every_spelling() {
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
        let variable = Env::from([("PRISMA_CLI_OUTPUT", "json")]);
        assert!(asks_for_json(&args("x"), &variable));
        assert!(!asks_for_json(&args("x -o text"), &variable));
        assert!(asks_for_json(
            &args("x"),
            &Env::from([("PRISMA_CLI_JSON", "true")])
        ));
    }

    #[test]
    fn the_command_is_found_whatever_else_is_wrong() {
        for (line, name) in [
            ("local start --bogus", Some("local start")),
            ("-o json local status x", Some("local ps")),
            ("deploy -x", Some("deploy")),
            ("local", None),
            ("local jump", None),
            ("jump", None),
            ("", None),
        ] {
            assert_eq!(command(&args(line)).as_deref(), name, "{line}");
        }
    }

    #[test]
    fn colour_is_detected() {
        let none = Env::default();
        assert_eq!(color(&args("x --color=never"), &none), Color::Never);
        assert_eq!(color(&args("--color always x"), &none), Color::Always);
        assert_eq!(color(&args("x"), &none), Color::Auto);
        let variable = Env::from([("PRISMA_CLI_COLOR", "never")]);
        assert_eq!(color(&args("x"), &variable), Color::Never);
    }

    #[test]
    fn errors_name_the_fault_and_suggest_a_fix() {
        let env = Env::default();
        for (line, message, hints) in [
            ("", "`prisma` needs a command", vec![]),
            ("-q", "`prisma` needs a command", vec![]),
            ("local", "`prisma local` needs a command", vec![]),
            (
                "local upgrad",
                "unknown command `prisma local upgrad`",
                vec!["did you mean `prisma local upgrade`?"],
            ),
            (
                "help local strat",
                "unknown command `prisma local strat`",
                vec!["did you mean `prisma local start`?"],
            ),
            (
                "nuke",
                "unknown command `prisma nuke`",
                vec!["did you mean `prisma local nuke`?"],
            ),
            (
                "logs",
                "unknown command `prisma logs`",
                vec![
                    "did you mean `prisma local logs`?",
                    "did you mean `prisma cluster logs`?",
                ],
            ),
            ("banana", "unknown command `prisma banana`", vec![]),
            (
                "local nuk",
                "unknown command `prisma local nuk`",
                vec!["did you mean `prisma local nuke`?"],
            ),
            // Never the whole cluster for a service, nor an upgrade for a start.
            (
                "delete",
                "unknown command `prisma delete`",
                vec!["this program does not have it; the npm CLI does: `npx prisma1 delete`"],
            ),
            (
                "up",
                "unknown command `prisma up`",
                vec!["did you mean `prisma local start`?"],
            ),
            (
                "local up",
                "unknown command `prisma local up`",
                vec!["did you mean `prisma local start`?"],
            ),
            ("local del", "unknown command `prisma local del`", vec![]),
            (
                "local down",
                "unknown command `prisma local down`",
                vec!["did you mean `prisma local stop`, which keeps the data?"],
            ),
            (
                "login",
                "unknown command `prisma login`",
                vec![
                    "Prisma Cloud, which this was for, closed on 2022-09-01: add a server of your own with `prisma cluster add`",
                ],
            ),
            (
                "migrate dev",
                "unknown command `prisma migrate`",
                vec![
                    "that is a command of the Prisma ORM, a different program: `npx prisma migrate`",
                ],
            ),
            (
                "local start --prot 1",
                "unknown option `--prot`",
                vec!["did you mean `--port`?"],
            ),
            ("cluster remove --all", "unknown option `--all`", vec![]),
            ("cluster list x", "unexpected argument `x`", vec![]),
            (
                "local start --port 70000",
                "invalid value `70000` for `--port`: must be a number from 1 to 65535, or `auto`",
                vec![],
            ),
            ("local start --port", "`--port` needs a value", vec![]),
            (
                "local start -o xml",
                "invalid value `xml` for `--output`",
                vec!["use one of `text`, `json`, `env`"],
            ),
            (
                "local start -n _Up",
                "`--name`: invalid cluster name `_Up`: only lower-case letters, digits, `-` and `_` are allowed",
                vec!["use `up`"],
            ),
            (
                "completions",
                "`prisma completions` needs `<SHELL>`",
                vec!["use one of `bash`, `zsh`, `fish`, `powershell`, `elvish`"],
            ),
            (
                "local start --port 1 --port 2",
                "`--port` is given twice",
                vec![],
            ),
            (
                "cluster logs --all --service x",
                "`--all` cannot be used with `--service`",
                vec![],
            ),
        ] {
            let args = args(line);
            let error = parse(args.clone(), &env).expect_err(line);
            let failure = failure(&error, &args, &env).expect("a failure");
            let (last, before) = failure.hints.split_last().expect("a hint");
            let before: Vec<&str> = before.iter().map(String::as_str).collect();
            assert_eq!((&*failure.message(), before), (message, hints), "{line}");
            assert!(last.starts_with("see `prisma") && last.ends_with(" --help`"));
            assert_eq!(failure.exit(), 2);
        }
        for line in ["--help", "--version", "help local start", "local help"] {
            let args = args(line);
            let shown = parse(args.clone(), &env).expect_err(line);
            assert_eq!(failure(&shown, &args, &env), None, "{line}");
        }
    }
}
