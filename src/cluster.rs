//! The domain: what a managed cluster is. Pure: no disk, terminal, network or process.
//!
//! A [`Cluster`] is everything that is rendered and run; `cluster.yml` ([`crate::config::cluster_yml`]) is its spelling
//! for people.

mod change;
mod check;
mod database;
mod database_url;
pub mod files;
pub mod image;
mod keys;
mod name;
mod version;

pub use database::{Connector, Database, External, Tuning};
pub use keys::{KEYS, Key, KeyType, KeyValue, path};
pub use name::{ClusterName, kept};
pub use version::{Edition, Fact, PrismaVersion};

use crate::secret::Secret;
use crate::secret::keys::PrivateKey;
use std::net::IpAddr;

/// The documented values of the 1.1 page ("Local") and the 1.8 page: public, so never masked.
pub mod documented {
    use super::{Connector, Edition};

    /// `PORT`, and `port` of `PRISMA_CONFIG`.
    pub const PORT: u16 = 4466;
    /// The database port that the 1.1 page's compose file publishes; the 1.8 page's publishes none.
    pub const DATABASE_PORT: u16 = 3366;
    /// `SQL_*_USER`, and `user` of `PRISMA_CONFIG`.
    pub const USER: &str = "root";
    /// `SCHEMA_MANAGER_SECRET`.
    pub const SCHEMA_MANAGER_SECRET: &str = "MUCHSECRET";
    /// `managementApiSecret` of `PRISMA_CONFIG`.
    pub const MANAGEMENT_SECRET: &str = "my-server-secret-123";

    /// `SQL_*_PASSWORD`, and `password` of `PRISMA_CONFIG`.
    pub fn password(edition: Edition) -> &'static str {
        match edition {
            Edition::Cluster => "graphcool",
            Edition::Server => "prisma",
        }
    }

    /// The database that holds the server's own tables: `SQL_INTERNAL_DATABASE`; for the server edition
    /// the server's own default (`managementSchema` with MySQL, `database` with Postgres).
    pub fn database(edition: Edition) -> &'static str {
        match edition {
            Edition::Cluster => "graphcool",
            Edition::Server => "prisma",
        }
    }

    /// The database's image. The 1.8 page says `postgres` without a tag; ours has one, because the
    /// next major version cannot read the data of the one before.
    pub fn image(connector: Connector) -> &'static str {
        match connector {
            Connector::MySql => "mysql:5.7",
            Connector::Postgres => "postgres:10",
        }
    }
}

/// The compose services; both pages use the same names.
pub mod services {
    use super::{Connector, Edition};

    pub const fn server(edition: Edition) -> &'static str {
        match edition {
            Edition::Cluster => "prisma-database",
            Edition::Server => "prisma",
        }
    }

    pub const fn database(edition: Edition, connector: Connector) -> &'static str {
        match (edition, connector) {
            (Edition::Cluster, _) => "prisma-db",
            (Edition::Server, Connector::MySql) => "mysql",
            (Edition::Server, Connector::Postgres) => "postgres",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Also the name of its folder and compose project.
    pub name: ClusterName,
    pub version: PrismaVersion,
    /// The port the server listens on, inside and outside.
    pub port: u16,
    /// The address both ports are published on. `None`: as in the listing, the server on `0.0.0.0`
    /// and the database on all addresses.
    pub bind: Option<IpAddr>,
    /// The mirror that images of Docker Hub are pulled from, as the beginning of their names.
    pub images_prefix: Option<String>,
    /// Its database.
    pub database: Database,
    /// The bearer secret between the server's own parts; cluster edition only.
    pub schema_manager_secret: Secret,
    /// What signs deployment tokens; the registry's `clusterSecret`. A private key, PKCS#1 PEM with
    /// LF, or for the server edition any string. Without one the management API needs no authentication.
    pub cluster_secret: Option<Secret>,
}

