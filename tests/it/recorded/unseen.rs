//! What the program says of a datamodel that a server has not seen, in a dry run of a new service, compared with
//! what each recorded server said of it.

use super::golden::RECORDINGS;
use super::is_deploy;
use crate::support::replay::{Exchange, Recording};
use prisma_cli::testing::server::management::{Schema, Subscription};
use prisma_cli::testing::server::types::check;
use std::collections::BTreeSet;

fn schema(exchange: &Exchange) -> Schema {
    let of = |key: &str| exchange.variables[key].clone();
    let subscriptions = of("subscriptions").as_array().cloned().unwrap_or_default();
    let subscription = |one: &serde_json::Value| Subscription {
        name: one["name"].as_str().unwrap_or_default().to_owned(),
        query: one["query"].as_str().unwrap_or_default().to_owned(),
        ..Subscription::default()
    };
    Schema {
        types: of("types").as_str().unwrap_or_default().to_owned(),
        subscriptions: subscriptions.iter().map(subscription).collect(),
        ..Schema::default()
    }
}

/// Whether the server rejected what was deployed, whatever was deployed before.
fn is_rejected(exchange: &Exchange) -> bool {
    let errors = &exchange.body["data"]["deploy"]["errors"];
    let is_syntax = exchange.body["errors"][0]["code"] == 3017;
    is_syntax || errors.as_array().is_some_and(|errors| !errors.is_empty())
}

fn deployments(recording: &Recording) -> impl Iterator<Item = (&str, &Exchange)> {
    // Elsewhere in a recording, long datamodels have names.
    let scenarios = recording
        .scenarios
        .iter()
        .filter(|one| one.name.starts_with("deploy/"));
    scenarios.flat_map(|scenario| {
        let is_answered =
            |one: &&Exchange| one.body["data"]["deploy"].is_object() || is_rejected(one);
        let deployments = (scenario.exchanges.iter())
            .filter(|one| is_deploy(one))
            .filter(is_answered);
        deployments.map(|one| (scenario.name.as_str(), one))
    })
}

/// About half of what servers reject depends on the data, or on what they accept in some versions only.
#[test]
fn nothing_is_objected_to_that_a_server_accepted() {
    let mut missed: BTreeSet<&str> = BTreeSet::new();
    let mut wrong: Vec<String> = Vec::new();
    let (mut rejected, mut found) = (0, 0);
    for recording in RECORDINGS.iter() {
        let version = recording.version.parse().expect("a version");
        for (scenario, exchange) in deployments(recording) {
            let errors = check::errors(&schema(exchange), Some(&version));
            if !is_rejected(exchange) {
                if !errors.is_empty() {
                    wrong.push(format!("{} {scenario}: {errors:?}", recording.name));
                }
                continue;
            }
            rejected += 1;
            found += usize::from(!errors.is_empty());
            if errors.is_empty() {
                missed.insert(scenario);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(found * 2 > rejected, "{found} of {rejected}: {missed:#?}");
}
