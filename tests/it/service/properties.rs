//! What holds for every file: edits touch one line, reading ends.

use prisma_cli::testing::config::prisma_yml::{self, Given};
use prisma_cli::testing::service::Service;
use prisma_cli::testing::yaml::Node;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

fn read(text: &str) -> prisma_cli::testing::error::Result<Service> {
    let env = |name: &str| (name == "A").then(|| "a".to_owned());
    let opt = BTreeMap::from([("x".to_owned(), "y".to_owned())]);
    let given = Given {
        env: &env,
        origin: &|_| None,
        opt: &opt,
    };
    let types = |_: &Path| Ok(Some("type A { id: ID! }".to_owned()));
    prisma_yml::parse(Path::new("/s/prisma.yml"), text, given, &types)
}

/// Lines of a top-level key, with all that people put around them.
fn entry(key: &'static str) -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just(" a"),
        Just("  'it''s' # one"),
        Just(" \"q\\n\" #"),
        Just("\n  a: 1 # c\n  # inner\n  b:\n    - x\n    - {y: z}"),
        Just("\n- a\n-   b # c"),
        Just("\n  - a\n  # last"),
        Just(" [a, 'b', {c: d}]"),
        Just(" {a: [b],\n  c: d # e\n  }"),
        Just(" |\n    text # no comment\n\n    more"),
        Just(" |+\n  text\n\n"),
        Just(" >-\n  folded\n  text"),
        Just(" plain\n  continued # c"),
        Just(" &anchor x"),
        Just(" ~"),
        Just(""),
        Just(" # nothing"),
        Just("\tü 漢字"),
        Just(" !!str 5"),
    ];
    let above = prop_oneof![
        3 => Just(""),
        1 => Just("\n"),
        1 => Just("# above\n"),
        1 => Just("  # indented\n"),
        1 => Just("\n\n#\n"),
    ];
    (above, value).prop_map(move |(above, value)| format!("{above}{key}:{value}\n"))
}

/// A file without `endpoint`; where `cluster` stands, if it does, is a matter of chance.
fn document() -> impl Strategy<Value = String> {
    let cluster = prop_oneof![
        2 => Just(""),
        1 => Just("cluster:\n"),
        1 => Just("cluster: # ask\n"),
        1 => Just("cluster:   \n"),
        1 => Just("cluster: null # c\n"),
        1 => Just("cluster: ~\n"),
        1 => Just("cluster: local\n"),
        1 => Just("cluster:  'local'   # c\n"),
        1 => Just("cluster: \"${env:C}\"\n"),
        1 => Just("\"cluster\" : local\n"),
    ];
    let entries = (
        entry("stage"),
        entry("secret"),
        entry("custom"),
        entry("x-y"),
        cluster,
    );
    let entries = entries
        .prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e.to_owned(), "service: app\n".to_owned()]);
    let ends = prop_oneof![
        4 => Just(""),
        1 => Just("# end\n"),
        1 => Just("\n\n"),
        1 => Just("...\n"),
        1 => Just("  # end\n...\n# after\n"),
    ];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (entries.prop_shuffle(), ends, flags, 1_usize..7).prop_map(
        |(entries, end, (bom, marker, crlf, open), count)| {
            let mut entries = entries;
            // `service` has to be there.
            entries.sort_by_key(|entry| entry != "service: app\n");
            entries.truncate(count);
            let turn = count / 2;
            entries.rotate_left(turn);
            let mut text = entries.concat() + end;
            if marker {
                text.insert_str(0, "---\n");
            }
            if open {
                text.truncate(text.trim_end_matches('\n').len());
            }
            if crlf {
                text = text.replace('\n', "\r\n");
            }
            if bom {
                text.insert(0, '\u{feff}');
            }
            text
        },
    )
}

/// What is left of a text without the lines that begin with the key; with them, if there is none.
fn without_line(text: &str, key: &str) -> Vec<String> {
    let lines = text.split_inclusive('\n');
    let bare = |line: &str| line.trim_start_matches(['\u{feff}', '"']).to_owned();
    let kept = lines.filter(|line| !bare(line).starts_with(key));
    kept.map(|line| line.trim_end_matches(['\r', '\n']).to_owned())
        .collect()
}

fn pairs(text: &str) -> Vec<(String, Node)> {
    let pairs = match Node::parse(text) {
        Ok(Node::Map(pairs)) => pairs,
        other => panic!("{other:?}: {text}"),
    };
    pairs
        .into_iter()
        .filter(|(key, _)| key != "cluster")
        .collect()
}

