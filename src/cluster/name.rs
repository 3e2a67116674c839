use crate::error::{Failure, Kind};
use std::fmt;
use std::str::FromStr;

/// The longest name: the limit of a DNS label, and far below every limit of Docker.
const LONGEST: usize = 63;

/// The name of a managed cluster, and of its folder and compose project.
///
/// `[a-z0-9][a-z0-9_-]*`: the names that both generations of docker-compose use unchanged. v1 silently
/// changes other names (possibly two of them to the same one), v2 rejects them. No such name can
/// leave the folder or look like an option.
///
/// The npm CLI allowed any name, and left its normalisation to v1: the registry may have the project `dev` as
/// `Dev`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterName {
    project: String,
    /// The name as given, where that is not the project's.
    given: Option<String>,
}

impl ClusterName {
    /// The cluster that commands use when no name is given (`prisma local`, overview page).
    pub fn local() -> Self {
        ClusterName::of("local")
    }

    fn of(project: &str) -> Self {
        ClusterName {
            project: project.to_owned(),
            given: None,
        }
    }

    /// Whether commands use this cluster when no name is given.
    pub fn is_local(&self) -> bool {
        self.project == "local"
    }

    /// The name under which v1 runs a project called so, if both generations accept that.
    pub fn normalised(text: &str) -> Option<ClusterName> {
        kept(text).parse().ok()
    }

    /// The name under which docker-compose before 1.21 ran it, if it is another: without `-` and `_`.
    pub fn before_1_21(&self) -> Option<ClusterName> {
        let old = self.project.replace(['-', '_'], "");
        (old != self.project).then(|| ClusterName::of(&old))
    }

    /// A name of the command line: a valid one, or one that a registry entry of the npm CLI may have.
    /// [`ClusterName::given`] has to be looked up there.
    pub fn of_command_line(text: &str) -> Result<ClusterName, Failure> {
        text.parse().or_else(|failure| {
            let name = ClusterName::normalised(text).ok_or(failure)?;
            Ok(ClusterName {
                given: Some(text.to_owned()),
                ..name
            })
        })
    }

    /// The name as given, where that is not a valid one.
    pub fn given(&self) -> Option<&str> {
        self.given.as_deref()
    }

    /// The command line that runs a verb on this cluster: `prisma local VERB [-n NAME]`.
    pub fn command(&self, verb: &str) -> String {
        if self.is_local() {
            format!("prisma local {verb}")
        } else {
            format!("prisma local {verb} -n {}", self.project)
        }
    }
}

impl FromStr for ClusterName {
    type Err = Failure;

    /// Fails with [`Kind::Usage`] and, if there is one, the nearest valid name.
    fn from_str(text: &str) -> Result<Self, Failure> {
        let why = if text.is_empty() {
            "it is empty"
        } else if !text.chars().all(allowed) {
            "only lower-case letters, digits, `-` and `_` are allowed"
        } else if text.starts_with(['-', '_']) {
            "it must start with a lower-case letter or a digit"
        } else if text.len() > LONGEST {
            "it has more than 63 characters"
        } else {
            return Ok(ClusterName::of(text));
        };
        let failure = Failure::new(
            Kind::Usage,
            format!("invalid cluster name `{}`: {why}", text.escape_debug()),
        );
        Err(match nearest(text) {
            Some(name) => failure.hint(format!("use `{name}`")),
            None => failure,
        })
    }
}

fn allowed(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_'
}

/// What v1 keeps of a project's name.
pub fn kept(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter(|c| allowed(*c))
        .collect()
}

/// The name in lower case without invalid characters, if that is a valid name.
fn nearest(text: &str) -> Option<String> {
    let lower = text.to_lowercase().replace([' ', '.'], "-");
    let kept: String = lower
        .chars()
        .filter(|c| allowed(*c))
        .take(LONGEST)
        .collect();
    let name = kept.trim_start_matches(['-', '_']).to_owned();
    (!name.is_empty()).then_some(name)
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.project)
    }
}

impl AsRef<str> for ClusterName {
    fn as_ref(&self) -> &str {
        &self.project
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hint(text: &str) -> Option<String> {
        let failure = text.parse::<ClusterName>().expect_err("refused");
        assert_eq!(failure.kind, Kind::Usage);
        failure.hints.into_iter().next()
    }

    #[test]
    fn names_of_both_compose_generations_are_accepted_and_no_others() {
        for name in [
            "local",
            "a",
            "0",
            "my-app_2",
            "digital-ocean",
            &"x".repeat(63),
        ] {
            assert_eq!(name.parse::<ClusterName>().expect("valid").as_ref(), name);
        }
        assert_eq!(hint("Local").as_deref(), Some("use `local`"));
        assert_eq!(hint("../x").as_deref(), Some("use `x`"));
        assert_eq!(hint("-rf").as_deref(), Some("use `rf`"));
        assert_eq!(hint("my app").as_deref(), Some("use `my-app`"));
        assert_eq!(
            hint(&"x".repeat(64)),
            Some(format!("use `{}`", "x".repeat(63)))
        );
        for nothing in ["", "-", "/", "ü", "\n", ".."] {
            assert_eq!(hint(nothing), None, "{nothing:?}");
        }
        let failure = "a\nb".parse::<ClusterName>().expect_err("refused");
        assert!(!failure.message().contains('\n'), "one line: {failure}");
    }

    #[test]
    fn a_name_of_the_npm_cli_is_that_of_its_project() {
        for (given, project) in [
            ("Dev", "dev"),
            ("My Cluster_2", "mycluster_2"),
            ("a.b", "ab"),
        ] {
            let name = ClusterName::of_command_line(given).expect("may be");
            assert_eq!((name.as_ref(), name.given()), (project, Some(given)));
        }
        let name = ClusterName::of_command_line("dev").expect("valid");
        assert_eq!(name.given(), None);
        for invalid in ["", "_", "-rf", "日本"] {
            assert!(ClusterName::of_command_line(invalid).is_err(), "{invalid}");
        }
    }

    #[test]
    fn commands_name_the_cluster_only_where_needed() {
        assert_eq!(ClusterName::local().command("start"), "prisma local start");
        let other: ClusterName = "x".parse().expect("valid");
        assert_eq!(other.command("start"), "prisma local start -n x");
    }

    proptest! {
        #[test]
        fn a_proposed_name_is_valid(text in ".{0,80}") {
            if let Some(name) = nearest(&text) {
                prop_assert!(name.parse::<ClusterName>().is_ok(), "{}", name);
            }
        }
    }
}
