use super::*;

fn converted(text: &str) -> String {
    apply(text, 0..text.len(), &convert(text, UuidIds::Kept).edits)
}

/// A service of 1.1.3, and the datamodel with which 1.34.12 kept its data. The links may be on another end
/// of the relation there, as the server accepts both.
#[test]
fn a_real_service_becomes_what_kept_its_data() {
    let old = include_str!("tests/blog.old.graphql");
    let new = include_str!("tests/blog.new.graphql")
        .replace(
            "liked: [Post] @relation(name: \"Likes\")",
            "liked: [Post] @relation(name: \"Likes\", link: TABLE)",
        )
        .replace(
            "likedBy: [User] @relation(name: \"Likes\", link: TABLE)",
            "likedBy: [User] @relation(name: \"Likes\")",
        );
    assert_eq!(converted(old), new);
}

#[test]
fn comments_order_and_line_ends_are_kept() {
    let old = "# top\r\ntype A { # a\r\n  \"the key\"\r\n  id: ID! @unique # key, unique\r\n\r\n  n: Int! @default(value: \"7\") # seven\r\n  s: String @default(value: \"7\"), e: E @default(value: \"X\")\r\n}\r\n\r\nenum E { X }\r\n# end";
    let new = "# top\r\ntype A { # a\r\n  \"the key\"\r\n  id: ID! @id # key, unique\r\n  createdAt: DateTime! @createdAt\r\n  updatedAt: DateTime! @updatedAt\r\n\r\n  n: Int! @default(value: 7) # seven\r\n  s: String @default(value: \"7\"), e: E @default(value: X)\r\n}\r\n\r\nenum E { X }\r\n# end";
    assert_eq!(converted(old), new);
    assert_eq!(converted(new), new, "it is in the new syntax now");
}

#[test]
fn one_line_and_no_id_are_fine() {
    assert_eq!(
        converted("type A { n: String! @unique }"),
        "type A { id: ID! @id createdAt: DateTime! @createdAt updatedAt: DateTime! @updatedAt n: String! @unique }"
    );
    assert_eq!(
        converted("type A { id: ID! @unique, b: [B!]! }\ntype B { id: ID! @unique }"),
        "type A { id: ID! @id createdAt: DateTime! @createdAt updatedAt: DateTime! @updatedAt, b: [B] @relation(link: TABLE) }\n\
         type B { id: ID! @id createdAt: DateTime! @createdAt updatedAt: DateTime! @updatedAt }"
    );
}

#[test]
fn added_fields_are_indented_as_the_others() {
    assert_eq!(
        converted("type A {\n    n: Int\n}"),
        "type A {\n    id: ID! @id\n    createdAt: DateTime! @createdAt\n    updatedAt: DateTime! @updatedAt\n    n: Int\n}"
    );
}

#[test]
fn a_relation_is_linked_at_one_end() {
    for (old, new) in [
        ("a: A", "b: [B!]!"),
        ("a: A @relation(name: \"R\")", "b: B @relation(name: \"R\")"),
        ("a: [A!]!", "b: [B!]!"),
        ("a: A! @relation(name: \"R\")", "b: B"),
    ] {
        let text = format!("type B {{ {old} }} type A {{ {new} }}");
        let links = converted(&text).matches("link: TABLE").count();
        assert_eq!(links, 1, "{text}");
    }
}

#[test]
fn a_type_in_the_new_syntax_is_not_touched() {
    let mixed = "type A { id: ID! @id n: [Int] @scalarList(strategy: RELATION) b: B }\ntype T @relationTable { a: A }\n";
    assert_eq!(convert(mixed, UuidIds::Kept), Conversion::default());
    let with_old = format!(
        "{mixed}type B {{ id: ID! @unique a: A createdAt: DateTime! updatedAt: DateTime! }}"
    );
    let conversion = convert(&with_old, UuidIds::Kept);
    let fields: Vec<&str> = conversion.fields.iter().map(|(_, new)| &**new).collect();
    assert_eq!(
        fields,
        [
            "id: ID! @id",
            "createdAt: DateTime! @createdAt",
            "updatedAt: DateTime! @updatedAt"
        ]
    );
}

