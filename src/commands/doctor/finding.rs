//! One line of the doctor's.

use crate::error::{Failure, Kind};
use serde_json::{Value, json};

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// It works, and may not for long or not as meant.
    Warning,
    /// Something does not work.
    Problem,
    /// It could not be looked at.
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

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check: stable, for programs.
    pub check: &'static str,
    /// The cluster it is about.
    pub cluster: Option<String>,
    pub level: Level,
    /// What was found, in one line.
    pub text: String,
    /// The one remedy.
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
        Finding::new(check, Level::Warning, text).with(hint)
    }

    pub fn problem(
        check: &'static str,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) -> Finding {
        Finding::new(check, Level::Problem, text).with(hint)
    }

    fn with(mut self, hint: impl Into<String>) -> Finding {
        self.hint = Some(hint.into());
        self
    }

    /// A failure in one line, with its first remedy.
    pub fn of(check: &'static str, failure: &Failure) -> Finding {
        let mut lines = failure.message.lines();
        let text = lines.next().unwrap_or_default().trim_end_matches(':');
        let more = match lines.count() {
            0 => String::new(),
            // All that is known is what the child said last.
            _ if failure.kind == Kind::ChildFailed => {
                format!(
                    ": {}",
                    failure.message.lines().last().unwrap_or_default().trim()
                )
            }
            // What is wrong with a file is a line each; a child's last lines are no more to tell.
            _ if failure.message.lines().all(|line| !line.starts_with(' ')) => {
                format!(", and {} more", failure.message.lines().count() - 1)
            }
            _ => String::new(),
        };
        Finding {
            hint: failure.hints.first().cloned(),
            ..Finding::new(check, Level::Problem, format!("{text}{more}"))
        }
    }

    /// The same, about a cluster.
    pub fn about(mut self, cluster: &str) -> Finding {
        self.cluster = Some(cluster.to_owned());
        self
    }

    fn title(&self) -> String {
        match &self.cluster {
            Some(cluster) => format!("{} {cluster}", self.check),
            None => self.check.to_owned(),
        }
    }

    /// For programs.
    pub fn data(&self) -> Value {
        json!({
            "check": self.check,
            "cluster": self.cluster,
            "level": self.level.word(),
            "text": self.text,
            "hint": self.hint,
        })
    }
}

/// A line each, remedies below.
pub fn table(findings: &[Finding]) -> String {
    let width = findings.iter().map(|f| f.title().chars().count()).max();
    let width = width.unwrap_or_default();
    let line = |finding: &Finding| {
        let (word, title) = (finding.level.word(), finding.title());
        let hint = finding
            .hint
            .as_ref()
            .map(|hint| format!("{:9}hint: {hint}\n", ""));
        format!(
            "{word:<8} {title:<width$}   {}\n{}",
            finding.text,
            hint.unwrap_or_default()
        )
    };
    findings.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line() {
        let one = |message: &str| Finding::of("x", &Failure::new(Kind::Failed, message)).text;
        assert_eq!(
            one("`docker ps`: not running:\n  Cannot connect"),
            "`docker ps`: not running"
        );
        assert_eq!(
            one("a:1: bad\na:2: worse\na:3: worst"),
            "a:1: bad, and 2 more"
        );
        assert_eq!(one("plain"), "plain");
        let unknown = "`docker info` ended with status 1:\n  oh\n  no";
        assert_eq!(
            Finding::of("x", &Failure::new(Kind::ChildFailed, unknown)).text,
            "`docker info` ended with status 1: no"
        );
    }

    #[test]
    fn lines_stand_under_each_other() {
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
