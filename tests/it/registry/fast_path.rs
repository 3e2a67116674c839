//! The scanner against the parsers: what it accepts, it has to read as they do.

use prisma_cli::testing::yaml::edit::{Change, New, apply_quickly, apply_thoroughly};
use prisma_cli::testing::yaml::places::{self, Collection};
use prisma_cli::testing::yaml::{Node, Step, fast_path};
use proptest::prelude::*;
use std::fs;
use std::path::Path;

/// Whether the scanner took the text.
fn agrees(text: &str) -> bool {
    let Some(map) = fast_path::root(text) else {
        return false;
    };
    let node = Node::parse(text).unwrap_or_else(|e| panic!("{text:?} is not YAML: {e:?}"));
    assert_eq!(
        places::root(text).as_ref(),
        Some(&map),
        "places in {text:?}"
    );
    texts_agree(text, &map, &node);
    true
}

fn texts_agree(text: &str, map: &Collection, node: &Node) {
    let Node::Map(pairs) = node else {
        panic!("{text:?} is {node:?}")
    };
    assert_eq!(pairs.len(), map.entries.len(), "{text:?}");
    for (pair, (key, value)) in map.entries.iter().zip(pairs) {
        assert_eq!(pair.step, Step::key(key), "{text:?}");
        if let Some(inner) = &pair.inner {
            texts_agree(text, inner, value);
        } else if pair.value.is_empty() {
            assert!(*value == Node::NULL, "{key} in {text:?} is {value:?}");
        } else if let Some(read) = fast_path::text_of(text, &pair.value) {
            assert_eq!(value.as_text(), Some(read.as_str()), "{key} in {text:?}");
        }
    }
}

#[test]
fn the_corpus_reads_the_same_both_ways() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/registry");
    let texts = fs::read_dir(folder).expect("lists").map(|entry| {
        let path = entry.expect("lists").path();
        (path.extension().is_some_and(|e| e == "yml"), path)
    });
    let taken = texts
        .filter(|(yaml, _)| *yaml)
        .filter(|(_, path)| agrees(&fs::read_to_string(path).expect("reads")))
        .count();
    assert!(taken >= 20, "the scanner takes only {taken} files");
}

/// Lines as they occur, and some that only nearly are: what comes out is often not YAML at all.
fn line() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        4 => "[a-c]",
        1 => Just("'q'".to_owned()),
        1 => Just("\"d q\"".to_owned()),
        1 => "[0-9.~?<'\"-]{1,3}",
    ];
    let value = prop_oneof![
        3 => Just(String::new()),
        3 => "[a-z0-9:/#'\"|.-]{0,6}",
        2 => "'[a-z '\":#]{0,6}'",
        2 => "\"[a-z '\\\\nrtx:#]{0,6}\"",
        1 => Just("|".to_owned()),
        1 => Just("|-".to_owned()),
        1 => Just("[]".to_owned()),
        1 => "[ -~]{0,6}",
    ];
    let comment = prop_oneof![6 => Just(""), 1 => Just(" # c"), 1 => Just("#c"), 1 => Just(" ")];
    let pair = (
        0..4usize,
        key,
        prop_oneof![8 => Just(": "), 1 => Just(":"), 1 => Just(" : ")],
        value,
        comment,
    )
        .prop_map(|(depth, key, colon, value, comment)| {
            format!("{:1$}{key}{colon}{value}{comment}", "", depth * 2)
        });
    prop_oneof![
        12 => pair,
        1 => Just(String::new()),
        1 => " {0,8}",
        1 => " {0,6}# [a-z: ]{0,4}",
        1 => " {0,6}[a-z:' ]{0,5}",
        1 => Just("---".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let end = prop_oneof![5 => Just("\n"), 1 => Just("\r\n")];
    (prop::collection::vec(line(), 0..8), end, any::<bool>()).prop_map(|(lines, end, last)| {
        let mut text = lines.join(end);
        if last {
            text.push_str(end);
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::registry::cases(500), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_reads_the_same_both_ways(text in text()) {
        agrees(&text);
    }

    #[test]
    fn any_edit_comes_out_the_same_both_ways(text in text(), which in 0..3usize) {
        let path = |keys: &[&str]| keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>();
        let value = New::Text("it's".to_owned());
        let change = match which {
            0 => Change::Set(path(&["a", "b"]), New::Map(vec![("x".to_owned(), value)])),
            1 => Change::Set(path(&["a", "b", "c"]), value),
            _ => Change::Remove(path(&["a", "b"])),
        };
        let changes = [change];
        if let Some(quick) = apply_quickly(&text, &changes) {
            prop_assert_eq!(Ok(quick), apply_thoroughly(&text, &changes));
        }
    }
}
