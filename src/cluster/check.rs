//! What is wrong with a cluster: every problem, not the first one.

use super::{Cluster, Connector, Edition, documented};
use crate::error::{Failure, Kind, Result};
use crate::keys::PrivateKey;

/// One thing that is wrong, and the key of `cluster.yml` it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key's path in `cluster.yml`.
    pub path: &'static [&'static str],
    /// What is wrong, remedy last. Never repeats a secret.
    pub message: String,
}

/// The keys of `cluster.yml`, in the order they are written.
pub mod path {
    /// [`Cluster::version`](super::Cluster::version).
    pub const VERSION: &[&str] = &["prismaVersion"];
    /// [`Cluster::port`](super::Cluster::port).
    pub const PORT: &[&str] = &["port"];
    /// [`Cluster::bind`](super::Cluster::bind).
    pub const BIND: &[&str] = &["bind"];
    /// [`Cluster::database`](super::Cluster::database).
    pub const DATABASE: &[&str] = &["database"];
    /// The database's technology.
    pub const CONNECTOR: &[&str] = &["database", "connector"];
    /// The database's published port.
    pub const DATABASE_PORT: &[&str] = &["database", "port"];
    /// The database's account.
    pub const USER: &[&str] = &["database", "user"];
    /// The database's password.
    pub const PASSWORD: &[&str] = &["database", "password"];
    /// The server's own database.
    pub const SCHEMA: &[&str] = &["database", "name"];
    /// [`Cluster::schema_manager_secret`](super::Cluster::schema_manager_secret).
    pub const SCHEMA_MANAGER_SECRET: &[&str] = &["schemaManagerSecret"];
    /// [`Cluster::cluster_secret`](super::Cluster::cluster_secret).
    pub const CLUSTER_SECRET: &[&str] = &["clusterSecret"];
}

impl Cluster {
    /// Everything that is wrong; empty when the cluster can be rendered and run.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = self.problems_but_key();
        if let Some(Err(failure)) = self.cluster_secret.as_deref().map(PrivateKey::parse) {
            found.push(Problem {
                path: path::CLUSTER_SECRET,
                message: failure.message,
            });
        }
        found
    }

    /// The same without a look at the key, which costs a millisecond: for who has read it just now.
    pub(super) fn problems_but_key(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut add = |path, message: String| found.push(Problem { path, message });
        self.check_edition(&mut add);
        self.check_ports(&mut add);
        self.check_values(&mut add);
        found
    }

    /// Fails with all problems, a line each ([`Kind::ConfigInvalid`]).
    pub fn check(&self) -> Result<()> {
        let problems = self.problems();
        if problems.is_empty() {
            return Ok(());
        }
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| format!("`{}`: {}", problem.path.join("."), problem.message))
            .collect();
        let head = format!(
            "the configuration of the cluster `{}` is invalid",
            self.name
        );
        Err(Failure::new(
            Kind::ConfigInvalid,
            match &lines[..] {
                [one] => format!("{head}: {one}"),
                many => format!("{head}:\n  {}", many.join("\n  ")),
            },
        ))
    }

    fn check_edition(&self, add: &mut impl FnMut(&'static [&'static str], String)) {
        match self.edition() {
            Edition::Server => add(
                path::VERSION,
                format!(
                    "Prisma {} is not supported by this release yet: use 1.0 to 1.6",
                    self.version
                ),
            ),
            Edition::Cluster => {
                if self.database.connector == Connector::Postgres {
                    add(
                        path::CONNECTOR,
                        format!(
                            "Prisma {} knows only `mysql`: use that, or Prisma 1.7 and later",
                            self.version
                        ),
                    );
                }
                // Its tables are always created there, whatever the variable says; with another
                // name the server starts and then fails on every request.
                if self.database.schema != documented::DATABASE {
                    add(
                        path::SCHEMA,
                        format!(
                            "Prisma {} always uses `graphcool`: remove the line",
                            self.version
                        ),
                    );
                }
            }
        }
    }

    fn check_ports(&self, add: &mut impl FnMut(&'static [&'static str], String)) {
        let ports = [
            (path::PORT, self.port),
            (path::DATABASE_PORT, self.database.host_port),
        ];
        for (path, port) in ports {
            if port == 0 {
                add(path, "a port is a number from 1 to 65535".to_owned());
            }
        }
        if self.port != 0 && self.port == self.database.host_port {
            let message = format!(
                "{} is the server's `port` already: choose another",
                self.port
            );
            add(path::DATABASE_PORT, message);
        }
    }

    fn check_values(&self, add: &mut impl FnMut(&'static [&'static str], String)) {
        let database = &self.database;
        let values = [
            (path::USER, &database.user),
            (path::PASSWORD, &database.password),
            (path::SCHEMA, &database.schema),
            (path::SCHEMA_MANAGER_SECRET, &self.schema_manager_secret),
        ];
        for (path, value) in values {
            // An empty root password is refused by the database images, the others by the server.
            if value.is_empty() {
                add(
                    path,
                    "it is empty: give a value, or remove the line".to_owned(),
                );
            }
            if value.contains('\0') {
                add(
                    path,
                    "it has a NUL character, which no variable can hold".to_owned(),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ClusterName, PrismaVersion};
    use super::*;

    #[test]
    fn a_documented_cluster_has_no_problem_and_others_have_all_of_theirs() {
        let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_local());
        assert_eq!((cluster.problems(), cluster.check()), (Vec::new(), Ok(())));
        cluster.port = 0;
        assert_eq!(
            cluster.check().expect_err("invalid").message,
            "the configuration of the cluster `local` is invalid: `port`: a port is a number from 1 to 65535"
        );
        cluster.database.user = "a\0".to_owned();
        cluster.database.password = String::new();
        cluster.database.connector = Connector::Postgres;
        cluster.cluster_secret = Some("geheim".to_owned());
        let failure = cluster.check().expect_err("invalid");
        assert_eq!(failure.kind, Kind::ConfigInvalid);
        assert_eq!(
            failure.message,
            "the configuration of the cluster `local` is invalid:\n  \
             `database.connector`: Prisma 1.1 knows only `mysql`: use that, or Prisma 1.7 and later\n  \
             `port`: a port is a number from 1 to 65535\n  \
             `database.user`: it has a NUL character, which no variable can hold\n  \
             `database.password`: it is empty: give a value, or remove the line\n  \
             `clusterSecret`: not a private key: no `-----BEGIN RSA PRIVATE KEY-----` line"
        );
    }

    #[test]
    fn the_server_edition_waits_for_a_later_release() {
        let cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_init());
        let failure = cluster.check().expect_err("unsupported");
        assert!(failure.message.contains("use 1.0 to 1.6"), "{failure}");
    }
}
