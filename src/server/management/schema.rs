//! The deploy mutation, in the dialect of each version.

use super::super::fault::legible;
use super::super::graphql::{Error, Operation};
use super::super::refusal::Refusal;
use super::super::step::{SELECTION, STORAGE, Step};
use super::super::types::Types;
use super::projects::Migration;
use super::{Fault, Management, Patience};
use crate::cluster::{Fact, PrismaVersion};
use serde_json::{Value, json};

/// The schema of a service. Holds secrets, so `Debug` does not show it.
#[derive(Clone, Default)]
pub struct Schema {
    pub types: String,
    /// The secrets of the service's API; an empty list removes existing ones and disables authentication.
    pub secrets: Vec<String>,
    pub subscriptions: Vec<Subscription>,
}

impl Schema {
    /// Whether it has something that must not get into the log of a server.
    pub fn has_secrets(&self) -> bool {
        !self.secrets.is_empty() || !self.subscriptions.is_empty()
    }
}

/// How to deploy it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Modes {
    /// Only show what would happen.
    pub dry_run: bool,
    /// Accept the loss of data.
    pub force: bool,
    /// Leave the database as it is.
    pub no_migrate: bool,
}

/// A query whose results are sent to a webhook.
#[derive(Clone, Default)]
pub struct Subscription {
    pub name: String,
    pub query: String,
    /// The URL that receives the results.
    pub url: String,
    /// The headers to send.
    pub headers: Vec<(String, String)>,
}

/// An error or a warning about a datamodel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The type or enum; `Global` for the whole datamodel, `Subscription` for a subscription.
    pub type_name: String,
    /// The field, or the subscription's name.
    pub field: Option<String>,
    pub description: String,
}

impl Problem {
    /// What is wrong with a datamodel, where the server reports it like a request that it cannot accept.
    fn of_error(error: &Error) -> Option<Problem> {
        let error = error.api()?;
        let refusal = Refusal::of(error);
        matches!(refusal, Refusal::DatamodelSyntax | Refusal::BadRelationName).then(|| Problem {
            type_name: "Global".to_owned(),
            field: None,
            description: error.message.clone(),
        })
    }

    /// Whether a warning means data loss. From 1.30 on, the server also warns about harmless changes:
    /// required fields that it fills in (of one that also changes its type it warns twice), and files in the
    /// old syntax.
    pub fn loses_data(&self) -> bool {
        let text = &self.description;
        !text.contains("pre-filled") && !text.contains("migrating from the old datamodel syntax")
    }
}

/// The server's verdict on a schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    pub errors: Vec<Problem>,
    pub warnings: Vec<Problem>,
    /// The migration that was started, if any.
    pub migration: Option<Migration>,
    /// The steps of the migration in the order of execution.
    pub order: Vec<Step>,
    /// What changes, if the server reports it: only late versions know the steps of a dry run.
    pub steps: Option<Vec<Step>>,
}

/// The form of the mutation that a version supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DeployDialect {
    /// Up to 1.4.0: no `force` and no `warnings`; data is lost without a check.
    Plain,
    /// `force` and `warnings`.
    Force,
    /// Also `steps` next to the migration.
    Steps,
    /// Also where a relation is stored.
    Storage,
}

impl DeployDialect {
    /// The dialect of a version. In doubt the richer one: a server that does not support it says so, and
    /// that costs only one request.
    fn of(version: Option<&PrismaVersion>) -> DeployDialect {
        let Some(version) = version else {
            return DeployDialect::Steps;
        };
        if version.has(Fact::RelationStorage) {
            DeployDialect::Storage
        } else if version.has(Fact::Steps) {
            DeployDialect::Steps
        } else if version.has(Fact::Force) {
            DeployDialect::Force
        } else {
            DeployDialect::Plain
        }
    }

    /// The next simpler dialect, for a server that did not support this one.
    fn less(self) -> Option<DeployDialect> {
        match self {
            DeployDialect::Storage => Some(DeployDialect::Steps),
            DeployDialect::Steps => Some(DeployDialect::Force),
            DeployDialect::Force => Some(DeployDialect::Plain),
            DeployDialect::Plain => None,
        }
    }

    /// Whether an error rejects something that only this dialect has.
    fn is_not_understood(self, error: &Error) -> bool {
        let unknown = |field: &str| error.says(&format!("Cannot query field '{field}'"));
        let input = |field: &str| {
            error.says(&format!("Field '{field}' is not defined in the input type"))
                || error.says(&format!("Unknown field '{field}'"))
        };
        match self {
            DeployDialect::Storage => {
                unknown("after")
                    || unknown("before")
                    || DeployDialect::Steps.is_not_understood(error)
            }
            DeployDialect::Steps => {
                unknown("steps") || DeployDialect::Force.is_not_understood(error)
            }
            DeployDialect::Force => unknown("warnings") || input("force"),
            DeployDialect::Plain => false,
        }
    }

