//! The database of a cluster: in one of its containers, or external.

use super::{Edition, documented};
use crate::error::{Failure, Kind};
use crate::secret::Secret;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// A database technology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Connector {
    /// MySQL 5.7.
    MySql,
    /// Postgres; server edition only.
    Postgres,
}

impl Connector {
    /// The port it listens on inside its container.
    pub fn port(self) -> u16 {
        match self {
            Connector::MySql => 3306,
            Connector::Postgres => 5432,
        }
    }

    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Connector::MySql => "MySQL",
            Connector::Postgres => "Postgres",
        }
    }
}

impl fmt::Display for Connector {
    /// Its name in `--database` and `PRISMA_CONFIG`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Connector::MySql => "mysql",
            Connector::Postgres => "postgres",
        })
    }
}

impl FromStr for Connector {
    type Err = Failure;

    /// Fails with [`Kind::Usage`].
    fn from_str(text: &str) -> Result<Self, Failure> {
        match text {
            "mysql" => Ok(Connector::MySql),
            "postgres" => Ok(Connector::Postgres),
            _ => Err(Failure::new(
                Kind::Usage,
                format!("unknown database `{}`", text.escape_debug()),
            )
            .hint("the databases are `mysql` and `postgres`")),
        }
    }
}

/// The address of a database that this program does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// Its host, as the server's container knows it; IPv6 addresses without brackets.
    pub host: String,
    pub port: u16,
}

impl fmt::Display for External {
    /// `HOST:PORT`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Keys of `PRISMA_CONFIG` that are only written when they are set; server edition only.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tuning {
    /// `active`, later renamed to `migrations`: false for a database whose schema Prisma only reads.
    pub active: Option<bool>,
    /// `schema`: the schema that holds the tables of a read-only Postgres database.
    pub schema: Option<String>,
    /// `connectionLimit`: the size of each pool.
    pub connection_limit: Option<u16>,
    /// `ssl`: TLS to the database, from Prisma 1.12 on.
    pub ssl: Option<bool>,
    /// `rawAccess`: raw SQL in the service API, from Prisma 1.18 on.
    pub raw_access: Option<bool>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    pub connector: Connector,
    /// The image to run instead of the documented one.
    pub image: Option<String>,
    /// The port its container is published on; `None` if only the server can reach it.
    pub host_port: Option<u16>,
    /// Its address, if it is not in a container of the cluster.
    pub external: Option<External>,
    /// The account that the server uses.
    pub user: String,
    /// The password of that account; the database is created with it.
    pub password: Secret,
    /// The database that holds the server's own tables: `SQL_INTERNAL_DATABASE`; in the server edition
    /// `managementSchema` with MySQL and `database` with Postgres.
    pub name: String,
    pub tuning: Tuning,
}

impl Database {
    /// A database with the documented values of an edition.
    pub fn documented(edition: Edition, connector: Connector) -> Self {
        Database {
            connector,
            image: None,
            host_port: match edition {
                Edition::Cluster => Some(documented::DATABASE_PORT),
                Edition::Server => None,
            },
            external: None,
            user: documented::USER.to_owned(),
            password: documented::password(edition).into(),
            name: documented::database(edition).to_owned(),
            tuning: Tuning::default(),
        }
    }

    /// The schema that holds the server's own tables.
    pub fn server_schema(&self) -> &str {
        match self.connector {
            Connector::MySql => &self.name,
            Connector::Postgres => "management",
        }
    }

    pub fn image(&self) -> &str {
        let documented = documented::image(self.connector);
        self.image.as_deref().unwrap_or(documented)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connectors_are_the_documented_words() {
        for connector in [Connector::MySql, Connector::Postgres] {
            assert_eq!(connector.to_string().parse(), Ok(connector));
        }
        let failure = "MySQL".parse::<Connector>().expect_err("refused");
        assert_eq!(failure.kind, Kind::Usage);
    }
}
