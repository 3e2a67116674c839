//! Unified diffs that are safe to show: secrets are left out. Pure.

use crate::secret::MASK;
use crate::secret::redact::{is_reference, is_sensitive, scrub};
use crate::ui::text::legible;
use similar::{ChangeTag, TextDiff};
use std::fmt::Write;

/// Unchanged lines around a change.
const CONTEXT: usize = 3;

/// The change from `before` to `after` with the usual hunks and without file names; empty where there is
/// none. `None` stands for no file. `mask` hides what else is known to be secret in a line.
pub fn unified(before: Option<&str>, after: Option<&str>, mask: &dyn Fn(&str) -> String) -> String {
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let shown = [shown(before, mask), shown(after, mask)];
    // Compared unmasked, so that a changed secret still shows as two lines.
    let (old, new): (Vec<&str>, Vec<&str>) = (lines(before).collect(), lines(after).collect());
    let diff = TextDiff::from_slices(&old, &new);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        let _ = writeln!(out, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, line) = match change.tag() {
                ChangeTag::Delete => ('-', line_at(&shown[0], change.old_index())),
                ChangeTag::Insert => ('+', line_at(&shown[1], change.new_index())),
                ChangeTag::Equal => (' ', line_at(&shown[1], change.new_index())),
            };
            let _ = writeln!(out, "{sign}{line}");
            if !change.value().ends_with('\n') {
                out += "\\ No newline at end of file\n";
            }
        }
    }
    out
}

/// The same, below a heading.
pub fn indented(diff: &str) -> String {
    let lines = diff.lines();
    lines
        .map(|line| format!("\n  {line}").trim_end_matches(' ').to_owned())
        .collect()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n')
}

fn line_at(lines: &[String], index: Option<usize>) -> &str {
    index
        .and_then(|index| lines.get(index))
        .map_or("", String::as_str)
}

/// Each line, safe to show.
fn shown(text: &str, mask: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut in_armour = false;
    let mut show = |line: &str| {
        let was_in_armour = in_armour;
        in_armour = match (line.rfind("-----BEGIN "), line.rfind("-----END ")) {
            (Some(begin), end) => end.is_none_or(|end| end < begin),
            (None, Some(_)) => false,
            (None, None) => in_armour,
        };
        let line = match line.trim_end_matches(['\n', '\r']) {
            "" => String::new(),
            _ if was_in_armour => MASK.to_owned(),
            line => {
                let line = mask(line);
                without_value(&line).unwrap_or_else(|| scrub(&line))
            }
        };
        // A line of the file is one of the diff.
        legible(&line).into_owned()
    };
    lines(text).map(&mut show).collect()
}

/// A line `key: value` or `KEY=value` whose key says that the value is a secret, without the value.
/// One that only refers to a variable, or marks the block that follows, stays.
fn without_value(line: &str) -> Option<String> {
    let at = line.find([':', '='])?;
    let (key, value) = line.split_at(at);
    let name = key.trim_start().trim_start_matches("- ").trim_matches('"');
    let is_name = name
        .chars()
        .all(|c| c.is_alphanumeric() || "_-.".contains(c));
    if !is_name || !is_sensitive(name) {
        return None;
    }
    let (sign, value) = value.split_at(1);
    let bare = value.trim_start();
    let blank = &value[..value.len() - bare.len()];
    let is_harmless = ["", "|", "|-", ">", ">-"].contains(&bare) || is_reference(bare);
    let shown = if is_harmless { bare } else { MASK };
    Some(format!("{key}{sign}{blank}{shown}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> String {
        line.replace("hush", MASK)
    }

    #[test]
    fn hunks_are_the_usual_ones() {
        let before = "a\nb\nc\nd\ne\nf\n";
        let after = "a\nb\nc\nd\nE\nf";
        assert_eq!(
            unified(Some(before), Some(after), &plain),
            "@@ -2,5 +2,5 @@\n b\n c\n d\n-e\n-f\n+E\n+f\n\\ No newline at end of file\n"
        );
        assert_eq!(unified(Some(before), Some(before), &plain), "");
        assert_eq!(unified(None, Some("x\r\n"), &plain), "@@ -0,0 +1 @@\n+x\n");
        assert_eq!(unified(Some("x\n"), None, &plain), "@@ -1 +0,0 @@\n-x\n");
    }

    #[test]
    fn secrets_are_left_out_and_their_change_is_seen() {
        let before = "SQL_PASSWORD=one two\nPORT=1\nclusterSecret: |\n  -----BEGIN X-----\n  AAAA\n  -----END X-----\n";
        let after = "SQL_PASSWORD=three\nPORT=1\nclusterSecret: |\n  -----BEGIN X-----\n  BBBB\n  -----END X-----\nx: ${SECRET}\nsecret: ${SECRET}\ny: a hush b\n";
        let shown = unified(Some(before), Some(after), &plain);
        assert_eq!(
            shown,
            "@@ -1,6 +1,9 @@\n-SQL_PASSWORD=********\n+SQL_PASSWORD=********\n PORT=1\n clusterSecret: |\n   ********\n-********\n+********\n ********\n+x: ${SECRET}\n+secret: ${SECRET}\n+y: a ******** b\n"
        );
    }

    #[test]
    fn other_values_are_shown() {
        for line in [
            "MYSQL_ROOT_PASSWORD: $SQL_PASSWORD",
            "  - PASSWORD=\"${db.password}\"",
            "- \"! command -v mysqladmin || MYSQL_PWD=$$MYSQL_ROOT_PASSWORD mysqladmin\"",
        ] {
            let shown = unified(None, Some(line), &plain);
            assert!(shown.contains(line), "{shown}");
        }
        for line in [
            "PASSWORD=$ecret",
            "PASSWORD=${A}secret",
            "PASSWORD=${",
            "  - DB_PASSWORD: 'two secret words'",
            "mysql://root:secret@db",
        ] {
            let shown = unified(None, Some(line), &plain);
            assert!(shown.contains(MASK) && !shown.contains("ecret"), "{shown}");
        }
    }

    #[test]
    fn a_terminal_obeys_nothing_in_it() {
        let shown = unified(None, Some("# \u{1b}[2J\n"), &plain);
        assert_eq!(shown, "@@ -0,0 +1 @@\n+# \\x1b[2J\n");
    }
}
