//! The database of a cluster: in a container of ours, or somewhere else.

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
    /// The port it listens on inside.
    pub fn port(self) -> u16 {
        match self {
            Connector::MySql => 3306,
            Connector::Postgres => 5432,
        }
    }

    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Connector::MySql => "MySQL",
            Connector::Postgres => "Postgres",
        }
    }
}

impl fmt::Display for Connector {
    /// The word of `--database` and of `PRISMA_CONFIG`.
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

/// Where a database is that this program does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// Its host, as the server's container knows it; IPv6 addresses without brackets.
    pub host: String,
    /// Its port.
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
    /// `active`, called `migrations` later: false for a database whose schema Prisma only reads.
    pub active: Option<bool>,
    /// `schema`: where a Postgres database that is only read has its tables.
    pub schema: Option<String>,
    /// `connectionLimit`: the size of each pool.
    pub connection_limit: Option<u16>,
    /// `ssl`: TLS to the database, from Prisma 1.12 on.
    pub ssl: Option<bool>,
    /// `rawAccess`: raw SQL in the service API, from Prisma 1.18 on.
    pub raw_access: Option<bool>,
}

/// The database of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its technology.
    pub connector: Connector,
    /// The image to run, where it is not the documented one.
    pub image: Option<String>,
    /// The port its container is published on; none keeps it to the cluster.
    pub host_port: Option<u16>,
    /// Where it is, if it is not in a container of the cluster.
    pub external: Option<External>,
    /// The account the server uses.
    pub user: String,
    /// That account's password, and the one the database is created with.
    pub password: Secret,
    /// The database that holds the server's own tables: `SQL_INTERNAL_DATABASE`; in the server edition
    /// `managementSchema` with MySQL and `database` with Postgres.
    pub name: String,
    /// What else the server is told of it.
    pub tuning: Tuning,
}

impl Database {
    /// A database with the values of the page for an edition.
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

    /// The image to run.
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
