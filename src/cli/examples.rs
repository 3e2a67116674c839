//! The examples in the help; man pages and reference show the same.

use clap::Command;
use clap::builder::StyledStr;
use std::fmt::Write;

pub const HEADING: &str = "Examples:";

/// A command line, and what it does.
type Example = (&'static str, &'static str);

/// Shown first in `prisma help`.
const DAILY: &[Example] = &[
    ("prisma local start", "create or start a cluster"),
    (
        "prisma deploy",
        "deploy the service of the nearest `prisma.yml`",
    ),
    ("prisma local ps", "show its containers"),
    ("prisma local logs -f", "follow its logs"),
    ("prisma local stop", "stop it; data is kept"),
    (
        "prisma local upgrade --to 1.2",
        "switch to another version; data is kept",
    ),
    (
        "prisma local nuke",
        "delete all data and start empty; asks first",
    ),
    ("prisma cluster list", "list the clusters you can deploy to"),
];

pub fn daily() -> StyledStr {
    list("Common commands:", DAILY)
}

pub fn examples(examples: &[Example]) -> StyledStr {
    list(HEADING, examples)
}

/// The examples of a command as they are shown, without the heading.
pub fn of(command: &Command) -> Option<String> {
    let text = command.get_after_help()?.to_string();
    let (_, lines) = text.split_once(&format!("{HEADING}\n"))?;
    Some(lines.to_owned())
}

/// Styled like clap's own headings; clap removes the style where there is no colour.
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
