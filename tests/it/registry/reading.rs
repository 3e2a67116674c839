//! What is read, what is refused, and what is said about it.

use prisma_cli::testing::config::registry::{self, NewEntry, Registry, Saved};
use prisma_cli::testing::error::{Failure, Kind, Result};
use prisma_cli::testing::interrupt::Interrupt;
use std::fs;
use std::path::PathBuf;

struct Home(tempfile::TempDir);

impl Home {
    fn with(text: &str) -> Home {
        let home = Home(tempfile::tempdir().expect("temporary folder"));
        fs::write(home.path(), text).expect("writes");
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        fs::set_permissions(home.path(), private).expect("chmod");
        home
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("config.yml")
    }

    fn load(&self) -> Result<Registry> {
        Registry::load(&self.path(), &|name| {
            (name == "HOST").then(|| "h".to_owned())
        })
    }

    fn save(&self, name: &str, host: &str, secret: Option<&str>) -> Result<Saved> {
        let entry = NewEntry {
            name: name.to_owned(),
            host: host.to_owned(),
            secret: secret.map(Into::into),
            replaces: true,
        };
        registry::save(&self.path(), &entry, &|_| None, &Interrupt::default())
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).expect("reads")
    }

    /// The lines of a message without the path they all begin with.
    fn told(&self, failure: &Failure) -> Vec<String> {
        let path = format!("{}:", self.path().display());
        failure
            .message()
            .lines()
            .map(|line| line.replace(&path, ""))
            .collect()
    }
}

#[test]
fn the_page_reads_as_it_says() {
    let home = Home::with(concat!(
        "clusters:\n  local:\n    host: 'http://localhost:4466'\n    clusterSecret: \"a\\r\\n\"\n",
        "  digital-ocean:\n    host: 'http://45.55.177.154:4466'\ncloudSessionKey: k\n",
    ));
    let registry = home.load().expect("reads");
    let names: Vec<_> = registry.names().collect();
    assert_eq!(names, ["local", "digital-ocean"]);
    let local = registry.get("local").expect("is there");
    assert_eq!(local.host, "http://localhost:4466");
    assert_eq!(local.secret, Some("a\r\n".into()));
    let other = registry.get("digital-ocean").expect("is there");
    assert_eq!(other.secret, None);
    assert_eq!(registry.cloud_session_key(), Some(&"k".into()));
    assert!(registry.warnings().is_empty());
}

#[test]
fn what_we_write_looks_like_the_page() {
    let home = Home::with("");
    home.save(
        "local",
        "http://localhost:4466",
        Some("-----BEGIN\r\nx\r\n"),
    )
    .expect("saves");
    home.save("1", "http://one", Some("a\nb")).expect("saves");
    let expected = concat!(
        "clusters:\n  local:\n    host: 'http://localhost:4466'\n    clusterSecret: \"-----BEGIN\\r\\nx\\r\\n\"\n",
        "  '1':\n    host: 'http://one'\n    clusterSecret: \"a\\nb\"\n",
    );
    assert_eq!(home.text(), expected);
}

#[test]
fn everything_wrong_is_told_at_once_with_its_place() {
    let text = concat!(
        "cloudSessionKey: 5\nclusters:\n  a:\n    clusterSecret: x\n  b:\n    host: 4466\n",
        "  c: http://c\n  d:\n  e:\n    host: [http://e]\n    clusterSecret: 12\n  a:\n    host: ''\n",
        "    host: http://x\n  ok:\n    host: http://ok\nclusters: {}\n",
    );
    let home = Home::with(text);
    let failure = home.load().expect_err("is wrong");
    assert_eq!(failure.kind, Kind::ConfigInvalid);
    assert_eq!(failure.hints, ["correct the file; it was left as it is"]);
    let expected = [
        "1:18: `cloudSessionKey`: expected a string, found a number: quote it",
        "3:3: `clusters.a`: `host` is missing",
        "6:11: `clusters.b.host`: expected a string, found a number: quote it",
        "7:3: `clusters.c`: expected a mapping, found a string",
        "8:3: `clusters.d`: `host` is missing",
        "10:11: `clusters.e.host`: expected a string, found a list",
        "11:20: `clusters.e.clusterSecret`: expected a string, found a number: quote it",
        "12:3: duplicate key `clusters.a`, first used on line 3",
        "17:1: duplicate key `clusters`, first used on line 2",
    ];
    assert_eq!(home.told(&failure), expected);
    // Saving would leave the others as wrong as they are.
    assert_eq!(home.save("ok", "http://new", None), Err(failure));
    assert_eq!(home.text(), text);
}

