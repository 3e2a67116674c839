//! Cases by hand; `recorded::unseen` compares it with what servers said of each recorded datamodel.

use super::*;
use crate::server::management::Subscription;

fn said(text: &str, version: &str, query: Option<&str>) -> Vec<String> {
    let subscription = query.map(|query| Subscription {
        name: "onUser".to_owned(),
        query: query.to_owned(),
        ..Subscription::default()
    });
    let schema = Schema {
        types: text.to_owned(),
        subscriptions: subscription.into_iter().collect(),
        ..Schema::default()
    };
    let version = version.parse().ok();
    let shown = |one: Problem| {
        let field = one.field.map(|field| format!(".{field}"));
        format!(
            "{}{}: {}",
            one.type_name,
            field.unwrap_or_default(),
            one.description
        )
    };
    errors(&schema, version.as_ref())
        .into_iter()
        .map(shown)
        .collect()
}

const OLD: &str = "type User { id: ID! @unique name: String! role: Role posts: [Post!]! } type Post { id: ID! @unique }
    enum Role { ADMIN } interface Thing { a: Int } type Odd { t: Thing, u: UUID } # ü";

#[test]
fn what_is_right_is_not_objected_to() {
    let query = "subscription { user(where: {mutation_in: [CREATED]}) { node { id } } }";
    assert_eq!(said(OLD, "1.8.4", Some(query)), [""; 0]);
    let new = "type A { id: ID! @id @unique a: A @relation(name: \"X\", link: INLINE) b: [A] @relation(name: \"Y\") }
        type T @relationTable { a: A b: A @relation(name: \"Z\") } type E @embedded { n: Int }";
    assert_eq!(said(new, "1.34.12", None), [""; 0]);
}

#[test]
fn each_error_is_found() {
    let several = "type User { id: ID @unique n: Strin! a: Post, b: [Post!]! } type Post { x: Int x: Int } enum Role { admin } type Post { i: Int }";
    assert_eq!(
        said(
            several,
            "1.20.7",
            Some("subscription { nobody { node { id } } }")
        ),
        [
            "Post: The name of the type `Post` occurs more than once.",
            "Post.x: The type `Post` has a duplicate fieldName.",
            "User.n: The field `n` has the type `Strin!` but there's no type or enum declaration with that name.",
            "User.a: The relation field `a` must specify a `@relation` directive: `@relation(name: \"MyRelation\")`",
            "User.b: The relation field `b` must specify a `@relation` directive: `@relation(name: \"MyRelation\")`",
            "User.id: The field `id` is reserved and has to have the format: id: ID! @unique.",
            "Role: The enum type `Role` contains invalid enum values. The first character of each value must be an uppercase letter.",
            "Subscription.onUser: The provided query doesn't include any known model name. Please check for the latest subscriptions API.",
        ]
    );
    assert_eq!(
        said(OLD, "1.34.12", Some("subscription { user {")).len(),
        4,
        "three types without `@id`, and the query"
    );
}

#[test]
fn a_syntax_error_is_reported_as_a_server_does() {
    for (text, expected) in [
        (
            "type A {\n  id: ID! @unique\n  ü name String\n}\n",
            "Invalid input \"ü\", expected something else (line 3, column 3)",
        ),
        (
            "type A {\n  id: ID! @unique\n  name String\n}\n",
            "Invalid input \"S\", expected something else (line 3, column 8)",
        ),
        ("type A {\n  id: ID!", "Unexpected end of input"),
    ] {
        let said = said(text, "1.8.4", None);
        assert_eq!(
            said,
            [format!(
                "Global: Syntax error while parsing GraphQL query. {expected}"
            )],
            "{text}"
        );
    }
}
