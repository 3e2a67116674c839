//! The server edition, Prisma 1.7 and later: the compose file of the 1.8 page.
//!
//! Added to the listing: a named volume (recreating the container loses the listing's anonymous one),
//! `depends_on`, and a health check with the database's own tool.

pub mod config;

use super::super::Entry;
use super::super::compose::{Compose, HealthCheck, Named, Service, Setting, Text, VolumeOptions};
use super::published;
use crate::cluster::{Cluster, Connector, Database};
use crate::error::Result;
use crate::yaml::write;
use config::{
    PASSWORD, PASSWORD_IN_CONFIG, PUBLIC_KEY, PrismaConfig, SECRET, SECRET_IN_CONFIG, escaped,
};

/// The compose file of the page.
pub fn compose(cluster: &Cluster) -> Result<Compose> {
    let mut services = vec![(cluster.server_service(), server(cluster)?)];
    let mut volumes = Vec::new();
    if let Some(service) = cluster.database_service() {
        services.push((service, database(cluster)));
        volumes.push((volume(cluster.database.connector).0, VolumeOptions));
    }
    Ok(Compose {
        version: "3",
        services: Named(services),
        networks: Named(Vec::new()),
        volumes: Named(volumes),
    })
}

fn server(cluster: &Cluster) -> Result<Service> {
    let config = write::serialize(&PrismaConfig::of(cluster))?;
    Ok(Service {
        image: Text::literal(&cluster.server_image()),
        container_name: None,
        networks: Vec::new(),
        restart: "always",
        depends_on: cluster.database_service().into_iter().collect(),
        command: None,
        // Every `$` in its literal parts is already doubled.
        environment: Named(vec![(
            "PRISMA_CONFIG",
            Setting::Text(Text::interpolated(config)),
        )]),
        healthcheck: None,
        ports: vec![published(cluster.bind, cluster.port, cluster.port)],
        volumes: Vec::new(),
    })
}

fn database(cluster: &Cluster) -> Service {
    let database = &cluster.database;
    let publish = |port| published(cluster.bind, port, database.connector.port());
    let (name, path) = volume(database.connector);
    Service {
        image: Text::literal(&cluster.database_image()),
        // Docker-wide, so only one cluster can have the documented name.
        container_name: cluster.name.is_local().then(|| Text::literal("prisma-db")),
        networks: Vec::new(),
        restart: "always",
        depends_on: Vec::new(),
        command: None,
        environment: Named(account(database)),
        healthcheck: Some(health_check(database)),
        ports: database.host_port.map(publish).into_iter().collect(),
        volumes: vec![Text::literal(&format!("{name}:{path}"))],
    }
}

/// The variables that make the database image create the server's account.
fn account(database: &Database) -> Vec<(&'static str, Setting)> {
    match database.connector {
        Connector::MySql => vec![("MYSQL_ROOT_PASSWORD", Setting::variable(PASSWORD))],
        Connector::Postgres => vec![
            ("POSTGRES_USER", Setting::literal(&database.user)),
            ("POSTGRES_PASSWORD", Setting::variable(PASSWORD)),
        ],
    }
}

/// Over TCP: during initialisation, both images run a database that listens only on its socket.
/// An image without the tool counts as healthy.
fn health_check(database: &Database) -> HealthCheck {
    HealthCheck {
        test: [
            Text::literal("CMD-SHELL"),
            Text::literal(probe(database.connector)),
        ],
        interval: "5s",
        timeout: "5s",
        retries: 24,
    }
}

/// The shell command that checks, inside the database's container, whether it accepts connections.
pub fn probe(connector: Connector) -> &'static str {
    match connector {
        // With the password, or the server's log would fill with refusals; not as an argument.
        Connector::MySql => {
            "! command -v mysqladmin || MYSQL_PWD=\"$MYSQL_ROOT_PASSWORD\" mysqladmin ping -h 127.0.0.1 -u root --silent"
        }
        Connector::Postgres => {
            "! command -v pg_isready || pg_isready -q -h 127.0.0.1 -U \"$POSTGRES_USER\""
        }
    }
}

/// The shell command that runs SQL, its first argument, inside the database's container. The second is the database of
/// Postgres. Prints the values of the rows only. Newer images of MariaDB call the client by their own name.
pub fn client(connector: Connector) -> &'static str {
    match connector {
        Connector::MySql => {
            "MYSQL_PWD=\"$MYSQL_ROOT_PASSWORD\" \"$(command -v mysql || command -v mariadb)\" -h 127.0.0.1 -u root -N -B -e \"$1\""
        }
        Connector::Postgres => {
            "PGPASSWORD=\"$POSTGRES_PASSWORD\" psql -h 127.0.0.1 -U \"$POSTGRES_USER\" -d \"$2\" -v ON_ERROR_STOP=1 -qAt -c \"$1\""
        }
    }
}

/// A database's volume and where it is mounted. MySQL's has the name it has in the cluster edition, so
/// that an upgrade finds its data.
fn volume(connector: Connector) -> (&'static str, &'static str) {
    match connector {
        Connector::MySql => ("db-persistence", "/var/lib/mysql"),
        Connector::Postgres => ("postgres-persistence", "/var/lib/postgresql/data"),
    }
}

/// The variables that the compose file refers to.
pub fn variables(cluster: &Cluster) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut secret = |name, name_in_config, value: &str| {
        entries.push(Entry::Variable(name, value.into()));
        if let Some(escaped) = escaped(value) {
            entries.push(Entry::Variable(name_in_config, escaped.into()));
        }
    };
    match (cluster.key_pair(), &cluster.cluster_secret) {
        (Some(pair), _) => secret(PUBLIC_KEY, PUBLIC_KEY, &pair.public_spki_base64()),
        (None, Some(text)) => secret(SECRET, SECRET_IN_CONFIG, text.reveal()),
        (None, None) => {}
    }
    let password = &cluster.database.password;
    secret(PASSWORD, PASSWORD_IN_CONFIG, password.reveal());
    entries
}
