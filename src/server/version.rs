//! The version query, which tells as well on which path a server has its management API.
//!
//! Up to 1.7 it is `/cluster`, with `clusterInfo`; 1.8.0 and the late versions have `/management`, with
//! `serverInfo`, and take `/cluster` for a service's name; those between have both. A server
//! that does not know a path may say so in any way: 405 as a plain text, a page, an error as JSON.

use super::http::{Answer, post_query};
use crate::cluster::PrismaVersion;
use serde_json::Value;
use std::fmt;
use std::time::{Duration, Instant};

/// Where a server has its management API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManagementPath {
    /// `/cluster`.
    Cluster,
    /// `/management`.
    Management,
}

impl ManagementPath {
    /// The address of the management API of a host.
    pub fn on(self, host: &str) -> String {
        format!("{}{self}", host.trim_end_matches('/'))
    }
}

impl fmt::Display for ManagementPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ManagementPath::Cluster => "/cluster",
            ManagementPath::Management => "/management",
        })
    }
}

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Version as reported: a git or docker tag, so any shape.
    pub version: String,
    /// Where its management API is.
    pub path: ManagementPath,
}

impl Server {
    /// The version, when it has the shape of one.
    pub fn parsed(&self) -> Option<PrismaVersion> {
        self.version.parse().ok()
    }
}

/// Why a server did not tell its version; displays as the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// Nothing answered in time.
    Silent(String),
    /// Something answered, but not as a Prisma server does.
    Foreign(String),
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Unreachable::Silent(why) | Unreachable::Foreign(why)) = self;
        f.write_str(why)
    }
}

/// Asks the server at `host` (`http://localhost:4466`), at most `limit` long. Needs no token.
pub fn ask(host: &str, limit: Duration) -> Result<Server, Unreachable> {
    let begun = Instant::now();
    let clusters = ask_on(ManagementPath::Cluster, "clusterInfo", host, limit)?;
    let first = match clusters {
        Ok(server) => return Ok(server),
        Err(first) => first,
    };
    let left = limit.saturating_sub(begun.elapsed());
    if left.is_zero() {
        return Err(first.into_unreachable());
    }
    match ask_on(ManagementPath::Management, "serverInfo", host, left)? {
        Ok(server) => Ok(server),
        // The answer that is more like a server's says more.
        Err(second @ Odd::Json { .. }) => match first {
            Odd::Page { .. } => Err(second.into_unreachable()),
            Odd::Json { .. } => Err(first.into_unreachable()),
        },
        Err(Odd::Page { .. }) => Err(first.into_unreachable()),
    }
}

/// An answer that is no version.
#[derive(Debug)]
enum Odd {
    Page { status: u16, url: String },
    Json { url: String },
}

impl Odd {
    fn into_unreachable(self) -> Unreachable {
        Unreachable::Foreign(match self {
            Odd::Page { status, url } => {
                format!("`{url}` answers with status {status} and no JSON")
            }
            Odd::Json { url } => format!("`{url}` answers something else than its version"),
        })
    }
}

fn ask_on(
    path: ManagementPath,
    field: &str,
    host: &str,
    limit: Duration,
) -> Result<Result<Server, Odd>, Unreachable> {
    let url = path.on(host);
    let query = format!("{{ {field} {{ version }} }}");
    match post_query(&url, &query, limit).map_err(Unreachable::Silent)? {
        Answer::Json(body) => Ok(match body["data"][field]["version"].as_str() {
            Some(version) => Ok(Server {
                version: super::plain(version),
                path,
            }),
            None => Err(Odd::Json { url }),
        }),
        Answer::Other { status, .. } => Ok(Err(Odd::Page { status, url })),
    }
}

/// The code and text of the first error in an answer, in the form of either generation.
pub fn first_error(body: &Value) -> Option<(Option<i64>, &str)> {
    let of = |error: &'_ Value| error["code"].as_i64();
    match body["errors"].get(0) {
        Some(error) => Some((of(error), error["message"].as_str()?)),
        None => Some((of(body), body["error"].as_str()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::http::tests::serve_all;

    const LIMIT: Duration = Duration::from_secs(2);

    fn answer(body: &str) -> String {
        let length = body.len();
        format!("HTTP/1.1 200 x\r\nContent-Length: {length}\r\n\r\n{body}")
    }

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
        ask(&format!("{host}/"), LIMIT)
    }

    #[test]
    fn each_generation_is_found_on_its_path() {
        let info = |field: &str, version: &str| {
            answer(&format!(
                r#"{{"data":{{"{field}":{{"version":"{version}"}}}}}}"#
            ))
        };
        let no_service = answer(
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
        for cluster in [&*no_service, not_allowed, &*answer(r#"{"data":null}"#)] {
            assert_eq!(
                ask_one_that_says(cluster, &info("serverInfo", "1.34.12")),
                found("1.34.12", ManagementPath::Management),
                "{cluster}"
            );
        }
    }

    #[test]
    fn what_is_no_prisma_server_is_told_from_what_is_silent() {
        let page = "HTTP/1.1 404 x\r\nContent-Length: 6\r\n\r\n<html>";
        let Err(Unreachable::Foreign(why)) = ask_one_that_says(page, page) else {
            panic!("a page was taken for a server");
        };
        assert!(why.contains("status 404"), "{why}");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
        let host = format!("http://{}", listener.local_addr().expect("bound"));
        let begun = Instant::now();
        let silent = ask(&host, Duration::from_millis(300));
        let why = "no answer within 300ms".to_owned();
        assert_eq!(silent, Err(Unreachable::Silent(why)));
        assert!(begun.elapsed() < Duration::from_secs(2));
        drop(listener);
        let why = "nothing listens there".to_owned();
        assert_eq!(ask(&host, LIMIT), Err(Unreachable::Silent(why)));
    }

    #[test]
    fn errors_are_read_in_both_forms() {
        let old = serde_json::json!({"code": 3016, "requestId": "x", "error": "a"});
        assert_eq!(first_error(&old), Some((Some(3016), "a")));
        let new = serde_json::json!({"errors": [{"message": "b"}], "data": null});
        assert_eq!(first_error(&new), Some((None, "b")));
        assert_eq!(first_error(&serde_json::json!({"data": {}})), None);
    }
}
