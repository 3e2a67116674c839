//! The reference: all commands on one page.

use super::manual::commands;
use clap::{Arg, ArgAction, Command};
use prisma_cli::cli::{definition, examples};
use prisma_cli::commands::local::variables::KEYS;
use prisma_cli::context::{FILES, VARIABLES};
use prisma_cli::error::{Kind, STATUSES};
use std::fmt::Write;

const JSON: &str = "\
With `-o json` a run prints one document on stdout and nothing else, in failure as in success:

```json
{\"version\": 1, \"ok\": true, \"command\": \"local stop\", \"data\": {\"name\": \"local\", \"state\": \"stopped\"}}
{\"version\": 1, \"ok\": false, \"command\": \"local stop\", \"error\": {\"code\": \"unknown_cluster\", \"message\": \"…\", \"hints\": [\"…\"], \"exit\": 1}}
```

`assets/schema/envelope.json` is its schema (JSON Schema 2020-12), with a file beside it for the `data` of each command and for errors.
`version` grows when something goes or changes its meaning; what is added does not count, so a reader should not mind it. `command` is
`null` where the command line was not understood. A failed deployment has `data`, too. With `--dry-run`, `data` lists the steps. The codes
stand above, beside the exit status of each.

`logs` prints its lines as one document; with `--follow` there is no end, so that is refused, as is `deploy --watch`. `--help` and
`--version` are texts in any case: `prisma version -o json` is for programs. `completions` has its script in `data`.
";

const SHELL: &str = "\
`prisma local ps -o env` prints these, quoted for any shell of the POSIX kind: `eval \"$(prisma local ps -o env)\"`, or into a file that is
sourced. Each is always there, empty where there is nothing to say, and none is a secret. Other commands refuse the form.

";

/// The page.
pub fn text() -> String {
    let root = definition();
    let mut text = String::from(
        "# Reference\n\n<!-- Made of the definitions by `UPDATE_DOCS=1 cargo test --test it docs`; edits here are lost. -->\n",
    );
    let _ = write!(text, "\n{}\n", root.get_about().expect("has one"));
    text += "\n## Options of every command\n\n";
    text += &arguments(root.get_arguments());
    for command in commands(&root) {
        section(&mut text, "prisma", command);
    }
    text += "\n## Exit status\n\n";
    let statuses =
        STATUSES.map(|(status, what)| [status.to_string(), codes(status), what.to_owned()]);
    text += &table(["status", "code of JSON documents", "meaning"], statuses);
    text += "\n## JSON\n\n";
    text += JSON;
    text += "\n## Variables for a shell\n\n";
    text += SHELL;
    text += &pairs(["variable", "value"], &KEYS);
    text += "\n## Variables\n\nEach flag has the variable that stands beside it; an empty one counts as not set. The others:\n\n";
    text += &pairs(["variable", "meaning"], &VARIABLES);
    text += "\n## Files\n\n";
    text += &pairs(["path", "what"], &FILES);
    text
}

fn section(text: &mut String, group: &str, command: &Command) {
    let name = format!("{group} {}", command.get_name());
    let usage = command.clone().render_usage().to_string();
    let about = command.get_about().expect("has one");
    let _ = write!(text, "\n## {name}\n\n{about}\n");
    for alias in command.get_visible_aliases() {
        let _ = write!(text, "\nAlso `{group} {alias}`.\n");
    }
    if !command.has_subcommands() {
        let usage = usage.trim_start_matches("Usage: ");
        let _ = write!(text, "\n```text\n{usage}\n```\n");
    }
    let own = command.get_arguments().filter(|arg| !arg.is_global_set());
    let own = arguments(own);
    if !own.is_empty() {
        let _ = write!(text, "\n{own}");
    }
    if let Some(lines) = examples::of(command) {
        let lines: Vec<&str> = lines
            .lines()
            .map(|line| line.get(2..).unwrap_or(line))
            .collect();
        let _ = write!(text, "\n```text\n{}\n```\n", lines.join("\n"));
    }
    for inner in commands(command) {
        section(text, &name, inner);
    }
}

fn arguments<'a>(args: impl Iterator<Item = &'a Arg>) -> String {
    let args = args.filter(|arg| !arg.is_hide_set());
    let rows: Vec<[String; 3]> = args
        .map(|arg| {
            let variable = arg
                .get_env()
                .map(|name| format!("`{}`", name.to_string_lossy()));
            [
                format!("`{}`", spelling(arg)),
                variable.unwrap_or_default(),
                meaning(arg) + &default(arg),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table(["", "variable", "meaning"], rows)
}

fn spelling(arg: &Arg) -> String {
    let names: Vec<String> = [
        arg.get_short().map(|short| format!("-{short}")),
        arg.get_long().map(|long| format!("--{long}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let takes_value = matches!(arg.get_action(), ArgAction::Set | ArgAction::Append);
    let value = arg.get_value_names().and_then(|names| names.first());
    match value {
        Some(value) if arg.is_positional() => value.to_string(),
        Some(value) if takes_value => format!("{} {value}", names.join(", ")),
        _ => names.join(", "),
    }
}

/// What a flag is for, and which values it takes.
pub fn meaning(arg: &Arg) -> String {
    let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let takes_value = matches!(arg.get_action(), ArgAction::Set);
    let values: Vec<String> = arg
        .get_possible_values()
        .iter()
        .filter(|_| takes_value)
        .map(|value| format!("`{}`", value.get_name()))
        .collect();
    if !values.is_empty() {
        let _ = write!(text, "; one of {}", values.join(", "));
    }
    text
}

fn default(arg: &Arg) -> String {
    let takes_value = matches!(arg.get_action(), ArgAction::Set);
    let value = arg.get_default_values().first().filter(|_| takes_value);
    value.map_or_else(String::new, |value| {
        format!(" [default: {}]", value.to_string_lossy())
    })
}

/// The codes of failures that end with a status.
fn codes(status: u8) -> String {
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.exit() == status);
    let codes: Vec<String> = kinds.map(|kind| format!("`{}`", kind.code())).collect();
    codes.join(", ")
}

fn pairs(titles: [&str; 2], rows: &[(&str, &str)]) -> String {
    table(
        titles,
        rows.iter()
            .map(|(name, what)| [format!("`{name}`"), (*what).to_owned()]),
    )
}

fn table<const N: usize>(titles: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | ").replace("  ", " "));
    let mut text = line(&titles.map(str::to_owned));
    text += &format!("|{}\n", " --- |".repeat(N));
    let cells = |row: [String; N]| row.map(|cell| cell.replace('|', "\\|"));
    text.extend(rows.into_iter().map(|row| line(&cells(row))));
    text
}
