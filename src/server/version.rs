//! Queries a server's version, and so finds the path of its management API.
//!
//! Up to 1.7 it is `/cluster`, with `clusterInfo`; 1.8.0 and, from 1.22 on, late versions have `/management`,
//! with `serverInfo`, and treat `/cluster` as the name of a service; versions in between have both. Servers
//! respond to an unknown path in many ways: 405 as plain text, a page, or the error of a missing service
//! of that name, for which they ask their database. So the likelier path is tried first and, if it returns
//! no version, the other one.

use super::fault::{Fault, legible};
use super::graphql::{self, Error, Operation};
use super::http::{Client, Limits};
use super::refusal::NO_MANAGEMENT_API;
use crate::cluster::{Fact, PrismaVersion};
use crate::secret::{Secret, SecretKind};
use serde_json::{Value, json};
use std::fmt;
use std::time::{Duration, Instant};

/// The path of a server's management API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagementPath {
    Cluster,
    Management,
}

impl ManagementPath {
    /// The path of a server of this version.
    pub fn of(version: &PrismaVersion) -> ManagementPath {
        if version.has(Fact::ManagementPath) {
            ManagementPath::Management
        } else {
            ManagementPath::Cluster
        }
    }

    /// The path to try first on a server whose version is unknown. Most versions with a key pair have
    /// `/cluster`. Otherwise the wrong guess decides: to `/management`, servers up to 1.6.2 just answer 405.
    /// A late server takes `/cluster` for a service: it asks its database, and does not answer without it.
    pub fn likely(secret: Option<&Secret>) -> ManagementPath {
        match secret.map(Secret::kind) {
            Some(SecretKind::Key) => ManagementPath::Cluster,
            _ => ManagementPath::Management,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            ManagementPath::Cluster => "/cluster",
            ManagementPath::Management => "/management",
        }
    }

    fn other(self) -> ManagementPath {
        match self {
            ManagementPath::Cluster => ManagementPath::Management,
            ManagementPath::Management => ManagementPath::Cluster,
        }
    }

    fn field(self) -> &'static str {
        match self {
            ManagementPath::Cluster => "clusterInfo",
            ManagementPath::Management => "serverInfo",
        }
    }
}

impl fmt::Display for ManagementPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The version and the path of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The version as reported: a git or docker tag in any form.
    pub version: String,
    pub path: ManagementPath,
}

impl Server {
    /// The version, if it is well-formed.
    pub fn parsed(&self) -> Option<PrismaVersion> {
        self.version.parse().ok()
    }

    /// Why a server is open to anyone if it accepts a token signed with this secret.
    pub fn opened_by(&self, secret: &Secret) -> Option<String> {
        let kind = secret.kind();
        let is_checked = self.parsed().is_none_or(|version| version.checks(kind));
        (!is_checked).then(|| {
            format!(
                "it accepts requests without a secret, and anyone can deploy to it: Prisma {} ignores a {}",
                self.version,
                kind.name()
            )
        })
    }
}

/// Why a server's version is unknown. Displays as the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// No usable response.
    NoAnswer(String),
    /// Something responded, but not a Prisma server.
    NotPrisma(String),
    /// A Prisma server responded that has no management API.
    NoManagementApi,
    /// Something responded, but not over TLS.
    PlainHttp,
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unreachable::NoAnswer(why) | Unreachable::NotPrisma(why) => why,
            Unreachable::NoManagementApi => NO_MANAGEMENT_API,
            Unreachable::PlainHttp => return Fault::PlainHttp.fmt(f),
        })
    }
}

impl From<Error> for Unreachable {
    fn from(error: Error) -> Unreachable {
        match &error {
            Error::Fault(Fault::PlainHttp) => Unreachable::PlainHttp,
            Error::Fault(fault) if fault.is_of_gateway() => Unreachable::NoAnswer(error.reason()),
            Error::Api(_) if error.is_unknown_service() => Unreachable::NoManagementApi,
            Error::Fault(Fault::NotJson { .. } | Fault::NotGraphql { .. })
            | Error::Fault(Fault::Redirect { .. })
            | Error::Api(_) => Unreachable::NotPrisma(error.reason()),
            _ => Unreachable::NoAnswer(error.reason()),
        }
    }
}

/// Queries the server at `host` (`http://localhost:4466`), for at most `limit`: on `first`, then on the other
/// path. Needs no token.
pub fn ask(host: &str, first: ManagementPath, limit: Duration) -> Result<Server, Unreachable> {
    let begun = Instant::now();
    let client = Client::once(host).map_err(Error::from)?;
    let found = find(first, |path, operation| {
        let left = if path == first {
            limit
        } else {
            limit.saturating_sub(begun.elapsed())
        };
        graphql::send(&client, path.as_str(), operation, None, Limits::of(left))
    });
    Ok(found?)
}

/// Finds a server's version and path: tries `first`, then the other. `post` sends the query to a path.
pub(super) fn find(
    first: ManagementPath,
    post: impl Fn(ManagementPath, &Operation) -> Result<Value, Error>,
) -> Result<Server, Error> {
    let ask = |path| found(path, post(path, &query(path)));
    match ask(first) {
        Found::Server(server) => Ok(server),
        Found::Nothing(error) => Err(error),
        Found::WrongPath(one) => match ask(first.other()) {
            Found::Server(server) => Ok(server),
            Found::Nothing(Error::Ended(failure)) => Err(failure.into()),
            Found::Nothing(other) | Found::WrongPath(other) => Err(more_informative(one, other)),
        },
    }
}