    fn operation(self, management: &Management, schema: &Schema, modes: Modes) -> Operation {
        let (declared, given, warnings) = match self {
            DeployDialect::Plain => ("", "", ""),
            _ => (
                " $force: Boolean",
                ", force: $force",
                "\n    warnings { type field description }",
            ),
        };
        let (no_migration, not_migrated) = if modes.no_migrate {
            (" $noMigration: Boolean", ", noMigration: $noMigration")
        } else {
            ("", "")
        };
        let storage = match self {
            DeployDialect::Storage => STORAGE,
            _ => "",
        };
        let steps = match self {
            DeployDialect::Steps | DeployDialect::Storage => {
                format!("\n    steps {{ {SELECTION}{storage} }}")
            }
            _ => String::new(),
        };
        let query = format!(
            "mutation deploy($name: String! $stage: String! $types: String! $dryRun: Boolean \
$secrets: [String!] $subscriptions: [FunctionInput!]{declared}{no_migration}) {{
  deploy(input: {{name: $name, stage: $stage, types: $types, dryRun: $dryRun, secrets: $secrets, \
subscriptions: $subscriptions{given}{not_migrated}}}) {{
    errors {{ type field description }}{warnings}
    migration {{ revision status applied rolledBack errors steps {{ {SELECTION}{storage} }} }}{steps}
  }}
}}"
        );
        let subscriptions: Vec<Value> = schema
            .subscriptions
            .iter()
            .map(Subscription::input)
            .collect();
        Operation::new(
            query,
            json!({
                "name": management.name,
                "stage": management.stage,
                "types": schema.types,
                "dryRun": modes.dry_run.then_some(true),
                "secrets": (!schema.secrets.is_empty()).then_some(&schema.secrets),
                "subscriptions": (!subscriptions.is_empty()).then_some(subscriptions),
                "force": (modes.force && self > DeployDialect::Plain).then_some(true),
                "noMigration": modes.no_migrate.then_some(true),
            }),
        )
    }
}

impl Subscription {
    fn input(&self) -> Value {
        let header = |(name, value): &(String, String)| json!({"name": name, "value": value});
        let headers: Vec<Value> = self.headers.iter().map(header).collect();
        json!({"name": self.name, "query": self.query, "url": self.url, "headers": headers})
    }
}

impl Management {
    /// Sends the deployment. What the server says about the schema is a verdict, not an error.
    pub(in crate::server) fn deploy(
        &self,
        schema: &Schema,
        modes: Modes,
        patience: &mut Patience<'_>,
    ) -> Result<Verdict, Error> {
        self.server()?;
        let known = *self.dialect.borrow();
        let mut dialect = known.unwrap_or_else(|| DeployDialect::of(self.version().as_ref()));
        loop {
            let operation = dialect.operation(self, schema, modes);
            match self.ask_patiently(&operation, patience) {
                Err(error) if dialect.is_not_understood(&error) => match dialect.less() {
                    Some(less) => dialect = less,
                    None => return Err(error),
                },
                Err(error) if let Some(problem) = Problem::of_error(&error) => {
                    *self.dialect.borrow_mut() = Some(dialect);
                    return Ok(Verdict {
                        errors: vec![problem],
                        ..Verdict::default()
                    });
                }
                answer => {
                    *self.dialect.borrow_mut() = Some(dialect);
                    let types = Types::parse(&schema.types);
                    let mut verdict = Verdict::read(&answer?["deploy"], &types)
                        .ok_or(Fault::NotGraphql { status: 200 })?;
                    self.complete(&mut verdict, &types);
                    return Ok(verdict);
                }
            }
        }
    }

    /// Whether the server checks for data loss itself. Of an unknown version, that is only known once a
    /// deployment was answered with steps, as late versions do; `force` proves nothing.
    pub fn checks_data_loss(&self) -> bool {
        match self.version() {
            Some(version) => version.has(Fact::DataLossCheck),
            None => self
                .dialect
                .borrow()
                .is_some_and(|dialect| dialect >= DeployDialect::Steps),
        }
    }
}

impl Verdict {
    pub fn read(payload: &Value, types: &Types) -> Option<Verdict> {
        let migration = match &payload["migration"] {
            Value::Null => None,
            migration => Some(Migration::read(migration)?),
        };
        // Revision 0 marks a migration that was never stored and has no steps.
        let migration = migration.filter(|migration| migration.revision > 0);
        let of_migration = &payload["migration"]["steps"];
        let steps = match &payload["steps"] {
            Value::Array(steps) => {
                // If both lists exist, only the migration's contains a change of secrets.
                let of_secrets = |step: &&Value| step["__typename"] == "UpdateSecrets";
                let secrets = of_migration
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter(of_secrets);
                let secrets = secrets.filter(|step| !steps.contains(step));
                Some(Step::read_all(steps.iter().chain(secrets), types))
            }
            _ if migration.is_some() => Some(Step::read_all(
                of_migration.as_array().into_iter().flatten(),
                types,
            )),
            _ => None,
        };
        Some(Verdict {
            errors: problems(&payload["errors"])?,
            warnings: problems(&payload["warnings"]).unwrap_or_default(),
            order: Step::read_each(of_migration.as_array().into_iter().flatten(), types),
            migration,
            steps,
        })
    }
}

fn problems(list: &Value) -> Option<Vec<Problem>> {
    let text = |value: &Value| value.as_str().map(|text| legible(text, 2000));
    let problem = |value: &Value| {
        Some(Problem {
            type_name: text(&value["type"])?,
            field: text(&value["field"]),
            description: text(&value["description"])?,
        })
    };
    list.as_array()?.iter().map(problem).collect()
}
