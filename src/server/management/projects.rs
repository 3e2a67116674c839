//! Services and their migrations in the management API.

use super::super::access;
use super::super::fault::legible;
use super::super::graphql::{Error, Operation};
use super::super::refusal::Refusal;
use super::super::step::{SELECTION, Step};
use super::super::types::{self, Types};
use super::{Fault, Management, Patience, Tokens};
use serde_json::{Value, json};
use std::time::SystemTime;

/// The state of a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// Not started.
    Pending,
    /// Steps are being applied.
    InProgress,
    Success,
    /// Failed; the steps applied are being undone.
    RollingBack,
    /// Failed and undone.
    RollbackSuccess,
    /// Failed, and so did the rollback.
    RollbackFailure,
    /// A state that this program does not know.
    Unknown(String),
}

impl Status {
    fn read(word: &str) -> Status {
        match word {
            "PENDING" => Status::Pending,
            "IN_PROGRESS" => Status::InProgress,
            "SUCCESS" => Status::Success,
            "ROLLING_BACK" => Status::RollingBack,
            "ROLLBACK_SUCCESS" => Status::RollbackSuccess,
            "ROLLBACK_FAILURE" => Status::RollbackFailure,
            word => Status::Unknown(legible(word, 40)),
        }
    }

    /// Its name in the API and the database.
    pub fn word(&self) -> &str {
        match self {
            Status::Pending => "PENDING",
            Status::InProgress => "IN_PROGRESS",
            Status::Success => "SUCCESS",
            Status::RollingBack => "ROLLING_BACK",
            Status::RollbackSuccess => "ROLLBACK_SUCCESS",
            Status::RollbackFailure => "ROLLBACK_FAILURE",
            Status::Unknown(word) => word,
        }
    }

    /// Whether the server is still working on it.
    pub fn is_open(&self) -> bool {
        matches!(
            self,
            Status::Pending | Status::InProgress | Status::RollingBack | Status::Unknown(_)
        )
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// Increases by one with each migration; a service is created with 1.
    pub revision: i64,
    pub status: Status,
    pub applied: usize,
    pub rolled_back: usize,
    /// Why it failed, as stack traces of the server.
    pub errors: Vec<String>,
    /// The id of the service: `NAME@STAGE` with MySQL, `NAME$STAGE` with Postgres.
    pub project_id: Option<String>,
    /// By the server's clock; unknown for the first one.
    pub started_at: Option<SystemTime>,
    pub finished_at: Option<SystemTime>,
}

const MIGRATION: &str = "projectId revision status applied rolledBack errors startedAt finishedAt";

impl Migration {
    pub fn read(value: &Value) -> Option<Migration> {
        let count = |key: &str| usize::try_from(value[key].as_i64()?).ok();
        let errors = value["errors"].as_array();
        let time = |key: &str| humantime::parse_rfc3339(value[key].as_str()?).ok();
        Some(Migration {
            revision: value["revision"].as_i64()?,
            status: Status::read(value["status"].as_str()?),
            applied: count("applied")?,
            rolled_back: count("rolledBack").unwrap_or_default(),
            errors: errors
                .into_iter()
                .flatten()
                .filter_map(|error| error.as_str().map(|text| legible(text, 4000)))
                .collect(),
            project_id: value["projectId"].as_str().map(|id| legible(id, 300)),
            started_at: time("startedAt"),
            finished_at: time("finishedAt"),
        })
    }

