//! What is written, and that every reader reads it back.

use super::*;
use crate::yaml::is_ambiguous_plain;
use proptest::prelude::*;

fn read(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}:\n{text}"))
}

#[test]
fn documents_look_like_the_listings() {
    let value = read(
        r#"{version: "3", services: {db: {image: "mysql:5.7", restart: always, ports: ["1:2", a],
            empty: {}, none: [], limit: 10, on: true, nothing: null, nested: [{a: 1, b: 2}, [c]],
            text: "a\nb\n", cut: "a\n\n b", password: "yes"}}}"#,
    );
    assert_eq!(
        to_text(&value),
        r#"version: "3"
services:
  db:
    image: mysql:5.7
    restart: always
    ports:
      - "1:2"
      - a
    empty: {}
    none: []
    limit: 10
    "on": true
    nothing:
    nested:
      -
        a: 1
        b: 2
      -
        - c
    text: |
      a
      b
    cut: |-
      a

       b
    password: "yes"
"#
    );
}

#[test]
fn what_some_reader_bends_is_quoted() {
    let ambiguous = [
        "",
        " ",
        "~",
        "=",
        "<<",
        "-",
        "?",
        ":",
        "y",
        "N",
        "yes",
        "No",
        "ON",
        "off",
        "true",
        "False",
        "NULL",
        "0",
        "0123",
        "-1",
        "+1",
        "1_000",
        "0x1F",
        "0o17",
        "0b1",
        "1.5",
        ".5",
        "1e3",
        "1.0e+3",
        ".inf",
        "-.INF",
        ".NaN",
        "22:22",
        "12:30:45",
        "2001-01-01",
        "2001-1-1T1:1:1Z",
        " a",
        "a ",
        "a b",
        "a#b",
        "a: b",
        "a:",
        "- a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
        "{a",
        "[a",
        "'a",
        "\"a",
        "#a",
        "a,b",
        "a\tb",
        "a\rb",
        "a\u{85}b",
        "\u{feff}a",
        "ü",
        "---",
        "...",
        "a\u{2028}b",
        "\u{1f600}",
        "\0",
        "\u{7f}",
    ];
    for text in ambiguous {
        let written = to_text(&Value::from(text));
        assert!(written.starts_with('"'), "{text:?}: {written}");
        assert_eq!(read(&written), Value::from(text));
    }
    for text in [
        "always",
        "mysql:5.7",
        "$X",
        "db-persistence:/var/lib/mysql",
        "a.b@c",
    ] {
        assert_eq!(to_text(&Value::from(text)), format!("{text}\n"));
    }
}

#[test]
fn a_long_key_and_a_collection_as_key_are_readable() {
    let long = "k".repeat(2000);
    let mut map = crate::yaml::Mapping::new();
    map.insert(Value::from(long), Value::from(1));
    map.insert(read("{a: [1, {}]}"), read("[x]"));
    map.insert(Value::from("a: b"), Value::Null);
    map.insert(Value::Null, read("{c: 1}"));
    map.insert(Value::from(1), read("!tag {d: 1}"));
    map.insert(Value::from(true), read("!tag e"));
    let value = Value::from(map);
    assert_eq!(read(&to_text(&value)), value);
}

/// Texts made of what means something to some reader.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        proptest::sample::select(vec![
            "yes",
            "no",
            "null",
            "~",
            "=",
            "<<",
            "0123",
            "1_000",
            "22:22",
            "2001-01-01",
            "1e3",
            ".inf",
            "0x1",
            "- ",
            ": ",
            " #",
            "#",
            "\n",
            "\r\n",
            "\t",
            " ",
            "\"",
            "'",
            "\\",
            "$",
            "${X}",
            "%",
            "@",
            "---",
            "...",
            "|",
            ">",
            "{",
            "}",
            "[",
            "]",
            ",",
            "&a",
            "*a",
            "!",
            "\u{85}",
            "\u{a0}",
            "\u{2028}",
            "\u{feff}",
            "\u{1f600}",
            "\0",
            "\u{1b}",
            "ü",
        ]),
        Just("plain"),
    ];
    let words = proptest::collection::vec(word, 0..6).prop_map(|words| words.concat());
    prop_oneof![3 => words, 1 => any::<String>(), 1 => "[a-z\\n ]{0,20}"]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<f64>().prop_map(Value::from),
        1 => Just(Value::Null),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        let pairs = proptest::collection::vec((text(), inner.clone()), 0..5);
        prop_oneof![
            proptest::collection::vec(inner, 0..5).prop_map(Value::from),
            pairs.prop_map(|pairs| {
                let pairs = pairs.into_iter().map(|(k, v)| (Value::from(k), v));
                Value::from(pairs.collect::<crate::yaml::Mapping>())
            }),
        ]
    })
}

proptest! {
        #[test]
        fn every_document_reads_back_exactly(value in value()) {
            let written = to_text(&value);
            prop_assert_eq!(read(&written), value, "{}", written);
        }

        #[test]
        fn a_plain_text_is_one_for_every_reader(text in text()) {
            if plain(&text) {
                prop_assert!(!is_ambiguous_plain(&text));
            }
        }

        #[test]
        fn quoted_texts_read_back_under_a_key(text in text()) {
            let written = format!("a:\n  b: {}\nc: d\n", quoted(&text, 2));
let back = read(&written);
            prop_assert_eq!(back["a"]["b"].as_str(), Some(text.as_str()), "{}", written);
        }
    }
