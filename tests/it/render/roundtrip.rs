//! Arbitrary values through every way into a container: the process environment, `.env`, literally.

use super::compose::{Compose, installed};
use super::{Generation, dotenv, local, rendered};
use prisma_cli::testing::cluster::Cluster;
use prisma_cli::testing::render::dotenv::write;
use prisma_cli::testing::yaml::{Mapping, Value, write::to_text};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeMap;
use std::fs;

/// Values that every test includes: each of these is wrong in some quoting of some reader.
pub const NASTY: &[&str] = &[
    "",
    " ",
    "  x  ",
    "a b",
    "a #b",
    "#a",
    "a#b",
    "$",
    "$$",
    "$X",
    "${X}",
    "${X",
    "$$x",
    "a$",
    "%s",
    "'",
    "\"",
    "''",
    "it's",
    "say \"hi\"",
    "'a'",
    "\"a\"",
    "'\"'",
    "\\",
    "\\\\",
    "a\\",
    "a b\\",
    "'\\",
    "\\n",
    "\\\\n",
    "\\'",
    "\\\"",
    "a\\\"b",
    "\\$",
    "$\\",
    "$'",
    "\n",
    "a\nb",
    "a\n",
    "\na",
    "a$\nb",
    "a'\nb",
    "a\\\nb",
    "a\n\\",
    "\t",
    "a\tb",
    "\ta",
    "a\t#b",
    "\r",
    "a\r\nb",
    "a=b",
    "=",
    "a: b",
    "yes",
    "null",
    "0123",
    "1_000",
    "22:22",
    "2001-01-01",
    "~",
    "*a",
    "&a",
    "!a",
    "`a`",
    "$(a)",
    "%a",
    "@a",
    "{a}",
    "[a]",
    "a,b",
    "|",
    ">",
    "-",
    "pä✓",
    "\u{1f600}",
    "\u{a0}x\u{a0}",
    "\u{3000}",
    "\u{7}",
    "\u{1b}[0m",
    "export A=1",
];

/// Text that is likely to hurt, without what no variable can hold (NUL) and without the three line
/// separators that PyYAML folds when v1 *prints* its answer.
pub fn value() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(NASTY), 0..4);
    let fits = |c: &char| !"\0\u{85}\u{2028}\u{2029}".contains(*c);
    prop_oneof![
        3 => pieces.prop_map(|pieces| pieces.concat()),
        1 => any::<String>().prop_map(move |text| text.chars().filter(fits).collect()),
        2 => "[a-z$'\"#\\\\ {}\n\r\t=:-]{0,10}",
    ]
}

/// Puts every value into one document in all three ways and reads the document back.
fn check(composes: &[Compose], values: &[String]) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut environment = Mapping::new();
    let (mut env, mut lines, mut wanted) = (Vec::new(), String::new(), BTreeMap::new());
    for (at, value) in values.iter().enumerate() {
        let mut add = |name: String, text: String| {
            environment.insert(Value::from(name.clone()), Value::from(text));
            wanted.insert(name, value.clone());
        };
        add(format!("LITERAL_{at}"), value.replace('$', "$$"));
        add(format!("PROCESS_{at}"), format!("$P{at}"));
        env.push((format!("P{at}"), value.clone()));
        if let Ok(line) = write(&format!("F{at}"), value) {
            add(format!("FILE_{at}"), format!("$F{at}"));
            lines += &(line + "\n");
        }
    }
    for generation in [Generation::V1, Generation::V2] {
        let read = dotenv::read(&lines, generation).expect("the model reads it");
        for (name, value) in read {
            let wanted = &wanted[&name.replace('F', "FILE_")];
            assert_eq!(&value, wanted, "{generation:?} as modelled");
        }
    }
    let mut service = Mapping::new();
    service.insert(Value::from("image"), Value::from("x"));
    service.insert(Value::from("environment"), Value::from(environment));
    let services = Mapping::from_iter([(Value::from("x"), Value::from(service))]);
    let document = Mapping::from_iter([
        (Value::from("version"), Value::from("3")),
        (Value::from("services"), Value::from(services)),
    ]);
    fs::write(
        folder.path().join("docker-compose.yml"),
        to_text(&Value::from(document)),
    )
    .expect("writes");
    fs::write(folder.path().join(".env"), &lines).expect("writes");
    for compose in composes {
        let read = &compose.environments(folder.path(), &env)["x"];
        for (name, wanted) in &wanted {
            assert_eq!(
                read.get(name),
                Some(wanted),
                "{name}, {:?}",
                compose.generation
            );
        }
    }
}

