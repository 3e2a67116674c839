//! clap's errors in our words: what is wrong, why, and a suggestion.

use super::elsewhere;
use crate::cli::Cli;
use crate::env::Env;
use crate::error::{Failure, Kind};
use crate::suggest;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};
use std::error::Error as _;
use std::ffi::OsString;

/// Turns clap's error into a failure; `None` for help and version.
pub fn failure(error: &clap::Error, args: &[OsString], env: &Env) -> Option<Failure> {
    if !error.use_stderr() {
        return None;
    }
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let root = Cli::command();
    let path = path(&root, &words);
    let failure = match error.kind() {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            let what = format!("`{}` needs a command", names(&path));
            Failure::new(Kind::Usage, what)
        }
        ErrorKind::InvalidSubcommand => unknown_command(error, &root, &path),
        ErrorKind::UnknownArgument => unknown_argument(error, &path),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => value(error, &words, &path, env),
        ErrorKind::ArgumentConflict => conflict(error),
        ErrorKind::MissingRequiredArgument => missing(error, &path),
        _ => as_clap_says(error),
    };
    Some(failure.hint(format!("see `{} --help`", names(&path))))
}

/// The command as named in JSON documents, if the words name a whole one.
pub fn command(args: &[OsString]) -> Option<String> {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let root = Cli::command();
    let path = path(&root, &words);
    let is_whole = path.len() > 1 && !path[path.len() - 1].has_subcommands();
    is_whole.then(|| names(&path[1..]))
}

/// Whether only the command is missing, as in `prisma local`.
pub fn is_bare(error: &clap::Error) -> bool {
    error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
}

/// Whether it names a command that only the npm CLI has.
pub fn is_of_npm_cli(error: &clap::Error, args: &[OsString]) -> bool {
    let word = text(error, ContextKind::InvalidSubcommand);
    // `prisma cluster token` is of neither.
    error.kind() == ErrorKind::InvalidSubcommand
        && args.get(1).is_some_and(|first| first == word)
        && elsewhere::is_of_npm_cli(word)
}

/// The named commands, from the program down, as far as they exist.
fn path<'c>(root: &'c Command, words: &[&str]) -> Vec<&'c Command> {
    let mut path = vec![root];
    for word in words.iter().skip(1) {
        let here = path[path.len() - 1];
        path.extend(here.find_subcommand(word));
    }
    path
}

fn names(path: &[&Command]) -> String {
    let names: Vec<&str> = path.iter().map(|command| command.get_name()).collect();
    names.join(" ")
}

fn text(error: &clap::Error, kind: ContextKind) -> &str {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text,
        Some(ContextValue::Strings(texts)) => texts.first().map_or("", String::as_str),
        _ => "",
    }
}

/// A flag without the name of its value.
fn flag(shown: &str) -> &str {
    shown.split([' ', '=']).next().unwrap_or(shown)
}

fn unknown_command(error: &clap::Error, root: &Command, path: &[&Command]) -> Failure {
    let word = text(error, ContextKind::InvalidSubcommand);
    let here = names(path);
    let failure = Failure::new(Kind::Usage, format!("unknown command `{here} {word}`"));
    let level = path[path.len() - 1];
    let group = (path.len() > 1).then(|| level.get_name());
    if let Some(instead) = elsewhere::instead(word, group) {
        return failure.hint(instead);
    }
    let near: Vec<&str> = level.get_subcommands().flat_map(spellings).collect();
    if let Some(meant) = nearest(word, &near) {
        return failure.hint(format!("did you mean `{here} {meant}`?"));
    }
    // The verb without its group, as in `prisma start`.
    let groups = root.get_subcommands();
    let verbs = groups.flat_map(|group| {
        let verbs = group.get_subcommands().flat_map(spellings);
        verbs.map(move |verb| (group.get_name(), verb))
    });
    let meant = verbs.filter(|(_, verb)| nearest(word, &[verb]).is_some());
    meant.fold(failure, |failure, (group, verb)| {
        let program = root.get_name();
        failure.hint(format!("did you mean `{program} {group} {verb}`?"))
    })
}

/// The command that was probably meant. What destroys or removes something is suggested only for a slip of
/// the finger.
fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let meant = suggest::nearest(word, known)?;
    let destroys = ["nuke", "delete", "remove", "rm"].contains(&meant);
    (!destroys || strsim::damerau_levenshtein(word, meant) <= 1).then_some(meant)
}

fn spellings(command: &Command) -> impl Iterator<Item = &str> {
    std::iter::once(command.get_name()).chain(command.get_all_aliases())
}

