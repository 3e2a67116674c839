//! The cluster edition, Prisma 1.0-1.6: the compose file and the variables of the 1.1 Docker page.

use super::{host, published};
use crate::cluster::{Cluster, Connector, Edition, services};
use crate::error::{Failure, Result};
use crate::render::Entry;
use crate::render::compose::{Compose, Named, Network, Service, Setting, Text, VolumeOptions};

/// The command of the database in the listing, its list of SQL modes included.
const MYSQLD: &str = concat!(
    "mysqld --max-connections=1000 --sql-mode=\"",
    "ALLOW_INVALID_DATES,ANSI_QUOTES,ERROR_FOR_DIVISION_BY_ZERO,HIGH_NOT_PRECEDENCE,IGNORE_SPACE,",
    "NO_AUTO_CREATE_USER,NO_AUTO_VALUE_ON_ZERO,NO_BACKSLASH_ESCAPES,NO_DIR_IN_CREATE,",
    "NO_ENGINE_SUBSTITUTION,NO_FIELD_OPTIONS,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,",
    "NO_UNSIGNED_SUBTRACTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY,PIPES_AS_CONCAT,",
    "REAL_AS_FLOAT,STRICT_ALL_TABLES,STRICT_TRANS_TABLES,ANSI,DB2,MAXDB,MSSQL,MYSQL323,MYSQL40,",
    "ORACLE,POSTGRESQL,TRADITIONAL\""
);

// A service's name is also its host name on the network.
const SERVER: &str = services::server(Edition::Cluster);
const DATABASE: &str = services::database(Edition::Cluster, Connector::MySql);
/// Both pools' size on the page.
const CONNECTION_LIMIT: u16 = 10;

/// The compose file of the page, "Structure".
pub fn compose(cluster: &Cluster) -> Compose {
    Compose {
        version: "3",
        services: Named(vec![
            (DATABASE, database(cluster)),
            (SERVER, server(cluster)),
        ]),
        networks: Named(vec![("prisma", Network { driver: "bridge" })]),
        volumes: Named(vec![("db-persistence", VolumeOptions)]),
    }
}

fn database(cluster: &Cluster) -> Service {
    // The name is Docker-wide, so a second cluster cannot have it too. The documented cluster keeps
    // it, for scripts that run `docker exec prisma-db`.
    let container_name = cluster.name.is_local().then(|| Text::literal(DATABASE));
    let database = &cluster.database;
    let publish = |port| published(cluster.bind, port, database.connector.port());
    Service {
        image: Text::literal(&cluster.database_image()),
        container_name,
        networks: vec!["prisma"],
        restart: "always",
        command: Some(Text::literal(MYSQLD)),
        depends_on: Vec::new(),
        healthcheck: None,
        environment: Named(vec![
            (
                "MYSQL_ROOT_PASSWORD",
                Setting::variable("SQL_INTERNAL_PASSWORD"),
            ),
            ("MYSQL_DATABASE", Setting::variable("SQL_INTERNAL_DATABASE")),
        ]),
        ports: database.host_port.map(publish).into_iter().collect(),
        volumes: vec![Text::literal("db-persistence:/var/lib/mysql")],
    }
}

