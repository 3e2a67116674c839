//! `PRISMA_CONFIG`: the YAML text that tells a server everything. Secrets are variables in it.

use crate::cluster::{
    Cluster, Connector, Database, Edition, External, Tuning, documented, services,
};
use crate::render::compose::Text;
use crate::secret::Secret;
use crate::secret::keys::PrivateKey;
use crate::yaml::write;

/// The secret of the management API. The CLI knows a variable of this name for the same thing.
pub const SECRET: &str = "PRISMA_MANAGEMENT_API_SECRET";
/// The same with the characters escaped that mean something between double quotes in YAML.
pub const SECRET_IN_CONFIG: &str = "PRISMA_MANAGEMENT_API_SECRET_IN_CONFIG";
/// What the names of escaped variables end with.
pub const IN_CONFIG: &str = "_IN_CONFIG";
/// The public half of a key pair, as the cluster edition calls it.
pub const PUBLIC_KEY: &str = "CLUSTER_PUBLIC_KEY";
/// The database's password.
pub const PASSWORD: &str = "DATABASE_PASSWORD";
/// The same, escaped.
pub const PASSWORD_IN_CONFIG: &str = "DATABASE_PASSWORD_IN_CONFIG";

/// What the server reads from `PRISMA_CONFIG`, in the order of the listing.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrismaConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    management_api_secret: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    legacy_secret: Option<Text>,
    /// The name that 1.7 has for `legacySecret`.
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
    /// What the server of a cluster is told.
    pub fn of(cluster: &Cluster) -> PrismaConfig {
        let (mut secret, mut key) = (None, None);
        if cluster.key_pair().is_some() {
            key = Some(Text::interpolated(format!("${{{PUBLIC_KEY}}}")));
        } else if let Some(text) = &cluster.cluster_secret {
            secret = Some(self::secret((SECRET, SECRET_IN_CONFIG), text.reveal()));
        }
        let (legacy_secret, cluster_public_key) = match cluster.version.at_least(8) {
            true => (key, None),
            false => (None, key),
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

    /// Reads the text that a running server was given, if it has the form of ours.
    pub fn read(text: &str) -> Option<PrismaConfig> {
        crate::yaml::deserialize(text).ok()
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

    /// Makes `cluster` the one that this text tells of, as far as it goes: what is published, and the
    /// private half of a key pair, it does not know. `has_container` says that the database is in one.
    pub fn adopt(self, cluster: &mut Cluster, has_container: bool) {
        let text = |text: Text| text.text().to_owned();
        cluster.port = self.port;
        let secret = self.management_api_secret;
        cluster.cluster_secret = secret.map(|secret| text(secret).into());
        let config = self.databases.default;
        let connector = config.connector.parse().unwrap_or(Connector::MySql);
        let host = text(config.host);
        // Its own service under a container that is gone.
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
    // The page's name up to its version; `migrations` won over it and replaced it.
    let is_active = Some(tuning.active.unwrap_or(true));
    let (active, migrations) = match cluster.version.at_least(9) {
        true => (None, is_active),
        false => (is_active, None),
    };
    // The listing says `host: db`, a service that it does not have.
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

/// A value as it stands between double quotes in YAML, where that is not the value itself.
pub fn escaped(value: &str) -> Option<String> {
    let quoted = write::double_quoted(value);
    let inside = &quoted[1..quoted.len() - 1];
    (inside != value).then(|| inside.to_owned())
}
