//! The first lines of a rendered file: who wrote it, what to edit instead, and a checksum that tells a
//! file edited by hand from one that is merely old.
//!
//! Nothing in it changes from one day or release to the next, so that a file is rewritten only when
//! its content changes.

use crate::cluster::ClusterName;
use crate::secret::keys::checksum;

/// How every rendered file begins, in every release: files of older ones must be recognised.
const FIRST: &str = "# Written by prisma from cluster.yml beside this file.";
/// What the line with the checksum begins with: the last line of the header.
const CHECKSUM: &str = "# checksum: ";

/// Where a file comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// Rendered, by this or another release, and untouched since: may be overwritten.
    Ours,
    /// Rendered, and edited since: must not be overwritten silently.
    EditedByHand,
    /// Not rendered at all.
    Foreign,
}

/// `body` behind its header.
pub fn with_header(name: &ClusterName, body: &str) -> String {
    format!(
        "{FIRST}\n\
         # Edit that one instead, then run `{}`. What it has no key for can go into\n\
         # docker-compose.override.yml, which prisma never writes.\n\
         {CHECKSUM}{}\n\
         {body}",
        name.command("start"),
        checksum(body)
    )
}

/// Where the text of a file comes from. Line ends do not count: version control changes them.
pub fn provenance(text: &str) -> Provenance {
    let text = text.replace("\r\n", "\n");
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    if !text.starts_with(FIRST) {
        return Provenance::Foreign;
    }
    let marker = format!("\n{CHECKSUM}");
    let Some((_, rest)) = text.split_once(&marker) else {
        return Provenance::EditedByHand;
    };
    let (sum, body) = rest.split_once('\n').unwrap_or((rest, ""));
    if sum == checksum(body) {
        Provenance::Ours
    } else {
        Provenance::EditedByHand
    }
}

/// A rendered text without its header, for files that are the user's from now on (`eject`).
pub fn without_header(text: &str) -> &str {
    let marker = format!("\n{CHECKSUM}");
    let body = text
        .split_once(&marker)
        .and_then(|(_, rest)| rest.split_once('\n'));
    match body {
        Some((_, body)) if text.starts_with(FIRST) => body,
        _ => text,
    }
}

/// Whether overwriting the file that holds `text` would lose somebody's edits.
pub fn is_hand_edited(text: &str) -> bool {
    provenance(text) != Provenance::Ours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_noticed_and_line_ends_are_not() {
        let ours = with_header(&ClusterName::local(), "a: 1\nb: 2\n");
        assert_eq!(provenance(&ours), Provenance::Ours);
        assert_eq!(provenance(&ours.replace('\n', "\r\n")), Provenance::Ours);
        assert_eq!(
            provenance(&ours.replace("2", "3")),
            Provenance::EditedByHand
        );
        assert_eq!(
            provenance(&format!("{ours}c: 3\n")),
            Provenance::EditedByHand
        );
        assert_eq!(provenance(FIRST), Provenance::EditedByHand);
        assert_eq!(provenance("version: \"3\"\n"), Provenance::Foreign);
        assert_eq!(provenance(""), Provenance::Foreign);
        assert!(!is_hand_edited(&ours) && is_hand_edited("x"));
        assert_eq!(without_header(&ours), "a: 1\nb: 2\n");
        assert_eq!(without_header("a\n# checksum: 1\nb"), "a\n# checksum: 1\nb");
    }

    #[test]
    fn the_header_is_comments_only() {
        let name = "x".parse().expect("valid");
        let text = with_header(&name, "");
        assert!(text.lines().all(|line| line.starts_with("# ")), "{text}");
        assert!(text.contains("`prisma local start -n x`"), "{text}");
    }
}