/// Whether a value is a documented one, and so no secret.
fn is_documented(value: &str) -> bool {
    [
        documented::password(Edition::Cluster),
        documented::password(Edition::Server),
        documented::SCHEMA_MANAGER_SECRET,
        documented::MANAGEMENT_SECRET,
    ]
    .contains(&value)
}

impl Cluster {
    /// A cluster with the values of the page for its edition, MySQL, without a secret.
    pub fn documented(name: ClusterName, version: PrismaVersion) -> Self {
        Cluster {
            database: Database::documented(version.edition(), Connector::MySql),
            name,
            version,
            port: documented::PORT,
            bind: None,
            images_prefix: None,
            schema_manager_secret: documented::SCHEMA_MANAGER_SECRET.into(),
            cluster_secret: None,
        }
    }

    /// The same with a database and, if no version is given, the first documented one that supports it.
    pub fn new(
        name: ClusterName,
        version: Option<&PrismaVersion>,
        database: Option<Connector>,
    ) -> Self {
        let connector = database.unwrap_or(Connector::MySql);
        let version = match (version, connector) {
            (Some(version), _) => version.clone(),
            (None, Connector::MySql) => PrismaVersion::default_local(),
            (None, Connector::Postgres) => PrismaVersion::default_init(),
        };
        let mut cluster = Cluster::documented(name, version);
        cluster.database = Database::documented(cluster.edition(), connector);
        cluster
    }

    pub fn server_service(&self) -> &'static str {
        services::server(self.edition())
    }

    /// The address of its server's management API and playground.
    pub fn management_path(&self) -> &'static str {
        if self.version.has(Fact::ManagementPath) {
            "/management"
        } else {
            "/cluster"
        }
    }

    /// The compose service of its database; `None` if the database is external.
    pub fn database_service(&self) -> Option<&'static str> {
        let service = services::database(self.edition(), self.database.connector);
        self.database.external.is_none().then_some(service)
    }

    /// The key pair that signs deployment tokens, if the secret is a key pair.
    pub fn key_pair(&self) -> Option<&PrivateKey> {
        self.cluster_secret.as_ref()?.key().ok()
    }

    /// The secret as written to `cluster.yml`: a key pair in its normal form, any other string unchanged.
    /// The error says what is wrong with it.
    pub(crate) fn secret_as_kept(&self) -> Result<Option<Secret>, String> {
        let Some(secret) = &self.cluster_secret else {
            return Ok(None);
        };
        match secret.key() {
            Ok(key) => Ok(Some(key.pem_pkcs1())),
            Err(failure) if self.edition() == Edition::Cluster => Err(failure.message()),
            Err(_) => Ok(Some(secret.clone())),
        }
    }

    /// The secret as written to the registry: a key has CRLF line ends, as on the overview page.
    pub fn secret_as_registered(&self) -> Option<Secret> {
        self.cluster_secret.as_ref().map(Secret::as_registered)
    }

    pub fn edition(&self) -> Edition {
        self.version.edition()
    }

    /// What must be masked in any output: private values that are not the documented ones.
    pub fn secrets(&self) -> Vec<Secret> {
        let mut secrets = vec![&self.database.password];
        for secret in [&self.schema_manager_secret]
            .into_iter()
            .chain(&self.cluster_secret)
        {
            if !secrets.contains(&secret) {
                secrets.push(secret);
            }
        }
        secrets.retain(|secret| !is_documented(secret.reveal()));
        secrets.into_iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_documented_values_are_not() {
        let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_local());
        assert_eq!(cluster.secrets(), Vec::<Secret>::new());
        cluster.database.password = "two\nlines".into();
        cluster.schema_manager_secret = "s3cret".into();
        let key = crate::secret::keys::generate()
            .expect("generates")
            .pem_pkcs1();
        cluster.cluster_secret = Some(key.clone());
        let secrets = cluster.secrets();
        assert_eq!(secrets, ["two\nlines".into(), "s3cret".into(), key]);
        let shown = format!("{cluster:?}");
        for secret in &secrets {
            assert!(!shown.contains(secret.reveal()), "{shown}");
        }
    }
}
