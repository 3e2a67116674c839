//! What a deployment fails with when the server has answered it.

use super::{Deployment, Note, Outcome, Undo};
use crate::error::{Failure, Kind};
use crate::server::management::Problem;
use crate::ui::text::count;

impl Deployment {
    pub fn succeeded(&self) -> bool {
        self.failure().is_none()
    }

    /// A short failure; the report shows the problems themselves.
    pub fn failure(&self) -> Option<Failure> {
        match &self.outcome {
            Outcome::UpToDate
            | Outcome::Applied { .. }
            | Outcome::WouldApply
            | Outcome::WouldCreate => None,
            Outcome::Invalid { errors } if self.notes.contains(&Note::OnlyTypes) => {
                Some(refused(format!(
                    "the datamodel is deployed, but the server rejected the subscriptions: {}",
                    count(errors.len(), "error")
                )))
            }
            Outcome::Invalid { errors } if self.notes.contains(&Note::CheckedHere) => {
                Some(refused(format!(
                    "the server would reject the datamodel: {}",
                    count(errors.len(), "error")
                )))
            }
            Outcome::Invalid { errors } => {
                // Each names the subscription where others name a field.
                let is_of_subscription =
                    |error: &Problem| error.type_name == "Subscription" && error.field.is_some();
                let what = if errors.iter().all(is_of_subscription) {
                    "subscriptions"
                } else {
                    "datamodel"
                };
                let number = count(errors.len(), "error");
                Some(refused(format!("the server rejected the {what}: {number}")))
            }
            Outcome::NeedsForce => Some(needs_force(&self.warnings)),
            Outcome::RolledBack { errors, undo, .. } => Some(rolled_back(*undo, errors)),
        }
    }
}

fn refused(message: String) -> Failure {
    Failure::new(Kind::Refused, message)
}

fn needs_force(warnings: &[Problem]) -> Failure {
    let warned = count(warnings.len(), "warning");
    if warnings.iter().any(Problem::loses_data) {
        refused(format!("not deployed: this would lose data: {warned}"))
            .hint("use `--force` to deploy anyway and lose this data")
    } else {
        refused(format!(
            "not deployed: the server asks for confirmation: {warned}"
        ))
        .hint("no data would be lost: check the changes, then use `--force` to deploy them")
    }
}

fn rolled_back(undo: Undo, errors: &[String]) -> Failure {
    let what = match undo {
        Undo::Done => "the migration failed, and the server rolled back".to_owned(),
        Undo::InPart { undone, applied } => format!(
            "the migration failed, and only {undone} of the {applied} applied steps were rolled back"
        ),
        Undo::Failed => "the migration failed, and so did the rollback".to_owned(),
    };
    let why = if errors.is_empty() {
        "no reason given".to_owned()
    } else {
        indented(errors)
    };
    let mut failure = Failure::new(Kind::Refused, format!("{what}: {why}"));
    // Seen on MySQL: the driver gives up after a minute, and the statement continues.
    if why.contains("Connection timed out") {
        failure = failure.hint("the server gave up waiting for the database, which may still complete the change: check the table before you deploy again");
    }
    if undo == Undo::Done {
        return failure;
    }
    failure
        .hint("the database may not match the deployed datamodel, and the service may not answer: check it, and restore a backup if needed")
        .hint("check the server's log before you deploy again")
}

/// Messages below each other, which may have several lines.
pub(super) fn indented(messages: &[String]) -> String {
    messages.join("\n").replace('\n', "\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_that_outlives_the_servers_patience_is_explained() {
        let why = "java.sql.SQLNonTransientConnectionException: (conn=7) Connection timed out";
        let failure = rolled_back(Undo::Done, &[why.to_owned()]);
        assert_eq!(failure.hints.len(), 1, "{failure}");
        assert!(failure.hints[0].contains("may still complete the change"));
        let other = rolled_back(Undo::Done, &["Duplicate column name 'nick'".to_owned()]);
        assert_eq!(other.hints.len(), 0, "{other}");
    }
}
