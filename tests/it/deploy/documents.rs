//! `--json`: one document for every end.
//!
//! Witness: `recorded` has the document of every recorded deployment; these are for the ends that no recording has
//! (silence, lost connections).

use crate::deploy::support::{Place, TYPES, deployed, planned};
use crate::support::standin::{Auth, Plan, Standin};
use serde_json::{Value, json};

/// The document, without what differs from run to run.
#[track_caller]
fn document(place: &Place, args: &[&str], code: i32) -> Value {
    let args: Vec<&str> = args.iter().copied().chain(["-j"]).collect();
    let outcome = place.deploy(&args);
    assert_eq!(outcome.status, code, "{outcome:?}");
    let mut document = outcome.json();
    if let Some(data) = document.get_mut("data").and_then(Value::as_object_mut) {
        data.remove("milliseconds");
        data.remove("requests");
    }
    document
}

fn data(standin: &Standin, outcome: &str) -> Value {
    let url = standin.url();
    json!({
        "service": "hello", "stage": "dev", "cluster": "far", "workspace": null,
        "server": {"endpoint": url, "version": "1.34.12"},
        "outcome": outcome, "revision": null, "created": false,
        "changes": [], "errors": [], "warnings": [],
        "endpoints": {
            "http": format!("{url}/hello/dev"),
            "ws": format!("{url}/hello/dev").replacen("http", "ws", 1),
            "admin": format!("{url}/hello/dev/_admin"),
        },
        "after": [],
    })
}

fn post() -> Value {
    json!([
        {"kind": "type", "name": "Post", "change": "created", "text": "Created type `Post`"},
        {"kind": "field", "name": "id", "change": "created", "type": "Post", "field": "id", "text": "Created field `id` of type `ID!`, unique"},
    ])
}

#[test]
fn successes() {
    let standin = deployed("1.34.12");
    let place = Place::cluster(&standin, "");
    let envelope =
        |data: Value| json!({"version": 1, "ok": true, "command": "deploy", "data": data});
    assert_eq!(
        document(&place, &[], 0),
        envelope(data(&standin, "up_to_date"))
    );
    place.change();
    let mut expected = data(&standin, "would_apply");
    expected["changes"] = post();
    let note = "a dry run does not compare secrets and subscriptions";
    expected["notes"] = json!([{"code": "not_compared", "message": note}]);
    assert_eq!(document(&place, &["-d"], 0), envelope(expected.clone()));
    expected.as_object_mut().expect("an object").remove("notes");
    expected["outcome"] = json!("applied");
    expected["revision"] = json!(2);
    assert_eq!(document(&place, &[], 0), envelope(expected.clone()));
    standin.state().projects.clear();
    let mut none = data(&standin, "would_create");
    none["changes"] = Value::Null;
    let note = "the server checks a datamodel only once the service exists: its syntax, names, types, ids and subscriptions were checked by this program, and nothing else";
    none["notes"] = json!([{"code": "checked_here", "message": note}]);
    place.write(
        "datamodel.graphql",
        "type User {\n  id: ID! @id @unique\n}\n",
    );
    assert_eq!(document(&place, &["-d"], 0), envelope(none));
    let created = document(&place, &[], 0);
    assert_eq!(
        (&created["data"]["created"], &created["data"]["outcome"]),
        (&json!(true), &json!("applied"))
    );
}

#[test]
fn refusals_of_a_schema() {
    let problem = json!({"type": "User", "field": "name", "description": "No."});
    let errors = Plan {
        errors: vec![problem.clone()],
        ..Plan::default()
    };
    let warnings = Plan {
        warnings: vec![problem],
        ..Plan::default()
    };
    let failing = Plan {
        fails_after: Some(0),
        ..Plan::default()
    };
    for (plan, outcome) in [
        (errors, "invalid"),
        (warnings, "needs_force"),
        (failing, "rolled_back"),
    ] {
        let standin = planned("1.34.12", plan);
        let place = Place::cluster(&standin, "");
        place.change();
        let document = document(&place, &[], 7);
        assert_eq!(document["error"]["code"], "refused");
        assert_eq!(document["error"]["exit"], 7);
        assert_eq!(document["data"]["outcome"], outcome);
        let file = "HOME/service/datamodel.graphql";
        let told =
            json!([{"type": "User", "field": "name", "message": "No.", "file": file, "line": 3}]);
        match outcome {
            "invalid" => assert_eq!(document["data"]["errors"], told),
            "needs_force" => assert_eq!(document["data"]["warnings"], told),
            _ => assert_eq!(document["data"]["revision"], 2),
        }
    }
}

#[test]
fn other_failures() {
    let standin = deployed("1.8.4");
    standin.state().auth = Auth::Secret("abcdefghijk".to_owned());
    let place = Place::cluster(&standin, "");
    let refused = document(&place, &[], 7);
    assert_eq!(refused["error"]["code"], "refused");
    assert_eq!(refused["data"]["cluster"], "far");
    assert_eq!(refused["data"]["service"], "hello");
    place.write("prisma.yml", "service: hello\nstagge: x\n");
    let invalid = document(&place, &[], 6);
    assert_eq!(
        (&invalid["error"]["code"], &invalid["error"]["exit"]),
        (&json!("config_invalid"), &json!(6))
    );
    let unknown = document(&place, &["--no-such-flag"], 2);
    assert_eq!(unknown["error"]["code"], "usage");
    let standin = planned(
        "1.8.4",
        Plan {
            hangs: true,
            ..Plan::default()
        },
    );
    let place = Place::cluster(&standin, "");
    place.write(
        "datamodel.graphql",
        &format!("{TYPES}type X {{\n  id: ID! @id @unique\n}}\n"),
    );
    let late = document(&place, &["--wait-timeout", "200ms"], 5);
    assert_eq!(late["error"]["code"], "not_ready");
}
