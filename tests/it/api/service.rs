//! The service's own API after a deployment.
//!
//! Witness: the form of refusals is in the recordings (`service/*`); that a seed is sent as it stands is seen on a
//! scripted server.

use crate::api::played::{TYPES, done, input, open};
use crate::support::lasts;
use crate::support::standin::{Auth, Plan, Standin};
use prisma_cli::testing::secret::Secret;
use prisma_cli::testing::server::service::Service;
use serde_json::json;

fn deployed(version: &str, secrets: &[&str]) -> (Standin, Service) {
    let standin = Standin::start(version);
    standin.state().plans.push_back(Plan {
        at_once: true,
        ..Plan::default()
    });
    standin.state().auth = Auth::Off;
    let mut input = input(TYPES);
    input.schema.secrets = secrets.iter().map(|&secret| secret.to_owned()).collect();
    let management = open(&standin);
    done(&management, &input);
    let secrets: Vec<Secret> = secrets.iter().map(|&secret| secret.into()).collect();
    let service = Service::of(&management, &secrets);
    standin.take();
    (standin, service)
}

#[test]
fn the_schema_is_asked_with_a_short_token_by_the_first_secret() {
    for version in ["1.1.3", "1.34.12"] {
        let (standin, service) = deployed(version, &["s1", "s2"]);
        standin.state().introspection = Some(json!({"queryType": {"name": "Query"}, "types": [
            {"kind": "ENUM", "name": "E", "enumValues": [{"name": "A"}]}]}));
        assert_eq!(service.schema().expect("a schema"), "enum E {\n  A\n}\n");
        assert_eq!(standin.state().connections, 1, "the same connection");
        let requests = standin.take();
        assert_eq!(requests.len(), 1);
        assert_eq!(requests[0].path, "/svc/dev");
        assert_eq!(service.url(), format!("{}/svc/dev", standin.url()));
        let (algorithm, claims) = requests[0].token().expect("a token");
        assert_eq!(algorithm, json!("HS256"));
        assert_eq!(claims["data"]["service"], "svc@dev");
        assert!(lasts(&claims, 600), "{claims}");
    }
}

#[test]
fn a_seed_is_sent_as_it_is() {
    let (standin, service) = deployed("1.8.4", &[]);
    let seed = "mutation {\r\n  a: createUser(data: {name: \"\u{fc}\"}) { id }\r\n}\r\n";
    service.execute(seed).expect("imports");
    let requests = standin.take();
    assert_eq!(requests[0].json(), json!({"query": seed}));
    assert_eq!(requests[0].header("authorization"), None);
    let failure = service.failure(
        "could not import `seed.graphql`",
        service
            .execute("mutation { unknownField }")
            .expect_err("wrong"),
    );
    assert!(
        failure
            .message()
            .starts_with("could not import `seed.graphql`: `http://"),
        "{failure}"
    );
    assert!(
        failure
            .message()
            .ends_with("says: Cannot query field 'unknownField' on type 'Mutation'."),
        "{failure}"
    );
}

#[test]
fn refusals_are_told_in_both_forms() {
    for version in ["1.1.3", "1.34.12"] {
        let (standin, service) = deployed(version, &[]);
        for project in standin.state().projects.values_mut() {
            project.secrets = vec!["theirs".to_owned()];
        }
        let failure = service.failure(
            "could not read the schema",
            service.schema().expect_err("locked"),
        );
        assert!(
            failure.hints[0].contains("`secret` in `prisma.yml`"),
            "{version}: {failure:?}"
        );
        standin.state().projects.clear();
        let failure = service.failure(
            "could not read the schema",
            service.schema().expect_err("gone"),
        );
        assert!(
            failure.message().contains("svc@dev"),
            "{version}: {failure}"
        );
        assert_eq!(failure.hints, ["deploy the service first"]);
    }
}
