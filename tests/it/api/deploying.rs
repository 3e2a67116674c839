//! The requests of a deployment, whole; and never more of them than needed.
//!
//! Witness: `recorded::changes` plays these exchanges as servers gave them; the order and number of requests, and a
//! service that another client creates meanwhile, are scripted: no recording shows what a client may leave out.

use crate::api::played::{TYPES, VERSIONS, WAITS, done, failed, input, open, run, steps};
use crate::support::standin::{Plan, Standin};
use prisma_cli::testing::error::Kind;
use prisma_cli::testing::server::deploy::{Event, Outcome};
use prisma_cli::testing::server::management::{Management, Problem, Subscription};
use prisma_cli::testing::server::version::ManagementPath;
use serde_json::{Value, json};

/// A client that begins with the right path, as the form of `prisma.yml` suggests it.
pub fn suited(standin: &Standin) -> Management {
    let path = path(standin);
    open(standin).first(match path {
        "/cluster" => ManagementPath::Cluster,
        _ => ManagementPath::Management,
    })
}

fn path(standin: &Standin) -> &'static str {
    if standin.state().version.since(1, 8, 0) {
        "/management"
    } else {
        "/cluster"
    }
}

fn info(path: &str) -> &'static str {
    if path == "/cluster" {
        "clusterInfo"
    } else {
        "serverInfo"
    }
}

#[test]
fn a_new_service_takes_five_requests_on_one_connection() {
    for version in VERSIONS {
        let standin = Standin::start(version);
        standin.state().plans.push_back(Plan {
            at_once: true,
            ..Plan::default()
        });
        let (deployment, events) = run(&suited(&standin), &input(TYPES), WAITS);
        let deployment = deployment.expect("deploys");
        let path = path(&standin);
        let mut expected = [
            info(path),
            "deploy",
            "addProject",
            "deploy",
            "migrationStatus",
        ]
        .map(|field| format!("POST {path} {field}"));
        if version == "1.1.3" {
            // It loses data without asking, so the service is asked first, which says as well that it is new.
            expected[1] = "POST /svc/dev __schema".to_owned();
        }
        assert_eq!(standin.take_short(), expected, "{version}");
        assert_eq!(standin.state().connections, 1, "{version}");
        assert_eq!(standin.state().under_way.1, 1, "{version}");
        assert_eq!(deployment.outcome, Outcome::Applied { revision: 2 });
        assert!(deployment.created && deployment.first && deployment.succeeded());
        assert_eq!(
            (deployment.requests, deployment.server.version.as_str()),
            (5, version)
        );
        let changes = deployment.steps.expect("known");
        assert_eq!(changes.len(), steps(version));
        assert_eq!(
            events,
            [
                Event::Server(deployment.server),
                Event::Created,
                Event::Accepted {
                    steps: changes,
                    warnings: Vec::new()
                },
                Event::Progress {
                    applied: 0,
                    total: steps(version)
                },
                Event::Progress {
                    applied: steps(version),
                    total: steps(version)
                },
            ]
        );
    }
}

#[test]
fn without_changes_two_requests_are_enough() {
    for version in VERSIONS {
        let standin = Standin::start(version);
        standin.state().put("svc", "dev", TYPES, &[]);
        let deployment = done(&suited(&standin), &input(TYPES));
        assert_eq!(deployment.outcome, Outcome::UpToDate, "{version}");
        assert_eq!(deployment.steps, Some(Vec::new()));
        // One more to compare with what is deployed, where the server does not.
        let requests = if version == "1.1.3" { 3 } else { 2 };
        assert_eq!(standin.take().len(), requests, "{version}");
    }
}

