//! `PRISMA_CONFIG`: the YAML block that configures a server. It refers to secrets through variables.

use crate::cluster::{
    Cluster, Connector, Database, Edition, External, Fact, Tuning, documented, services,
};
use crate::render::compose::Text;
use crate::secret::Secret;
use crate::secret::keys::PrivateKey;
use crate::yaml::write;

/// The secret of the management API. The CLI reads a variable of the same name and meaning.
pub const SECRET: &str = "PRISMA_MANAGEMENT_API_SECRET";
/// The same, escaped for a double-quoted YAML string.
pub const SECRET_IN_CONFIG: &str = "PRISMA_MANAGEMENT_API_SECRET_IN_CONFIG";
/// The suffix of escaped variables.
pub const IN_CONFIG: &str = "_IN_CONFIG";
/// The public half of a key pair; the name is that of the cluster edition.
pub const PUBLIC_KEY: &str = "CLUSTER_PUBLIC_KEY";
pub const PASSWORD: &str = "DATABASE_PASSWORD";
pub const PASSWORD_IN_CONFIG: &str = "DATABASE_PASSWORD_IN_CONFIG";

/// What the server reads from `PRISMA_CONFIG`, in the order of the listing.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrismaConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    management_api_secret: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legacy_secret: Option<Text>,
    /// The name of `legacySecret` in 1.7.
    #[serde(skip_serializing_if = "Option::is_none")]
    cluster_public_key: Option<Text>,
    port: u16,
    databases: Databases,
}

#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct Databases {
    default: DatabaseConfig,
}

/// An entry of `databases`.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct DatabaseConfig {
    connector: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    migrations: Option<bool>,
    host: Text,
    port: u16,
    user: Text,
    password: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    management_schema: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    database: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_limit: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssl: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_access: Option<bool>,
}

impl PrismaConfig {
    /// The configuration of a cluster's server.
    pub fn of(cluster: &Cluster) -> PrismaConfig {
        let (mut secret, mut key) = (None, None);
        if cluster.key_pair().is_some() {
            key = Some(Text::interpolated(format!("${{{PUBLIC_KEY}}}")));
        } else if let Some(text) = &cluster.cluster_secret {
            secret = Some(self::secret((SECRET, SECRET_IN_CONFIG), text.reveal()));
        }
        let (legacy_secret, cluster_public_key) = if cluster.version.has(Fact::LegacySecretKey) {
            (key, None)
        } else {
            (None, key)
        };
        PrismaConfig {
            management_api_secret: secret,
            legacy_secret,
            cluster_public_key,
            port: cluster.port,
            databases: Databases {
                default: database_config(cluster),
            },
        }
    }

    /// Reads the configuration of a running server, if it has the form that prisma generates.
    pub fn read(text: &str) -> Option<PrismaConfig> {
        crate::yaml::deserialize(text).ok()
    }

    /// The host of the database, which may be a compose service, and its connector.
    pub fn database(&self) -> Option<(String, Connector)> {
        let database = &self.databases.default;
        let connector = database.connector.parse().ok()?;
        Some((database.host.text().to_owned(), connector))
    }

    /// Whether the server checks tokens with the secret of `cluster`.
    pub fn has_secret_of(&self, cluster: &Cluster) -> bool {
        let is = |ours: &Option<Text>, value: Option<&str>| ours.as_ref().map(Text::text) == value;
        match cluster.key_pair().map(PrivateKey::public_spki_base64) {
            Some(key) => is(&self.public_key().cloned(), Some(&key)),
            None => is(
                &self.management_api_secret,
                cluster.cluster_secret.as_ref().map(Secret::reveal),
            ),
        }
    }

    fn public_key(&self) -> Option<&Text> {
        let key = self.legacy_secret.as_ref();
        key.or(self.cluster_public_key.as_ref())
    }

    /// Makes `cluster` the one that this text describes, as far as it does: what is published, and the
    /// private half of a key pair, it does not know. `has_container` says that the database is in one.
    pub fn adopt(self, cluster: &mut Cluster, has_container: bool) {
        let text = |text: Text| text.text().to_owned();
        cluster.port = self.port;
        let secret = self.management_api_secret;
        cluster.cluster_secret = secret.map(|secret| text(secret).into());
        let config = self.databases.default;
        let connector = config.connector.parse().unwrap_or(Connector::MySql);
        let host = text(config.host);
        // Its own service under a container that was removed.
        let is_ours = has_container || host == services::database(Edition::Server, connector);
        let external = (!is_ours).then_some(External {
            host,
            port: config.port,
        });
        let name = config.management_schema.or(config.database).map(text);
        cluster.database = Database {
            external,
            user: text(config.user),
            password: text(config.password).into(),
            name: name.unwrap_or_else(|| documented::database(Edition::Server).to_owned()),
            tuning: Tuning {
                active: config.active.or(config.migrations).filter(|active| !active),
                schema: config.schema.map(text),
                connection_limit: config.connection_limit,
                ssl: config.ssl,
                raw_access: config.raw_access,
            },
            ..Database::documented(Edition::Server, connector)
        };
    }
}

fn database_config(cluster: &Cluster) -> DatabaseConfig {
    let database = &cluster.database;
    let tuning = &database.tuning;
    // The documented name up to 1.8; `migrations` then took precedence and replaced it.
    let is_active = Some(tuning.active.unwrap_or(true));
    let (active, migrations) = if cluster.version.has(Fact::MigrationsKey) {
        (None, is_active)
    } else {
        (is_active, None)
    };
    // The listing has `host: db`, a service that does not exist in it.
    let (host, port) = match &database.external {
        Some(external) => (external.host.as_str(), external.port),
        None => (
            cluster.database_service().unwrap_or_default(),
            database.connector.port(),
        ),
    };
    let name = (database.name != documented::database(Edition::Server))
        .then(|| Text::literal(&database.name));
    let (management_schema, own_database) = match database.connector {
        Connector::MySql => (name, None),
        Connector::Postgres => (None, name),
    };
    DatabaseConfig {
        connector: database.connector.to_string(),
        active,
        migrations,
        host: Text::literal(host),
        port,
        user: Text::literal(&database.user),
        password: secret((PASSWORD, PASSWORD_IN_CONFIG), database.password.reveal()),
        management_schema,
        database: own_database,
        schema: tuning.schema.as_deref().map(Text::literal),
        connection_limit: tuning.connection_limit,
        ssl: tuning.ssl,
        raw_access: tuning.raw_access,
    }
}

/// A secret inside the YAML text of `PRISMA_CONFIG`: compose pastes a variable's value in, so it needs
/// one in which the characters that mean something to YAML are escaped.
fn secret((variable, in_config): (&str, &str), value: &str) -> Text {
    match escaped(value) {
        None => Text::interpolated(format!("${{{variable}}}")),
        Some(_) => Text::interpolated(format!("${{{in_config}}}")),
    }
}

/// A value as written between double quotes in YAML, if that differs from the value itself.
pub fn escaped(value: &str) -> Option<String> {
    let quoted = write::double_quoted(value);
    let inside = &quoted[1..quoted.len() - 1];
    (inside != value).then(|| inside.to_owned())
}
