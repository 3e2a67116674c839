use super::*;
use crate::service::{Datamodel, Form, Secret, Target};
use crate::yaml::Position;
use std::path::PathBuf;

fn service(files: &[(&str, &str)]) -> Service {
    let mut datamodel = Datamodel::default();
    for (path, text) in files {
        datamodel.push(PathBuf::from(path), text);
    }
    let subscription = |name: &str, file: Option<&str>, line| Subscription {
        name: name.to_owned(),
        query: String::new(),
        file: file.map(PathBuf::from),
        url: Secret::from("http://h/x"),
        headers: Vec::new(),
        at: Position { line, column: 3 },
    };
    Service {
        file: PathBuf::from("prisma.yml"),
        folder: PathBuf::from("."),
        form: Form::Cluster,
        name: "app".to_owned(),
        stage: "dev".to_owned(),
        target: Target::Unset,
        target_origin: None,
        file_origins: Vec::new(),
        datamodel,
        secrets: Vec::new(),
        subscriptions: vec![
            subscription("filed", Some("new.graphql"), 7),
            subscription("inline", None, 11),
        ],
        seed: None,
        schema: None,
        generators: Vec::new(),
        post_deploy: Vec::new(),
        warnings: Vec::new(),
    }
}

fn problem(type_name: &str, field: &str, description: &str) -> Problem {
    Problem {
        type_name: type_name.to_owned(),
        field: (!field.is_empty()).then(|| field.to_owned()),
        description: description.to_owned(),
    }
}

fn shown(service: &Service, problems: &[Problem]) -> Vec<String> {
    let located = all(service, problems);
    located.iter().map(ToString::to_string).collect()
}

#[test]
fn a_subscription_is_wrong_in_its_own_file() {
    let wrong =
        "Cannot query field 'nothing' on type 'User'. (line 2, column 30):\nsubscription {\n   ^";
    let unknown = "The provided query doesn't include any known model name.";
    let problems = [
        problem("Subscription", "filed", wrong),
        problem("Subscription", "filed", unknown),
        problem("Subscription", "inline", wrong),
    ];
    assert_eq!(
        shown(&service(&[]), &problems),
        [
            "new.graphql:2:30: subscription `filed`: Cannot query field 'nothing' on type 'User'.",
            &format!("new.graphql: subscription `filed`: {unknown}"),
            &format!("prisma.yml:11: subscription `inline`: {wrong}"),
        ]
    );
}

#[test]
fn what_is_there_twice_is_shown_twice_or_where_it_is_repeated() {
    let service = service(&[
        ("a.graphql", "type User {\n  name: String\n  name: Int\n}\n"),
        (
            "b.graphql",
            "enum Role { A }\ntype User { id: ID! @unique }\n",
        ),
        ("c.graphql", "enum Role { B }\n"),
    ]);
    let twice = problem(
        "User",
        "id",
        "The name of the type `User` occurs more than once.",
    );
    let field = problem("User", "name", "The type `User` has a duplicate fieldName.");
    let role = "The enum type `Role` is defined twice in the schema. Enum names must be unique.";
    let problems = [twice.clone(), twice, field, problem("Role", "", role)];
    let places = all(&service, &problems);
    let places: Vec<String> = (places.iter().flat_map(|one| &one.place))
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        places,
        ["a.graphql:1", "b.graphql:2", "a.graphql:3", "c.graphql:1"]
    );
}

#[test]
fn what_is_only_named_in_words_is_found() {
    let service = service(&[
        ("a.graphql", "enum Color {\n  GREEN\n  blue\n}\n"),
        (
            "b.graphql",
            "type A {\n  b: B @relation(name: \"_a-b\")\n}\ntype B { a: A @relation(name: \"_a-b\") }\n",
        ),
    ]);
    for (problem, place) in [
        (
            problem(
                "Global",
                "",
                "You are deleting the value 'RED' of the enum 'Color', but that value is in use.",
            ),
            "a.graphql:1: ",
        ),
        (
            problem(
                "Color",
                "",
                "It contains invalid enum values. Those are invalid: `blue`.",
            ),
            "a.graphql:3: `Color`: ",
        ),
        (
            problem(
                "Global",
                "",
                "_a-b is not a valid name for a relation. It must …",
            ),
            "b.graphql:2: relation `_a-b`: ",
        ),
        (
            problem(
                "Global",
                "",
                "The provided name: _a-b is not a valid name for a relation. It …",
            ),
            "b.graphql:2: relation `_a-b`: ",
        ),
        (
            problem("nick", "nick", "You already have nodes"),
            "`nick`: ",
        ),
        (problem("Global", "", "something"), ""),
    ] {
        let found = shown(&service, std::slice::from_ref(&problem));
        assert_eq!(found, [format!("{place}{}", problem.description)]);
    }
}