#[test]
fn each_request_is_whole() {
    for version in VERSIONS {
        let standin = Standin::start(version);
        standin.state().plans.push_back(Plan {
            at_once: true,
            ..Plan::default()
        });
        let mut input = input(TYPES);
        // The oldest server fails on subscriptions together with secrets.
        if version != "1.1.3" {
            input.schema.secrets = vec!["s1".to_owned(), "s2".to_owned()];
        }
        input.schema.subscriptions = vec![Subscription {
            name: "changed".to_owned(),
            query: "subscription { user { node { id } } }".to_owned(),
            url: "http://x/hook".to_owned(),
            headers: vec![("X-Key".to_owned(), "k".to_owned())],
        }];
        input.force = true;
        done(&suited(&standin), &input);
        let requests = standin.take();
        for request in &requests {
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(request.header("authorization"), None);
            let agent = request.header("user-agent").unwrap_or_default();
            assert!(agent.starts_with("prisma/"), "{agent}");
        }
        assert_eq!(requests[0].json()["variables"], Value::Null);
        let secrets = (version != "1.1.3").then(|| json!(["s1", "s2"]));
        let mut deploy = json!({
            "name": "svc", "stage": "dev", "types": TYPES,
            "subscriptions": [{
                "name": "changed", "query": "subscription { user { node { id } } }",
                "url": "http://x/hook", "headers": [{"name": "X-Key", "value": "k"}],
            }],
        });
        let mut add = json!({"name": "svc", "stage": "dev"});
        if let Some(secrets) = secrets {
            deploy["secrets"] = secrets.clone();
            add["secrets"] = secrets;
        }
        if version != "1.1.3" {
            deploy["force"] = json!(true);
        }
        // Whether the service exists is asked without its secrets, which 1.8 and later would log.
        assert_eq!(requests[1].field(), "migrationStatus");
        assert_eq!(
            requests[1].variables(),
            json!({"name": "svc", "stage": "dev"})
        );
        assert_eq!(requests[2].variables(), add);
        assert_eq!(requests[3].variables(), deploy, "{version}");
        assert_eq!(
            requests[4].variables(),
            json!({"name": "svc", "stage": "dev"})
        );
    }
}

#[test]
fn a_dry_run_changes_nothing() {
    for version in VERSIONS {
        let standin = Standin::start(version);
        let mut input = input(TYPES);
        input.dry_run = true;
        let management = suited(&standin);
        let deployment = done(&management, &input);
        assert_eq!(deployment.outcome, Outcome::WouldCreate, "{version}");
        assert!(standin.state().projects.is_empty(), "{version}");

        standin.state().put("svc", "dev", "", &[]);
        standin.take();
        let deployment = done(&management, &input);
        assert_eq!(deployment.outcome, Outcome::WouldApply, "{version}");
        let requests = standin.take();
        let fields: Vec<String> = requests.iter().map(|request| request.field()).collect();
        let deploy = requests.last().expect("asked");
        if version == "1.1.3" {
            assert_eq!(fields, ["__schema", "deploy"]);
        } else {
            assert_eq!(fields, ["deploy"], "the version is known");
        }
        assert_eq!(deploy.variables()["dryRun"], json!(true));
        // Only the late ones tell what they would do.
        let known = deployment.steps.map(|steps| steps.len());
        assert_eq!(known, (version == "1.34.12").then_some(steps(version)));
        assert_eq!(
            standin
                .state()
                .project("svc", "dev")
                .map(|p| p.migrations.len()),
            Some(1)
        );
    }
}

#[test]
fn a_dry_run_without_changes_says_so_where_that_is_known() {
    let standin = Standin::start("1.34.12");
    standin.state().put("svc", "dev", TYPES, &[]);
    let mut input = input(TYPES);
    input.dry_run = true;
    assert_eq!(done(&suited(&standin), &input).outcome, Outcome::UpToDate);
}

#[test]
fn warnings_stop_until_force_is_used() {
    let warning =
        json!({"type": "User", "field": "name", "description": "You already have nodes."});
    let expected = Problem {
        type_name: "User".to_owned(),
        field: Some("name".to_owned()),
        description: "You already have nodes.".to_owned(),
    };
    for version in ["1.8.0", "1.34.12"] {
        let standin = Standin::start(version);
        standin.state().put("svc", "dev", "", &[]);
        let plan = Plan {
            warnings: vec![warning.clone()],
            at_once: true,
            ..Plan::default()
        };
        standin.state().plans.extend([plan.clone(), plan]);
        let management = suited(&standin);
        let mut input = input(TYPES);
        let deployment = done(&management, &input);
        assert_eq!(deployment.outcome, Outcome::NeedsForce, "{version}");
        assert_eq!(deployment.warnings, std::slice::from_ref(&expected));
        let failure = deployment.failure().expect("not deployed");
        assert_eq!(failure.exit(), 7);
        assert!(failure.hints[0].contains("`--force`"), "{failure:?}");
        assert_eq!(deployment.steps.is_some(), version == "1.34.12");
        input.force = true;
        let deployment = done(&management, &input);
        assert_eq!(
            deployment.outcome,
            Outcome::Applied { revision: 2 },
            "{version}"
        );
        assert_eq!(deployment.warnings, std::slice::from_ref(&expected));
    }
}