fn server(cluster: &Cluster) -> Service {
    let address = match cluster.bind {
        Some(address) => host(address),
        None => "0.0.0.0".to_owned(),
    };
    let same = Setting::variable;
    Service {
        // The listing "for Prisma 1.1" says `prismagraphql/prisma:1.0`, a slip: the tag follows the
        // version.
        image: Text::literal(&cluster.server_image()),
        container_name: None,
        networks: vec!["prisma"],
        restart: "always",
        command: None,
        depends_on: Vec::new(),
        healthcheck: None,
        environment: Named(vec![
            ("PORT", same("PORT")),
            ("SCHEMA_MANAGER_SECRET", same("SCHEMA_MANAGER_SECRET")),
            ("SCHEMA_MANAGER_ENDPOINT", same("SCHEMA_MANAGER_ENDPOINT")),
            ("SQL_CLIENT_HOST_CLIENT1", same("SQL_CLIENT_HOST")),
            ("SQL_CLIENT_HOST_READONLY_CLIENT1", same("SQL_CLIENT_HOST")),
            ("SQL_CLIENT_HOST", same("SQL_CLIENT_HOST")),
            ("SQL_CLIENT_PORT", same("SQL_CLIENT_PORT")),
            ("SQL_CLIENT_USER", same("SQL_CLIENT_USER")),
            ("SQL_CLIENT_PASSWORD", same("SQL_CLIENT_PASSWORD")),
            (
                "SQL_CLIENT_CONNECTION_LIMIT",
                Setting::Number(CONNECTION_LIMIT),
            ),
            ("SQL_INTERNAL_HOST", same("SQL_INTERNAL_HOST")),
            ("SQL_INTERNAL_PORT", same("SQL_INTERNAL_PORT")),
            ("SQL_INTERNAL_USER", same("SQL_INTERNAL_USER")),
            ("SQL_INTERNAL_PASSWORD", same("SQL_INTERNAL_PASSWORD")),
            ("SQL_INTERNAL_DATABASE", same("SQL_INTERNAL_DATABASE")),
            ("CLUSTER_ADDRESS", same("CLUSTER_ADDRESS")),
            (
                "SQL_INTERNAL_CONNECTION_LIMIT",
                Setting::Number(CONNECTION_LIMIT),
            ),
            ("CLUSTER_PUBLIC_KEY", same("CLUSTER_PUBLIC_KEY")),
            ("BUGSNAG_API_KEY", Setting::literal("")),
            ("ENABLE_METRICS", Setting::literal("0")),
            ("JAVA_OPTS", Setting::literal("-Xmx1G")),
        ]),
        ports: vec![Text::interpolated(format!("{address}:${{PORT}}:${{PORT}}"))],
        volumes: Vec::new(),
    }
}

/// The variables of the page, "Local", in its order, `${PORT}` expanded.
pub fn variables(cluster: &Cluster) -> Result<Vec<Entry>> {
    let Cluster { port, database, .. } = cluster;
    let public_key = match &cluster.cluster_secret {
        Some(secret) => secret
            .key()
            .map_err(|failure: Failure| {
                failure.context(format!("cluster `{}`: `clusterSecret`", cluster.name))
            })?
            .public_spki_base64(),
        // The server treats an empty key as none and does not check tokens.
        None => String::new(),
    };
    let limit = CONNECTION_LIMIT.to_string();
    let of = |name, value: &str| Entry::Variable(name, value.into());
    let mysql_port = database.connector.port().to_string();
    Ok(vec![
        of("PORT", &port.to_string()),
        of(
            "SCHEMA_MANAGER_SECRET",
            cluster.schema_manager_secret.reveal(),
        ),
        of(
            "SCHEMA_MANAGER_ENDPOINT",
            &format!("http://{SERVER}:{port}/cluster/schema"),
        ),
        Entry::Gap,
        of("SQL_CLIENT_HOST", DATABASE),
        of("SQL_CLIENT_PORT", &mysql_port),
        of("SQL_CLIENT_USER", &database.user),
        of("SQL_CLIENT_PASSWORD", database.password.reveal()),
        of("SQL_CLIENT_CONNECTION_LIMIT", &limit),
        Entry::Gap,
        // The compose file does not use these and the two limits; the page lists them, and the
        // user's own files may refer to them.
        of("SQL_LOGS_HOST", DATABASE),
        of("SQL_LOGS_PORT", &mysql_port),
        of("SQL_LOGS_USER", &database.user),
        of("SQL_LOGS_PASSWORD", database.password.reveal()),
        of("SQL_LOGS_DATABASE", "logs"),
        of("SQL_LOGS_CONNECTION_LIMIT", &limit),
        Entry::Gap,
        of("SQL_INTERNAL_HOST", DATABASE),
        of("SQL_INTERNAL_PORT", &mysql_port),
        of("SQL_INTERNAL_USER", &database.user),
        of("SQL_INTERNAL_PASSWORD", database.password.reveal()),
        of("SQL_INTERNAL_DATABASE", &database.name),
        of("SQL_INTERNAL_CONNECTION_LIMIT", &limit),
        Entry::Gap,
        // The page lists these two only under "Digital Ocean", but its compose file refers to them
        // everywhere: the server does not start without the address (it calls itself there), and
        // without the key it would accept deployments from anyone.
        of("CLUSTER_ADDRESS", &format!("http://{SERVER}:{port}")),
        of("CLUSTER_PUBLIC_KEY", &public_key),
    ])
}
