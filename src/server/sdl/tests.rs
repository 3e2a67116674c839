use super::*;
use serde_json::json;

fn named(name: &str) -> Value {
    json!({"kind": "OBJECT", "name": name, "ofType": null})
}

fn of(kind: &str, inner: Value) -> Value {
    json!({"kind": kind, "name": null, "ofType": inner})
}

fn arg(name: &str, description: Value, of_type: Value, default: Value) -> Value {
    json!({"name": name, "description": description, "type": of_type, "defaultValue": default})
}

fn field(name: &str, args: Value, of_type: Value) -> Value {
    json!({"name": name, "description": null, "args": args, "type": of_type,
        "isDeprecated": false, "deprecationReason": null})
}

fn sample() -> Value {
    let users = json!([
        arg("where", json!(null), named("UserWhereInput"), json!(null)),
        arg("first", json!(null), named("Int"), json!("10")),
        arg(
            "in",
            json!(null),
            of("LIST", of("NON_NULL", named("ID"))),
            json!("[\"a\"]")
        ),
    ]);
    let mut old = field("old", json!([]), named("String"));
    old["isDeprecated"] = json!(true);
    old["deprecationReason"] = json!("use \"new\"");
    let mut id = field("id", json!([]), of("NON_NULL", named("ID")));
    id["description"] = json!("Many lines:\n  indented  \n\nends with \"");
    let mut tagged = field(
        "tagged",
        json!([
            arg("a", json!("what a is"), named("Int"), json!(null)),
            arg("b", json!(null), named("Int"), json!(null)),
        ]),
        named("Int"),
    );
    tagged["description"] = json!("a \"\"\" within");
    json!({"__schema": {
        "queryType": {"name": "Query"}, "mutationType": null, "subscriptionType": null,
        "types": [
            {"kind": "OBJECT", "name": "User", "description": "A user", "interfaces":
                [{"name": "Node"}, {"name": "Aged"}], "fields": [id, old, tagged]},
            {"kind": "OBJECT", "name": "Query", "fields":
                [field("users", users, of("NON_NULL", of("LIST", named("User"))))], "interfaces": []},
            {"kind": "INTERFACE", "name": "Node", "description": "", "interfaces": null,
                "fields": [field("id", json!([]), of("NON_NULL", named("ID")))]},
            {"kind": "UNION", "name": "Any", "possibleTypes": [{"name": "User"}, {"name": "Post"}]},
            {"kind": "SCALAR", "name": "DateTime"}, {"kind": "SCALAR", "name": "ID"},
            {"kind": "ENUM", "name": "Order", "enumValues": [
                {"name": "Z", "description": null, "isDeprecated": false},
                {"name": "A", "description": "first", "isDeprecated": true,
                    "deprecationReason": "No longer supported"}]},
            {"kind": "INPUT_OBJECT", "name": "UserWhereInput", "inputFields": [
                arg("id", json!(null), named("ID"), json!(null)),
                arg("AND", json!("Logical AND on all given filters."),
                    of("LIST", of("NON_NULL", named("UserWhereInput"))), json!(null)),
                arg("order", json!(null), named("Order"), json!("A"))]},
            {"kind": "OBJECT", "name": "Empty", "fields": [], "interfaces": []},
            {"kind": "OBJECT", "name": "__Type", "fields": [], "interfaces": []},
        ],
        "directives": [{"name": "skip"}],
    }})
}

const PRINTED: &str = r#"union Any = Post | User

scalar DateTime

type Empty

interface Node {
  id: ID!
}

enum Order {
  Z

  """first"""
  A @deprecated
}

type Query {
  users(where: UserWhereInput, first: Int = 10, in: [ID!] = ["a"]): [User]!
}

"""A user"""
type User implements Aged & Node {
  """
  Many lines:
    indented

  ends with "
  """
  id: ID!
  old: String @deprecated(reason: "use \"new\"")

  """a \""" within"""
  tagged(
    """what a is"""
    a: Int
    b: Int
  ): Int
}

input UserWhereInput {
  id: ID

  """Logical AND on all given filters."""
  AND: [UserWhereInput!]
  order: Order = A
}
"#;

#[test]
fn every_kind_of_definition_is_printed() {
    assert_eq!(print(&sample()).expect("a schema"), PRINTED);
}

#[test]
fn the_order_of_the_answer_does_not_matter() {
    let mut shuffled = sample();
    let types = shuffled["__schema"]["types"].as_array_mut();
    types.expect("a list").reverse();
    assert_eq!(print(&shuffled).expect("a schema"), PRINTED);
}

#[test]
fn unusual_roots_are_named() {
    let schema = json!({"__schema": {"queryType": {"name": "Root"}, "mutationType":
        {"name": "Mutation"}, "subscriptionType": null, "types": []}});
    let expected = "schema {\n  query: Root\n  mutation: Mutation\n}\n";
    assert_eq!(print(&schema).expect("a schema"), expected);
}

#[test]
fn invalid_schemas_are_not_printed() {
    for data in [
        json!({}),
        json!({"__schema": null}),
        json!({"__schema": {"types": 1}}),
    ] {
        assert_eq!(print(&data), None);
    }
}
