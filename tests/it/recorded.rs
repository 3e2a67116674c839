//! Every recorded deployment of a real server, played to the program: what it says of each is in
//! `tests/recordings/said`, read by a person. `BLESS=1 cargo test --test it recorded` writes it again.

mod cluster;
mod golden;
mod project;
mod seeding;
mod states;
mod unseen;
mod words;

use crate::support::replay::{Exchange, Recording, Replay};
use golden::{RECORDINGS, compare};
use project::Project;
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::Arc;

fn is_deploy(exchange: &Exchange) -> bool {
    exchange.query.starts_with("<query:deploy")
}

/// What the program says of each deployment of a scenario.
fn said(recording: &Arc<Recording>, scenario: &str) -> String {
    let replay = Replay::start(recording, scenario);
    let project = Project::new(&replay.url());
    let mut said = String::new();
    let mut done = 0;
    let exchanges = &recording.scenario(scenario).exchanges;
    let deployments = exchanges.iter().enumerate();
    // The program makes the others of a chain itself.
    let count = if needs_types_first(recording, scenario) {
        1
    } else {
        usize::MAX
    };
    for (at, exchange) in deployments.filter(|(_, one)| is_deploy(one)).take(count) {
        project.write(&exchange.variables);
        let is = |key: &str| exchange.variables[key] == Value::Bool(true);
        let mut args = vec!["deploy"];
        args.extend(is("dryRun").then_some("--dry-run"));
        args.extend(is("force").then_some("--force"));
        let _ = writeln!(said, "$ prisma {}", args.join(" "));
        replay.go_to(done);
        said.push_str(&project.run(&args, replay.port()));
        replay.go_to(done);
        args.push("-j");
        said.push_str(&project.document(&args, replay.port()));
        for what in replay.unrecorded() {
            let _ = writeln!(said, "not recorded: {what}");
        }
        done = at + 1;
    }
    said
}

/// The scenarios of all recordings whose name `belongs`, in order.
fn scenarios(belongs: fn(&str) -> bool) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for scenario in RECORDINGS.iter().flat_map(|one| &one.scenarios) {
        let is_new = !names.contains(&scenario.name) && !UNFIT.contains(&scenario.name.as_str());
        if is_new && belongs(&scenario.name) {
            names.push(scenario.name.clone());
        }
    }
    names
}

/// Scenarios that cannot be played: in the first two, what is answered depends on the moment at which a request
/// comes (`states` plays a migration that is open for ever); the queries of the others asked for less than the
/// program does, so there is nothing to answer the rest with.
const UNFIT: [&str; 4] = [
    "deploy/while-in-progress",
    "deploy/delete-in-progress",
    "deploy/minimal-query",
    "deploy/all-fields/relation",
];

const FIRST: &str = "deploy/subscriptions/first";

/// Before 1.15.3, the program deploys the types first where these tried it with the subscription only.
fn needs_types_first(recording: &Recording, scenario: &str) -> bool {
    let is_old = ["1.1.3", "1.4.2", "1.8.4"].contains(&&*recording.version);
    is_old && scenario == FIRST
}

/// What the server would have answered then: its refusal, followed by what it said elsewhere of these types
/// alone, and of a subscription to types that are there.
fn with_types_first(recording: &Arc<Recording>) -> Arc<Recording> {
    let refused = &recording.scenario(FIRST).exchanges[..2];
    let other = &recording
        .scenario("deploy/subscriptions/new-type")
        .exchanges;
    let mut accepted = other[7..9].to_vec();
    accepted[0].variables = refused[1].variables.clone();
    // It is one migration less here.
    for (exchange, field) in accepted
        .iter_mut()
        .zip(["/data/deploy/migration", "/data/migrationStatus"])
    {
        exchange.body.pointer_mut(field).expect("a migration")["revision"] = 3.into();
    }
    let mut chain = (**recording).clone();
    let mut scenarios = chain.scenarios.iter_mut();
    let first = scenarios.find(|one| one.name == FIRST).expect("is there");
    first.exchanges = [refused, &other[1..3], &accepted].concat();
    Arc::new(chain)
}

fn deployments(file: &str, belongs: fn(&str) -> bool) {
    compare(file, &scenarios(belongs), |recording, scenario| {
        let mut known = recording.scenarios.iter();
        known.any(|one| one.name == scenario).then(|| {
            if needs_types_first(recording, scenario) {
                said(&with_types_first(recording), scenario)
            } else {
                said(recording, scenario)
            }
        })
    });
}

fn is_refused(name: &str) -> bool {
    name.starts_with("deploy/refused/")
}

fn is_syntax(name: &str) -> bool {
    name.starts_with("deploy/v1")
}

fn is_relation(name: &str) -> bool {
    name.starts_with("deploy/relation/") || name.starts_with("deploy/all-fields/")
}

#[test]
fn datamodels_that_are_refused_or_odd() {
    deployments("refused.txt", is_refused);
}

#[test]
fn both_syntaxes_of_the_datamodel() {
    deployments("syntax.txt", is_syntax);
}

#[test]
fn relations() {
    deployments("relations.txt", is_relation);
}

#[test]
fn changes_secrets_and_subscriptions() {
    deployments("changes.txt", |name| {
        let elsewhere = is_refused(name) || is_syntax(name) || is_relation(name);
        name.starts_with("deploy/") && !elsewhere
    });
}
