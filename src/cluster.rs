//! The domain: what a managed cluster is. Pure: no disk, terminal, network or process.
//!
//! A [`Cluster`] is everything that is rendered and run; `cluster.yml` ([`config`]) is its spelling
//! for people.

mod check;
pub mod config;
mod name;
mod version;

pub use check::{Problem, path};
pub use name::ClusterName;
pub use version::{DEFAULT_INIT, DEFAULT_LOCAL, Edition, PrismaVersion};

use crate::error::{Failure, Kind};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// The documented values ("Local" of the 1.1 page), which everybody knows and nobody needs to hide.
pub mod documented {
    /// `PORT`.
    pub const PORT: u16 = 4466;
    /// The database port that the compose file publishes.
    pub const DATABASE_PORT: u16 = 3366;
    /// `SQL_*_USER`.
    pub const USER: &str = "root";
    /// `SQL_*_PASSWORD`.
    pub const PASSWORD: &str = "graphcool";
    /// `SQL_INTERNAL_DATABASE`.
    pub const DATABASE: &str = "graphcool";
    /// `SCHEMA_MANAGER_SECRET`.
    pub const SCHEMA_MANAGER_SECRET: &str = "MUCHSECRET";
}

/// The compose services of the cluster edition (1.1 page).
pub mod services {
    /// The Prisma server.
    pub const SERVER: &str = "prisma-database";
    /// Its database.
    pub const DATABASE: &str = "prisma-db";
}

/// A database technology.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connector {
    /// MySQL 5.7.
    MySql,
    /// Postgres; server edition only.
    Postgres,
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

/// The database container of a cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct Database {
    /// Its technology.
    pub connector: Connector,
    /// The port it is published on.
    pub host_port: u16,
    /// The account the server uses.
    pub user: String,
    /// That account's password, and the one the database is created with.
    pub password: String,
    /// The database that holds the server's own tables.
    pub schema: String,
}

impl Database {
    /// The documented image.
    pub fn image(&self) -> &'static str {
        match self.connector {
            Connector::MySql => "mysql:5.7",
            Connector::Postgres => "postgres",
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("connector", &self.connector)
            .field("host_port", &self.host_port)
            .field("user", &self.user)
            .field("password", &Hidden)
            .field("schema", &self.schema)
            .finish()
    }
}

/// A managed cluster.
#[derive(Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its name, which is also its folder and compose project.
    pub name: ClusterName,
    /// The Prisma version it runs.
    pub version: PrismaVersion,
    /// The port the server listens on, inside and outside.
    pub port: u16,
    /// The address both ports are published on. `None`: as in the listing, the server on `0.0.0.0`
    /// and the database on all addresses.
    pub bind: Option<IpAddr>,
    /// Its database.
    pub database: Database,
    /// The bearer secret between the server's own parts.
    pub schema_manager_secret: String,
    /// The private key that signs deployment tokens, PKCS#1 PEM with LF; the registry's
    /// `clusterSecret`. Without one the management API is open to everybody.
    pub cluster_secret: Option<String>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("name", &self.name)
            .field("version", &self.version)
            .field("port", &self.port)
            .field("bind", &self.bind)
            .field("database", &self.database)
            .field("schema_manager_secret", &Hidden)
            .field(
                "cluster_secret",
                &self.cluster_secret.as_ref().map(|_| Hidden),
            )
            .finish()
    }
}

/// Stands for a secret in debug output.
struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl Cluster {
    /// A cluster with the values of the 1.1 page ("Local" and the compose file), without a key.
    pub fn documented(name: ClusterName, version: PrismaVersion) -> Self {
        Cluster {
            name,
            version,
            port: documented::PORT,
            bind: None,
            database: Database {
                connector: Connector::MySql,
                host_port: documented::DATABASE_PORT,
                user: documented::USER.to_owned(),
                password: documented::PASSWORD.to_owned(),
                schema: documented::DATABASE.to_owned(),
            },
            schema_manager_secret: documented::SCHEMA_MANAGER_SECRET.to_owned(),
            cluster_secret: None,
        }
    }

    /// The compose service of its server.
    pub fn server_service(&self) -> &'static str {
        services::SERVER
    }

    /// Its edition.
    pub fn edition(&self) -> Edition {
        self.version.edition()
    }

    /// What must be masked in any output, longest first: private values that are not the documented
    /// ones. Those of many lines also line by line, since output is masked by the line.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = Vec::new();
        let documented = [
            (&self.database.password, documented::PASSWORD),
            (
                &self.schema_manager_secret,
                documented::SCHEMA_MANAGER_SECRET,
            ),
        ];
        for (value, default) in documented {
            if value != default {
                secrets.push(value.clone());
            }
        }
        secrets.extend(self.cluster_secret.clone());
        let lines: Vec<String> = secrets
            .iter()
            .filter(|secret| secret.contains('\n'))
            .flat_map(|secret| secret.lines())
            .filter(|line| !line.starts_with("-----"))
            .map(|line| line.trim().to_owned())
            .collect();
        secrets.extend(lines);
        secrets.retain(|secret| !secret.trim().is_empty());
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        secrets
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

    #[test]
    fn secrets_are_masked_and_documented_values_are_not() {
        let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_local());
        assert_eq!(cluster.secrets(), Vec::<String>::new());
        cluster.database.password = "two\nlines".to_owned();
        cluster.schema_manager_secret = "s3cret".to_owned();
        let key = crate::keys::generate().expect("generates").pem_pkcs1();
        cluster.cluster_secret = Some(key.clone());
        let secrets = cluster.secrets();
        assert_eq!(secrets[0], key, "the longest first");
        for secret in ["s3cret", "two\nlines", "two", "lines"] {
            assert!(secrets.iter().any(|known| known == secret), "{secret}");
        }
        let shown = format!("{cluster:?}");
        for secret in &secrets {
            assert!(!shown.contains(secret), "{shown}");
        }
        for line in key.lines() {
            let masked = secrets.iter().any(|known| known == line);
            assert_eq!(
                masked,
                !line.starts_with('-'),
                "armour is no secret, the rest is"
            );
        }
    }
}
