//! Finds all problems of a cluster's configuration, not only the first.

use super::image::prefix_problem;
use super::keys::{Key, KeyType, KeyValue, path};
use super::{Cluster, Connector, Edition, Fact, documented};
use crate::error::{Failure, Kind, Result};
use crate::secret::{Secret, SecretKind};
use std::fmt;

/// A problem, and the key of `cluster.yml` it belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub path: &'static [&'static str],
    /// What is wrong. Never repeats a secret.
    pub what: String,
    /// How to fix it in the file.
    pub remedy: Option<&'static str>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.remedy {
            Some(remedy) => write!(f, "{}: {remedy}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

struct Found(Vec<Problem>);

impl Found {
    fn add(&mut self, path: &'static [&'static str], what: impl Into<String>) -> &mut Problem {
        self.0.push(Problem {
            path,
            what: what.into(),
            remedy: None,
        });
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    /// Reports a key that should not be set.
    fn remove(&mut self, path: &'static [&'static str], what: impl Into<String>) {
        self.add(path, what).remedy = Some("remove the line");
    }
}

impl Cluster {
    /// All problems; empty if the cluster can be rendered and run.
    pub fn problems(&self) -> Vec<Problem> {
        let mut found = Found(self.problems_but_key());
        if let Some(secret) = &self.cluster_secret
            && let Some((what, remedy)) = self.key_problem(secret)
        {
            found.add(path::CLUSTER_SECRET, what).remedy = remedy;
        }
        found.0
    }

    /// Problems of the secret that signs tokens: only the server edition accepts any string, and late
    /// versions ignore a key pair.
    fn key_problem(&self, secret: &Secret) -> Option<(String, Option<&'static str>)> {
        match (self.edition(), secret.key()) {
            (Edition::Server, Ok(_)) if !self.version.has(Fact::KeyPairs) => Some((
                format!("Prisma {} does not support key pairs", self.version),
                Some("use a plain string as the secret"),
            )),
            (Edition::Server, Err(_)) if secret.kind() == SecretKind::Text => {
                string_problem(secret.reveal())
            }
            (_, Err(failure)) => Some((failure.message(), None)),
            (_, Ok(_)) => None,
        }
    }

    /// All problems except those of the private key, which takes a millisecond to parse.
    pub(crate) fn problems_but_key(&self) -> Vec<Problem> {
        let mut found = Found(Vec::new());
        self.check_versions(&mut found);
        match self.edition() {
            Edition::Server => self.check_server(&mut found),
            Edition::Cluster => self.check_cluster(&mut found),
        }
        self.check_ports(&mut found);
        self.check_values(&mut found);
        found.0
    }

    /// Fails with all problems, one per line ([`Kind::ConfigInvalid`]).
    pub fn check(&self) -> Result<()> {
        let problems = self.problems();
        let line = |problem: &Problem| format!("`{}`: {problem}", problem.path.join("."));
        let lines: Vec<String> = problems.iter().map(line).collect();
        let head = format!("the configuration of cluster `{}` is invalid", self.name);
        let message = match &lines[..] {
            [] => return Ok(()),
            [one] => format!("{head}: {one}"),
            many => format!("{head}:\n  {}", many.join("\n  ")),
        };
        Err(Failure::new(Kind::ConfigInvalid, message))
    }

    /// Reports keys that the version does not support yet.
    fn check_versions(&self, found: &mut Found) {
        for (key, value) in self.values() {
            if let Some(fact) = key.since
                && value != KeyValue::Absent
                && !self.version.has(fact)
            {
                let what = format!("requires Prisma {} or later", fact.since());
                found.remove(key.path, what);
            }
        }
    }

    fn check_cluster(&self, found: &mut Found) {
        let (version, database) = (&self.version, &self.database);
        if database.connector == Connector::Postgres {
            let what = format!("Prisma {version} supports only `mysql`");
            found.add(path::CONNECTOR, what).remedy = Some("use that, or Prisma 1.7 or later");
        }
        // Its tables are always created there, whatever the variable says; with another name the
        // server starts and then fails on every request.
        if database.name != documented::database(Edition::Cluster) {
            let what = format!("Prisma {version} always uses `graphcool`");
            found.remove(path::DATABASE_NAME, what);
        }
    }

