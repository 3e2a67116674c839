//! The management API of a server, for one service: its path, token and limits.

mod explain;
mod length;
mod nameless;
mod projects;
mod schema;
mod signing;

use super::credential::{Credential, Tokens};
use super::fault::Fault;
use super::graphql::{self, Error, Operation};
use super::http::{Client, Limits};
use super::token::Grant;
use super::version::{self, ManagementPath, Server};
use crate::cluster::PrismaVersion;
use crate::error::{Failure, Kind};
use crate::interrupt::Interrupt;
use crate::secret::Secret;
use serde_json::Value;
use signing::Signer;
use std::cell::{Cell, OnceCell, RefCell};
use std::time::{Duration, Instant};

pub(super) use projects::is as projects_is;
pub use projects::{Migration, Status};
pub use schema::{Modes, Problem, Schema, Subscription, Verdict};

/// The limits of each request. A deployment checks all data before it responds.
pub const LIMITS: Limits = Limits {
    connect: Duration::from_secs(10),
    request: Duration::from_secs(120),
};

/// The limits of the first request: a cold server takes its time for it.
const FIRST: Limits = Limits {
    connect: LIMITS.connect,
    request: Duration::from_secs(30),
};

/// The pauses before a query is repeated that a proxy in front of the server could not deliver.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
];

/// How long a request may take, and what to do if it takes long.
pub(super) struct Patience<'a> {
    pub limits: Limits,
    /// After how long to call `slow`, once.
    pub quiet: Duration,
    pub slow: Option<&'a mut dyn FnMut()>,
}

impl Patience<'_> {
    fn of(limits: Limits) -> Self {
        Patience {
            limits,
            quiet: limits.request,
            slow: None,
        }
    }
}

/// A server's management API, for one service. Queries the version only once.
pub struct Management {
    client: Client,
    interrupt: Interrupt,
    name: String,
    stage: String,
    /// What may authenticate, the best first.
    signers: Vec<Signer>,
    /// The one in use.
    signer: Cell<usize>,
    /// The schema of the server's own tables, if known.
    schema: Option<String>,
    deadline: Cell<Option<Instant>>,
    limits: Limits,
    first: ManagementPath,
    server: OnceCell<Server>,
    dialect: RefCell<Option<schema::DeployDialect>>,
    requests: Cell<usize>,
    has_crashed: Cell<bool>,
}

impl Management {
    /// The management API of `client`'s host, for the service `name` (`WORKSPACE~NAME` in a workspace)
    /// and its stage. The credential must be the one of that host. Sends nothing yet.
    pub fn new(
        client: Client,
        interrupt: Interrupt,
        name: &str,
        stage: &str,
        credential: Credential,
    ) -> Management {
        Management {
            client,
            interrupt,
            name: name.to_owned(),
            stage: stage.to_owned(),
            first: ManagementPath::likely(credential.secret()),
            signers: vec![Signer {
                tokens: Tokens::new(credential, Grant::service(name, stage)),
                secret_name: "the configured secret".to_owned(),
            }],
            signer: Cell::new(0),
            schema: None,
            deadline: Cell::new(None),
            limits: LIMITS,
            server: OnceCell::new(),
            dialect: RefCell::new(None),
            requests: Cell::new(0),
            has_crashed: Cell::new(false),
        }
    }

    /// Sets the path to try first, if the version is known.
    #[must_use]
    pub fn first(mut self, path: ManagementPath) -> Management {
        self.first = path;
        self
    }

    /// Sets how long each request but the first may take.
    #[must_use]
    pub fn patient(mut self, request: Duration) -> Management {
        self.limits.request = request;
        self
    }

    /// Says where the secret comes from.
    #[must_use]
    pub fn secret_of(mut self, name: Option<&str>) -> Management {
        if let Some(name) = name {
            name.clone_into(&mut self.signers[0].secret_name);
        }
        self
    }

    /// Adds other secrets, for a server that does not accept the first, and where they come from.
    #[must_use]
    pub fn or_secrets(mut self, others: &[(Secret, String)]) -> Management {
        let grant = || Grant::service(&self.name, &self.stage);
        let others = others.iter().map(|(secret, name)| Signer {
            tokens: Tokens::new(Credential::Secret(secret.clone()), grant()),
            secret_name: name.clone(),
        });
        let others: Vec<Signer> = others.collect();
        self.signers.extend(others);
        self
    }

