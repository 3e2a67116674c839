//! Builds a [`Collection`] fast, line by line, for the shape that nearly all configuration files have.
//!
//! Accepted are printable ASCII, mappings in block style, scalars on the line of their key and plain
//! `|` blocks. In that shape every line means what it means whatever the others say, so a tree found
//! here is right and its text is YAML. Anything else (flow style, anchors, tags, lists, tabs, multi-line
//! values …) gives `None` and is left to the parsers.

use super::places::{Collection, Entry, Step};
use std::ops::Range;

/// The longest key; longer ones are left to the parsers, as YAML limits them.
const KEY_LIMIT: usize = 256;

/// The root mapping of the text in the common shape.
pub fn root(text: &str) -> Option<Collection> {
    if !is_plain(text.as_bytes()) {
        return None;
    }
    let mut scan = Scan {
        text,
        at: 0,
        open: vec![Level::new(0)],
    };
    while let Some(line) = scan.next_line() {
        scan.line(line)?;
    }
    while scan.open.len() > 1 {
        scan.close()?;
    }
    scan.open
        .pop()
        .map(|level| level.map)
        .filter(|map| !map.entries.is_empty())
}

/// Printable ASCII, carriage returns only at line ends. Without a branch per byte, so that the compiler
/// can vectorise it.
fn is_plain(bytes: &[u8]) -> bool {
    let odd = |b: u8| (b.wrapping_sub(b' ') > b'~' - b' ') & (b != b'\n') & (b != b'\r');
    let stray = |(b, next): (&u8, &u8)| (*b == b'\r') & (*next != b'\n');
    let next = bytes.get(1..).unwrap_or_default();
    !bytes.iter().fold(false, |found, b| found | odd(*b))
        && !bytes
            .iter()
            .zip(next)
            .fold(false, |found, pair| found | stray(pair))
        && bytes.last() != Some(&b'\r')
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    open: Vec<Level>,
}

/// A mapping that is still open.
struct Level {
    indent: usize,
    map: Collection,
}

impl Level {
    fn new(indent: usize) -> Level {
        Level {
            indent,
            map: Collection::map(None, Vec::new()),
        }
    }
}

impl Scan<'_> {
    /// The next line without its end.
    fn next_line(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let rest = &self.text[start..];
        if rest.is_empty() {
            return None;
        }
        let line = match rest.find('\n') {
            Some(end) => {
                self.at += end + 1;
                rest[..end].strip_suffix('\r').unwrap_or(&rest[..end])
            }
            None => {
                self.at = self.text.len();
                rest
            }
        };
        Some(start..start + line.len())
    }

    fn line(&mut self, line: Range<usize>) -> Option<()> {
        let written = &self.text[line.clone()];
        let indent = leading_spaces(written);
        if matches!(written.as_bytes().get(indent), None | Some(b'#')) {
            return Some(());
        }
        while self.open.last()?.indent > indent {
            self.close()?;
        }
        let level = self.open.last_mut()?;
        if level.indent < indent {
            // Deeper: the first line below a key that has no value yet.
            let above = level.map.entries.last()?;
            if !above.value.is_empty() || above.inner.is_some() {
                return None;
            }
            self.open.push(Level::new(indent));
        }
        let (key, colon) = key(&written[indent..])?;
        let behind = indent + colon + 1;
        let rest = &written[behind..];
        let value = behind + leading_spaces(rest);
        if value == behind && value < written.len() {
            return None;
        }
        let place = line.start + value;
        let value = match written.as_bytes().get(value) {
            None | Some(b'#') => {
                let at = line.start + behind;
                at..at
            }
            Some(b'|') => self.block_scalar(&written[value..], place, indent)?,
            Some(_) => place..place + scalar(&written[value..])?,
        };
        let start = line.start + indent;
        let pairs = &mut self.open.last_mut()?.map.entries;
        pairs.push(Entry {
            step: Step::Key(key),
            start,
            value,
            inner: None,
        });
        Some(())
    }

    /// Ends the innermost mapping: it becomes the value of the pair above it.
    fn close(&mut self) -> Option<()> {
        let inner = self.open.pop()?.map;
        let pair = self.open.last_mut()?.map.entries.last_mut()?;
        let (first, last) = (inner.entries.first()?, inner.entries.last()?);
        pair.value = first.start..last.value.end;
        pair.inner = Some(inner);
        Some(())
    }

    /// Consumes the lines of a `|` or `|-` block below a key at `indent`.
    fn block_scalar(&mut self, header: &str, start: usize, indent: usize) -> Option<Range<usize>> {
        let bare = header.trim_end_matches(' ');
        if bare != "|" && bare != "|-" {
            return None;
        }
        let mut depth = None;
        let mut end = None;
        loop {
            let before = self.at;
            let Some(line) = self.next_line() else { break };
            let written = &self.text[line.clone()];
            if written.is_empty() {
                continue;
            }
            let spaces = leading_spaces(written);
            if spaces == written.len() {
                return None;
            }
            let depth = *depth.get_or_insert(spaces);
            if spaces <= indent {
                self.at = before;
                break;
            }
            if spaces < depth {
                return None;
            }
            end = Some(line.end);
        }
        // Without a line break at its end the text has none either: left to the parsers.
        end.filter(|end| *end < self.text.len())
            .map(|end| start..end)
    }
}

