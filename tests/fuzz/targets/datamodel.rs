//! Datamodels, as they are checked before a server sees them.

use super::texts;
use prisma_cli::testing::cluster::PrismaVersion;
use prisma_cli::testing::server::management::Schema;
use prisma_cli::testing::server::types::{Types, check::errors};
use prisma_cli::testing::service::Datamodel;
use std::path::PathBuf;

pub fn seeds() -> Vec<String> {
    texts([
        "type User {\n  id: ID! @unique\n  posts: [Post!]! @relation(name: \"Posts\", onDelete: CASCADE)\n}\n\
         type Post { id: ID! @unique author: User @relation(name: \"Posts\") state: State @default(value: \"NEW\") }\n\
         enum State { NEW DONE }\n",
        "type User @db(name: \"users\") {\n  id: ID! @id(strategy: SEQUENCE) @sequence(name: \"s\" initialValue: 1)\n  \
         at: DateTime! @createdAt\n  tags: [String!] @scalarList(strategy: RELATION)\n}\n",
        "type A @embedded { a: [[Int]] @default(value: [1 {x: $y}]) }\nextend type A { b: B }\n",
        "type User { id: ID! @unique name: String @rename(oldName: \"title\") @defaultValue(value: null) }",
        "\"\"\" text \"\"\" type A implements B & C { a(b: Int = 1): Int! @deprecated # end\n}",
    ])
}

pub fn check(text: &str) {
    let versions = ["1.1.0", "1.8.4", "1.30.0", "1.34.12"].map(str::parse::<PrismaVersion>);
    let versions = versions.into_iter().filter_map(Result::ok).map(Some);
    let schema = Schema {
        types: text.to_owned(),
        ..Schema::default()
    };
    let mut datamodel = Datamodel::default();
    datamodel.push(PathBuf::from("datamodel.graphql"), text);
    for version in versions.chain([None]) {
        for problem in errors(&schema, version.as_ref()) {
            assert!(!problem.type_name.is_empty(), "{text:?}");
            assert!(!problem.description.is_empty(), "{text:?}");
            let _ = datamodel.locate(&problem.type_name, problem.field.as_deref());
            let place = datamodel.syntax_error(&problem.description);
            let line = place.and_then(|(place, _)| place.line).unwrap_or(1);
            assert!(line >= 1 && line <= text.matches('\n').count() + 2);
        }
    }
    let types = Types::parse(text);
    assert_eq!(types, Types::parse(text), "the same each time");
}