    /// Where the secret in use comes from, if there was a choice.
    pub fn chosen_secret(&self) -> Option<&str> {
        (self.signers.len() > 1).then(|| self.signer().secret_name.as_str())
    }

    /// Says which schema holds the server's own tables.
    #[must_use]
    pub fn with_schema(mut self, schema: Option<String>) -> Management {
        self.schema = schema;
        self
    }

    pub(super) fn known_schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// Runs work within a limit, in addition to one already set.
    pub fn within<T>(&self, limit: Duration, work: impl FnOnce() -> T) -> T {
        let outer = self.deadline.get();
        let inner = Instant::now().checked_add(limit);
        let sooner = match (outer, inner) {
            (Some(outer), Some(inner)) => Some(outer.min(inner)),
            (outer, inner) => outer.or(inner),
        };
        self.deadline.set(sooner);
        let result = work();
        self.deadline.set(outer);
        result
    }

    /// The same server's management API for another service.
    pub fn sibling(&self, name: &str, stage: &str) -> Management {
        let (client, credential) = (self.client.clone(), self.tokens().credential().clone());
        let other = Management::new(client, self.interrupt.clone(), name, stage, credential);
        Management {
            limits: self.limits,
            server: self.server.clone(),
            ..other
        }
    }

    pub(super) fn limits(&self) -> Limits {
        self.limits
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The service's name in the management API.
    pub fn service(&self) -> (&str, &str) {
        (&self.name, &self.stage)
    }

    /// The number of requests so far.
    pub fn requests(&self) -> usize {
        self.requests.get()
    }

    /// Whether the server reported an internal error.
    pub fn has_crashed(&self) -> bool {
        self.has_crashed.get()
    }

    pub(super) fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// The server, queried once. Needs no token and sends none.
    pub fn server(&self) -> Result<&Server, Error> {
        if let Some(server) = self.server.get() {
            return Ok(server);
        }
        let found = version::find(self.first, |path, operation| {
            self.post(path, operation, None, &mut Patience::of(FIRST))
        })?;
        Ok(self.server.get_or_init(|| found))
    }

    /// The version, if it is known and well-formed.
    pub fn version(&self) -> Option<PrismaVersion> {
        self.server.get()?.parsed()
    }

    /// Sends an operation to the server's path, with the token.
    fn ask(&self, operation: &Operation) -> Result<Value, Error> {
        self.ask_patiently(operation, &mut Patience::of(self.limits))
    }

    /// The same as [`Management::ask`], for a request that may take longer than others.
    fn ask_patiently(
        &self,
        operation: &Operation,
        patience: &mut Patience<'_>,
    ) -> Result<Value, Error> {
        self.signed(Tokens::current, &mut |path, token| {
            self.post(path, operation, token, patience)
        })
    }

    fn post(
        &self,
        path: ManagementPath,
        operation: &Operation,
        token: Option<&str>,
        patience: &mut Patience<'_>,
    ) -> Result<Value, Error> {
        let mut pauses = PAUSES.iter();
        loop {
            let answer = self.post_once(path, operation, token, patience);
            let Err(Error::Fault(fault)) = &answer else {
                return answer;
            };
            let is_known = self.server.get().is_some();
            let may_pass = fault.is_of_gateway() && fault.is_transient();
            let may_repeat = is_known && may_pass && operation.is_query();
            match pauses.next() {
                Some(pause) if may_repeat => self.interrupt.sleep(*pause)?,
                _ => return answer,
            }
        }
    }

    fn post_once(
        &self,
        path: ManagementPath,
        operation: &Operation,
        token: Option<&str>,
        patience: &mut Patience<'_>,
    ) -> Result<Value, Error> {
        let limits = self.within_deadline(patience.limits)?;
        let (client, operation) = (self.client.clone(), operation.clone());
        let token = token.map(str::to_owned);
        self.requests.set(self.requests.get() + 1);
        let mut slow = || {
            if let Some(slow) = &mut patience.slow {
                slow();
            }
        };
        self.interrupt
            .run_slowly(patience.quiet, &mut slow, move || {
                graphql::send(&client, path.as_str(), &operation, token.as_deref(), limits)
            })?
    }

    fn within_deadline(&self, limits: Limits) -> Result<Limits, Error> {
        let Some(deadline) = self.deadline.get() else {
            return Ok(limits);
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            let message = format!("`{}`: the time for it is up", self.client.base());
            return Err(Failure::new(Kind::NotReady, message).into());
        }
        Ok(Limits {
            connect: limits.connect.min(left),
            request: limits.request.min(left),
        })
    }
}