/// Texts that look like references, right and wrong.
fn reference() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("${self:custom.a}".to_owned()),
        Just("${self:custom.b}".to_owned()),
        Just("${self:custom.c.0}".to_owned()),
        Just("${self:custom.d.e}".to_owned()),
        Just("${self:custom}".to_owned()),
        Just("${self:secret}".to_owned()),
        Just("${env:A}".to_owned()),
        Just("${env:NOPE}".to_owned()),
        Just("${opt:x}".to_owned()),
        Just("${nope:x}".to_owned()),
        Just("plain".to_owned()),
        Just("${".to_owned()),
        Just("}".to_owned()),
        Just("1".to_owned()),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a} {b}")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("{a}{b}")),
            inner.clone().prop_map(|a| format!("${{env:NOPE, {a}}}")),
            inner
                .clone()
                .prop_map(|a| format!("${{env:NOPE, \"{a}\"}}")),
            inner.prop_map(|a| format!("${{self:custom.{a}}}")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::registry::cases(100)))]

    #[test]
    fn an_edit_touches_one_line(text in document(), name in "[a-z][a-z0-9-]{0,8}(/[a-z]{1,5})?|1|no|a b|it's|\"q\"|#x") {
        prop_assume!(Node::parse(&text).is_ok());
        let edited = prisma_yml::set_cluster(&text, &name);
        let edited = edited.unwrap_or_else(|e| panic!("{e}: {text:?}"));
        prop_assert_eq!(pairs(&edited), pairs(&text), "{:?} {:?}", text, edited);
        let parsed = Node::parse(&edited).expect("is YAML");
        prop_assert_eq!(parsed.get("cluster").and_then(Node::as_text), Some(name.as_str()));
        // All other lines are the same; and so are the line ends, but where a line was added behind
        // a last one that had none.
        prop_assert_eq!(without_line(&edited, "cluster"), without_line(&text, "cluster"), "{:?} {:?}", text, edited);
        let head = text.bytes().zip(edited.bytes()).take_while(|(a, b)| a == b).count();
        let least = text.len().min(edited.len()) - head;
        let tail = text.bytes().rev().zip(edited.bytes().rev()).take_while(|(a, b)| a == b).count().min(least);
        let gone = &text.as_bytes()[head..text.len() - tail];
        prop_assert!(!gone.contains(&b'\n'), "{:?} {:?}", text, edited);
        if text.contains('\n') {
            prop_assert_eq!(edited.replace("\r\n", "").contains('\n'), text.replace("\r\n", "").contains('\n'));
            prop_assert_eq!(edited.contains("\r\n"), text.contains("\r\n"));
        }
        prop_assert_eq!(edited.starts_with('\u{feff}'), text.starts_with('\u{feff}'));
        prop_assert_eq!(prisma_yml::set_cluster(&edited, &name), Ok(edited));
    }

    #[test]
    fn reading_ends_for_all_references(a in reference(), b in reference(), c in reference(), d in reference(), s in reference()) {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let text = format!(
            "service: app\nstage: dev\ndatamodel: a\nsecret: {}\ncustom:\n  a: {}\n  b: {}\n  c: [{}]\n  d:\n    e: {}\n",
            quoted(&s), quoted(&a), quoted(&b), quoted(&c), quoted(&d),
        );
        let start = Instant::now();
        match read(&text) {
            Ok(service) => prop_assert!(!service.secrets.is_empty() || !s.is_empty()),
            Err(failure) => prop_assert!(!failure.message().is_empty()),
        }
        prop_assert!(start.elapsed() < Duration::from_secs(60), "{}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "([a-z]{1,4}: |- |\\$\\{|\\}|self:|env:A|opt:x|,|\"|'|\\||>|&a|\\*a|<<: |\n|\n  |\n\t|#|\\[|\\]|\\{|ü|\r\n|---\n|service: a\n|stage: b\n|datamodel: c\n|secret: |custom: |subscriptions:\n  |hooks:\n  post-deploy: ){0,40}") {
        let _ = read(&text);
        if let Ok(edited) = prisma_yml::set_cluster(&text, "fresh") {
            let parsed = Node::parse(&edited).expect("is YAML");
            prop_assert_eq!(parsed.get("cluster").and_then(Node::as_text), Some("fresh"));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(text in any::<String>()) {
        let _ = read(&text);
        let _ = read(&format!("service: {text}\ncustom: '{text}'"));
    }
}

const HEAD: &str = "service: app\nstage: dev\ndatamodel: a\nsecret: x\n";

/// The largest files, made to be slow.
#[test]
fn large_files_are_read_in_time() {
    let mut chain = format!("{HEAD}custom:\n");
    let mut at = 0;
    while chain.len() < 100_000 {
        chain += &format!("  k{at}: ${{self:custom.k{}}}\n", (at * 7 + 1) % 8000);
        at += 1;
    }
    let mut wide = format!("{HEAD}custom:\n  big: {}\n  list:\n", "x".repeat(100_000));
    while wide.len() < 100_000 {
        wide += "    - a${self:custom.big}\n";
    }
    let nested = |open: &str, close: &str| {
        format!(
            "{HEAD}custom: {}{}\n",
            open.repeat(16_000),
            close.repeat(16_000)
        )
    };
    let cases = [
        ("chain", chain),
        ("wide", wide),
        ("open", format!("{HEAD}custom: '{}'\n", "${".repeat(48_000))),
        (
            "flat",
            format!("{HEAD}custom: '{}'\n", "${env:NOPE}".repeat(9_000)),
        ),
        ("brackets", nested("[", "]")),
        ("braces", nested("{a: ", "}")),
        (
            "quotes",
            format!(
                "{HEAD}custom: '${{env:NOPE, \"{}\"}}'\n",
                "${env:A}".repeat(12_000)
            ),
        ),
    ];
    for (name, text) in cases {
        let start = Instant::now();
        let _ = read(&text);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(60), "{name}: {took:?}");
    }
}

/// Deep nesting and long chains together, on the small stack of a test's thread.
#[test]
fn the_stack_is_deep_enough() {
    let mut text = format!("{HEAD}custom:\n");
    for at in 0..200 {
        let (open, close) = ("{a: [".repeat(20), "]}".repeat(20));
        text += &format!(
            "  k{at}: {open}\"${{env:NOPE, ${{env:NOPE, ${{self:custom.k{}}}}}}}\"{close}\n",
            at + 1
        );
    }
    let failure = read(&text).expect_err("too deep");
    assert!(failure.message().contains("too deep"), "{failure}");
}
