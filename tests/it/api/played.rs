//! Short ways to a client and a deployment.
//!
//! Witness: the servers are scripted or replay recordings; each file that uses them says which.

use crate::support::standin::Standin;
use prisma_cli::testing::error::Failure;
use prisma_cli::testing::interrupt::Interrupt;
use prisma_cli::testing::server::credential::Credential;
use prisma_cli::testing::server::deploy::{self, DeployInput, Deployment, Event, Waits};
use prisma_cli::testing::server::http::{Client, Limits, Proxies};
use prisma_cli::testing::server::management::{Management, Schema};
use std::time::Duration;

/// One version of each kind.
pub const VERSIONS: [&str; 5] = ["1.1.3", "1.7.4", "1.8.0", "1.8.4", "1.34.12"];

pub const TYPES: &str = "type User {\n  id: ID! @id @unique\n  name: String\n}\n";

/// The steps from nothing to [`TYPES`].
pub const STEPS: usize = 3;

pub fn client(url: &str) -> Client {
    Client::new(url, &Proxies::default()).expect("an address")
}

pub fn open(standin: &Standin) -> Management {
    with(standin, Credential::None)
}

pub fn with(standin: &Standin, credential: Credential) -> Management {
    at(&standin.url(), credential)
}

pub fn at(url: &str, credential: Credential) -> Management {
    Management::new(client(url), Interrupt::default(), "svc", "dev", credential)
}

pub fn limits(millis: u64) -> Limits {
    Limits::of(Duration::from_millis(millis))
}

pub fn input(types: &str) -> DeployInput {
    DeployInput {
        schema: Schema {
            types: types.to_owned(),
            ..Schema::default()
        },
        ..DeployInput::default()
    }
}

pub const WAITS: Waits = Waits {
    migration: Duration::from_secs(20),
    busy: Duration::from_secs(20),
    quiet: Duration::from_secs(10),
};

/// A deployment and what was told meanwhile.
pub fn run(
    management: &Management,
    input: &DeployInput,
    waits: Waits,
) -> (Result<Deployment, Failure>, Vec<Event>) {
    let mut events = Vec::new();
    let result = deploy::run(management, input, waits, &mut |event| events.push(event));
    (result, events)
}

#[track_caller]
pub fn done(management: &Management, input: &DeployInput) -> Deployment {
    run(management, input, WAITS)
        .0
        .unwrap_or_else(|failure| panic!("{failure:?}"))
}

#[track_caller]
pub fn failed(management: &Management, input: &DeployInput) -> Failure {
    run(management, input, WAITS).0.expect_err("a failure")
}
