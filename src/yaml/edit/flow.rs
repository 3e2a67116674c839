//! Edits flow mappings (`{…}`).

use super::super::places::Collection;
use super::quote::{key, scalar};
use super::{New, Splice};
use crate::yaml::write::double_quoted;
use std::ops::Range;

/// A pair after the last one, on its own line if the last one has its own.
pub(super) fn insert(
    text: &str,
    map: &Collection,
    span: &Range<usize>,
    path: &[String],
    new: &New,
) -> Splice {
    let json = map
        .entries
        .first()
        .is_some_and(|pair| text[pair.start..].starts_with('"'));
    let pair = pair(path, new, json);
    let Some(last) = map.entries.last() else {
        let at = span.start + 1;
        return Splice {
            range: at..at,
            with: pair,
        };
    };
    let line = text[..last.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let lead = &text[line..last.start];
    let behind = &text[last.value.end..span.end];
    let own_line = line > span.start && lead.trim().is_empty() && behind.contains('\n');
    let comma = behind.trim_start().starts_with(',');
    if !own_line {
        return Splice {
            range: last.value.end..last.value.end,
            with: format!(", {pair}"),
        };
    }
    // The comma goes after the last pair, before its comment; the new line follows both.
    let newline = if behind[..=behind.find('\n').unwrap_or_default()].ends_with("\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let rest = behind.find(['\r', '\n']).unwrap_or_default();
    let with = if comma {
        format!("{}{newline}{lead}{pair},", &behind[..rest])
    } else {
        format!(",{}{newline}{lead}{pair}", &behind[..rest])
    };
    Splice {
        range: last.value.end..last.value.end + rest,
        with,
    }
}

/// Removes the pair at an index: its whole lines if it has its own, else up to the next pair.
pub(super) fn remove(text: &str, map: &Collection, span: &Range<usize>, at: usize) -> Splice {
    let pair = &map.entries[at];
    let behind = &text[pair.value.end..span.end];
    let blank = behind.len() - behind.trim_start().len();
    let comma = behind[blank..].starts_with(',');
    let mut range = pair.start..pair.value.end + if comma { blank + 1 } else { 0 };
    let line = text[..pair.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let rest = &text[range.end..span.end];
    let rest_of_line = rest.lines().next().unwrap_or_default();
    let rest_is_blank =
        rest_of_line.trim().is_empty() || rest_of_line.trim_start().starts_with('#');
    if line > span.start
        && text[line..pair.start].trim().is_empty()
        && rest_is_blank
        && rest.contains('\n')
    {
        range.start = line;
        range.end += rest.find('\n').unwrap_or_default() + 1;
    } else if comma {
        range.end += rest.len() - rest.trim_start_matches(' ').len();
    } else if let Some(previous) = at
        .checked_sub(1)
        .map(|before| map.entries[before].value.end)
    {
        let between = &text[previous..pair.start];
        if between.chars().all(|c| c == ',' || c == ' ') {
            range.start = previous;
        }
    }
    Splice {
        range,
        with: String::new(),
    }
}

/// The text of a pair at the end of a path of keys, optionally with JSON quotes.
pub(super) fn pair(path: &[String], new: &New, json: bool) -> String {
    let quoted = |name: &str| if json { double_quoted(name) } else { key(name) };
    match path {
        [] => String::new(),
        [last] => format!("{}: {}", quoted(last), value(new, json)),
        [first, rest @ ..] => format!("{}: {{{}}}", quoted(first), pair(rest, new, json)),
    }
}

fn value(new: &New, json: bool) -> String {
    match new {
        New::Map(pairs) => {
            let pairs: Vec<String> = pairs
                .iter()
                .map(|(name, new)| pair(std::slice::from_ref(name), new, json))
                .collect();
            format!("{{{}}}", pairs.join(", "))
        }
        New::Text(text) | New::Bare(text) if json => double_quoted(text),
        one => scalar(one),
    }
}
