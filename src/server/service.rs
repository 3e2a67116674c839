//! A service's own API, available after a successful deployment.
//!
//! Do not use it earlier: old servers cache the schema of a request made during a migration.

use super::fault::{Fault, legible};
use super::graphql::{self, Error, Operation};
use super::http::{Client, Limits};
use super::management::Management;
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

/// The lifetime of a token, which serves one request.
const LIFETIME: Duration = Duration::from_secs(600);

/// How much is shown of the reason why a value was rejected.
const LONGEST_REASON: usize = 400;

pub struct Service {
    client: Client,
    interrupt: Interrupt,
    path: String,
    id: String,
    secret: Option<Secret>,
    limits: Limits,
    requests: Cell<usize>,
    /// Whether the service accepted the last request with this secret.
    accepted: Cell<Option<bool>>,
}

impl Service {
    /// The API of the service deployed through `management`, with its secrets. Uses the same connection.
    pub fn of(management: &Management, secrets: &[Secret]) -> Service {
        let (name, stage) = management.service();
        Service {
            client: management.client().clone(),
            interrupt: management.interrupt().clone(),
            // In a workspace, `WORKSPACE~NAME` lives at `/WORKSPACE/NAME`.
            path: format!("/{}/{stage}", name.replacen('~', "/", 1)),
            id: format!("{name}@{stage}"),
            secret: secrets.first().cloned(),
            limits: management.limits(),
            requests: Cell::new(0),
            accepted: Cell::new(None),
        }
    }

    /// The number of requests so far.
    pub fn requests(&self) -> usize {
        self.requests.get()
    }

    pub fn url(&self) -> String {
        format!("{}{}", self.client.base(), self.path)
    }

    /// Its schema as SDL, the same text for the same schema.
    pub fn schema(&self) -> Result<String, Error> {
        let data = self.ask(&Operation::new(sdl::INTROSPECTION, json!({})))?;
        sdl::print(&data).ok_or(Fault::NotGraphql { status: 200 }.into())
    }

    /// The deployed types, and the query field that counts the nodes of each.
    pub fn types(&self) -> Result<(Types, BTreeMap<String, String>), Error> {
        let data = self.ask(&Operation::new(sdl::INTROSPECTION, json!({})))?;
        sdl::deployed(&data).ok_or(Fault::NotGraphql { status: 200 }.into())
    }

    /// The number of nodes for each query field from [`Service::types`].
    pub fn counts(&self, connections: &[&str]) -> Result<Vec<u64>, Error> {
        let fields: String = (connections.iter().enumerate())
            .map(|(index, field)| format!("n{index}: {field} {{ aggregate {{ count }} }} "))
            .collect();
        let data = self.ask(&Operation::new(format!("{{ {fields}}}"), json!({})))?;
        let count = |index| data[format!("n{index}")]["aggregate"]["count"].as_u64();
        let counts: Option<Vec<u64>> = (0..connections.len()).map(count).collect();
        counts.ok_or(Fault::NotGraphql { status: 200 }.into())
    }

    /// Runs an operation that a user wrote.
    pub fn execute(&self, text: &str) -> Result<Value, Error> {
        self.ask(&Operation::new(text, json!({})))
    }

    /// Imports values of an export; returns why the server rejected some of them.
    pub fn import(&self, body: Value) -> Result<Vec<String>, Error> {
        let (client, path) = (self.client.clone(), format!("{}/import", self.path));
        let limits = self.limits;
        let token = self.token(self.secret.as_ref())?;
        let send = move || -> Result<Vec<String>, Error> {
            let reply = client.post(&path, &body, token.as_deref(), limits)?;
            match reply.body {
                // Before 1.2 with the place of each value, which is not always right.
                Value::Array(rejected) => Ok((rejected.iter())
                    .filter_map(|one| one.as_str().or(one["message"].as_str()))
                    .map(|message| legible(message.trim(), LONGEST_REASON))
                    .collect()),
                _ => graphql::data(reply, token.as_deref()).map(|_| Vec::new()),
            }
        };
        self.requests.set(self.requests.get() + 1);
        self.interrupt.run(send)?
    }

    /// Whether it can be queried with this secret, or without any. Not asked again if it is known.
    pub fn opens(&self, secret: Option<&Secret>) -> Result<bool, Error> {
        if let (Some(accepted), true) = (self.accepted.get(), secret == self.secret.as_ref()) {
            return Ok(accepted);
        }
        let operation = Operation::new("{ __schema { queryType { name } } }", json!({}));
        match self.ask_with(&operation, secret) {
            Ok(_) => Ok(true),
            Err(error) if is_locked(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn ask(&self, operation: &Operation) -> Result<Value, Error> {
        let answer = self.ask_with(operation, self.secret.as_ref());
        match &answer {
            Ok(_) => self.accepted.set(Some(true)),
            Err(error) if is_locked(error) => self.accepted.set(Some(false)),
            Err(_) => {}
        }
        answer
    }

    fn ask_with(&self, operation: &Operation, secret: Option<&Secret>) -> Result<Value, Error> {
        let token = self.token(secret)?;
        self.requests.set(self.requests.get() + 1);
        let (client, path, operation) = (self.client.clone(), self.path.clone(), operation.clone());
        let limits = self.limits;
        self.interrupt
            .run(move || graphql::send(&client, &path, &operation, token.as_deref(), limits))?
    }

    fn token(&self, secret: Option<&Secret>) -> Result<Option<String>, Error> {
        let sign = |secret| token::sign_service(secret, &self.id, LIFETIME);
        Ok(secret.map(sign).transpose()?)
    }

    /// The failure for an error. `tried` says what failed: "could not …".
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

/// Whether a service rejects a token, or that there is none.
fn is_locked(error: &Error) -> bool {
    error.api().is_some_and(|error| error.code == Some(3015))
}
