//! Whether a server is ready: it reports its version, and answers a request that needs its database.
//!
//! The version alone proves nothing. Servers report it while their database is down, and while another server
//! holds the lock on it.

use super::access::{Access, access};
use super::http::Client;
use super::version::{ManagementPath, Server, Unreachable, ask};
use crate::secret::Secret;
use std::time::Duration;

/// A server to ask.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its address, for example `http://localhost:4466`.
    pub host: String,
    /// The path to try first.
    pub first: ManagementPath,
    pub secret: Option<Secret>,
}

/// What it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It can be deployed to, as far as requests show. Or it rejects the secret, and cannot be asked more.
    Ready(Server),
    /// It reports its version, but the request that needs its database failed.
    NoDatabase {
        server: Server,
        why: String,
    },
    Unreachable(Unreachable),
}

impl Candidate {
    /// Whether something listens there and speaks HTTP, which costs a server little to show.
    pub fn is_there(&self, limit: Duration) -> bool {
        Client::once(&self.host).is_ok_and(|client| client.is_there(limit))
    }

    /// Asks it. Each of the two questions takes at most `limit`.
    pub fn ask(&self, limit: Duration) -> Readiness {
        let server = match ask(&self.host, self.first, limit) {
            Ok(server) => server,
            Err(why) => return Readiness::Unreachable(why),
        };
        match access(&self.host, server.path, self.secret.as_ref(), limit) {
            Ok(Access::Unclear(why)) => Readiness::NoDatabase { server, why },
            Ok(Access::Granted | Access::Refused(_)) | Err(_) => Readiness::Ready(server),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::http::tests::{json, serve_all};

    fn ask_one_that_lists(projects: &'static str) -> Readiness {
        let host = serve_all(move |request| {
            assert!(request.starts_with("POST /management "), "{request}");
            if request.contains("serverInfo") {
                json(r#"{"data":{"serverInfo":{"version":"1.34.12"}}}"#)
            } else {
                json(projects)
            }
        });
        let candidate = Candidate {
            host,
            first: ManagementPath::Management,
            secret: Some("s3cret".into()),
        };
        candidate.ask(Duration::from_secs(5))
    }

    #[test]
    fn a_version_is_not_enough() {
        let server = Server {
            version: "1.34.12".to_owned(),
            path: ManagementPath::Management,
        };
        let ready = Readiness::Ready(server.clone());
        assert_eq!(ask_one_that_lists(r#"{"data":{"listProjects":[]}}"#), ready);
        let refused = r#"{"errors":[{"message":"Invalid signature","code":3015}]}"#;
        assert_eq!(ask_one_that_lists(refused), ready);
        let crashed = r#"{"errors":[{"message":"Whoops. Looks like an internal server error."}]}"#;
        let why = "Whoops. Looks like an internal server error.".to_owned();
        assert_eq!(
            ask_one_that_lists(crashed),
            Readiness::NoDatabase { server, why }
        );
    }
}
