//! What one check found.

use crate::error::{Failure, Kind};
use crate::ui::text::{count, on_one_line};
use serde::Serialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    /// It works, but maybe not for long or not as intended.
    Warning,
    /// Something does not work.
    Problem,
    /// It could not be checked.
    Skipped,
}

impl Level {
    fn word(self) -> &'static str {
        match self {
            Level::Ok => "ok",
            Level::Warning => "warning",
            Level::Problem => "problem",
            Level::Skipped => "skipped",
        }
    }
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// Stable, for programs.
    pub check: &'static str,
    /// The cluster it is about, if it is about one.
    pub cluster: Option<String>,
    pub level: Level,
    /// One line.
    pub text: String,
    /// The remedy.
    pub hint: Option<String>,
}

impl Finding {
    fn new(check: &'static str, level: Level, text: impl Into<String>) -> Finding {
        Finding {
            check,
            cluster: None,
            level,
            text: text.into(),
            hint: None,
        }
    }

    pub fn ok(check: &'static str, text: impl Into<String>) -> Finding {
        Finding::new(check, Level::Ok, text)
    }

    pub fn skipped(check: &'static str, why: impl Into<String>) -> Finding {
        Finding::new(check, Level::Skipped, why)
    }

    pub fn warning(
        check: &'static str,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        let hint = Some(hint.into());
        Finding {
            hint,
            ..Finding::new(check, Level::Warning, text)
        }
    }

    pub fn problem(
        check: &'static str,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        let level = Level::Problem;
        Finding {
            level,
            ..Finding::warning(check, text, hint)
        }
    }

    /// A failure as one line, with its first remedy.
    pub fn of(check: &'static str, failure: &Failure) -> Finding {
        let message = failure.message();
        let mut lines = message.lines();
        let first = lines.next().unwrap_or_default().trim_end_matches(':');
        let text = match (failure.kind, lines.clone().count(), lines.last()) {
            // Its last line of output is all that is known.
            (Kind::ChildFailed, _, Some(last)) => format!("{first}: {}", last.trim()),
            // One line for each problem of a file.
            (Kind::ConfigInvalid, more @ 1.., _) => {
                format!("{first} ({})", count(more, "more problem"))
            }
            _ => first.to_owned(),
        };
        Finding {
            hint: failure.hints.first().cloned(),
            ..Finding::new(check, Level::Problem, text)
        }
    }

    pub fn about(mut self, cluster: &str) -> Finding {
        self.cluster = Some(cluster.to_owned());
        self
    }

    fn title(&self) -> String {
        match &self.cluster {
            Some(cluster) => format!("{} {}", self.check, on_one_line(cluster)),
            None => self.check.to_owned(),
        }
    }
}

/// A line for each finding, with its hint below.
pub fn table(findings: &[Finding]) -> String {
    let width = findings.iter().map(|f| f.title().chars().count()).max();
    let width = width.unwrap_or_default();
    let mut table = String::new();
    for finding in findings {
        let (word, title) = (finding.level.word(), finding.title());
        table += &format!(
            "{word:<8} {title:<width$}   {}\n",
            on_one_line(&finding.text)
        );
        if let Some(hint) = &finding.hint {
            table += &format!("{:9}hint: {}\n", "", on_one_line(hint));
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_becomes_one_line() {
        for (kind, message, line) in [
            (
                Kind::Failed,
                "`docker ps`: not running:\n  Cannot connect",
                "`docker ps`: not running",
            ),
            (
                Kind::ConfigInvalid,
                "a:1: bad\na:2: worse\na:3: worst",
                "a:1: bad (2 more problems)",
            ),
            (Kind::Failed, "plain", "plain"),
            (
                Kind::ChildFailed,
                "`docker info` failed with status 1:\n  oh\n  no",
                "`docker info` failed with status 1: no",
            ),
        ] {
            assert_eq!(Finding::of("x", &Failure::new(kind, message)).text, line);
        }
    }

    #[test]
    fn columns_are_aligned() {
        let findings = [
            Finding::ok("docker", "there"),
            Finding::problem("cluster", "down", "start it").about("local"),
        ];
        assert_eq!(
            table(&findings),
            "ok       docker          there\n\
             problem  cluster local   down\n         hint: start it\n"
        );
    }
}