fn unknown_argument(error: &clap::Error, path: &[&Command]) -> Failure {
    let word = text(error, ContextKind::InvalidArg);
    let what = if word.starts_with('-') {
        format!("unknown option `{}`", flag(word))
    } else {
        format!("unexpected argument `{word}`")
    };
    let failure = Failure::new(Kind::Usage, what);
    if let Some(instead) = elsewhere::instead_of_flag(&names(&path[1..]), flag(word)) {
        return failure.hint(instead);
    }
    let known = path.iter().flat_map(|command| command.get_arguments());
    let known: Vec<&str> = known.filter_map(clap::Arg::get_long).collect();
    let bare = flag(word).strip_prefix("--").unwrap_or_default();
    match suggest::nearest(bare, &known) {
        Some(meant) if !bare.is_empty() => failure.hint(format!("did you mean `--{meant}`?")),
        _ => failure,
    }
}

fn value(error: &clap::Error, words: &[&str], path: &[&Command], env: &Env) -> Failure {
    let arg = text(error, ContextKind::InvalidArg);
    let given = text(error, ContextKind::InvalidValue);
    let shown = flag(arg);
    if given.is_empty()
        && !words
            .iter()
            .any(|word| word.ends_with('=') || word.is_empty())
    {
        return Failure::new(Kind::Usage, format!("`{shown}` needs a value"));
    }
    let variable = variable(shown, words, path, env);
    let from = variable.map_or_else(
        || format!("`{shown}`"),
        |variable| format!("variable `{variable}`"),
    );
    let own = error.source().and_then(|why| why.downcast_ref::<Failure>());
    if let Some(failure) = own {
        return failure.clone().context(from);
    }
    let message = format!("invalid value `{}` for {from}", given.escape_debug());
    if let Some(ContextValue::Strings(possible)) = error.get(ContextKind::ValidValue)
        && !possible.is_empty()
    {
        let possible: Vec<&str> = possible.iter().map(String::as_str).collect();
        return one_of(Failure::new(Kind::Usage, message), &possible);
    }
    let why = error.source().map(|why| format!(": {why}"));
    Failure::new(Kind::Usage, message + &why.unwrap_or_default())
}

/// The variable that a value came from, if the flag itself was not given.
fn variable(shown: &str, words: &[&str], path: &[&Command], env: &Env) -> Option<String> {
    let arg = path
        .iter()
        .flat_map(|command| command.get_arguments())
        .find(|arg| {
            let long = arg.get_long().map(|long| format!("--{long}"));
            let short = arg.get_short().map(|short| format!("-{short}"));
            [long, short]
                .iter()
                .any(|name| name.as_deref() == Some(shown))
        })?;
    let name = arg.get_env()?.to_str()?;
    let short = arg.get_short().map(|short| format!("-{short}"));
    let given = words.iter().any(|word| {
        flag(word) == shown || short.as_ref().is_some_and(|short| word.starts_with(short))
    });
    (!given && env.get(name).is_some()).then(|| name.to_owned())
}

fn conflict(error: &clap::Error) -> Failure {
    let (one, other) = (
        flag(text(error, ContextKind::InvalidArg)),
        flag(text(error, ContextKind::PriorArg)),
    );
    if other.is_empty() {
        return as_clap_says(error);
    }
    let message = if one == other {
        format!("`{one}` is given twice")
    } else {
        format!("`{one}` cannot be used with `{other}`")
    };
    Failure::new(Kind::Usage, message)
}

fn missing(error: &clap::Error, path: &[&Command]) -> Failure {
    let word = text(error, ContextKind::InvalidArg);
    let failure = Failure::new(Kind::Usage, format!("`{}` needs `{word}`", names(path)));
    let args = path.iter().flat_map(|command| command.get_arguments());
    let bare = word.trim_matches(['<', '>']);
    let mut args = args.filter(|arg| arg.get_id().as_str().eq_ignore_ascii_case(bare));
    let arg = args.next();
    let possible = arg.map(clap::Arg::get_possible_values).unwrap_or_default();
    let possible: Vec<&str> = possible
        .iter()
        .map(clap::builder::PossibleValue::get_name)
        .collect();
    one_of(failure, &possible)
}

/// Adds the possible values, if there is a closed list.
fn one_of(failure: Failure, possible: &[&str]) -> Failure {
    if possible.is_empty() {
        return failure;
    }
    let possible: Vec<String> = possible.iter().map(|value| format!("`{value}`")).collect();
    failure.hint(format!("use one of {}", possible.join(", ")))
}

/// Errors too rare for our own words.
fn as_clap_says(error: &clap::Error) -> Failure {
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let first = text.split("\n\n").next().unwrap_or_default();
    let lines: Vec<&str> = first.lines().map(str::trim).collect();
    Failure::new(Kind::Usage, lines.join(" ").replace('\'', "`"))
}