#[test]
fn errors_of_the_schema_are_a_result() {
    for version in VERSIONS {
        let standin = Standin::start(version);
        let error =
            json!({"type": "Global", "field": null, "description": "Two types\u{7} too many."});
        standin.state().plans.push_back(Plan {
            errors: vec![error],
            ..Plan::default()
        });
        let deployment = done(&suited(&standin), &input(TYPES));
        let expected = Problem {
            type_name: "Global".to_owned(),
            field: None,
            description: "Two types too many.".to_owned(),
        };
        assert_eq!(
            deployment.outcome,
            Outcome::Invalid {
                errors: vec![expected]
            },
            "{version}"
        );
        assert_eq!(deployment.failure().map(|f| f.kind), Some(Kind::Refused));
    }
}

#[test]
fn a_datamodel_that_cannot_be_read_is_a_result_and_names_that_are_not_allowed_are_failures() {
    let standin = Standin::start("1.34.12");
    standin.state().put("svc", "dev", "", &[]);
    let Outcome::Invalid { errors } = done(&suited(&standin), &input("SYNTAX")).outcome else {
        panic!("it was accepted");
    };
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].type_name, "Global");
    let client = crate::api::played::client(&standin.url());
    let interrupt = prisma_cli::testing::interrupt::Interrupt::default();
    for (name, stage, says) in [
        ("1svc", "dev", "service's name is not allowed"),
        ("svc", "dev.x", "stage's name is not allowed"),
        ("export", "dev", "service's name is reserved"),
    ] {
        let none = prisma_cli::testing::server::credential::Credential::None;
        let management = Management::new(client.clone(), interrupt.clone(), name, stage, none);
        let failure = failed(&management, &input(TYPES));
        assert!(failure.message().contains(says), "{failure}");
    }
}

#[test]
fn somebody_else_may_create_the_service_first() {
    let standin = Standin::start("1.34.12");
    let exists = crate::support::standin::Mishap::Error(4005, "exists already".to_owned());
    standin
        .state()
        .mishaps
        .push_back(("addProject".to_owned(), exists));
    let failure = failed(&suited(&standin), &input(TYPES));
    // It said that it is there, and then that it is not: not asked for ever.
    assert!(
        failure.message().contains("it has no such service"),
        "{failure}"
    );
    assert_eq!(standin.take().len(), 4);
}

/// The service's own API cannot be asked with another secret; its migrations still say what it has.
#[test]
fn with_another_secret_the_migrations_say_what_would_be_lost() {
    let standin = Standin::start("1.1.3");
    let at_once = || Plan {
        at_once: true,
        ..Plan::default()
    };
    standin.state().plans.extend([at_once(), at_once()]);
    let mut input = input("type User {\n  id: ID! @id @unique\n  name: String\n}\n");
    input.schema.secrets = vec!["old".to_owned()];
    assert!(done(&suited(&standin), &input).succeeded());
    input.schema.secrets = vec!["new".to_owned()];
    input.schema.types = "type User {\n  id: ID! @id @unique\n}\n".to_owned();
    let deployment = done(&suited(&standin), &input);
    assert_eq!(deployment.outcome, Outcome::NeedsForce);
    let expected = Problem {
        type_name: "User".to_owned(),
        field: Some("name".to_owned()),
        description: "the field and its values would be deleted".to_owned(),
    };
    assert_eq!(deployment.warnings, [expected]);
    input.force = true;
    assert!(done(&suited(&standin), &input).succeeded());
}
