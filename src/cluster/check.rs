//! What is wrong with a cluster: every problem, not the first one.

use super::{Cluster, Connector, Edition, documented};
use crate::error::{Failure, Kind, Result};
use crate::secret::{Secret, SecretKind};

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
    /// The image of the database's container.
    pub const IMAGE: &[&str] = &["database", "image"];
    /// The host of an external database.
    pub const HOST: &[&str] = &["database", "host"];
    /// The port the database is reached on from outside: the one its container is published on, or that
    /// of an external one.
    pub const DATABASE_PORT: &[&str] = &["database", "port"];
    /// The database's account.
    pub const USER: &[&str] = &["database", "user"];
    /// The database's password.
    pub const PASSWORD: &[&str] = &["database", "password"];
    /// The server's own database.
    pub const DATABASE_NAME: &[&str] = &["database", "name"];
    /// Whether the server may change the database's schema.
    pub const ACTIVE: &[&str] = &["database", "active"];
    /// The schema of a database that is only read.
    pub const SCHEMA: &[&str] = &["database", "schema"];
    /// The size of each connection pool.
    pub const CONNECTION_LIMIT: &[&str] = &["database", "connectionLimit"];
    /// TLS to the database.
    pub const SSL: &[&str] = &["database", "ssl"];
    /// Raw SQL in the service API.
    pub const RAW_ACCESS: &[&str] = &["database", "rawAccess"];
    /// [`Cluster::schema_manager_secret`](super::Cluster::schema_manager_secret).
    pub const SCHEMA_MANAGER_SECRET: &[&str] = &["schemaManagerSecret"];
    /// [`Cluster::cluster_secret`](super::Cluster::cluster_secret).
    pub const CLUSTER_SECRET: &[&str] = &["clusterSecret"];
}