#[test]
fn default_values_are_quoted_as_their_type_requires() {
    let old = "type A { id: ID! @unique createdAt: DateTime updatedAt: DateTime! s: String @default(value: 7) t: String @default(value: \"x y\") \
        i: Int @default(value: \"-7\") f: Float @default(value: \"1.5\") g: Int @default(value: \"1.5\") b: Boolean @default(value: \"false\") \
        j: Json @default(value: \"{}\") e: E @default(value: B) n: Int @default(value: 3) } enum E { A B }";
    let new = "type A { id: ID! @id createdAt: DateTime @createdAt updatedAt: DateTime! @updatedAt s: String @default(value: \"7\") t: String @default(value: \"x y\") \
        i: Int @default(value: -7) f: Float @default(value: 1.5) g: Int @default(value: \"1.5\") b: Boolean @default(value: false) \
        j: Json @default(value: \"{}\") e: E @default(value: B) n: Int @default(value: 3) } enum E { A B }";
    assert_eq!(converted(old), new);
}

#[test]
fn a_uuid_stays_or_becomes_an_id() {
    let old = "type A {\n  id: UUID! @unique\n  other: UUID\n}\n";
    assert!(has_uuid_id(old) && !has_uuid_id("type A { id: ID! @unique u: UUID! @unique }"));
    assert!(converted(old).contains("  id: UUID! @id\n"));
    let conversion = convert(old, UuidIds::BecomeId);
    let new = apply(old, 0..old.len(), &conversion.edits);
    assert!(
        new.starts_with("type A {\n  id: ID! @id\n  createdAt"),
        "{new}"
    );
    assert!(new.ends_with("  other: UUID\n}\n"), "{new}");
}

#[test]
fn a_type_for_both_syntaxes_is_old_if_one_of_its_fields_is() {
    let both = "type A { id: ID! @id @unique n: Int }";
    assert_eq!(convert(both, UuidIds::Kept), Conversion::default());
    assert_eq!(
        converted("type A { id: ID! @id @unique n: Int @default(value: \"3\") }"),
        "type A { id: ID! @id @unique createdAt: DateTime! @createdAt updatedAt: DateTime! @updatedAt n: Int @default(value: 3) }"
    );
}

#[test]
fn what_cannot_be_read_is_left_to_the_server() {
    for text in [
        "",
        "type",
        "type A {",
        "type A { id: }",
        "}} {{",
        "type A { id: ID! @unique",
    ] {
        let _ = converted(text);
    }
    assert!(only_new("type A { id: ID! @id }"));
    assert!(!only_new("type A { id: ID! @id @unique }"));
    assert!(!only_new("type A { id: ID! @unique }"));
}

#[test]
fn lists_lose_their_default_which_no_version_accepts() {
    assert_eq!(
        converted(
            "type A {\n  id: ID! @id @unique\n  n: [Int!]! @default(value: \"1\") # one\n}\n"
        ),
        "type A {\n  id: ID! @id @unique\n  createdAt: DateTime! @createdAt\n  updatedAt: DateTime! @updatedAt\n  \
         n: [Int] @scalarList(strategy: RELATION) # one\n}\n"
    );
}

#[test]
fn tables_and_columns_of_an_existing_database_keep_their_names() {
    let old = "type User @pgTable(name: \"users\") {\n  id: Int! @unique\n  name: String @pgColumn(name: \"full_name\")\n  \
               bills: [Bill!]!\n}\n\n# bills\ntype Bill @pgTable(name: \"bill\") {\n  id: Int! @unique @pgColumn(name: \"bill_id\")\n  \
               user: User! @pgRelation(column: \"user_id\")\n  \
               payer: User @relation(name: \"Payers\") @pgRelation(column: \"payer_id\")\n  \
               products: [Product!]! @pgRelationTable(table: \"bill_product\", name: \"bill_product\")\n}\n\n\
               type Product @pgTable(name: \"product\") {\n  id: Int! @unique\n}\n";
    let new = "type User @db(name: \"users\") {\n  id: Int! @id\n  name: String @db(name: \"full_name\")\n  \
               bills: [Bill]\n}\n\n# bills\ntype Bill @db(name: \"bill\") {\n  id: Int! @id @db(name: \"bill_id\")\n  \
               user: User! @relation(link: INLINE) @db(name: \"user_id\")\n  \
               payer: User @relation(name: \"Payers\", link: INLINE) @db(name: \"payer_id\")\n  \
               products: [Product] @pgRelationTable(table: \"bill_product\", name: \"bill_product\")\n}\n\n\
               type Product @db(name: \"product\") {\n  id: Int! @id\n}\n";
    assert_eq!(converted(old), new);
    let by_hand = convert(old, UuidIds::Kept).by_hand;
    let at = old.find("products").expect("there");
    assert_eq!(by_hand, [(at, "Bill.products".to_owned())]);
}