    /// Why it failed, without stack traces. Each may have several lines.
    pub fn reasons(&self) -> Vec<String> {
        self.errors.iter().map(|error| reason(error)).collect()
    }
}

/// The message of an exception, which may have several lines (`Detail:`, `Hint:`), without the stack
/// trace.
fn reason(error: &str) -> String {
    let lines = error.lines().map(str::trim_end);
    let message = lines.take_while(|line| !line.trim_start().starts_with("at "));
    let lines: Vec<&str> = message.filter(|line| !line.trim().is_empty()).collect();
    lines.join("\n")
}

impl Management {
    /// Creates the service. `false` if it already exists because another process was faster.
    pub fn add_project(&self, secrets: &[String]) -> Result<bool, Error> {
        let secrets = (!secrets.is_empty()).then_some(secrets);
        let operation = Operation::new(
            "mutation addProject($name: String! $stage: String! $secrets: [String!]) {
  addProject(input: {name: $name, stage: $stage, secrets: $secrets}) { project { name stage } }
}",
            json!({"name": self.name, "stage": self.stage, "secrets": secrets}),
        );
        match self.ask(&operation) {
            Ok(_) => Ok(true),
            Err(error) if is(&error, Refusal::Exists) => Ok(false),
            // Of two clients at the same moment, 1.1 and 1.8 answer the second one so.
            Err(error) if is(&error, Refusal::Crashed) && self.has_project() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether the server knows the service; `false` if it does not say.
    fn has_project(&self) -> bool {
        self.ask(&self.of_service("project", "name")).is_ok()
    }

    /// Whether the server accepts the credential, with a query that needs it: deploying a service that
    /// does not exist fails before the token is looked at.
    pub fn check_access(&self) -> Result<(), Error> {
        let answer = self.signed(Tokens::for_everything, &mut |path, token| {
            let patience = &mut Patience::of(self.limits);
            self.post(path, &access::question(), token, patience)
        });
        match answer {
            // A given token may be for this service only.
            Err(error) if self.tokens().is_given() && is(&error, Refusal::TokenInsufficient) => {
                Ok(())
            }
            answer => answer.map(|_| ()),
        }
    }

    /// The oldest open migration, else the last successful one; never a failed one.
    pub fn migration_status(&self) -> Result<Migration, Error> {
        let mut data = self.ask(&self.of_service("migrationStatus", MIGRATION))?;
        let migration = data["migrationStatus"].take();
        Migration::read(&migration).ok_or(Fault::NotGraphql { status: 200 }.into())
    }

    /// All migrations, newest first.
    pub fn list_migrations(&self) -> Result<Vec<Migration>, Error> {
        let data = self.ask(&self.of_service("listMigrations", MIGRATION))?;
        let list = data["listMigrations"].as_array();
        let list: Option<Vec<Migration>> =
            list.and_then(|list| list.iter().map(Migration::read).collect());
        list.ok_or(Fault::NotGraphql { status: 200 }.into())
    }

    /// The deployed types, derived from the steps of all migrations.
    pub fn deployed_types(&self) -> Result<Types, Error> {
        let selection = format!("revision status steps {{ {SELECTION} }}");
        let data = self.ask(&self.of_service("listMigrations", &selection))?;
        let mut done: Vec<&Value> = (data["listMigrations"].as_array().into_iter().flatten())
            .filter(|one| one["status"] == "SUCCESS")
            .collect();
        done.sort_by_key(|one| one["revision"].as_i64());
        let steps = done.iter().filter_map(|one| one["steps"].as_array());
        let steps: Vec<Step> = steps.flatten().map(Step::read).collect();
        Ok(types::replayed(&steps))
    }

    fn of_service(&self, field: &str, selection: &str) -> Operation {
        let query = format!(
            "query {field}($name: String! $stage: String!) {{
  {field}(name: $name stage: $stage) {{ {selection} }}
}}"
        );
        Operation::new(query, json!({"name": self.name, "stage": self.stage}))
    }
}

/// Whether an error is a certain refusal.
pub(in crate::server) fn is(error: &Error, refusal: Refusal) -> bool {
    error
        .api()
        .is_some_and(|error| Refusal::of(error) == refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_databases_message_is_kept_and_no_stack_trace() {
        let error = "org.postgresql.util.PSQLException: ERROR: cannot drop column name\n  \
            Detail: view v depends on column name\n  Hint: Use DROP ... CASCADE\n\tat a.B.c(B.java:1)\n\tat d";
        assert_eq!(
            reason(error),
            "org.postgresql.util.PSQLException: ERROR: cannot drop column name\n  \
             Detail: view v depends on column name\n  Hint: Use DROP ... CASCADE"
        );
    }
}
