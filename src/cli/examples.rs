//! Examples in the help: the manual and the reference take them from there.

use clap::Command;
use clap::builder::StyledStr;
use std::fmt::Write;

/// The heading of a command's examples.
pub const HEADING: &str = "Examples:";

/// A command line, and what it does.
type Example = (&'static str, &'static str);

/// What people do every day, first in `prisma help`.
const DAILY: &[Example] = &[
    (
        "prisma local start",
        "create a cluster, or start it again on its data",
    ),
    (
        "prisma deploy",
        "deploy the service of the nearest `prisma.yml`",
    ),
    ("prisma local ps", "what runs"),
    ("prisma local logs -f", "what it prints"),
    ("prisma local stop", "the data stays"),
    (
        "prisma local upgrade --to 1.2",
        "another version; the data stays",
    ),
    ("prisma local nuke", "start over; asks before the data goes"),
    ("prisma cluster list", "every cluster there is to deploy to"),
];

/// The daily commands under their heading.
pub fn daily() -> StyledStr {
    list("Every day:", DAILY)
}

/// Examples under their heading.
pub fn examples(examples: &[Example]) -> StyledStr {
    list(HEADING, examples)
}

/// The examples of a command, its heading left out, as they are shown.
pub fn of(command: &Command) -> Option<String> {
    let text = command.get_after_help()?.to_string();
    let (_, lines) = text.split_once(&format!("{HEADING}\n"))?;
    Some(lines.to_owned())
}

/// As clap sets its own headings; it leaves the marks out where there is no colour.
pub fn heading(text: &str) -> String {
    let style = clap::builder::Styles::styled();
    let style = style.get_header();
    format!("{style}{text}{style:#}")
}

fn list(title: &str, examples: &[Example]) -> StyledStr {
    let explained = examples.iter().filter(|(_, what)| !what.is_empty());
    let width = explained.map(|(line, _)| line.len()).max();
    let width = width.unwrap_or_default();
    let mut text = StyledStr::new();
    let _ = write!(text, "{}", heading(title));
    for (line, what) in examples {
        let gap = if what.is_empty() { 0 } else { width + 2 };
        let _ = write!(text, "\n  {line:gap$}{what}");
    }
    text
}
