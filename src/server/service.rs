//! A service's own API, which is there once a deployment has succeeded.
//!
//! Not before: old servers keep the schema of a request that comes while a migration is under way.

use super::fault::Fault;
use super::graphql::{self, Error, Operation};
use super::http::Client;
use super::management::{LIMITS, Management};
use super::sdl;
use super::token;
use super::types::Types;
use crate::error::{Failure, Kind};
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use serde_json::{Value, json};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a token is good: it is made for one request.
const LIFETIME: Duration = Duration::from_secs(600);

/// A service's own API.
pub struct Service {
    client: Client,
    interrupt: Interrupt,
    path: String,
    id: String,
    secret: Option<Secret>,
    requests: Cell<usize>,
}

impl Service {
    /// The API of the service that was deployed through `management`, with the secrets it was
    /// deployed with. Uses the same connection.
    pub fn of(management: &Management, secrets: &[Secret]) -> Service {
        let (name, stage) = management.service();
        Service {
            client: management.client().clone(),
            interrupt: management.interrupt().clone(),
            // In a workspace, `WORKSPACE~NAME` lives at `/WORKSPACE/NAME`.
            path: format!("/{}/{stage}", name.replacen('~', "/", 1)),
            id: format!("{name}@{stage}"),
            secret: secrets.first().cloned(),
            requests: Cell::new(0),
        }
    }

    /// Requests so far.
    pub fn requests(&self) -> usize {
        self.requests.get()
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("{}{}", self.client.base(), self.path)
    }

    /// Its schema as SDL, the same text for the same schema.
    pub fn schema(&self) -> Result<String, Error> {
        let data = self.ask(&Operation::new(sdl::INTROSPECTION, json!({})))?;
        sdl::print(&data).ok_or(Fault::NotGraphql { status: 200 }.into())
    }

    /// The types that are deployed, and the query field that each one's nodes can be counted with.
    pub fn types(&self) -> Result<(Types, BTreeMap<String, String>), Error> {
        let data = self.ask(&Operation::new(sdl::INTROSPECTION, json!({})))?;
        sdl::deployed(&data).ok_or(Fault::NotGraphql { status: 200 }.into())
    }

    /// How many nodes there are, for each of the query fields that [`Service::types`] names.
    pub fn counts(&self, connections: &[&str]) -> Result<Vec<u64>, Error> {
        let fields: String = (connections.iter().enumerate())
            .map(|(index, field)| format!("n{index}: {field} {{ aggregate {{ count }} }} "))
            .collect();
        let data = self.ask(&Operation::new(format!("{{ {fields}}}"), json!({})))?;
        let count = |index| data[format!("n{index}")]["aggregate"]["count"].as_u64();
        let counts: Option<Vec<u64>> = (0..connections.len()).map(count).collect();
        counts.ok_or(Fault::NotGraphql { status: 200 }.into())
    }

    /// Sends the text of a `.graphql` file, as it is.
    pub fn import(&self, text: &str) -> Result<Value, Error> {
        self.ask(&Operation::new(text, json!({})))
    }

    fn ask(&self, operation: &Operation) -> Result<Value, Error> {
        let token = match &self.secret {
            Some(secret) => Some(token::sign_service(secret, &self.id, LIFETIME)?),
            None => None,
        };
        self.requests.set(self.requests.get() + 1);
        let (client, path, operation) = (self.client.clone(), self.path.clone(), operation.clone());
        self.interrupt
            .run(move || graphql::send(&client, &path, &operation, token.as_deref(), LIMITS))?
    }

    /// The failure that an error amounts to. `tried` is what was being done, "could not …".
    pub fn failure(&self, tried: &str, error: Error) -> Failure {
        let errors = match error {
            Error::Ended(failure) => return failure,
            Error::Fault(fault) => return fault.failure(&self.url()).context(tried),
            Error::Api(errors) => errors,
        };
        let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let message = format!("{tried}: `{}` says: {}", self.url(), texts.join("\n"));
        let failure = Failure::new(Kind::Refused, message);
        match errors.first().and_then(|error| error.code) {
            Some(3015) if self.secret.is_none() => {
                failure.hint("the service has a secret: name it as `secret` in `prisma.yml`")
            }
            Some(3015) => {
                failure.hint("the service has another secret than the first one in `prisma.yml`")
            }
            Some(3016) => failure.hint("deploy the service first"),
            _ => failure,
        }
    }
}
