//! `cluster.yml`: the configuration of a managed cluster as users read and edit it.
//!
//! Missing keys have their documented defaults. Present ones are checked strictly, and all problems are
//! reported at once, each with its line.

mod edit;
#[cfg(test)]
mod tests;

pub use edit::edit;

use super::reader::{self, At, Nature, Reader, Strings};
use crate::cluster::{
    Cluster, ClusterName, Connector, Database, Edition, External, Fact, KEYS, Key, KeyType,
    KeyValue, PrismaVersion, documented, path,
};
use crate::error::{Failure, Result};
use crate::secret::Secret;
use crate::yaml::{Node, Places, Step, write};
use std::fmt::Write;
use std::net::IpAddr;
use std::path::Path;

/// The file's name in the cluster's folder.
pub use crate::cluster::files::CONFIG as FILE;

type KeyPath = &'static [&'static str];

/// Reads the text of the `cluster.yml` at `file`, the one of the cluster `name`.
///
/// # Errors
///
/// [`Kind::ConfigInvalid`](crate::error::Kind::ConfigInvalid) with one line per problem:
/// `FILE:LINE:COLUMN: what is wrong`. Values of secrets are never repeated.
pub fn parse(name: &ClusterName, file: &Path, text: &str) -> Result<Cluster> {
    let root = reader::parse(file, text)?;
    let places = Places::of(text);
    let mut values = Values {
        reader: Reader::new(file, &places, Strings::Unambiguous),
        root: At::root(&root),
    };
    values.check_keys();
    let cluster = values.cluster(name.clone());
    // Unreadable values have their defaults here, so nothing is reported twice.
    for problem in cluster.problems_but_key() {
        values.wrong(problem.path, &problem.what, problem.remedy);
    }
    values.reader.problems.finish()?;
    Ok(cluster)
}

/// The ports that a file gives its cluster: the server's and the database's. Nothing else of it is read, and nothing
/// is reported.
pub fn ports(text: &str) -> [Option<u16>; 2] {
    let Ok(root) = Node::parse(text) else {
        return [None, None];
    };
    let at = At::root(&root);
    let number = |path: KeyPath| match at.find(path)?.node {
        Node::Leaf(value) => value.as_u64().and_then(|number| u16::try_from(number).ok()),
        _ => None,
    };
    let version = at.find(path::VERSION);
    let version = version.and_then(|at| at.node.as_text()?.parse().ok());
    let version = version.unwrap_or_else(PrismaVersion::default_local);
    let usual = Database::documented(version.edition(), Connector::MySql).host_port;
    let database = number(path::DATABASE_PORT).or(usual);
    [
        number(path::PORT).or(Some(documented::PORT)),
        database.filter(|_| at.find(path::HOST).is_none()),
    ]
}

/// Reads the values of a file according to the table of keys.
struct Values<'a, 'v> {
    reader: Reader<'a>,
    root: At<'v>,
}

