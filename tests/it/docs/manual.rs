//! The man pages, one for each command.

use super::reference::meaning;
use crate::support::run::spawn;
use crate::support::{output, skip};
use clap::{Arg, Command};
use clap_mangen::Man;
use prisma_cli::testing::cli::{definition, description, examples};
use prisma_cli::testing::context::{FILES, VARIABLES};
use prisma_cli::testing::error::STATUSES;
use std::fmt::Write;
use std::io::Write as _;
use std::process;

/// All pages, by their file names.
pub fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    let root = definition();
    let mut left = vec![(root.get_name().to_owned(), root)];
    while let Some((name, command)) = left.pop() {
        for inner in commands(&command) {
            left.push((format!("{name}-{}", inner.get_name()), inner.clone()));
        }
        pages.push((format!("{name}.1"), page(&name, command)));
    }
    pages
}

/// The commands of a group except clap's own `help`.
pub fn commands(command: &Command) -> impl Iterator<Item = &Command> {
    let inner = command.get_subcommands();
    inner.filter(|inner| inner.get_name() != "help" && !inner.is_hide_set())
}

fn page(name: &str, command: Command) -> String {
    let is_root = !name.contains('-');
    let examples = examples::of(&command);
    let description = description(&command);
    let daily = command.get_before_help().map(ToString::to_string);
    let is_group = command.has_subcommands();
    let command = command
        .mut_args(|arg| argument(arg, is_root))
        .mut_subcommands(|inner| {
            let is_help = inner.get_name() == "help";
            inner.hide(is_help)
        });
    let has_options = command.get_arguments().any(|arg| !arg.is_hide_set());
    let man = Man::new(command)
        .title(name.to_uppercase())
        .manual("Prisma 1 command line")
        .source(concat!("prisma ", env!("CARGO_PKG_VERSION")));
    let mut out = Vec::new();
    man.render_title(&mut out).expect("renders");
    man.render_name_section(&mut out).expect("renders");
    man.render_synopsis_section(&mut out).expect("renders");
    if let Some(description) = description {
        let paragraphs = escaped(&description).replace("\n\n", "\n.PP\n");
        let _ = writeln!(out, ".SH DESCRIPTION\n{paragraphs}");
    }
    if has_options {
        man.render_options_section(&mut out).expect("renders");
    }
    if is_group {
        man.render_subcommands_section(&mut out).expect("renders");
    }
    let mut text = String::from_utf8(out).expect("a text");
    if let Some(lines) = examples.or_else(|| daily.map(|text| after_heading(&text))) {
        let _ = write!(
            text,
            ".SH EXAMPLES\n.nf\n{}\n.fi\n",
            escaped(lines.trim_end())
        );
    }
    if is_root {
        let statuses = STATUSES.map(|(status, what)| (status.to_string(), what));
        text += &list(
            "EXIT STATUS",
            statuses
                .iter()
                .map(|(status, what)| (status.as_str(), *what)),
        );
        text += &list("ENVIRONMENT", VARIABLES.into_iter());
        text += &list("FILES", FILES.into_iter());
    } else {
        text += ".SH \"SEE ALSO\"\n\\fBprisma\\fR(1) for global options, exit status, environment and files\n";
    }
    ascii(&text)
}

/// Plain ASCII, as every roff reads it: `…` and the like as escapes.
fn ascii(text: &str) -> String {
    let spelled = |c: char| {
        if c.is_ascii() {
            c.to_string()
        } else {
            format!("\\[u{:04X}]", u32::from(c))
        }
    };
    text.chars().map(spelled).collect()
}

/// A flag with help, values and variable in one paragraph. Global options are shown on the program's page only.
fn argument(arg: Arg, is_root: bool) -> Arg {
    let variable = arg
        .get_env()
        .map(|name| name.to_string_lossy().into_owned());
    let variable = variable.map(|name| format!(" [env: {name}]"));
    let help = meaning(&arg) + &variable.unwrap_or_default();
    let is_elsewhere = arg.is_global_set() && !is_root;
    arg.help(help).hide_possible_values(true).hide(is_elsewhere)
}

fn after_heading(text: &str) -> String {
    text.split_once('\n')
        .map_or(text, |(_, lines)| lines)
        .to_owned()
}

fn list<'a>(title: &str, entries: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = format!(".SH \"{title}\"\n");
    for (term, what) in entries {
        let _ = write!(text, ".TP\n\\fB{}\\fR\n{}\n", escaped(term), escaped(what));
    }
    text
}

/// Escaped for roff: hyphens can be copied from the page, and no line is taken for a request.
fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    let line = |line: &str| {
        if line.starts_with(['.', '\'']) {
            format!("\\&{line}")
        } else {
            line.to_owned()
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn pages_are_valid_roff() {
    let has_groff = output(process::Command::new("groff").arg("--version")).is_ok();
    if !has_groff {
        skip("what groff says of the manual", "no `groff`");
    }
    for (name, text) in pages() {
        assert!(
            text.starts_with(".ie") && text.contains(".SH NAME") && text.contains(".SH EXAMPLES"),
            "{name}"
        );
        if has_groff {
            assert_eq!(complaints(&text), "", "{name}");
        }
    }
}

fn complaints(page: &str) -> String {
    let mut groff = process::Command::new("groff");
    let groff = groff.args(["-man", "-ww", "-Tutf8", "-z"]);
    let mut child = spawn(
        groff
            .stdin(process::Stdio::piped())
            .stderr(process::Stdio::piped()),
    );
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(page.as_bytes()).expect("writes");
    drop(stdin);
    let output = child.wait_with_output().expect("ends");
    String::from_utf8_lossy(&output.stderr).into_owned()
}
