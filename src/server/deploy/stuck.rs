//! A migration that never ends. The management API cannot end one: a statement in the database does.

use super::failure::indented;
use crate::cluster::{Connector, Edition};
use crate::server::management::{Management, Migration};

/// An open migration without progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The id of its service: `NAME@STAGE` with MySQL, `NAME$STAGE` with Postgres.
    pub service: String,
    revision: i64,
    status: String,
    /// What the server reports of it.
    pub reported: String,
}

impl Stuck {
    pub(super) fn of(management: &Management, seen: &Migration) -> Stuck {
        let (name, stage) = management.service();
        // What a server calls it becomes part of a statement.
        let is_plain = |id: &String| {
            let mut chars = id.chars();
            chars.all(|c| c.is_ascii_alphanumeric() || "-_~$@".contains(c))
        };
        let id = seen.project_id.clone().filter(is_plain);
        Stuck {
            service: id.unwrap_or_else(|| format!("{name}@{stage}")),
            revision: seen.revision,
            status: seen.status.word().to_owned(),
            reported: reported(seen),
        }
    }

    /// The database that the server uses, as the id of the service shows.
    pub fn connector(&self) -> Connector {
        if self.service.contains('$') {
            Connector::Postgres
        } else {
            Connector::MySql
        }
    }

    /// Marks it as failed. `schema` holds the server's own tables.
    pub fn statement(&self, schema: &str) -> String {
        let own = |word: &str| match self.connector() {
            Connector::Postgres => format!("\"{}\"", word.replace('"', "\"\"")),
            Connector::MySql if is_word(word) => word.to_owned(),
            Connector::MySql => format!("`{}`", word.replace('`', "``")),
        };
        format!(
            "UPDATE {}.{} SET {} = 'ROLLBACK_FAILURE', {} = now() WHERE {} = '{}' AND {} = {} AND {} = '{}'",
            own(schema),
            own("Migration"),
            own("status"),
            own("finishedAt"),
            own("projectId"),
            self.service,
            own("revision"),
            self.revision,
            own("status"),
            self.status,
        )
    }
}

/// Whether MySQL reads a name without quotes.
fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.is_empty()
}

/// The errors of a migration, after a sentence about it.
pub(super) fn reported(seen: &Migration) -> String {
    match &*seen.reasons() {
        [] => String::new(),
        reasons => format!("; the server reports: {}", indented(reasons)),
    }
}

/// The statement in messages; with the default schema if nothing better is known.
pub(super) fn shown(management: &Management, stuck: &Stuck) -> String {
    let is_first_edition =
        (management.version()).is_some_and(|version| version.edition() == Edition::Cluster);
    let (schema, is_known) = match (management.known_schema(), stuck.connector()) {
        (Some(schema), _) => (schema, true),
        (None, Connector::Postgres) => ("management", false),
        (None, Connector::MySql) if is_first_edition => ("graphcool", true),
        (None, Connector::MySql) => ("prisma", false),
    };
    let statement = format!("`{}`", stuck.statement(schema));
    if is_known {
        return statement;
    }
    format!("{statement}, with the schema that `{FIND_SCHEMA}` shows if it is not `{schema}`")
}

/// Finds the schema of the server's own tables: it is a setting of the server, which no request shows.
const FIND_SCHEMA: &str =
    "SELECT table_schema FROM information_schema.tables WHERE table_name = 'Migration'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_need_quotes_get_those_of_the_database() {
        let stuck = |service: &str| Stuck {
            service: service.to_owned(),
            revision: 3,
            status: "IN_PROGRESS".to_owned(),
            reported: String::new(),
        };
        let mysql = stuck("blog@dev").statement("my-own");
        assert!(
            mysql.starts_with("UPDATE `my-own`.Migration SET status = "),
            "{mysql}"
        );
        let postgres = stuck("blog$dev").statement("management");
        assert!(
            postgres.starts_with("UPDATE \"management\".\"Migration\" SET "),
            "{postgres}"
        );
    }
}
