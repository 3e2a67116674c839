//! Every recorded deployment of a real server, played to the program: what it says of each is in
//! `tests/recordings/said`, read by a person. `BLESS=1 cargo test --test it recorded` writes it again.

mod cluster;
mod golden;
mod project;
mod seeding;
mod states;

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
    for (at, exchange) in exchanges
        .iter()
        .enumerate()
        .filter(|(_, one)| is_deploy(one))
    {
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

/// Scenarios that depend on the moment at which a request comes, or whose queries asked for less than
/// the program does.
const UNFIT: [&str; 4] = [
    "deploy/while-in-progress",
    "deploy/delete-in-progress",
    "deploy/minimal-query",
    "deploy/all-fields/relation",
];

/// Before 1.15.3, the program deploys the types first where these tried it with the subscription only.
/// `deploy/subscriptions/new-type` has both.
fn is_fit(recording: &Recording, scenario: &str) -> bool {
    let is_old = ["1.1.3", "1.4.2", "1.8.4"].contains(&&*recording.version);
    !(is_old && scenario == "deploy/subscriptions/first")
}

fn deployments(file: &str, belongs: fn(&str) -> bool) {
    compare(file, &scenarios(belongs), |recording, scenario| {
        let mut known = recording.scenarios.iter();
        let has_it = known.any(|one| one.name == scenario) && is_fit(recording, scenario);
        has_it.then(|| said(recording, scenario))
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
