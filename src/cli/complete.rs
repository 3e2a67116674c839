//! Shell completion: clap's completion engine on our definitions; the caller supplies the names that depend
//! on this machine.
//!
//! The engine of `clap_complete` (feature `unstable-dynamic`) decides what can follow. The scripts for the
//! shells and their protocol are our own: clap's scripts evaluate the line a second time in PowerShell, print
//! errors in bash and lose `--flag=value` there.

use super::{Cli, built, definition};
use clap::builder::ArgExt;
use clap::{Arg, ArgMatches, Args, Command, CommandFactory, ValueEnum, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use std::sync::Arc;

#[derive(Debug, Clone, Args)]
pub struct Completions {
    /// shell to generate the script for
    #[arg(value_enum)]
    pub shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

/// The first argument that the scripts pass. Not a command: nothing after it is an error.
const ASKED: &str = "__complete";

/// As `ASKED`, when the word at the cursor is empty: some shells drop empty arguments.
const ASKED_NEW: &str = "__complete:new";

/// The answer that makes the shell complete file names.
const FILES: &str = ":files";

/// Names that depend on this machine; attached to the arguments that accept them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// Managed clusters.
    Managed,
    /// Clusters in the registry.
    Registered,
    /// Compose services of the cluster that the other arguments name.
    Service,
    /// The stage in the nearest `prisma.yml`.
    Stage,
}

impl ArgExt for Live {}

/// Finds names, given their kind and the cluster that the other arguments name.
pub type Names = Arc<dyn Fn(Live, Option<&str>) -> Vec<String> + Send + Sync>;

/// The words up to the cursor, program name first, if a shell asks for completions.
pub fn asked(args: &[OsString]) -> Option<Vec<OsString>> {
    let (first, words) = args.get(1..)?.split_first()?;
    let empty = match first.to_str() {
        Some(ASKED) => None,
        Some(ASKED_NEW) => Some(OsString::new()),
        _ => return None,
    };
    Some(words.iter().cloned().chain(empty).collect())
}

/// The completions of the last word, one per line: the word, a tab, its help.
pub fn candidates(words: &[OsString], names: &Names) -> String {
    let Some((last, before)) = words.split_last().filter(|(_, before)| !before.is_empty()) else {
        return String::new();
    };
    // Long flags rather than short ones.
    let last = if last == "-" { OsStr::new("--") } else { last };
    let asked: Vec<OsString> = before.iter().cloned().chain([last.to_owned()]).collect();
    let mut command = with_names(definition(), cluster(before), names);
    let Ok(found) = complete(&mut command, asked, before.len(), None) else {
        return String::new();
    };
    let found: Vec<(String, String)> = found.iter().filter_map(line).collect();
    if found.iter().any(|(word, _)| word.ends_with(FILES)) {
        return format!("{FILES}\n");
    }
    let is_flag = |word: &str| word.starts_with('-');
    let only_flags = found.iter().all(|(word, _)| is_flag(word));
    let wanted = |word: &str| {
        let given = is_flag(word) && before.iter().any(|before| before == word);
        let noise = last.is_empty() && !only_flags && is_flag(word);
        !given && !noise
    };
    let lines = found.iter().filter(|(word, _)| wanted(word));
    lines
        .map(|(word, help)| format!("{word}\t{help}\n"))
        .collect()
}

/// A candidate and the first line of its help. `None` for words that a shell would split or expand.
fn line(candidate: &CompletionCandidate) -> Option<(String, String)> {
    let word = candidate.get_value().to_str()?;
    // Combined short flags, such as `-fv`.
    let is_letter =
        candidate.get_id().is_some() && word.starts_with('-') && !word.starts_with("--");
    if is_letter || word.is_empty() || crate::process::shell_quote(word) != word {
        return None;
    }
    let help = candidate.get_help().map(ToString::to_string);
    let first = help.as_deref().and_then(|help| help.lines().next());
    Some((word.to_owned(), first.unwrap_or_default().to_owned()))
}

/// The cluster named before the cursor, by flag, position, variable or default.
fn cluster(before: &[OsString]) -> Option<String> {
    let command = built(Cli::command().ignore_errors(true));
    let matches = command.try_get_matches_from(before).ok()?;
    let mut innermost: &ArgMatches = &matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    let mut raw = innermost.try_get_raw("name").ok()??;
    raw.next()?.to_str().map(str::to_owned)
}

/// The definitions with completers for names and files.
fn with_names(command: Command, cluster: Option<String>, names: &Names) -> Command {
    let has_env = command.get_name() == "ps";
    let arg = |arg: Arg| {
        // `Cli::check` rejects `env` elsewhere.
        if arg.get_id() == "output" && !has_env {
            return arg.value_parser(["text", "json"]);
        }
        if let Some(live) = arg.get::<Live>().copied() {
            let (names, cluster) = (Arc::clone(names), cluster.clone());
            return arg.add(ArgValueCompleter::new(move |typed: &OsStr| {
                let names = names(live, cluster.as_deref());
                let typed = typed.to_str().unwrap_or_default();
                let fits = names.into_iter().filter(|name| name.starts_with(typed));
                fits.map(CompletionCandidate::new).collect()
            }));
        }
        match arg.get_value_hint() {
            ValueHint::FilePath | ValueHint::DirPath | ValueHint::AnyPath => {
                let files = |_: &OsStr| vec![CompletionCandidate::new(FILES)];
                arg.add(ArgValueCompleter::new(files))
            }
            _ => arg,
        }
    };
    command
        .mut_args(arg)
        .mut_subcommands(|command| with_names(command, cluster.clone(), names))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(line: &str) -> Vec<String> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let names: Names = Arc::new(|live, cluster| match live {
            Live::Managed => vec!["local".into(), "other".into(), "$(reboot)".into()],
            Live::Registered => vec!["prod".into(), "two words".into(), "\u{1b}[31m".into()],
            Live::Service => vec![format!("db-of-{}", cluster.unwrap_or("none"))],
            Live::Stage => vec!["dev".into()],
        });
        let answer = candidates(&words, &names);
        let words = answer.lines().filter_map(|line| line.split('\t').next());
        words.map(str::to_owned).collect()
    }

    #[test]
    fn names_are_offered_where_they_fit_if_they_are_one_word() {
        for (line, words) in [
            ("prisma local stop -n ", vec!["local", "other"]),
            ("prisma local stop --name o", vec!["other"]),
            ("prisma local stop --name=o", vec!["--name=other"]),
            ("prisma local stop -no", vec!["-nother"]),
            ("prisma deploy -c ", vec!["prod"]),
            ("prisma deploy --stage ", vec!["dev"]),
            ("prisma cluster remove ", vec!["prod"]),
            ("prisma cluster rm ", vec!["prod"]),
            ("prisma cluster remove prod ", vec!["--"]),
            ("prisma local logs ", vec!["db-of-local"]),
            ("prisma local logs -n other ", vec!["db-of-other"]),
            ("prisma local logs -f --name=other ", vec!["db-of-other"]),
            ("prisma cluster logs prod --service ", vec!["db-of-prod"]),
            (
                "prisma cluster logs --tail 5 prod --service ",
                vec!["db-of-prod"],
            ),
            ("prisma -o j", vec!["json"]),
            ("prisma local stop -o ", vec!["text", "json"]),
            ("prisma deploy -e ", vec![FILES]),
            ("prisma deploy --env-file=x", vec![FILES]),
            ("prisma help lo", vec!["local"]),
            ("prisma ", vec!["local", "cluster"]),
        ] {
            let mut found = offered(line);
            match words.as_slice() {
                // Only flags.
                ["--"] => assert!(
                    found.iter().all(|w| w.starts_with("--")),
                    "{line}: {found:?}"
                ),
                words => {
                    found.truncate(words.len());
                    assert_eq!(found, words, "{line}");
                }
            }
        }
    }

    #[test]
    fn flags_are_offered_after_a_dash_and_not_twice() {
        assert!(
            offered("prisma local ")
                .iter()
                .all(|word| !word.starts_with('-'))
        );
        let flags = offered("prisma local stop -");
        assert_eq!(flags[0], "--name");
        assert!(flags.contains(&"--quiet".into()));
        assert!(!offered("prisma local stop --quiet -").contains(&"--quiet".into()));
        assert_eq!(offered("prisma"), [""; 0]);
        assert_eq!(offered(""), [""; 0]);
    }

    #[test]
    fn only_the_scripts_get_completions() {
        let args = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(asked(&args(&["prisma", "local", ASKED])), None);
        assert_eq!(asked(&args(&["prisma"])), None);
        let words = args(&["prisma", ASKED, "prisma", ""]);
        assert_eq!(asked(&words), Some(words[2..].to_vec()));
        let new = args(&["prisma", ASKED_NEW, "prisma"]);
        assert_eq!(asked(&new), asked(&words));
    }
}
