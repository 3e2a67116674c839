//! Edits of YAML: the rest stays, and the quick way comes to the same as the thorough one.

use super::corpus;
use prisma_cli::testing::yaml::Node;
use prisma_cli::testing::yaml::edit::{Change, New, apply_quickly, apply_thoroughly};

pub fn seeds() -> Vec<String> {
    let mut seeds = corpus::files("registry");
    seeds.extend(corpus::files("service"));
    seeds
}

/// The pairs of the document but for one key.
fn others(text: &str, key: &str) -> Vec<(String, Node)> {
    match Node::parse(text) {
        Ok(Node::Map(pairs)) => pairs.into_iter().filter(|(k, _)| k != key).collect(),
        Ok(node) if node.is_empty() => Vec::new(),
        _ => panic!("no mapping any more: {text:?}"),
    }
}

pub fn check(text: &str) {
    let path = |words: &[&str]| {
        words
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>()
    };
    let value = || New::Text("it's # new: \u{fc}".to_owned());
    let below = |name: &str| path(&["clusters", name]);
    let keys = match Node::parse(text) {
        Ok(Node::Map(pairs)) => pairs.into_iter().map(|(key, _)| key).take(2).collect(),
        _ => Vec::new(),
    };
    let mut changes = vec![
        Change::Set(path(&["fresh"]), value()),
        Change::Set(path(&["clusters", "fresh", "host"]), value()),
        Change::Set(path(&["clusters", "local", "host"]), value()),
        Change::Remove(below("local")),
    ];
    for key in &keys {
        changes.push(Change::Remove(path(&[key])));
        changes.push(Change::Set(path(&[key]), value()));
    }
    for change in changes {
        let top = match &change {
            Change::Set(path, _) | Change::Remove(path) => path[0].clone(),
        };
        let thorough = apply_thoroughly(text, std::slice::from_ref(&change));
        // Nothing to remove is no change, whatever the text is.
        if let Ok(edited) = thorough.as_deref()
            && edited != text
        {
            assert!(
                others(edited, &top) == others(text, &top),
                "{change:?} changed others: {text:?} became {edited:?}"
            );
        }
        if let Some(quick) = apply_quickly(text, std::slice::from_ref(&change)) {
            let thorough =
                thorough.unwrap_or_else(|refused| panic!("{change:?}: quick only: {refused:?}"));
            assert_eq!(quick, thorough, "{change:?}");
        }
    }
}
