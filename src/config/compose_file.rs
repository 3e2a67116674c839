//! A compose file of the user's own that runs a Prisma server: where it is, and what it sets for that server.

use super::{EnvFiles, EnvLookup};
use crate::cluster::Connector;
use crate::cluster::files::{COMPOSE, DOTENV};
use crate::docker::project::OVERRIDING_NAMES;
use crate::files;
use crate::secret::Secret;
use crate::url::{points_here, port_of};
use crate::yaml::deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// How many folders may have the compose file: enough for `packages/NAME/database`.
const LEVELS: usize = 4;

const IMAGE: &str = "prismagraphql/prisma";

/// The compose file with a Prisma server in a folder, or in the nearest one above it in the same repository.
pub fn find(folder: &Path) -> Option<PathBuf> {
    let mut is_inside = true;
    let same = folder
        .ancestors()
        .take(LEVELS)
        .take_while(|folder| std::mem::replace(&mut is_inside, !folder.join(".git").exists()));
    let names = || std::iter::once(COMPOSE).chain(OVERRIDING_NAMES);
    let mut files = same.flat_map(|folder| names().map(|name| folder.join(name)));
    files.find(|file| {
        let text = files::read_text(file).ok().flatten();
        text.is_some_and(|text| text.contains(IMAGE))
    })
}

/// A server as a compose file sets it up.
pub struct ComposeServer {
    pub file: PathBuf,
    /// Its `managementApiSecret`.
    pub secret: Option<Secret>,
    /// The schema that holds its own tables.
    pub schema: Option<String>,
}

/// The server at an address of this machine, if a compose file for the folder publishes it.
pub fn server(folder: &Path, base: &str, env: EnvLookup<'_>) -> Option<ComposeServer> {
    let port = port_of(base).filter(|_| points_here(base))?;
    read(find(folder)?, port, env)
}

/// The server that a compose file publishes at a port. Its variables are docker-compose's: those of the environment,
/// else those of the `.env` next to the file.
fn read(file: PathBuf, port: u16, env: EnvLookup<'_>) -> Option<ComposeServer> {
    let text = files::read_text(&file).ok()??;
    let dotenv = EnvFiles::read(&[file.with_file_name(DOTENV)]).ok()?;
    let expand = |text: &str| expanded(text, &|name| dotenv.get(env, name));
    let compose: Value = deserialize(&text).ok()?;
    let services = compose["services"].as_object()?.values();
    let mut servers = services.filter(|service| {
        let image = service["image"].as_str().unwrap_or_default();
        image.contains(IMAGE) && publishes(service, port, &expand)
    });
    let server = servers.next()?;
    let Some(config) = variable(server, "PRISMA_CONFIG") else {
        let schema = variable(server, "SQL_INTERNAL_DATABASE").map(|name| expand(&name));
        let secret = None;
        return Some(ComposeServer {
            file,
            secret,
            schema,
        });
    };
    let config: Value = deserialize(&expand(&config)).ok()?;
    let secret = config["managementApiSecret"].as_str();
    let secret = secret.filter(|secret| !secret.is_empty());
    Some(ComposeServer {
        file,
        secret: secret.map(Secret::from),
        schema: schema(&config["databases"]["default"]),
    })
}

/// `managementSchema` of a database, or the server's default.
fn schema(database: &Value) -> Option<String> {
    let default = match database["connector"].as_str()?.parse().ok()? {
        Connector::MySql => "prisma",
        Connector::Postgres => "management",
    };
    let set = database["managementSchema"].as_str();
    Some(set.unwrap_or(default).to_owned())
}

fn publishes(service: &Value, port: u16, expand: &impl Fn(&str) -> String) -> bool {
    let host = |entry: &Value| match entry {
        // `ADDRESS:PORT:INSIDE/tcp`; a lone port inside is published anywhere.
        Value::String(text) => {
            let text = expand(text);
            let mut parts = text.rsplit(':').skip(1);
            parts.next().and_then(|port| port.parse().ok())
        }
        Value::Object(entry) => match entry.get("published")? {
            Value::String(text) => expand(text).parse().ok(),
            number => number.as_u64(),
        },
        _ => None,
    };
    let ports = service["ports"].as_array().into_iter().flatten();
    ports.filter_map(host).any(|host| host == u64::from(port))
}

/// A variable of a service's environment, which is a mapping or a list.
fn variable(service: &Value, name: &str) -> Option<String> {
    let of_pair = |pair: &Value| {
        let (key, value) = pair.as_str()?.split_once('=')?;
        (key == name).then(|| value.to_owned())
    };
    match &service["environment"] {
        Value::Array(pairs) => pairs.iter().find_map(of_pair),
        map => map[name].as_str().map(str::to_owned),
    }
}

/// Text as docker-compose interpolates it: `$X`, `${X}`, `${X:-default}`, `${X-default}`; `$$` is a `$`.
fn expanded(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        out += before;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        rest = if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            after
        } else if let Some((inside, after)) = after
            .strip_prefix('{')
            .and_then(|inside| inside.split_once('}'))
        {
            let (name, default) =
                inside.split_at(inside.find(|c| !is_name(c)).unwrap_or(inside.len()));
            out += &or_default(value(name), default);
            after
        } else {
            let (name, after) = after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len()));
            out += &value(name).unwrap_or_default();
            after
        };
    }
    out + rest
}

