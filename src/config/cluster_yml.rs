//! `cluster.yml`: the configuration of a managed cluster as people read and edit it.
//!
//! What is absent has its documented value; what is there is judged strictly, and everything that is
//! wrong is reported at once, each on its line.

mod edit;
mod reader;
#[cfg(test)]
mod tests;

pub use edit::edit;

use crate::cluster::{
    Cluster, ClusterName, Connector, Database, Edition, External, PrismaVersion, path,
};
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::yaml::{Document, write};
use edit::Field;
use reader::{Nature, Reader};
use std::net::IpAddr;
use std::path::Path;

/// The file's name in the cluster's folder.
pub const FILE: &str = "cluster.yml";

/// Reads the text of the `cluster.yml` at `file`, the one of the cluster `name`.
///
/// # Errors
///
/// [`Kind::ConfigInvalid`] with one line per problem: `FILE:LINE:COLUMN: what is wrong`. Values of
/// secrets are never repeated.
pub fn parse(name: &ClusterName, file: &Path, text: &str) -> Result<Cluster> {
    let document = Document::parse(text).map_err(|error| {
        let place = error.position.map(|at| format!(":{at}"));
        Failure::new(
            Kind::ConfigInvalid,
            format!(
                "{}{}: {}",
                file.display(),
                place.unwrap_or_default(),
                error.message
            ),
        )
    })?;
    let mut reader = Reader::new(&document);
    let cluster = read(&mut reader, name.clone());
    // What could not be read has its default here, so nothing is reported twice.
    for problem in cluster.problems_but_key() {
        reader.problem(problem.path, problem.message);
    }
    let lines = reader.finish(file);
    if lines.is_empty() {
        Ok(cluster)
    } else {
        Err(Failure::new(Kind::ConfigInvalid, lines.join("\n")))
    }
}

fn read(reader: &mut Reader<'_>, name: ClusterName) -> Cluster {
    reader.keys(
        &[],
        &[
            path::VERSION,
            path::PORT,
            path::BIND,
            path::DATABASE,
            path::SCHEMA_MANAGER_SECRET,
            path::CLUSTER_SECRET,
        ],
    );
    // First what the documented values depend on.
    let mut version = PrismaVersion::default_local();
    reader.version(path::VERSION, &mut version);
    let mut cluster = Cluster::documented(name, version);
    cluster.database = read_database(reader, cluster.edition());
    reader.port(path::PORT, &mut cluster.port);
    reader.word(path::BIND, |text| {
        let address = text.parse::<IpAddr>();
        cluster.bind = Some(address.map_err(|_| {
            format!("`{text}` is not an IP address: write one such as `127.0.0.1`")
        })?);
        Ok(())
    });
    let secret = reader.text(path::SCHEMA_MANAGER_SECRET, Nature::Secret);
    set(&mut cluster.schema_manager_secret, secret.map(Secret::from));
    if let Some(secret) = reader.text(path::CLUSTER_SECRET, Nature::Secret) {
        cluster.cluster_secret = Some(secret.into());
        match cluster.secret_as_kept() {
            Ok(secret) => cluster.cluster_secret = secret,
            Err(message) => reader.problem(path::CLUSTER_SECRET, message),
        }
    }
    cluster
}

fn read_database(reader: &mut Reader<'_>, edition: Edition) -> Database {
    reader.keys(
        path::DATABASE,
        &[
            path::CONNECTOR,
            path::IMAGE,
            path::HOST,
            path::DATABASE_PORT,
            path::USER,
            path::PASSWORD,
            path::DATABASE_NAME,
            path::ACTIVE,
            path::SCHEMA,
            path::CONNECTION_LIMIT,
            path::SSL,
            path::RAW_ACCESS,
        ],
    );
    let mut connector = Connector::MySql;
    reader.word(path::CONNECTOR, |text| {
        connector = text.parse().map_err(|f| one_line(&f))?;
        Ok(())
    });
    let mut database = Database::documented(edition, connector);
    database.image = reader.text(path::IMAGE, Nature::Open);
    let mut port = None;
    reader.number(
        path::DATABASE_PORT,
        "a port is a number from 1 to 65535",
        &mut port,
    );
    match reader.text(path::HOST, Nature::Open) {
        Some(host) => {
            let port = port.unwrap_or(connector.port());
            database.external = Some(External { host, port });
            database.host_port = None;
        }
        None => database.host_port = port.or(database.host_port),
    }
    set(&mut database.user, reader.text(path::USER, Nature::Open));
    let password = reader.text(path::PASSWORD, Nature::Secret);
    set(&mut database.password, password.map(Secret::from));
    set(
        &mut database.name,
        reader.text(path::DATABASE_NAME, Nature::Open),
    );
    let tuning = &mut database.tuning;
    reader.flag(path::ACTIVE, &mut tuning.active);
    tuning.schema = reader.text(path::SCHEMA, Nature::Open);
    let limit = "a connection limit is a number from 1 to 65535";
    reader.number(path::CONNECTION_LIMIT, limit, &mut tuning.connection_limit);
    reader.flag(path::SSL, &mut tuning.ssl);
    reader.flag(path::RAW_ACCESS, &mut tuning.raw_access);
    database
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// A failure's message and its first remedy on one line.
fn one_line(failure: &Failure) -> String {
    match failure.hints.first() {
        Some(hint) => format!("{}: {hint}", failure.message()),
        None => failure.message().clone(),
    }
}

/// The text of a new `cluster.yml`. Holds secrets.
pub fn render(cluster: &Cluster) -> String {
    let start = cluster.name.command("start");
    let mut out = format!(
        "# The configuration of the cluster `{}`. Edit it, then run `{start}`.\n\
         # A line that is missing stands for its documented value. Keep texts in quotes.\n",
        cluster.name
    );
    let mut in_database = false;
    for (path, field) in edit::fields(cluster) {
        // What belongs to the other edition, or only repeats a rule, is left out.
        if path == path::SCHEMA_MANAGER_SECRET && cluster.edition() == Edition::Server {
            continue;
        }
        let indent = (path.len() - 1) * 2;
        let value = match field {
            Field::Text(text) => write::quoted(&text, indent),
            Field::Word(word) => word,
            Field::Number(number) => number.to_string(),
            Field::Flag(flag) => flag.to_string(),
            Field::Absent => {
                if path == path::BIND {
                    out += "# bind: \"127.0.0.1\" would publish both ports on this machine only.\n";
                }
                continue;
            }
        };
        if indent > 0 && !in_database {
            out += "database:\n";
            in_database = true;
        }
        let key = path.last().copied().unwrap_or_default();
        out += &format!("{:indent$}{key}: {value}\n", "");
    }
    out
}
