//! Prisma versions: any 1.x version or image tag, its edition and what its servers support.

mod facts;

pub use facts::Fact;

use crate::error::{Failure, Kind};
use semver::Version;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The default of `prisma local start`: the version of the 1.1 page.
pub const DEFAULT_LOCAL: &str = "1.1";
/// The default of `prisma init`: the version of the 1.8 page.
pub const DEFAULT_INIT: &str = "1.8";

/// The two documented generations of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Prisma 1.0-1.6: settings in environment variables, RSA key pair, MySQL.
    Cluster,
    /// Prisma 1.7 and later: a single `PRISMA_CONFIG` block, shared secret, MySQL or Postgres.
    Server,
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Edition::Cluster => "cluster edition",
            Edition::Server => "server edition",
        })
    }
}

/// A 1.x version or image tag: `1.1`, `1.1.3`, `1.34-beta`, `1.9-beta-3`.
///
/// Ordered as versions: `1.9 < 1.10`, `1.34-beta < 1.34`. `1.1` and `1.1.0` are adjacent but not equal:
/// they are different tags, and the first one moves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PrismaVersion {
    tag: String,
    semver: Version,
}

impl PrismaVersion {
    /// [`DEFAULT_LOCAL`].
    pub fn default_local() -> Self {
        known(DEFAULT_LOCAL, 1)
    }

    /// [`DEFAULT_INIT`].
    pub fn default_init() -> Self {
        known(DEFAULT_INIT, 8)
    }

    /// The image's tag: the version as it was given, without a leading `v`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The edition, which decides what is rendered.
    pub fn edition(&self) -> Edition {
        if self.has(Fact::PrismaConfig) {
            Edition::Server
        } else {
            Edition::Cluster
        }
    }
}

/// A known-good version, without parsing.
fn known(tag: &str, minor: u64) -> PrismaVersion {
    PrismaVersion {
        tag: tag.to_owned(),
        semver: Version::new(1, minor, 0),
    }
}

impl FromStr for PrismaVersion {
    type Err = Failure;

    /// Fails with [`Kind::Usage`] and the reason.
    fn from_str(text: &str) -> Result<Self, Failure> {
        let tag = text.strip_prefix('v').unwrap_or(text);
        semver(tag)
            .map(|semver| PrismaVersion {
                tag: tag.to_owned(),
                semver,
            })
            .map_err(|why| {
                Failure::new(
                    Kind::Usage,
                    format!("invalid Prisma version `{}`: {why}", text.escape_debug()),
                )
                .hint("use a 1.x version such as `1.1`, `1.1.3` or `1.34-beta`")
            })
    }
}

/// The tag as a semantic version: missing parts are zero, and a pre-release's parts are divided by
/// dots, so that `beta-10` comes after `beta-9`.
fn semver(tag: &str) -> Result<Version, String> {
    let (numbers, pre) = match tag.split_once('-') {
        Some((numbers, pre)) => (numbers, Some(pre)),
        None => (tag, None),
    };
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    if !parts.iter().all(is_number) {
        return Err("it is not a version number".to_owned());
    }
    if parts[0] != "1" {
        return Err("only Prisma 1 is supported".to_owned());
    }
    let padded = match parts.len() {
        2 => format!("{numbers}.0"),
        3 => numbers.to_owned(),
        1 => return Err("the minor version is missing".to_owned()),
        _ => return Err("it has more than three parts".to_owned()),
    };
    // Docker's limit for a tag.
    if tag.len() > 128 {
        return Err("it has more than 128 characters".to_owned());
    }
    let full = match pre {
        Some(pre) => format!("{padded}-{}", pre.replace('-', ".")),
        None => padded,
    };
    let version = Version::parse(&full).map_err(|error| error.to_string())?;
    if version.build.is_empty() {
        Ok(version)
    } else {
        Err("an image tag cannot contain `+`".to_owned())
    }
}

impl Ord for PrismaVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_meaning = self.semver.cmp(&other.semver);
        by_meaning.then_with(|| self.tag.cmp(&other.tag))
    }
}

impl PartialOrd for PrismaVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for PrismaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.tag)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn version(text: &str) -> PrismaVersion {
        text.parse().expect("valid")
    }

    #[test]
    fn versions_are_ordered_by_meaning() {
        let ascending = [
            "1.0",
            "1.1",
            "1.1.0",
            "1.1.3",
            "1.1.10",
            "1.6.4",
            "1.7-beta",
            "1.7",
            "1.8.0",
            "1.9-alpha",
            "1.9-beta",
            "1.9-beta-3",
            "1.9-beta-10",
            "1.9",
            "1.10",
            "1.34-beta",
            "1.34",
            "1.34.12",
        ];
        for pair in ascending.windows(2) {
            assert!(version(pair[0]) < version(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn the_tag_is_what_was_given() {
        assert_eq!(version("v1.8.0").tag(), "1.8.0");
        assert_eq!(version("1.34-beta").to_string(), "1.34-beta");
        assert_eq!(version("v1.1"), version("1.1"));
        assert_eq!(PrismaVersion::default_local(), version(DEFAULT_LOCAL));
        assert_eq!(PrismaVersion::default_init(), version(DEFAULT_INIT));
    }

    #[test]
    fn the_edition_changes_with_1_7() {
        for old in ["1.0", "1.1.3", "1.6.4", "1.6-beta"] {
            assert_eq!(version(old).edition(), Edition::Cluster, "{old}");
        }
        for new in ["1.7-beta", "1.7", "1.8", "1.10", "1.34.12"] {
            assert_eq!(version(new).edition(), Edition::Server, "{new}");
        }
    }

    #[test]
    fn invalid_versions_are_rejected_with_the_reason() {
        let refused = [
            ("", "not a version number"),
            ("latest", "not a version number"),
            ("1", "minor version is missing"),
            ("2.0", "only Prisma 1"),
            ("0.9.1", "only Prisma 1"),
            ("1.1.3.4", "more than three"),
            ("1.x", "not a version number"),
            ("1.01", "leading zero"),
            ("1.1-", "empty"),
            ("1.1-a_b", "unexpected character"),
            ("1.1-a b", "unexpected character"),
            ("1.1-a+b", "cannot contain `+`"),
            (" 1.1", "not a version number"),
            ("1.1@sha256:00", "not a version number"),
            ("1.99999999999999999999", ""),
        ];
        for (text, why) in refused {
            let failure = text.parse::<PrismaVersion>().expect_err(text);
            assert!(failure.message().contains(why), "{text}: {failure}");
        }
    }

    proptest! {
        /// An image name ends up in the compose file, where `$` and quotes would mean something.
        #[test]
        fn an_accepted_tag_has_only_harmless_characters(text in "[v1]?1\\.[0-9]{1,2}.{0,8}") {
            if let Ok(version) = text.parse::<PrismaVersion>() {
                let harmless = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
                prop_assert!(version.tag().chars().all(harmless));
            }
        }
    }
}