impl<'v> Values<'_, 'v> {
    /// Reports duplicate and unknown keys, and values that should be mappings.
    fn check_keys(&mut self) {
        let mut names: Vec<&str> = KEYS.iter().map(|key| key.path[0]).collect();
        names.dedup();
        self.reader.all_duplicates(&self.root);
        self.reader.pairs(&self.root, &names);
        for group in [path::IMAGES, path::DATABASE] {
            let Some(found) = self.root.find(group) else {
                continue;
            };
            let paths = KEYS.iter().map(|key| key.path);
            let paths = paths.filter(|path| path.len() > 1 && path.starts_with(group));
            let names: Vec<&str> = paths.map(|path| path[1]).collect();
            self.reader.pairs(&found, &names);
        }
    }

    fn cluster(&mut self, name: ClusterName) -> Cluster {
        // These first: the defaults depend on them.
        let version = self.version().unwrap_or(PrismaVersion::default_local());
        let mut cluster = Cluster::documented(name, version);
        cluster.database = self.database(cluster.edition());
        cluster.port = self.number(path::PORT).unwrap_or(cluster.port);
        cluster.bind = self.parsed(path::BIND, |text| {
            let address = text.parse::<IpAddr>();
            address.map_err(|_| format!("`{text}` is not an IP address such as `127.0.0.1`"))
        });
        cluster.images_prefix = self.string(path::IMAGES_PREFIX);
        if let Some(secret) = self.string(path::SCHEMA_MANAGER_SECRET) {
            cluster.schema_manager_secret = secret.into();
        }
        cluster.cluster_secret = self.string(path::CLUSTER_SECRET).map(Secret::from);
        match cluster.secret_as_kept() {
            Ok(secret) => cluster.cluster_secret = secret,
            Err(what) => self.wrong(path::CLUSTER_SECRET, &what, None),
        }
        cluster
    }

    fn database(&mut self, edition: Edition) -> Database {
        let connector = self.parsed(path::CONNECTOR, |text| {
            text.parse().map_err(|failure| one_line(&failure))
        });
        let mut database = Database::documented(edition, connector.unwrap_or(Connector::MySql));
        database.image = self.string(path::IMAGE);
        let port = self.number(path::DATABASE_PORT);
        database.host_port = port.or(database.host_port);
        if let Some(host) = self.string(path::HOST) {
            let port = port.unwrap_or(database.connector.port());
            database.external = Some(External { host, port });
            database.host_port = None;
        }
        for (path, field) in [
            (path::USER, &mut database.user),
            (path::DATABASE_NAME, &mut database.name),
        ] {
            if let Some(text) = self.string(path) {
                *field = text;
            }
        }
        if let Some(password) = self.string(path::PASSWORD) {
            database.password = password.into();
        }
        let tuning = &mut database.tuning;
        tuning.active = self.boolean(path::ACTIVE);
        tuning.schema = self.string(path::SCHEMA);
        tuning.connection_limit = self.number(path::CONNECTION_LIMIT);
        tuning.ssl = self.boolean(path::SSL);
        tuning.raw_access = self.boolean(path::RAW_ACCESS);
        database
    }

    /// The value of a key; a key without a value is a problem.
    fn at(&mut self, path: KeyPath) -> Option<At<'v>> {
        let at = self.root.find(path)?;
        if *at.node == Node::NULL {
            self.reader.empty(&at);
            return None;
        }
        Some(at)
    }

    fn wrong(&mut self, path: KeyPath, what: &str, remedy: Option<&str>) {
        let at = At {
            node: self.root.node,
            path: path.iter().copied().map(Step::key).collect(),
        };
        self.reader.wrong(&at, what).remedy = remedy.map(str::to_owned);
    }

    fn string(&mut self, path: KeyPath) -> Option<String> {
        let at = self.at(path)?;
        let is_secret = |key: &Key| key.path == path && key.kind == KeyType::Secret;
        let nature = if KEYS.iter().any(is_secret) {
            Nature::Secret
        } else {
            Nature::Open
        };
        self.reader.string(&at, nature)
    }

    fn boolean(&mut self, path: KeyPath) -> Option<bool> {
        let at = self.at(path)?;
        self.reader.boolean(&at)
    }

    fn number(&mut self, path: KeyPath) -> Option<u16> {
        let at = self.at(path)?;
        self.reader.number(&at, "expected a number from 1 to 65535")
    }

    fn parsed<T>(
        &mut self,
        path: KeyPath,
        parse: impl FnOnce(&str) -> std::result::Result<T, String>,
    ) -> Option<T> {
        let at = self.at(path)?;
        self.reader.parsed(&at, parse)
    }

    fn version(&mut self) -> Option<PrismaVersion> {
        let at = self.at(path::VERSION)?;
        match self.reader.version(&at)?.parse() {
            Ok(version) => Some(version),
            Err(failure) => {
                self.reader.wrong(&at, one_line(&failure));
                None
            }
        }
    }
}

/// A failure's message and its first hint on one line.
fn one_line(failure: &Failure) -> String {
    match failure.hints.first() {
        Some(hint) => format!("{}: {hint}", failure.message()),
        None => failure.message().clone(),
    }
}

/// The text of a new `cluster.yml`, with a comment for each key. Holds secrets.
pub fn render(cluster: &Cluster) -> String {
    let start = cluster.name.command("start");
    let mut out = format!(
        "# The configuration of cluster `{}`. Edit it, then run `{start}`.\n\
         # Missing keys have their documented defaults. Keep strings quoted.\n",
        cluster.name
    );
    for (key, value) in cluster.values() {
        if value == KeyValue::Absent && !is_relevant(key, cluster) {
            continue;
        }
        if key.path == path::SCHEMA_MANAGER_SECRET && cluster.edition() == Edition::Server {
            continue;
        }
        let indent = (key.path.len() - 1) * 2;
        let pad = " ".repeat(indent);
        let name = key.path[key.path.len() - 1];
        if indent == 0 {
            out.push('\n');
        } else if [path::IMAGES_PREFIX, path::CONNECTOR].contains(&key.path) {
            let _ = writeln!(out, "\n{}:", key.path[0]);
        }
        let value = match value {
            KeyValue::Text(text) => write::quoted(&text, indent),
            KeyValue::Word(word) => word,
            KeyValue::Number(number) => number.to_string(),
            KeyValue::Flag(flag) => flag.to_string(),
            KeyValue::Absent => {
                let (meaning, example) = (key.meaning, key.example);
                let _ = writeln!(out, "{pad}# {meaning}\n{pad}# {name}: {example}");
                continue;
            }
        };
        let _ = writeln!(out, "{pad}# {}\n{pad}{name}: {value}", key.meaning);
    }
    out
}

/// Whether a new file mentions a key without a value: only if the version and the database support it.
fn is_relevant(key: &Key, cluster: &Cluster) -> bool {
    let is_postgres = cluster.database.connector == Connector::Postgres;
    key.is_for(&cluster.version)
        && match key.path {
            path::ACTIVE => is_postgres && cluster.version.has(Fact::PassivePostgres),
            path::SCHEMA => is_postgres,
            path::IMAGE => !is_postgres && cluster.database.external.is_none(),
            path::IMAGES_PREFIX | path::CLUSTER_SECRET => false,
            _ => true,
        }
}