    fn check_server(&self, found: &mut Found) {
        let (version, database) = (&self.version, &self.database);
        let is_postgres = database.connector == Connector::Postgres;
        let tuning = &database.tuning;
        if database.external.is_none() && !is_postgres && database.user != documented::USER {
            let what = "only `root` is allowed to create databases in the container";
            found.remove(path::USER, what);
        }
        if database.external.is_some() && database.image.is_some() {
            let what = "an external database (`host`) has no image";
            found.add(path::IMAGE, what).remedy = Some("remove one of them");
        }
        if tuning.active == Some(false) && !is_postgres {
            let what = "the server cannot run with migrations disabled on MySQL";
            found.remove(path::ACTIVE, what);
        } else if tuning.active == Some(false) && !version.has(Fact::PassivePostgres) {
            let what = format!("Prisma {version} cannot run with migrations disabled");
            found.remove(path::ACTIVE, what);
        }
        if tuning.schema.is_some() && !is_postgres {
            found.remove(path::SCHEMA, "only `postgres` has schemas");
        }
        let least = if version.has(Fact::SingleConnection) {
            1
        } else {
            2
        };
        if tuning.connection_limit.is_some_and(|limit| limit < least) {
            let what = format!("Prisma {version} requires at least {least}");
            found.add(path::CONNECTION_LIMIT, what);
        }
    }

    fn check_ports(&self, found: &mut Found) {
        let external = self.database.external.as_ref().map(|at| at.port);
        let database = external.or(self.database.host_port);
        let ports = [
            (path::PORT, Some(self.port)),
            (path::DATABASE_PORT, database),
        ];
        for (path, port) in ports {
            if port == Some(0) {
                found.add(path, "a port is a number from 1 to 65535");
            }
        }
        if self.port != 0 && self.database.host_port == Some(self.port) {
            let what = format!("{} is already the server's `port`", self.port);
            found.add(path::DATABASE_PORT, what).remedy = Some("choose another");
        }
    }

    fn check_values(&self, found: &mut Found) {
        let database = &self.database;
        for (key, value) in self.values() {
            // The account of an external database may have no password; the secret is checked separately.
            let skip = key.path == path::CLUSTER_SECRET
                || (key.path == path::PASSWORD && database.external.is_some());
            let KeyValue::Text(text) = value else {
                continue;
            };
            let problem = if skip { None } else { string_problem(&text) };
            if let Some((what, remedy)) = problem.or_else(|| self.value_problem(key, &text)) {
                found.add(key.path, what).remedy = remedy;
            }
        }
        if let Some(prefix) = &self.images_prefix
            && let Some(what) = prefix_problem(prefix)
        {
            found.add(path::IMAGES_PREFIX, what);
        }
        if let Some(image) = database.image.as_ref().filter(|image| !is_image(image)) {
            let what = format!("`{}` is not a valid image name", image.escape_debug());
            found.add(path::IMAGE, what);
        }
        if let Some(external) = &database.external
            && is_inside(&external.host)
        {
            let what = format!("`{}` means the server's own container", external.host);
            found.add(path::HOST, what).remedy =
                Some("use an address of this machine that containers can reach");
        }
    }
}

impl Cluster {
    /// What is wrong with a secret that has a value, and the fix.
    fn value_problem(&self, key: &Key, value: &str) -> Option<(String, Option<&'static str>)> {
        let is_password = key.path == path::PASSWORD;
        if key.kind == KeyType::Secret && !is_password && has_reference(value) {
            let what = "it contains `${…}`, which no one replaces: it would be part of the secret";
            return Some((what.to_owned(), Some("write the value itself")));
        }
        let breaks =
            self.edition() == Edition::Server && is_password && breaks_configuration(value);
        breaks.then(|| (BREAKS.to_owned(), Some("use letters and digits")))
    }
}

/// What is wrong with a password that [`breaks_configuration`].
pub(super) const BREAKS: &str =
    "it contains `\"`, `\\` or a line break, with which Prisma 1.7 and later cannot start";

/// Whether a server of the server edition ends at its start with this database password, however well it is quoted in
/// `PRISMA_CONFIG`: it pastes it between quotes into a configuration of its own. Seen with 1.8.4 and 1.34.12.
pub(super) fn breaks_configuration(password: &str) -> bool {
    password.contains(['"', '\\', '\n', '\r'])
}

/// Whether a string has a reference to a variable, `${NAME}`.
fn has_reference(value: &str) -> bool {
    value.split("${").skip(1).any(|rest| {
        let inside = rest.split_once('}').map_or("", |(inside, _)| inside);
        let is_part = |c: char| c.is_alphanumeric() || "_.:-".contains(c);
        !inside.is_empty() && inside.chars().all(is_part)
    })
}

/// What is wrong with a required string, and the fix. The database images reject an empty root
/// password, and the server rejects other empty values.
fn string_problem(value: &str) -> Option<(String, Option<&'static str>)> {
    if value.is_empty() {
        let remedy = "give it a value, or remove the line";
        return Some(("it is empty".to_owned(), Some(remedy)));
    }
    let what = "it contains a NUL character, which no variable can hold";
    value.contains('\0').then(|| (what.to_owned(), None))
}

/// Whether a string has only characters of image names, tags and digests.
fn is_image(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(allowed)
}

/// Whether a host is a loopback address: inside a container, it means that container.
fn is_inside(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost")
        || address.is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified())
}

#[cfg(test)]
mod tests;
