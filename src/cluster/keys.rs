//! The keys of `cluster.yml`: the reader, the comments of a new file, the checks of a cluster
//! and the reference (`assets/docs/cluster-yml.md`) all use this table.

use super::{Cluster, Fact, PrismaVersion};

/// The type of a key's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyType {
    Version,
    Port,
    Number,
    Boolean,
    Address,
    /// `mysql` or `postgres`.
    Connector,
    String,
    /// A string that is never repeated in a message.
    Secret,
}

/// A key of `cluster.yml`.
#[derive(Debug)]
pub struct Key {
    pub path: &'static [&'static str],
    pub kind: KeyType,
    /// What it means, as sentences.
    pub meaning: &'static str,
    /// What applies when it is missing, in Markdown; only the reference shows it.
    pub default: &'static str,
    pub example: &'static str,
    /// What a version that reads it has; `None` for all versions.
    pub since: Option<Fact>,
}

impl Key {
    pub fn is_for(&self, version: &PrismaVersion) -> bool {
        self.since.is_none_or(|fact| version.has(fact))
    }
}

/// The paths of the keys.
pub mod path {
    pub const VERSION: &[&str] = &["prismaVersion"];
    pub const PORT: &[&str] = &["port"];
    pub const BIND: &[&str] = &["bind"];
    pub const IMAGES: &[&str] = &["images"];
    pub const IMAGES_PREFIX: &[&str] = &["images", "prefix"];
    pub const DATABASE: &[&str] = &["database"];
    pub const CONNECTOR: &[&str] = &["database", "connector"];
    pub const IMAGE: &[&str] = &["database", "image"];
    pub const HOST: &[&str] = &["database", "host"];
    pub const DATABASE_PORT: &[&str] = &["database", "port"];
    pub const USER: &[&str] = &["database", "user"];
    pub const PASSWORD: &[&str] = &["database", "password"];
    pub const DATABASE_NAME: &[&str] = &["database", "name"];
    pub const ACTIVE: &[&str] = &["database", "active"];
    pub const SCHEMA: &[&str] = &["database", "schema"];
    pub const CONNECTION_LIMIT: &[&str] = &["database", "connectionLimit"];
    pub const SSL: &[&str] = &["database", "ssl"];
    pub const RAW_ACCESS: &[&str] = &["database", "rawAccess"];
    pub const SCHEMA_MANAGER_SECRET: &[&str] = &["schemaManagerSecret"];
    pub const CLUSTER_SECRET: &[&str] = &["clusterSecret"];
}