/// The value, or the default that `:-` gives one that is empty as well, `-` only one that is not set.
fn or_default(value: Option<String>, default: &str) -> String {
    match (default.strip_prefix(":-"), default.strip_prefix('-')) {
        (Some(default), _) => value
            .filter(|value| !value.is_empty())
            .unwrap_or_else(|| default.to_owned()),
        (None, Some(default)) => value.unwrap_or_else(|| default.to_owned()),
        (None, None) => value.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_compose_file_above_counts_as_far_as_the_repository_reaches() {
        let root = tempfile::tempdir().expect("a folder");
        let server = "services: {prisma: {image: 'prismagraphql/prisma:1.34'}}";
        let inner = root.path().join("app/server/database");
        fs::create_dir_all(&inner).expect("creates");
        let file = |name: &str| root.path().join(name);
        for (name, text, found) in [
            ("docker-compose.yml", server, Some("docker-compose.yml")),
            (
                "app/docker-compose.yaml",
                server,
                Some("app/docker-compose.yaml"),
            ),
            (
                "app/server/docker-compose.yml",
                "services: {}",
                Some("app/docker-compose.yaml"),
            ),
            (
                "app/server/database/docker-compose.yml",
                server,
                Some("app/server/database/docker-compose.yml"),
            ),
        ] {
            fs::write(file(name), text).expect("writes");
            assert_eq!(find(&inner), found.map(file), "{name}");
        }
        fs::remove_file(inner.join("docker-compose.yml")).expect("removes");
        fs::create_dir(file("app/server/.git")).expect("creates");
        assert_eq!(find(&inner), None);
    }

    #[test]
    fn the_secret_is_that_of_the_server_at_the_port() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(COMPOSE);
        let compose = |ports: &str, environment: &str| {
            format!(
                "version: '3'\nservices:\n  app:\n    image: node\n    ports: ['4466:1']\n    environment:\n      PRISMA_CONFIG: 'managementApiSecret: theirs'\n  \
                 prisma:\n    image: prismagraphql/prisma:1.34\n    ports:\n    - {ports}\n    environment:\n{environment}"
            )
        };
        let mapping =
            "      PRISMA_CONFIG: |\n        port: 4466\n        managementApiSecret: SECRET\n";
        let list = "      - \"PRISMA_CONFIG=port: 4466\\nmanagementApiSecret: SECRET\"\n";
        let found = |ports: &str, environment: &str, secret: &str| {
            let text = compose(ports, &environment.replace("SECRET", secret));
            fs::write(&file, text).expect("written");
            fs::write(
                folder.path().join(DOTENV),
                "S=of-the-file\nP=4466\nT=of-the-file\n",
            )
            .expect("written");
            let env = |name: &str| (name == "T").then(|| "of-the-environment".to_owned());
            let secret = read(file.clone(), 4466, &env).and_then(|server| server.secret);
            secret.map(|secret| secret.reveal().to_owned())
        };
        for (ports, environment, secret, expected) in [
            ("'4466:4466'", mapping, "plain", Some("plain")),
            ("'127.0.0.1:4466:4466/tcp'", list, "plain", Some("plain")),
            ("'${P}:4466'", mapping, "${S}", Some("of-the-file")),
            ("'4466:4466'", mapping, "$T", Some("of-the-environment")),
            ("'4466:4466'", mapping, "${U:-other}", Some("other")),
            ("'4466:4466'", mapping, "a$$b", Some("a$b")),
            ("'4466:4466'", mapping, "${U}", None),
            ("'4467:4466'", mapping, "plain", None),
            ("'4466'", mapping, "plain", None),
        ] {
            let secret = found(ports, environment, secret);
            assert_eq!(secret.as_deref(), expected, "{ports} {environment}");
        }
    }

    #[test]
    fn ports_may_be_written_long() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(COMPOSE);
        let text = "services:\n  prisma:\n    image: prismagraphql/prisma:1.34\n    ports: [{target: 4466, published: 4470}]\n    \
                    environment: {PRISMA_CONFIG: 'managementApiSecret: long'}\n";
        fs::write(&file, text).expect("written");
        let secret = |port| read(file.clone(), port, &|_| None).and_then(|server| server.secret);
        assert_eq!(secret(4470), Some("long".into()));
        assert_eq!(secret(4466), None);
    }

    #[test]
    fn the_schema_of_its_own_tables_is_set_or_the_default() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = |more: &str| format!("PRISMA_CONFIG: 'databases: {{default: {{{more}}}}}'");
        for (environment, schema) in [
            (database("connector: mysql"), Some("prisma")),
            (database("connector: postgres"), Some("management")),
            (
                database("connector: mysql, managementSchema: own"),
                Some("own"),
            ),
            (database("connector: mongo"), None),
            (
                "SQL_INTERNAL_DATABASE: graphcool".to_owned(),
                Some("graphcool"),
            ),
        ] {
            let text = format!(
                "services: {{p: {{image: 'prismagraphql/prisma:1.8', ports: ['4466:4466'], environment: {{{environment}}}}}}}"
            );
            fs::write(folder.path().join(COMPOSE), text).expect("written");
            let server = |base: &str| server(folder.path(), base, &|_| None);
            let found = server("http://localhost:4466").expect("there");
            assert_eq!(found.schema.as_deref(), schema, "{environment}");
            assert!(server("http://203.0.113.7:4466").is_none());
        }
    }
}
