//! `prisma.yml`: reading ends, and setting the target touches nothing else.

use super::corpus;
use prisma_cli::testing::config::prisma_yml::{self, Given};
use prisma_cli::testing::yaml::Node;
use std::collections::BTreeMap;
use std::path::Path;

pub fn seeds() -> Vec<String> {
    corpus::files("service")
}

fn pairs(text: &str, but: &str) -> Vec<(String, Node)> {
    match Node::parse(text) {
        Ok(Node::Map(pairs)) => pairs.into_iter().filter(|(key, _)| key != but).collect(),
        Ok(node) if node.is_empty() => Vec::new(),
        _ => panic!("no mapping any more: {text:?}"),
    }
}

fn is_twice(text: &str, key: &str) -> bool {
    match Node::parse(text) {
        Ok(Node::Map(pairs)) => pairs.iter().filter(|(name, _)| name == key).count() > 1,
        _ => false,
    }
}

pub fn check(text: &str) {
    let env = |name: &str| (name == "A").then(|| "a".to_owned());
    let opt = BTreeMap::from([("x".to_owned(), "y".to_owned())]);
    let given = Given {
        env: &env,
        origin: &|_| None,
        opt: &opt,
    };
    let types = |_: &Path| Ok(Some("type A { id: ID! }".to_owned()));
    let file = Path::new("/s/prisma.yml");
    match prisma_yml::parse(file, text, given, &types) {
        Ok(service) => {
            assert!(!service.name.contains(['/', '\n']), "{:?}", service.name);
            assert!(!service.stage.starts_with('-'), "{:?}", service.stage);
        }
        Err(failure) => assert!(!failure.message().is_empty()),
    }
    let _ = prisma_yml::cluster(file, text, given);
    for (key, value, edited) in [
        (
            "cluster",
            "it's #1",
            prisma_yml::set_cluster(text, "it's #1"),
        ),
        (
            "endpoint",
            "http://h:1/a/b",
            prisma_yml::set_endpoint(text, "http://h:1/a/b"),
        ),
    ] {
        let Ok(edited) = edited else { continue };
        if is_twice(text, key) {
            // Reading refuses such a file.
            continue;
        }
        assert!(
            pairs(&edited, key) == pairs(text, key),
            "{text:?} became {edited:?}"
        );
        let set = Node::parse(&edited).expect("is YAML");
        assert_eq!(
            set.get(key).and_then(Node::as_text),
            Some(value),
            "{edited:?}"
        );
        assert_eq!(edited.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
    }
}