enum Found {
    Server(Server),
    /// The other path may work.
    WrongPath(Error),
    /// No path will work.
    Nothing(Error),
}

fn query(path: ManagementPath) -> Operation {
    Operation::new(format!("{{ {} {{ version }} }}", path.field()), json!({}))
}

fn found(path: ManagementPath, answer: Result<Value, Error>) -> Found {
    match answer {
        Ok(data) => match data[path.field()]["version"].as_str() {
            Some(version) => {
                let words: Vec<_> = version.split_whitespace().collect();
                let version = legible(&words.join(" "), 100);
                Found::Server(Server { version, path })
            }
            None => Found::WrongPath(Fault::NotGraphql { status: 200 }.into()),
        },
        Err(error @ Error::Api(_)) => Found::WrongPath(error),
        // What a proxy in front says applies to all paths.
        Err(Error::Fault(fault @ (Fault::NotJson { .. } | Fault::NotGraphql { .. })))
            if !fault.is_transient() && !fault.is_of_gateway() =>
        {
            Found::WrongPath(fault.into())
        }
        Err(error) => Found::Nothing(error),
    }
}

/// The more informative of the errors of both paths.
fn more_informative(one: Error, other: Error) -> Error {
    let rank = |error: &Error| match error {
        // A wrong path only yields the error of a missing service of that name.
        Error::Api(_) if error.api().is_some_and(|e| e.code == Some(3016)) => 2,
        Error::Api(_) => 3,
        Error::Fault(Fault::NotGraphql { .. }) => 1,
        _ => 0,
    };
    if rank(&other) > rank(&one) {
        other
    } else {
        one
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::http::tests::{json, serve_all};

    const LIMIT: Duration = Duration::from_secs(2);

    fn ask_one_that_says(cluster: &str, management: &str) -> Result<Server, Unreachable> {
        let (cluster, management) = (cluster.to_owned(), management.to_owned());
        let host = serve_all(move |request| {
            if request.starts_with("POST /cluster ") {
                assert!(request.contains("clusterInfo"), "{request}");
                cluster.clone()
            } else {
                assert!(request.starts_with("POST /management "), "{request}");
                assert!(request.contains("serverInfo"), "{request}");
                management.clone()
            }
        });
        let first = [ManagementPath::Cluster, ManagementPath::Management];
        let [one, other] = first.map(|first| ask(&format!("{host}/"), first, LIMIT));
        assert_eq!(one.is_ok(), other.is_ok());
        one
    }

    #[test]
    fn each_generation_is_found_on_its_path() {
        let info = |field: &str, version: &str| {
            json(&format!(
                r#"{{"data":{{"{field}":{{"version":"{version}"}}}}}}"#
            ))
        };
        let no_service = json(
            r#"{"errors":[{"message":"No service with name 'cluster@default'","code":3016}]}"#,
        );
        let found = |version: &str, path| {
            Ok(Server {
                version: version.to_owned(),
                path,
            })
        };
        let not_allowed = "HTTP/1.1 405 x\r\nContent-Length: 5\r\n\r\nsorry";
        assert_eq!(
            ask_one_that_says(&info("clusterInfo", "1.1.3"), not_allowed),
            found("1.1.3", ManagementPath::Cluster)
        );
        for cluster in [&*no_service, not_allowed, &*json(r#"{"data":null}"#)] {
            assert_eq!(
                ask_one_that_says(cluster, &info("serverInfo", "1.34.12")),
                found("1.34.12", ManagementPath::Management),
                "{cluster}"
            );
        }
    }

    #[test]
    fn other_servers_differ_from_silent_ones() {
        let page = "HTTP/1.1 404 x\r\nContent-Length: 6\r\n\r\n<html>";
        let Err(Unreachable::NotPrisma(why)) = ask_one_that_says(page, page) else {
            panic!("a page was taken for a server");
        };
        assert!(why.contains("status 404"), "{why}");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
        let host = format!("http://{}", listener.local_addr().expect("bound"));
        let begun = Instant::now();
        let silent = ask(
            &host,
            ManagementPath::Management,
            Duration::from_millis(300),
        );
        let why = "no answer within 300ms".to_owned();
        assert_eq!(silent, Err(Unreachable::NoAnswer(why)));
        assert!(begun.elapsed() < Duration::from_secs(2));
        drop(listener);
        let why = "nothing listens there".to_owned();
        let first = ManagementPath::Cluster;
        assert_eq!(ask(&host, first, LIMIT), Err(Unreachable::NoAnswer(why)));
    }

    #[test]
    fn the_first_path_is_the_one_of_the_version_or_the_cheaper_guess() {
        for (version, path) in [
            ("1.1.3", ManagementPath::Cluster),
            ("1.7.4", ManagementPath::Cluster),
            ("1.8.0", ManagementPath::Management),
            ("1.34.12", ManagementPath::Management),
        ] {
            let version = version.parse().expect("a version");
            assert_eq!(ManagementPath::of(&version), path, "{version}");
        }
        let key = Secret::from("-----BEGIN RSA PRIVATE KEY-----");
        let (likely, text) = (ManagementPath::likely, Secret::from("s3cret"));
        assert_eq!(likely(Some(&key)), ManagementPath::Cluster);
        assert_eq!(likely(Some(&text)), ManagementPath::Management);
        assert_eq!(likely(None), ManagementPath::Management);
    }
}
