//! The words of each version: what a deployment asks with, and the steps it is answered with.
//!
//! Witness: servers that know less and less are scripted after the schemas in the recordings; versions between
//! those recorded are not covered by any.

use crate::api::deploying::suited;
use crate::api::played::{TYPES, VERSIONS, done, input};
use crate::support::standin::{Plan, Standin};
use prisma_cli::testing::server::deploy::Outcome;
use prisma_cli::testing::server::step::Step;
use serde_json::json;

#[test]
fn a_server_of_unknown_version_is_asked_with_less_and_less() {
    for (version, deploys) in [("1.34.12", 1), ("1.8.4", 2), ("1.1.3", 3)] {
        let standin = Standin::start(version);
        standin.state().reported = "local-build".to_owned();
        standin.state().put("svc", "dev", TYPES, &[]);
        let management = suited(&standin);
        assert_eq!(done(&management, &input(TYPES)).outcome, Outcome::UpToDate);
        // It may lose data without asking: what is deployed is compared first.
        let asked = standin.take();
        assert_eq!(asked.len(), 2 + deploys, "{version}");
        assert_eq!(asked[1].path, "/svc/dev", "{version}");
        // Once is enough to know.
        assert_eq!(done(&management, &input(TYPES)).outcome, Outcome::UpToDate);
        let requests = if version == "1.34.12" { 1 } else { 2 };
        assert_eq!(standin.take().len(), requests, "{version}");
    }
}

#[test]
fn versions_are_taken_as_they_are_told() {
    for (reported, real, requests) in [
        ("1.8", "1.8.0", 2),
        ("v1.9-beta-3", "1.9.0", 2),
        // Compared with what is deployed, as 1.6.1 is the first that looks itself.
        ("1.4", "1.4.1", 3),
        ("1.4.0", "1.4.0", 3),
        ("1.6.0", "1.6.0", 3),
        ("1.6.1", "1.6.1", 2),
    ] {
        let standin = Standin::start(real);
        standin.state().reported = reported.to_owned();
        standin.state().put("svc", "dev", TYPES, &[]);
        assert_eq!(
            done(&suited(&standin), &input(TYPES)).outcome,
            Outcome::UpToDate
        );
        assert_eq!(standin.take().len(), requests, "{reported}");
    }
}

#[test]
fn every_kind_of_step_is_read() {
    let field = json!({"type": "UpdateField", "model": "User", "name": "age", "newName": "years", "isRequired": true,
        "isList": null, "unique": null, "typeName": null, "relation": null, "default": "1", "enum": null});
    let steps = vec![
        json!({"type": "DeleteRelation", "name": "R"}),
        json!({"type": "DeleteField", "model": "User", "name": "name"}),
        json!({"type": "DeleteModel", "name": "Old"}),
        json!({"type": "DeleteEnum", "name": "E"}),
        json!({"type": "CreateEnum", "name": "F", "values": ["A", "B"]}),
        json!({"type": "CreateModel", "name": "New"}),
        json!({"type": "CreateField", "model": "New", "name": "e", "typeName": "Enum", "isRequired": true, "isList": false,
            "unique": false, "relation": null, "default": null, "enum": "F"}),
        json!({"type": "CreateRelation", "name": "S", "leftModel": "User", "rightModel": "New"}),
        json!({"type": "UpdateEnum", "name": "G", "newName": null, "values": ["A"]}),
        field,
        json!({"type": "UpdateModel", "name": "User", "newName": "Person"}),
        json!({"type": "UpdateRelation", "name": "S", "newName": "T"}),
        json!({"type": "FlyToTheMoon"}),
    ];
    for version in VERSIONS {
        let standin = Standin::start(version);
        standin.state().put("svc", "dev", "", &["old"]);
        let plan = Plan {
            steps: Some(steps.clone()),
            at_once: true,
            ..Plan::default()
        };
        standin.state().plans.push_back(plan);
        let found = done(&suited(&standin), &input(TYPES)).steps.expect("known");
        let shown: Vec<String> = found.iter().map(|step| format!("{step:?}")).collect();
        let begins = [
            "DeleteRelation { name: \"R\" }",
            "DeleteField { model: \"User\", name: \"name\" }",
            "DeleteModel { name: \"Old\" }",
            "DeleteEnum { name: \"E\" }",
            "CreateEnum { name: \"F\", values: [\"A\", \"B\"] }",
            "CreateModel { name: \"New\" }",
            "CreateField(NewField { model: \"New\", name: \"e\", type_name: \"Enum\", is_required: true, is_list: false, unique: false, relation: None, default: None, enum_name: Some(\"F\") })",
            "CreateRelation { name: \"S\", left: \"User\", right: Some(\"New\"), stored: None }",
            "UpdateEnum { name: \"G\", new_name: None, values: Some([\"A\"]) }",
            "UpdateField(FieldChange { model: \"User\", name: \"age\", new_name: Some(\"years\"), type_name: None, is_required: Some(true), is_list: None, unique: None, relation: None, default: Some(\"1\"), enum_name: None })",
            "UpdateModel { name: \"User\", new_name: \"Person\" }",
            "UpdateRelation { name: \"S\", new_name: Some(\"T\"), stored: None }",
            "Unknown { kind: \"FlyToTheMoon\" }",
        ];
        assert_eq!(shown[..13], begins, "{version}");
        let secrets = found.get(13);
        let told = standin.state().version.since(1, 4, 0);
        assert_eq!(secrets, told.then_some(&Step::UpdateSecrets), "{version}");
    }
}