#[test]
fn a_broken_file_is_told_with_its_line() {
    for (text, at) in [
        ("clusters:\n  a:\n    host: 'x\n", "4:1: "),
        ("clusters:\n\ta: x\n", "2:1: "),
        ("a: *b\n", "1:4: "),
        ("a: 1\n---\nb: 2\n", "2:1: "),
    ] {
        let home = Home::with(text);
        let failure = home.load().expect_err("is broken");
        assert_eq!(failure.kind, Kind::ConfigInvalid);
        let told = home.told(&failure);
        assert!(told.len() == 1 && told[0].starts_with(at), "{told:?}");
        assert!(home.save("x", "http://x", None).is_err());
        assert_eq!(home.text(), text);
    }
}

#[test]
fn a_variable_that_is_not_set_costs_only_its_cluster() {
    let home = Home::with(concat!(
        "clusters:\n  a:\n    host: ${env:NO}\n  b:\n    host: http://${env:HOST}\n",
        "    clusterSecret: '${env:NO, \"d\"}'\ncloudSessionKey: ${env:NO}\n",
    ));
    let registry = home.load().expect("reads");
    let failure = registry
        .get("a")
        .expect("is there")
        .usable()
        .expect_err("is not usable");
    assert_eq!(
        home.told(&failure),
        ["3:5: `host` of cluster `a` refers to the variable `NO`, which is not set"]
    );
    assert_eq!(
        failure.hints,
        ["set `NO`, or write a default: `${env:NO, \"…\"}`"]
    );
    let b = registry
        .get("b")
        .and_then(|b| b.usable().ok())
        .expect("is usable");
    assert_eq!(
        (b.host.as_str(), b.secret.clone()),
        ("http://h", Some("d".into()))
    );
    assert_eq!(registry.cloud_session_key(), None);
    assert_eq!(registry.warnings().len(), 2);
}

#[test]
fn secrets_do_not_show() {
    let home = Home::with(
        "clusters:\n  a:\n    host: http://a\n    clusterSecret: hidden\ncloudSessionKey: hidden\n",
    );
    let registry = home.load().expect("reads");
    let entry = NewEntry {
        name: "a".into(),
        host: "h".into(),
        secret: Some("hidden".into()),
        replaces: true,
    };
    let shown = format!("{registry:?} {entry:?}");
    assert!(
        shown.contains("http://a") && !shown.contains("hidden"),
        "{shown}"
    );
}

#[test]
fn what_would_not_read_back_is_refused() {
    let home = Home::with("# mine\n");
    for (name, host, secret, why) in [
        ("a", "", None, "a cluster requires a host"),
        ("<<", "http://a", None, "`<<` cannot be a name in YAML"),
        ("a", "http://${env:X}", None, "would be read as a reference"),
        (
            "a",
            "http://a",
            Some("${env:X, 'y'}"),
            "would be read as a reference",
        ),
        (
            &"n".repeat(2_000),
            "http://a",
            None,
            "the result would not be YAML",
        ),
    ] {
        let failure = home.save(name, host, secret).expect_err("is refused");
        assert!(failure.message().contains(why), "{failure}");
        assert_eq!(home.text(), "# mine\n");
    }
    assert_eq!(
        home.save("a", "http://${a}", Some("${env:")),
        Ok(Saved::Added)
    );
}

#[test]
fn a_large_file_reads_as_a_small_one() {
    let mut text = "cloudSessionKey: \"k\\\"\"\nclusters:\n".to_owned();
    for n in 0..2_000 {
        text += &format!("  c{n}:\n    host: http://h{n} # c\n    clusterSecret: 'it''s {n}'\n");
    }
    let quick = Home::with(&text).load().expect("reads");
    // A list is nothing the scanner takes: the parser reads the same text.
    let thorough = Home::with(&format!("{text}x: []\n")).load().expect("reads");
    assert_eq!(quick.clusters(), thorough.clusters());
    assert_eq!(quick.clusters().len(), 2_000);
    assert_eq!(quick.cloud_session_key(), thorough.cloud_session_key());
    let wrong = Home::with(&format!("{text}  c7:\n    host: 8\n"));
    let failure = wrong.load().expect_err("is wrong");
    assert_eq!(
        wrong.told(&failure),
        ["6003:3: duplicate key `clusters.c7`, first used on line 24"]
    );
}
