//! Subscriptions and secrets, where servers need them one after the other or not together.
//!
//! Witness: the refusals are in the recordings (`deploy/subscriptions/*`); what follows the first of them, and two
//! clients at once, are scripted: no recording covers them.

use crate::api::deploying::suited;
use crate::api::played::{TYPES, done, failed, input, steps};
use crate::support::standin::{Mishap, Plan, Standin};
use prisma_cli::testing::server::deploy::{DeployInput, Note, Outcome};
use prisma_cli::testing::server::management::Subscription;
use serde_json::{Value, json};

fn subscribing(query: &str) -> DeployInput {
    let mut input = input(TYPES);
    input.schema.subscriptions = vec![Subscription {
        name: "changed".to_owned(),
        query: query.to_owned(),
        url: "http://hook/x".to_owned(),
        headers: Vec::new(),
    }];
    input
}

/// What 1.1.3, 1.4.2 and 1.8.4 say of a subscription to a type that is not deployed yet.
fn unknown_model() -> Plan {
    Plan {
        errors: vec![
            json!({"type": "Subscription", "field": "changed", "description":
            "The provided query doesn't include any known model name. Please check for the latest subscriptions API."}),
        ],
        ..Plan::default()
    }
}

fn at_once() -> Plan {
    Plan {
        at_once: true,
        ..Plan::default()
    }
}

/// The subscriptions of each deployment that was sent.
fn sent(standin: &Standin) -> Vec<usize> {
    let requests = standin.take();
    let deploys = requests.iter().filter(|one| one.field() == "deploy");
    let count = |variables: Value| variables["subscriptions"].as_array().map_or(0, Vec::len);
    deploys.map(|one| count(one.variables())).collect()
}

/// As one command it is in the golden `deploy/subscriptions/first`.
#[test]
fn a_first_deployment_with_a_subscription_takes_two_steps() {
    for version in ["1.1.3", "1.4.1", "1.8.4"] {
        let standin = Standin::start(version);
        let plans = [unknown_model(), at_once(), at_once()];
        standin.state().plans.extend(plans);
        let query = "subscription { user(where: {mutation_in: [CREATED]}) { node { id } } }";
        let deployment = done(&suited(&standin), &subscribing(query));
        assert_eq!(
            deployment.outcome,
            Outcome::Applied { revision: 3 },
            "{version}"
        );
        assert!(deployment.created && deployment.first, "{version}");
        assert_eq!(deployment.notes, [Note::TypesFirst], "{version}");
        let changes = deployment.steps.map(|steps| steps.len());
        assert_eq!(changes, Some(steps(version)), "{version}");
        assert_eq!(sent(&standin), [1, 0, 1], "{version}");
    }
}

#[test]
fn a_subscription_that_is_wrong_is_rejected_before_anything_is_deployed() {
    for query in ["subscription { usr { node { id } } }", "subscription {"] {
        let standin = Standin::start("1.8.4");
        standin.state().plans.push_back(unknown_model());
        let deployment = done(&suited(&standin), &subscribing(query));
        assert!(matches!(deployment.outcome, Outcome::Invalid { .. }));
        assert_eq!(sent(&standin), [1]);
    }
    // Later servers check it against the new types themselves.
    let standin = Standin::start("1.34.12");
    standin.state().plans.push_back(unknown_model());
    let query = "subscription { user { node { id } } }";
    let deployment = done(&suited(&standin), &subscribing(query));
    assert!(matches!(deployment.outcome, Outcome::Invalid { .. }));
    assert_eq!(sent(&standin), [1]);
}

#[test]
fn types_that_are_deployed_without_their_subscriptions_are_told() {
    let standin = Standin::start("1.8.4");
    let plans = [unknown_model(), at_once(), unknown_model()];
    standin.state().plans.extend(plans);
    let query = "subscription { user { node { id } } }";
    let deployment = done(&suited(&standin), &subscribing(query));
    let failure = deployment.failure().expect("rejected");
    let says = "the datamodel is deployed, but the server rejected the subscriptions: 1 error";
    assert_eq!(failure.message(), says);
}

/// `deploy/subscriptions/secret` of 1.1.3 has it; here is when the cause is named, and when it is not.
#[test]
fn secrets_and_subscriptions_together_are_named_as_the_cause() {
    for (version, secrets, named) in [
        ("1.1.3", vec!["s".to_owned()], true),
        ("1.1.3", Vec::new(), false),
        ("1.8.4", vec!["s".to_owned()], false),
    ] {
        let standin = Standin::start(version);
        standin.state().put("svc", "dev", TYPES, &[]);
        let whoops = "Whoops. Looks like an internal server error.".to_owned();
        let mishap = ("deploy".to_owned(), Mishap::Error(0, whoops));
        standin.state().mishaps.push_back(mishap);
        let mut input = subscribing("subscription { user { node { id } } }");
        input.schema.secrets = secrets;
        input.force = true;
        // The mishap waits for its field to come first.
        let failure = failed(&suited(&standin), &input);
        let message = failure.message();
        let says = "Prisma before 1.4.0 fails on a service with both secrets and subscriptions";
        assert_eq!(message.contains(says), named, "{version}: {message}");
    }
}

/// 1.8 and later log each request that fails, with its variables.
#[test]
fn secrets_are_not_sent_with_a_request_that_fails() {
    for version in ["1.1.3", "1.8.4", "1.34.12"] {
        let standin = Standin::start(version);
        standin.state().plans.push_back(at_once());
        let mut input = input(TYPES);
        input.schema.secrets = vec!["s3cret".to_owned()];
        input.force = true;
        done(&suited(&standin), &input);
        let requests = standin.take_short();
        let asked: Vec<&str> = (requests.iter())
            .filter_map(|one| one.rsplit(' ').next())
            .collect();
        let first = if version == "1.1.3" {
            "clusterInfo"
        } else {
            "serverInfo"
        };
        let expected = [
            first,
            "migrationStatus",
            "addProject",
            "deploy",
            "migrationStatus",
        ];
        assert_eq!(asked, expected, "{version}");
    }
}

/// Seen with 1.1.3 and 1.8.4, which answer the second of two clients so. No recording has it.
#[test]
fn a_service_that_another_client_created_at_the_same_moment_is_deployed_to() {
    let standin = Standin::start("1.8.4");
    standin.state().put("svc", "dev", "", &[]);
    let missing = Mishap::Error(4000, "No service".to_owned());
    let whoops = Mishap::Error(0, "Whoops. Looks like an internal server error.".to_owned());
    let mishaps = [
        ("deploy".to_owned(), missing),
        ("addProject".to_owned(), whoops),
    ];
    standin.state().mishaps.extend(mishaps);
    standin.state().plans.push_back(at_once());
    let deployment = done(&suited(&standin), &input(TYPES));
    assert_eq!(deployment.outcome, Outcome::Applied { revision: 2 });
    assert!(!deployment.created);
}