impl Cluster {
    /// Everything that is wrong; empty when the cluster can be rendered and run.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = self.problems_but_key();
        let message = match &self.cluster_secret {
            Some(secret) => self.key_problem(secret),
            None => None,
        };
        found.extend(message.map(|message| Problem {
            path: path::CLUSTER_SECRET,
            message,
        }));
        found
    }

    /// What is wrong with the secret that signs tokens: only the server edition takes any text, and its
    /// late versions no key pair.
    fn key_problem(&self, secret: &Secret) -> Option<String> {
        match (self.edition(), secret.key()) {
            (Edition::Server, Ok(_)) if !self.version.supports_key_pairs() => Some(format!(
                "Prisma {} knows no key pairs: give a secret that is a plain text",
                self.version
            )),
            (Edition::Server, Err(_)) if secret.kind() == SecretKind::Text => {
                secret_problem(secret.reveal())
            }
            (_, Err(failure)) => Some(failure.message()),
            (_, Ok(_)) => None,
        }
    }

    /// The same without a look at the key, which costs a millisecond: for who has read it just now.
    pub(crate) fn problems_but_key(&self) -> Vec<Problem> {
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
            Edition::Server => self.check_server(add),
            Edition::Cluster => self.check_cluster(add),
        }
    }

    fn check_cluster(&self, add: &mut impl FnMut(&'static [&'static str], String)) {
        let (version, database) = (&self.version, &self.database);
        if database.connector == Connector::Postgres {
            add(
                path::CONNECTOR,
                format!("Prisma {version} knows only `mysql`: use that, or Prisma 1.7 and later"),
            );
        }
        // Its tables are always created there, whatever the variable says; with another name the
        // server starts and then fails on every request.
        if database.name != documented::database(Edition::Cluster) {
            add(
                path::DATABASE_NAME,
                format!("Prisma {version} always uses `graphcool`: remove the line"),
            );
        }
        let tuning = &database.tuning;
        let later = [
            (path::HOST, database.external.is_some()),
            (path::ACTIVE, tuning.active.is_some()),
            (path::SCHEMA, tuning.schema.is_some()),
            (path::CONNECTION_LIMIT, tuning.connection_limit.is_some()),
            (path::SSL, tuning.ssl.is_some()),
            (path::RAW_ACCESS, tuning.raw_access.is_some()),
        ];
        for (path, _) in later.into_iter().filter(|(_, is_set)| *is_set) {
            add(
                path,
                format!("Prisma {version} does not know it: remove the line, or use 1.7 and later"),
            );
        }
    }

    fn check_server(&self, add: &mut impl FnMut(&'static [&'static str], String)) {
        let (version, database) = (&self.version, &self.database);
        let is_postgres = database.connector == Connector::Postgres;
        let tuning = &database.tuning;
        if database.external.is_none() && !is_postgres && database.user != documented::USER {
            let message =
                "only `root` may create databases in the container: remove the line".to_owned();
            add(path::USER, message);
        }
        if database.external.is_some() && database.image.is_some() {
            let message = "an external database (`host`) has no image: remove one of them";
            add(path::IMAGE, message.to_owned());
        }
        let since = [
            (path::SSL, tuning.ssl.is_some(), 12),
            (path::RAW_ACCESS, tuning.raw_access.is_some(), 18),
        ];
        for (path, is_set, minor) in since {
            if is_set && !version.at_least(minor) {
                add(
                    path,
                    format!(
                        "Prisma {version} does not know it, 1.{minor} and later do: remove the line"
                    ),
                );
            }
        }
        if tuning.active == Some(false) && (!is_postgres || version.is_1_30_or_later()) {
            let message = format!(
                "Prisma {version} cannot leave a {} database as it is: remove the line",
                database.connector.name()
            );
            add(path::ACTIVE, message);
        }
        if tuning.schema.is_some() && !is_postgres {
            add(
                path::SCHEMA,
                "only `postgres` has schemas: remove the line".to_owned(),
            );
        }
        let least = if version.is_1_30_or_later() { 2 } else { 1 };
        if tuning.connection_limit.is_some_and(|limit| limit < least) {
            add(
                path::CONNECTION_LIMIT,
                format!("Prisma {version} needs at least {least}"),
            );
        }
    }

    fn check_ports(&self, add: &mut impl FnMut(&'static [&'static str], String)) {
        let database = match &self.database.external {
            Some(external) => Some(external.port),
            None => self.database.host_port,
        };
        let ports = [
            (path::PORT, Some(self.port)),
            (path::DATABASE_PORT, database),
        ];
        for (path, port) in ports {
            if port == Some(0) {
                add(path, "a port is a number from 1 to 65535".to_owned());
            }
        }
        if self.port != 0 && self.database.host_port == Some(self.port) {
            let message = format!(
                "{} is the server's `port` already: choose another",
                self.port
            );
            add(path::DATABASE_PORT, message);
        }
    }

    fn check_values(&self, add: &mut impl FnMut(&'static [&'static str], String)) {
        let database = &self.database;
        let mut values = vec![
            (path::USER, database.user.as_str()),
            (path::DATABASE_NAME, database.name.as_str()),
            (
                path::SCHEMA_MANAGER_SECRET,
                self.schema_manager_secret.reveal(),
            ),
        ];
        // An external account may have none.
        if database.external.is_none() {
            values.push((path::PASSWORD, database.password.reveal()));
        }
        let optional = [
            (path::IMAGE, database.image.as_ref()),
            (path::SCHEMA, database.tuning.schema.as_ref()),
            (path::HOST, database.external.as_ref().map(|at| &at.host)),
        ];
        values.extend(
            optional
                .into_iter()
                .filter_map(|(path, value)| Some((path, value?.as_str()))),
        );
        for (path, value) in values {
            if let Some(message) = secret_problem(value) {
                add(path, message);
            }
        }
        if let Some(image) = database.image.as_ref().filter(|image| !is_image(image)) {
            let message = format!("`{}` is no image name", image.escape_debug());
            add(path::IMAGE, message);
        }
        if let Some(external) = &database.external
            && is_inside(&external.host)
        {
            let message = format!(
                "`{}` would be the server's own container: give the address this machine has for others",
                external.host
            );
            add(path::HOST, message);
        }
    }
}

