//! Which server it is, and on which path it listens.
//!
//! Up to 1.7 the path is `/cluster`, of 1.8.0 and the late versions `/management`, of those between
//! both. A server that does not have a path says so in any way: 405 as plain text, a page, an error
//! of a service that is called like the path. So: the first path, and when what comes back is no
//! version, the other one; nothing is asked twice.

use super::super::fault::{Fault, legible};
use super::super::graphql::{Error, Operation};
use super::super::http::Limits;
use super::super::version::{ManagementPath, Server};
use super::{CONNECT_LIMIT, Management};
use crate::cluster::PrismaVersion;
use serde_json::{Value, json};

impl Management {
    /// The server: asked for once. Needs no token and sends none.
    pub fn server(&self) -> Result<&Server, Error> {
        if let Some(server) = self.server.get() {
            return Ok(server);
        }
        let found = match self.ask_version(self.first)? {
            Ok(server) => server,
            Err(first) => match self.ask_version(other(self.first))? {
                Ok(server) => server,
                Err(second) => return Err(telling(first, second)),
            },
        };
        Ok(self.server.get_or_init(|| found))
    }

    /// The version as far as it is known and has the shape of one.
    pub fn version(&self) -> Option<PrismaVersion> {
        self.server.get()?.parsed()
    }

    /// A version; or, inside, why this is the wrong path; or why no path will do.
    fn ask_version(&self, path: ManagementPath) -> Result<Result<Server, Error>, Error> {
        let field = match path {
            ManagementPath::Cluster => "clusterInfo",
            ManagementPath::Management => "serverInfo",
        };
        let operation = Operation::new(format!("{{ {field} {{ version }} }}"), json!({}));
        // Answered from memory: a server that takes long for this is not well.
        let limits = Limits {
            connect: self.limits.connect,
            request: self.limits.request.min(CONNECT_LIMIT),
        };
        match self.post(path, &operation, None, limits) {
            Ok(data) => Ok(match version(&data, field) {
                Some(version) => Ok(Server { version, path }),
                None => Err(Fault::NotGraphql { status: 200 }.into()),
            }),
            Err(error @ Error::Api(_)) => Ok(Err(error)),
            Err(Error::Fault(fault)) if is_about_path(&fault) => Ok(Err(fault.into())),
            Err(error) => Err(error),
        }
    }
}

fn version(data: &Value, field: &str) -> Option<String> {
    let version = data[field]["version"].as_str()?;
    Some(legible(version, 100).replace(['\n', '\t'], " "))
}

fn other(path: ManagementPath) -> ManagementPath {
    match path {
        ManagementPath::Cluster => ManagementPath::Management,
        ManagementPath::Management => ManagementPath::Cluster,
    }
}

/// Whether something else may answer on another path of the same host. A gateway's 502 is about all.
fn is_about_path(fault: &Fault) -> bool {
    match fault {
        Fault::NotJson { .. } | Fault::NotGraphql { .. } => !fault.passes(),
        _ => false,
    }
}

/// The answer that is more like a server's says more.
fn telling(first: Error, second: Error) -> Error {
    let rank = |error: &Error| match error {
        // A service that is called like the path is all that a wrong path amounts to.
        Error::Api(_) if error.api().is_some_and(|e| e.code == Some(3016)) => 2,
        Error::Api(_) => 3,
        Error::Fault(Fault::NotGraphql { .. }) => 1,
        _ => 0,
    };
    if rank(&second) > rank(&first) {
        second
    } else {
        first
    }
}
