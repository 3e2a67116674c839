//! SDL: places in the datamodel, and the schema that a server's introspection says.

use super::texts;
use prisma_cli::testing::server::sdl;
use prisma_cli::testing::service::Datamodel;
use std::path::{Path, PathBuf};

pub fn seeds() -> Vec<String> {
    texts([
        "type A {\n  id: ID! @unique\n  b: [B!]! @relation(name: \"AB\")\n}\n",
        "enum E { X Y }\ninput I { a: Int = 1 }\nunion U = A | B\nscalar D\ninterface N { a(x: Int): A }\n",
        "\"\"\"text \\\"\"\" } type X {\n\"\"\"\ntype Y { \"a\" z: String # type Q {\n}\n",
        "extend type A { c: D }\ntype type { type: type }\n",
        "{\"__schema\":{\"queryType\":{\"name\":\"Q\"},\"mutationType\":null,\"types\":[{\"kind\":\"OBJECT\",\"name\":\"A\",\"description\":\"d \\\"\\\"\\\" \",\"fields\":[{\"name\":\"a\",\"args\":[{\"name\":\"x\",\"type\":{\"kind\":\"LIST\",\"name\":null,\"ofType\":{\"kind\":\"SCALAR\",\"name\":\"Int\"}},\"defaultValue\":\"1\"}],\"type\":{\"kind\":\"NON_NULL\",\"name\":null,\"ofType\":{\"kind\":\"SCALAR\",\"name\":\"ID\"}},\"isDeprecated\":true,\"deprecationReason\":\"no\"}],\"interfaces\":[]},{\"kind\":\"ENUM\",\"name\":\"E\",\"enumValues\":[{\"name\":\"X\"}]}],\"directives\":[]}}",
    ])
}

pub fn check(text: &str) {
    let mut datamodel = Datamodel::default();
    datamodel.push(PathBuf::from("one.graphql"), "type First { id: ID! }");
    datamodel.push(PathBuf::from("two.graphql"), text);
    let lines = text.matches('\n').count() + 1;
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .take(8)
        .collect();
    for word in &words {
        for field in [None, words.last().copied()] {
            let Some(place) = datamodel.locate(word, field) else {
                continue;
            };
            let line = place.line.unwrap_or_default();
            let is_second = place.file == Path::new("two.graphql");
            assert!(
                line >= 1 && line <= if is_second { lines } else { 1 },
                "{line} of {lines}"
            );
            let shown = text.lines().nth(line - 1).unwrap_or_default();
            let named = |name: &str| shown.contains(name);
            assert!(
                !is_second || named(word) || field.is_some_and(named),
                "{word} in {shown:?}"
            );
        }
    }
    if let Ok(value) = serde_json::from_str(text)
        && let Some(printed) = sdl::print(&value)
    {
        assert_eq!(sdl::print(&value), Some(printed), "the same each time");
    }
}
