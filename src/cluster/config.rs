//! `cluster.yml`: the configuration of a managed cluster as people read and edit it.
//!
//! What is absent has its documented value; what is there is judged strictly, and everything that is
//! wrong is reported at once, each on its line.

mod edit;
mod reader;
#[cfg(test)]
mod tests;

pub use edit::edit;

use super::{Cluster, ClusterName, Connector, PrismaVersion, path};
use crate::error::{Failure, Kind, Result};
use crate::keys::PrivateKey;
use crate::yaml::{Document, write};
use reader::{Nature, Reader};
use std::fmt::Write as _;
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
    let mut cluster = Cluster::documented(name, PrismaVersion::default_local());
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
    reader.keys(
        path::DATABASE,
        &[
            path::CONNECTOR,
            path::DATABASE_PORT,
            path::USER,
            path::PASSWORD,
            path::SCHEMA,
        ],
    );
    let database = &mut cluster.database;
    reader.version(path::VERSION, &mut cluster.version);
    reader.port(path::PORT, &mut cluster.port);
    reader.word(path::BIND, |text| {
        let address = text.parse::<IpAddr>();
        cluster.bind = Some(address.map_err(|_| {
            format!("`{text}` is not an IP address: write one such as `127.0.0.1`")
        })?);
        Ok(())
    });
    reader.word(path::CONNECTOR, |text| {
        database.connector = text.parse::<Connector>().map_err(|f| one_line(&f))?;
        Ok(())
    });
    reader.port(path::DATABASE_PORT, &mut database.host_port);
    let secret = Nature::Secret;
    set(&mut database.user, reader.text(path::USER, Nature::Open));
    set(&mut database.password, reader.text(path::PASSWORD, secret));
    set(
        &mut database.schema,
        reader.text(path::SCHEMA, Nature::Open),
    );
    set(
        &mut cluster.schema_manager_secret,
        reader.text(path::SCHEMA_MANAGER_SECRET, secret),
    );
    if let Some(pem) = reader.text(path::CLUSTER_SECRET, secret) {
        match PrivateKey::parse(&pem) {
            Ok(key) => cluster.cluster_secret = Some(key.pem_pkcs1()),
            Err(failure) => reader.problem(path::CLUSTER_SECRET, one_line(&failure)),
        }
    }
    cluster
}

fn set(field: &mut String, value: Option<String>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// A failure's message and its first remedy on one line.
fn one_line(failure: &Failure) -> String {
    match failure.hints.first() {
        Some(hint) => format!("{}: {hint}", failure.message),
        None => failure.message.clone(),
    }
}

/// The text of a new `cluster.yml`. Holds secrets.
pub fn render(cluster: &Cluster) -> String {
    let start = cluster.name.command("start");
    let database = &cluster.database;
    let text = |value: &str, indent| write::quoted(value, indent);
    let mut out = format!(
        "# The configuration of the cluster `{}`. Edit it, then run `{start}`.\n\
         # A line that is missing stands for its documented value. Keep texts in quotes.\n\
         prismaVersion: {}\n\
         port: {}\n",
        cluster.name,
        text(cluster.version.tag(), 0),
        cluster.port
    );
    match cluster.bind {
        Some(address) => out += &format!("bind: {}\n", text(&address.to_string(), 0)),
        None => out += "# bind: \"127.0.0.1\" would publish both ports on this machine only.\n",
    }
    // Writing into a string cannot fail.
    let _ = write!(
        out,
        "database:\n  \
           connector: {}\n  \
           port: {}\n  \
           user: {}\n  \
           password: {}\n  \
           name: {}\n\
         schemaManagerSecret: {}\n",
        database.connector,
        database.host_port,
        text(&database.user, 2),
        text(&database.password, 2),
        text(&database.schema, 2),
        text(&cluster.schema_manager_secret, 0),
    );
    if let Some(pem) = &cluster.cluster_secret {
        out += &format!("clusterSecret: {}\n", text(pem, 0));
    }
    out
}