#[test]
fn every_value_arrives_exactly_in_every_way() {
    let composes = installed();
    let nasty: Vec<String> = NASTY.iter().map(|text| (*text).to_owned()).collect();
    check(&composes, &nasty);
    // v1 takes a third of a second for each document, so documents are few and large.
    let mut runner = TestRunner::new(Config {
        cases: 3,
        max_shrink_iters: 60,
        ..Config::default()
    });
    let values = proptest::collection::vec(value(), 1..120);
    runner
        .run(&values, |values| {
            check(&composes, &values);
            Ok(())
        })
        .expect("every value arrives");
}

#[test]
fn nearly_every_value_can_be_written_into_env() {
    let refused: Vec<_> = NASTY
        .iter()
        .filter(|value| write("K", value).is_err())
        .collect();
    assert_eq!(
        refused,
        [&"${X}", &"${X", &"'\\", &"\\$", &"$\\", &"$'", &"a\n\\"]
    );
}

/// A cluster whose private values are the given ones.
fn cluster(user: &str, password: &str, secret: &str) -> Cluster {
    let mut cluster = local();
    cluster.database.user = user.to_owned();
    cluster.database.password = password.into();
    cluster.schema_manager_secret = secret.into();
    cluster
}

#[test]
fn a_rendered_cluster_gives_its_containers_what_it_says() {
    let key = prisma_cli::testing::secret::keys::generate().expect("generates");
    let composes = installed();
    for (user, password, secret) in [
        ("root", "graphcool", "MUCHSECRET"),
        ("a b", "it's ${HOME} \"x\" \\", "a$b\nc"),
        (" # ", "$$PORT", "pä✓\r\n\t"),
    ] {
        let mut cluster = cluster(user, password, secret);
        cluster.cluster_secret = Some(key.pem_pkcs1());
        let rendered = rendered(&cluster);
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("docker-compose.yml"), &rendered.compose).expect("writes");
        fs::write(folder.path().join(".env"), rendered.dotenv.reveal()).expect("writes");
        let env = super::env(&rendered);
        let given: BTreeMap<_, _> = env.iter().cloned().collect();
        let mut ways = vec![&env[..]];
        if rendered.unrepresentable.is_empty() {
            // From the file alone.
            ways.push(&[]);
        }
        for compose in &composes {
            for env in &ways {
                let read = compose.environments(folder.path(), env);
                let database = &read["prisma-db"];
                assert_eq!(database["MYSQL_ROOT_PASSWORD"], password);
                assert_eq!(database["MYSQL_DATABASE"], "graphcool");
                let server = &read["prisma-database"];
                for (name, value) in server {
                    if let Some(given) = given.get(name) {
                        assert_eq!(value, given, "{name}");
                    }
                }
                assert_eq!(server["SQL_CLIENT_USER"], user);
                assert_eq!(server["SCHEMA_MANAGER_SECRET"], secret);
                assert_eq!(server["CLUSTER_PUBLIC_KEY"], key.public_spki_base64());
                assert_eq!(server["CLUSTER_ADDRESS"], "http://prisma-database:4466");
                assert_eq!(server["BUGSNAG_API_KEY"], "");
            }
        }
    }
}