/// What is wrong with a text that somebody needs. An empty root password is refused by the database
/// images, other empty values by the server.
fn secret_problem(value: &str) -> Option<String> {
    if value.is_empty() {
        return Some("it is empty: give a value, or remove the line".to_owned());
    }
    value
        .contains('\0')
        .then(|| "it has a NUL character, which no variable can hold".to_owned())
}

/// The characters of image names, tags and digests.
fn is_image(text: &str) -> bool {
    let first = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    first
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-/:@".contains(c))
}

/// Whether a host means whoever looks it up: seen from a container, that container.
fn is_inside(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
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
            cluster.check().expect_err("invalid").message(),
            "the configuration of the cluster `local` is invalid: `port`: a port is a number from 1 to 65535"
        );
        cluster.database.user = "a\0".to_owned();
        cluster.database.password = "".into();
        cluster.database.connector = Connector::Postgres;
        cluster.cluster_secret = Some("geheim".into());
        let failure = cluster.check().expect_err("invalid");
        assert_eq!(failure.kind, Kind::ConfigInvalid);
        assert_eq!(
            failure.message(),
            "the configuration of the cluster `local` is invalid:\n  \
             `database.connector`: Prisma 1.1 knows only `mysql`: use that, or Prisma 1.7 and later\n  \
             `port`: a port is a number from 1 to 65535\n  \
             `database.user`: it has a NUL character, which no variable can hold\n  \
             `database.password`: it is empty: give a value, or remove the line\n  \
             `clusterSecret`: not a private key: no `-----BEGIN RSA PRIVATE KEY-----` line"
        );
    }

    #[test]
    fn the_server_edition_takes_what_its_version_knows() {
        let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_init());
        cluster.cluster_secret = Some("any text".into());
        assert_eq!(cluster.check(), Ok(()));
        cluster.database.tuning.ssl = Some(true);
        cluster.database.tuning.active = Some(false);
        cluster.database.tuning.schema = Some("a".to_owned());
        cluster.database.tuning.connection_limit = Some(0);
        cluster.database.user = "me".to_owned();
        cluster.database.image = Some("-rf".to_owned());
        let paths = |cluster: &Cluster| -> Vec<String> {
            let problems = cluster.problems().into_iter();
            problems.map(|problem| problem.path.join(".")).collect()
        };
        assert_eq!(
            paths(&cluster),
            [
                "database.user",
                "database.ssl",
                "database.active",
                "database.schema",
                "database.connectionLimit",
                "database.image"
            ]
        );
        cluster.database.connector = Connector::Postgres;
        cluster.database.image = None;
        cluster.version = "1.12".parse().expect("valid");
        cluster.database.tuning.connection_limit = Some(1);
        assert_eq!(paths(&cluster), [""; 0]);
        cluster.version = "1.34".parse().expect("valid");
        assert_eq!(
            paths(&cluster),
            ["database.active", "database.connectionLimit"]
        );
        let here = crate::cluster::External {
            host: "127.0.0.1".to_owned(),
            port: 5432,
        };
        cluster.database = crate::cluster::Database {
            external: Some(here),
            password: "".into(),
            ..crate::cluster::Database::documented(Edition::Server, Connector::Postgres)
        };
        assert_eq!(paths(&cluster), ["database.host"]);
    }

    #[test]
    fn a_key_pair_is_for_those_who_know_it() {
        let key = crate::secret::keys::generate()
            .expect("generates")
            .pem_pkcs1();
        for (version, fine) in [
            ("1.6", true),
            ("1.7", true),
            ("1.29", true),
            ("1.30", false),
        ] {
            let version = version.parse().expect("valid");
            let mut cluster = Cluster::documented(ClusterName::local(), version);
            cluster.cluster_secret = Some(key.clone());
            assert_eq!(cluster.check().is_ok(), fine, "{}", cluster.version);
            cluster.cluster_secret = Some("-----BEGIN geheim".into());
            let failure = cluster.check().expect_err("broken");
            assert!(!failure.message().contains("geheim"), "{failure}");
        }
    }
}
