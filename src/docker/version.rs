//! Versions of docker and docker-compose: which are old enough or too old. v1 and v2 of docker-compose differ in what they
//! accept and how they name containers.

use std::fmt;
use std::str::FromStr;

/// The oldest docker-compose that reads our files: the first with version 3 of their format, of January 2017.
pub const OLDEST_COMPOSE: (u32, u32) = (1, 10);
/// The oldest engine and client for that format, of the same month.
pub const OLDEST_DOCKER: (u32, u32) = (1, 13);
/// The newest version of the engine's API that docker-compose v1 works with. Since 1.45 (engine 26, March 2024) images
/// have no `ContainerConfig`, without which v1 cannot recreate a container.
pub const COMPOSE_V1_API: ApiVersion = ApiVersion(1, 44);

/// A version of the engine's API, such as `1.41`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ApiVersion(u32, u32);

impl FromStr for ApiVersion {
    type Err = ();

    fn from_str(text: &str) -> Result<ApiVersion, ()> {
        numbers(text)
            .map(|(major, minor)| ApiVersion(major, minor))
            .ok_or(())
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// The first two numbers of a version; `None` for anything else.
pub fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// A version of docker-compose, as it reports it or labels its containers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeVersion(String);

impl ComposeVersion {
    /// Reads `1.29.2` or `v2.26.1-4`, also after notices of a wrapper; anything else is kept as it is.
    pub fn new(text: &str) -> ComposeVersion {
        let bare = |line: &str| line.trim().trim_start_matches('v').to_owned();
        let is_version = |line: &String| line.starts_with(|c: char| c.is_ascii_digit());
        ComposeVersion(
            text.lines()
                .map(bare)
                .find(is_version)
                .unwrap_or_else(|| bare(text)),
        )
    }

    /// Whether it is docker-compose v1, the Python program.
    pub fn is_v1(&self) -> bool {
        self.0.starts_with("1.")
    }

    /// The first two numbers; `None` for anything but a version.
    pub fn numbers(&self) -> Option<(u32, u32)> {
        numbers(&self.0)
    }
}

impl fmt::Display for ComposeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leading_v_does_not_change_a_version() {
        for (text, shown, numbers, is_v1) in [
            ("1.29.2\n", "1.29.2", Some((1, 29)), true),
            ("v1.29.2", "1.29.2", Some((1, 29)), true),
            ("v2.26.1-4", "2.26.1-4", Some((2, 26)), false),
            ("a notice\nv2.26.1-4\n", "2.26.1-4", Some((2, 26)), false),
            (
                "docker: 'compose' is not a docker command",
                "docker: 'compose' is not a docker command",
                None,
                false,
            ),
        ] {
            let version = ComposeVersion::new(text);
            assert_eq!(
                (&*version.to_string(), version.numbers(), version.is_v1()),
                (shown, numbers, is_v1)
            );
        }
    }
}