/// All keys, in the order they are written.
pub static KEYS: [Key; 18] = [
    Key {
        path: path::VERSION,
        kind: KeyType::Version,
        meaning: "The Prisma version to run: any 1.x version or image tag.",
        default: "`1.1`",
        example: "\"1.34\"",
        since: None,
    },
    Key {
        path: path::PORT,
        kind: KeyType::Port,
        meaning: "The port of the Prisma server.",
        default: "4466",
        example: "4466",
        since: None,
    },
    Key {
        path: path::BIND,
        kind: KeyType::Address,
        meaning: "The address of this machine to publish ports on.",
        default: "all interfaces",
        example: "\"127.0.0.1\"",
        since: None,
    },
    Key {
        path: path::IMAGES_PREFIX,
        kind: KeyType::String,
        meaning: "A mirror of Docker Hub to pull images from; `mysql:5.7` becomes `PREFIX/library/mysql:5.7`.",
        default: "Docker Hub; for a new cluster `PRISMA_IMAGES_PREFIX`",
        example: "\"mirror.example.com/hub\"",
        since: None,
    },
    Key {
        path: path::CONNECTOR,
        kind: KeyType::Connector,
        meaning: "The kind of database; `postgres` requires Prisma 1.7 or later.",
        default: "`mysql`",
        example: "postgres",
        since: None,
    },
    Key {
        path: path::IMAGE,
        kind: KeyType::String,
        meaning: "The image of the database container. A newer Postgres cannot read an older one's data files.",
        default: "`mysql:5.7` or `postgres:10`",
        example: "\"mysql:5.7.44\"",
        since: None,
    },
    Key {
        path: path::HOST,
        kind: KeyType::String,
        meaning: "The host of an external database, as the server's container reaches it.",
        default: "a database in a container",
        example: "\"db.example.com\"",
        since: Some(Fact::PrismaConfig),
    },
    Key {
        path: path::DATABASE_PORT,
        kind: KeyType::Port,
        meaning: "The port to publish the database container on, or the port of the external database.",
        default: "3366 up to Prisma 1.6, then not published; for an external database 3306 or 5432",
        example: "3366",
        since: None,
    },
    Key {
        path: path::USER,
        kind: KeyType::String,
        meaning: "The user the server connects to the database as.",
        default: "`root`",
        example: "\"root\"",
        since: None,
    },
    Key {
        path: path::PASSWORD,
        kind: KeyType::Secret,
        meaning: "The password of that user. A database container keeps the one it was created with.",
        default: "`graphcool` up to Prisma 1.6, then `prisma`",
        example: "\"a long random string\"",
        since: None,
    },
    Key {
        path: path::DATABASE_NAME,
        kind: KeyType::String,
        meaning: "The database for the server's own tables.",
        default: "`graphcool` up to Prisma 1.6 (no other is possible), then `prisma`",
        example: "\"prisma\"",
        since: None,
    },
    Key {
        path: path::ACTIVE,
        kind: KeyType::Boolean,
        meaning: "Whether to run migrations; `false` requires Postgres and Prisma 1.30 or earlier.",
        default: "`true`",
        example: "false",
        since: Some(Fact::PrismaConfig),
    },
    Key {
        path: path::SCHEMA,
        kind: KeyType::String,
        meaning: "The Postgres schema of an existing database, with `active: false`.",
        default: "chosen by the server",
        example: "\"public\"",
        since: Some(Fact::PrismaConfig),
    },
    Key {
        path: path::CONNECTION_LIMIT,
        kind: KeyType::Number,
        meaning: "The size of each connection pool; at least 2 from Prisma 1.12 on.",
        default: "chosen by the server",
        example: "10",
        since: Some(Fact::PrismaConfig),
    },
    Key {
        path: path::SSL,
        kind: KeyType::Boolean,
        meaning: "Whether to use TLS for the connection to the database.",
        default: "chosen by the server",
        example: "true",
        since: Some(Fact::Ssl),
    },
    Key {
        path: path::RAW_ACCESS,
        kind: KeyType::Boolean,
        meaning: "Whether the API of services accepts raw SQL.",
        default: "chosen by the server",
        example: "true",
        since: Some(Fact::RawAccess),
    },
    Key {
        path: path::SCHEMA_MANAGER_SECRET,
        kind: KeyType::Secret,
        meaning: "The secret that parts of the server share; used up to Prisma 1.6.",
        default: "`MUCHSECRET`",
        example: "\"a long random string\"",
        since: None,
    },
    Key {
        path: path::CLUSTER_SECRET,
        kind: KeyType::Secret,
        meaning: "The secret that deployments authenticate with: a string (Prisma 1.7 and later) or a private key (up to 1.26).",
        default: "none: anyone who can reach the server can deploy",
        example: "\"a long random string\"",
        since: None,
    },
];

#[derive(Clone, PartialEq, Eq)]
pub enum KeyValue {
    Text(String),
    /// A keyword, which needs no quotes.
    Word(String),
    Number(u16),
    Flag(bool),
    Absent,
}

impl KeyValue {
    fn text(value: Option<&String>) -> KeyValue {
        value.map_or(KeyValue::Absent, |text| KeyValue::Text(text.clone()))
    }

    fn number(value: Option<u16>) -> KeyValue {
        value.map_or(KeyValue::Absent, KeyValue::Number)
    }

    fn flag(value: Option<bool>) -> KeyValue {
        value.map_or(KeyValue::Absent, KeyValue::Flag)
    }
}

impl Cluster {
    /// The values of all [`KEYS`], in their order.
    pub fn values(&self) -> [(&'static Key, KeyValue); 18] {
        let database = &self.database;
        let external = database.external.as_ref();
        let port = external.map_or(database.host_port, |external| Some(external.port));
        let bind = self.bind.map(|address| address.to_string());
        let tuning = &database.tuning;
        let text = |value: &str| KeyValue::Text(value.to_owned());
        let values = [
            text(self.version.tag()),
            KeyValue::Number(self.port),
            KeyValue::text(bind.as_ref()),
            KeyValue::text(self.images_prefix.as_ref()),
            KeyValue::Word(database.connector.to_string()),
            KeyValue::text(database.image.as_ref()),
            KeyValue::text(external.map(|external| &external.host)),
            KeyValue::number(port),
            text(&database.user),
            text(database.password.reveal()),
            text(&database.name),
            KeyValue::flag(tuning.active),
            KeyValue::text(tuning.schema.as_ref()),
            KeyValue::number(tuning.connection_limit),
            KeyValue::flag(tuning.ssl),
            KeyValue::flag(tuning.raw_access),
            text(self.schema_manager_secret.reveal()),
            match &self.cluster_secret {
                Some(secret) => text(secret.reveal()),
                None => KeyValue::Absent,
            },
        ];
        let mut keys = KEYS.iter();
        values.map(|value| (keys.next().unwrap_or(&KEYS[0]), value))
    }
}
