//! Which docker-compose: v1 and v2 differ in what they accept and how they name containers.

use std::fmt;

/// A version of docker-compose, as it reports it or labels its containers with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposeVersion(String);

impl ComposeVersion {
    /// Reads `1.29.2` or `v2.26.1-4`; anything else is kept as it is.
    pub fn new(text: &str) -> ComposeVersion {
        ComposeVersion(text.trim().trim_start_matches('v').to_owned())
    }

    /// Whether it is docker-compose v1, the Python program.
    pub fn is_v1(&self) -> bool {
        self.0.starts_with("1.")
    }

    /// The first two numbers; `None` for anything but a version.
    pub fn numbers(&self) -> Option<(u32, u32)> {
        let mut parts = self.0.split('.');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
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
