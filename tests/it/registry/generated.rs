//! Registries as people could have written them, made at random, through every edit.

use super::corpus::check;
use proptest::prelude::*;

/// How a scalar is written.
fn value() -> BoxedStrategy<String> {
    prop_oneof![
        "'(http://)?[a-z:#\" ü]{1,8}'",
        "\"[a-z' :#]{0,6}(\\\\n|\\\\r\\\\n|\\\\\"|\\\\x41)?x\"",
        "(http://)?[a-z][a-z0-9/-]{0,8}x",
        Just("${env:HOST}".to_owned()),
        Just("'${env:NONE, \"d\"}'".to_owned()),
    ]
    .boxed()
}

/// The lines of a value below its key, indented by what the caller adds.
fn lines(key: &'static str) -> BoxedStrategy<Vec<String>> {
    let comment = prop_oneof![4 => Just(""), 1 => Just("  # about it")];
    let inline = (value(), comment).prop_map(move |(v, c)| vec![format!("{key}: {v}{c}")]);
    let block = prop_oneof![Just("|"), Just("|-"), Just(">"), Just("|+")].prop_map(move |style| {
        vec![
            format!("{key}: {style}"),
            "    one # text".to_owned(),
            "    two".to_owned(),
        ]
    });
    let folded = Just(vec![format!("{key}: \"one"), "    two\"".to_owned()]);
    prop_oneof![6 => inline, 2 => block, 1 => folded].boxed()
}

fn noise() -> BoxedStrategy<Vec<String>> {
    prop_oneof![
        6 => Just(vec![]),
        1 => Just(vec![String::new()]),
        1 => Just(vec!["# note: 'x".to_owned()]),
        1 => Just(vec!["  # deeper".to_owned(), String::new()]),
    ]
    .boxed()
}

/// The fields of a cluster in block style, in any order, with what may stand between them.
fn fields() -> BoxedStrategy<Vec<String>> {
    let unknown = prop_oneof![
        Just(vec!["note: x".to_owned()]),
        Just(vec![
            "list:".to_owned(),
            "- a".to_owned(),
            "- b: c".to_owned()
        ]),
        Just(vec!["map: {host: no}".to_owned()]),
    ];
    let parts = (
        lines("host"),
        prop::option::of(lines("clusterSecret")),
        prop::option::of(unknown),
        noise(),
        noise(),
    );
    parts
        .prop_flat_map(|(host, secret, unknown, a, b)| {
            let fields: Vec<Vec<String>> = [Some(host), secret, unknown]
                .into_iter()
                .flatten()
                .collect();
            Just(fields).prop_shuffle().prop_map(move |fields| {
                let mut all = a.clone();
                for field in fields {
                    all.extend(field);
                }
                all.extend(b.clone());
                all
            })
        })
        .boxed()
}

/// A cluster as lines, its header first.
fn cluster(number: usize) -> BoxedStrategy<Vec<String>> {
    let names = [
        format!("c{number}"),
        format!("'c {number}'"),
        format!("\"c.{number}/x\""),
        format!("{number}.0"),
        format!("ü{number}"),
    ];
    let name = prop::sample::select(names.to_vec());
    let flow = (value(), prop::option::of(value())).prop_map(|(host, secret)| {
        let host = quoted(&host);
        match secret {
            Some(secret) => format!("{{host: {host}, clusterSecret: {} }}", quoted(&secret)),
            None => format!("{{ host: {host} }}"),
        }
    });
    let anchor = prop_oneof![5 => Just(String::new()), 1 => Just(format!(" &a{number}"))];
    (
        name,
        prop_oneof![4 => fields().prop_map(Ok), 1 => flow.prop_map(Err)],
        1..5usize,
        anchor,
    )
        .prop_map(|(name, body, step, anchor)| match body {
            Err(flow) => vec![format!("{name}:{anchor} {flow} # flow")],
            Ok(fields) => {
                let mut all = vec![format!("{name}:{anchor}")];
                all.extend(fields.iter().map(|line| indented(line, step)));
                all
            }
        })
        .boxed()
}

/// In flow style a plain scalar may not hold everything.
fn quoted(value: &str) -> String {
    match value.chars().next() {
        Some('\'' | '"') => value.to_owned(),
        _ => format!("'{value}'"),
    }
}

fn indented(line: &str, by: usize) -> String {
    if line.is_empty() {
        String::new()
    } else {
        format!("{:by$}{line}", "")
    }
}

fn registry() -> BoxedStrategy<String> {
    let clusters = (cluster(0), cluster(1), cluster(2)).prop_map(|(a, b, c)| vec![a, b, c]);
    let shape = (1..5usize, 0..4usize, noise(), noise(), any::<[bool; 5]>());
    (clusters, shape)
        .prop_map(|(clusters, (step, count, above, between, flags))| {
            let [bom, crlf, last, before, behind] = flags;
            let mut all: Vec<String> = Vec::new();
            if before {
                all.extend([
                    "# top".to_owned(),
                    "cloudSessionKey: abc".to_owned(),
                    String::new(),
                ]);
            }
            all.push("clusters: # all".to_owned());
            for cluster in clusters.iter().take(count) {
                all.extend(above.iter().map(|line| indented(line, step)));
                all.extend(cluster.iter().map(|line| indented(line, step)));
                all.extend(between.clone());
            }
            if behind {
                all.extend([
                    "other: [a, {clusters: {x: y}}]".to_owned(),
                    "# end".to_owned(),
                ]);
            }
            let mut text = all.join("\n");
            if last || !behind {
                text.push('\n');
            }
            if bom {
                text.insert(0, '\u{feff}');
            }
            if crlf {
                text.replace('\n', "\r\n")
            } else {
                text
            }
        })
        .boxed()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::registry::cases(40), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_registry_survives_every_edit(text in registry()) {
        let report = check("generated", text);
        prop_assert!(!report.contains("refused"), "{}", report);
    }
}