fn leading_spaces(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b' ').count()
}

/// The key at the start of a line, and the position of its colon.
fn key(line: &str) -> Option<(String, usize)> {
    let quote = line.bytes().next()?;
    let (name, colon) = if matches!(quote, b'\'' | b'"') {
        let end = 1 + line[1..].find(char::from(quote))?;
        (&line[1..end], end + 1)
    } else {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-./@".contains(c);
        let end = line.find(|c| !plain(c))?;
        if !line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
            return None;
        }
        (&line[..end], end)
    };
    let simple = line[colon..].starts_with(':') && !name.contains('\\') && name != "<<";
    (simple && name.len() <= KEY_LIMIT).then(|| (name.to_owned(), colon))
}

/// The length of the scalar that the text begins with; nothing but a comment may follow it.
fn scalar(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let end = match bytes.first()? {
        b'\'' => single_quoted(bytes)?,
        b'"' => double_quoted(text)?,
        first if first.is_ascii_alphanumeric() || *first == b'/' => {
            let end = text.find(" #").unwrap_or(text.len());
            let plain = text[..end].trim_end_matches(' ');
            if plain.contains(": ") || plain.ends_with(':') {
                return None;
            }
            return Some(plain.len());
        }
        _ => return None,
    };
    let rest = &text[end..];
    let behind = rest.trim_start_matches(' ');
    (behind.is_empty() || (behind.starts_with('#') && behind.len() < rest.len())).then_some(end)
}

fn single_quoted(bytes: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)) {
            (b'\'', Some(b'\'')) => at += 2,
            (b'\'', _) => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn double_quoted(text: &str) -> Option<usize> {
    let mut at = 1;
    let mut end = at + text[at..].find('"')?;
    // From escape to escape: there are few, and finding a byte is fast.
    while let Some(next) = text[at..end].find('\\') {
        let escape = at + next;
        if !b"\\\"/nrt".contains(text.as_bytes().get(escape + 1)?) {
            return None;
        }
        at = escape + 2;
        if at > end {
            end = at + text[at..].find('"')?;
        }
    }
    Some(end + 1)
}

/// Whether a value found by [`root`] is certainly a string.
pub fn is_text(text: &str, value: &Range<usize>) -> bool {
    const WORDS: [&str; 3] = ["true", "false", "null"];
    let written = text.get(value.clone()).unwrap_or_default();
    match written.as_bytes().first() {
        Some(b'\'' | b'"' | b'|' | b'/') => true,
        Some(first) if first.is_ascii_alphabetic() => {
            !WORDS.iter().any(|word| word.eq_ignore_ascii_case(written))
        }
        _ => false,
    }
}

/// The string of a value found by [`root`]; `None` if it may not be a string.
pub fn text_of(text: &str, value: &Range<usize>) -> Option<String> {
    if !is_text(text, value) {
        return None;
    }
    let written = text.get(value.clone())?;
    match written.as_bytes().first()? {
        b'\'' => Some(written.get(1..written.len() - 1)?.replace("''", "'")),
        b'"' => unescaped(written.get(1..written.len() - 1)?),
        b'|' => block_text(written),
        _ => Some(written.to_owned()),
    }
}

fn unescaped(written: &str) -> Option<String> {
    let mut text = String::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        text.push(match rest.as_bytes().get(at + 1)? {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            other => char::from(*other),
        });
        rest = &rest[at + 2..];
    }
    text.push_str(rest);
    Some(text)
}

fn block_text(written: &str) -> Option<String> {
    let mut lines = written.lines();
    let strip = lines.next()?.trim_end_matches(' ') == "|-";
    let depth = leading_spaces(lines.clone().find(|line| !line.is_empty())?);
    let lines: Vec<&str> = lines
        .map(|line| line.get(depth..).unwrap_or_default())
        .collect();
    let mut text = lines.join("\n");
    if !strip {
        text.push('\n');
    }
    Some(text)
}
