//! Edits block mappings.

use super::super::places::{Collection, Entry};
use super::quote::{key, scalar};
use super::{New, Refused, Splice, impossible};

/// The indentation of a new level if the file has no example to follow.
const STEP: usize = 2;

/// The first pair of the text without a mapping: empty, or only comments.
pub(super) fn begin(text: &str, path: &[String], new: &New) -> Splice {
    let at = text.len();
    after_line(text, at, render(path, new, 0, STEP))
}

/// A pair after the last one of a mapping; `parent` is the pair that has the mapping as its value.
pub(super) fn insert(
    text: &str,
    parent: Option<&Entry>,
    map: &Collection,
    path: &[String],
    new: &New,
) -> Result<Splice, Refused> {
    let Some(last) = map.entries.last() else {
        return Err(impossible("an empty mapping has no lines"));
    };
    let indent = indent_of(text, last)?;
    let step = match last.map().filter(|inner| inner.flow.is_none()) {
        Some(inner) => match inner.entries.last() {
            Some(pair) => indent_of(text, pair)?.saturating_sub(indent).max(1),
            None => STEP,
        },
        None => STEP,
    };
    let mut at = block_end(text, last.value.end, indent.max(1));
    if !text[..at].ends_with('\n') && block_scalar_at_end(text, last).is_some() {
        // A line break at its end would become part of that text, so the new pair goes before it.
        let before = match map.entries.iter().rev().nth(1) {
            Some(previous) => Some(block_end(text, previous.value.end, indent.max(1))),
            None => parent.map(|parent| line_end(text, parent.start)),
        };
        at = before.unwrap_or(at);
    }
    Ok(after_line(text, at, render(path, new, indent, step)))
}

/// The first pair below a key without a value.
pub(super) fn insert_below(
    text: &str,
    pair: &Entry,
    path: &[String],
    new: &New,
) -> Result<Splice, Refused> {
    let indent = indent_of(text, pair)?;
    let at = block_end(text, pair.value.end, indent + 1);
    Ok(after_line(text, at, render(path, new, indent + STEP, STEP)))
}

/// The lines of a pair, comments inside it included, those above it not: they may be about anything.
pub(super) fn remove(text: &str, map: &Collection, at: usize) -> Result<Splice, Refused> {
    let pair = &map.entries[at];
    let previous = at.checked_sub(1).and_then(|before| map.entries.get(before));
    let indent = indent_of(text, pair)?;
    let mut range = pair.start - indent..block_end(text, pair.value.end, indent + 1);
    // Text above only takes in what follows it when no comment is between.
    // A key without a value, as after `?`, can end after where the next pair begins.
    let previous = previous.filter(|pair| {
        let between = text.get(pair.value.end..range.start);
        between.is_some_and(|between| between.trim().is_empty())
    });
    let above = previous.and_then(|pair| block_scalar_at_end(text, pair));
    if above.is_some_and(|header| header.contains('+')) {
        // Blank lines that would follow the text above would become part of it.
        let behind = &text[range.end..];
        let blank = behind.len() - behind.trim_start_matches(['\n', '\r']).len();
        range.end += blank;
    }
    if !text[range.clone()].ends_with('\n') && above.is_none() {
        // The last line has no line end, so the new last line gets none either.
        let before = &text[..range.start];
        let before = before.strip_suffix('\n').unwrap_or(before);
        range.start = before.strip_suffix('\r').unwrap_or(before).len();
    }
    Ok(Splice {
        range,
        with: String::new(),
    })
}

/// The indentation of a pair; refused when it shares its line with something in front.
fn indent_of(text: &str, pair: &Entry) -> Result<usize, Refused> {
    let line = line_start(text, pair.start);
    let lead = &text[line..pair.start];
    match lead.strip_prefix('\u{feff}').unwrap_or(lead) {
        spaces if spaces.bytes().all(|b| b == b' ') => Ok(spaces.len()),
        _ => Err(impossible(format!(
            "`{}` does not begin on a line of its own",
            pair.step
        ))),
    }
}

/// The header of the `|` or `>` text a pair ends with, which its line breaks belong to.
fn block_scalar_at_end<'t>(text: &'t str, pair: &Entry) -> Option<&'t str> {
    match pair.inner.as_ref().and_then(|inner| inner.entries.last()) {
        Some(last) => block_scalar_at_end(text, last),
        None => {
            let value = &text[pair.value.clone()];
            let header = value.lines().next().unwrap_or_default();
            value.starts_with(['|', '>']).then_some(header)
        }
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line that contains `at`, including its line break.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |n| at + n + 1)
}

/// The end of a block whose last value ends at `at`: after its line and the comments below that
/// are indented at least as deep as `indent`, as those are still about the block.
fn block_end(text: &str, at: usize, indent: usize) -> usize {
    let mut end = line_end(text, at);
    let mut line = end;
    while line < text.len() {
        let next = line_end(text, line);
        let bare = text[line..next].trim_end();
        let depth = bare.len() - bare.trim_start_matches(' ').len();
        if bare[depth..].starts_with('#') && depth >= indent {
            end = next;
        } else if !bare.is_empty() {
            break;
        }
        line = next;
    }
    end
}

/// New lines at `at`, which is the start of a line or the end of the text without a last line break.
fn after_line(text: &str, at: usize, lines: Vec<String>) -> Splice {
    let newline = if text[..at].contains("\r\n") || text.contains("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let open = at > 0 && !text[..at].ends_with('\n') && !text[..at].ends_with('\u{feff}');
    let mut with = lines.join(newline);
    if open {
        with.insert_str(0, newline);
    } else {
        with.push_str(newline);
    }
    Splice {
        range: at..at,
        with,
    }
}

/// The lines of a pair at the end of a path of keys.
fn render(path: &[String], new: &New, indent: usize, step: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut depth = indent;
    for (at, name) in path.iter().enumerate() {
        if at + 1 == path.len() {
            render_pair(name, new, depth, step, &mut lines);
        } else {
            lines.push(format!("{:depth$}{}:", "", key(name)));
            depth += step;
        }
    }
    lines
}

fn render_pair(name: &str, new: &New, indent: usize, step: usize, lines: &mut Vec<String>) {
    let name = key(name);
    match new {
        New::Map(pairs) => {
            lines.push(format!("{:indent$}{name}:", ""));
            for (key, value) in pairs {
                render_pair(key, value, indent + step, step, lines);
            }
        }
        one => lines.push(format!("{:indent$}{name}: {}", "", scalar(one))),
    }
}
