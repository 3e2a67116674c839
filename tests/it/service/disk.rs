//! With real files: reading from disk, setting the one line.

use prisma_cli::testing::config::Project;
use prisma_cli::testing::config::prisma_yml::{self, Given};
use prisma_cli::testing::error::Kind;
use prisma_cli::testing::service::{self, Target};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

fn load(file: &Path) -> prisma_cli::testing::error::Result<service::Service> {
    let given = Given {
        env: &|_| None,
        origin: &|_| None,
        opt: &BTreeMap::new(),
    };
    prisma_yml::load(file, given)
}

#[test]
fn a_service_is_read_and_its_cluster_set() {
    let home = tempfile::tempdir().expect("temporary folder");
    let folder = home.path().join("my service");
    fs::create_dir_all(folder.join("types")).expect("creates");
    let absolute = home.path().join("shared.graphql");
    fs::write(&absolute, "enum Role {\n  ADMIN\n}\n").expect("writes");
    fs::write(
        folder.join("types/user.graphql"),
        "type User {\n  id: ID!\n}\n",
    )
    .expect("writes");
    let text = format!(
        "service: app\nstage: dev\ndatamodel:\n- types/user.graphql\n- {}\nsecret: x\nsubscriptions:\n  welcome:\n    query: subscription {{ user {{ node {{ id }} }} }}\n    webhook: http://h/x\n",
        absolute.display()
    );
    let real = home.path().join("real.yml");
    fs::write(&real, &text).expect("writes");
    let file = folder.join("prisma.yml");
    symlink("../real.yml", &file).expect("symlink");

    let found = Project::find(folder.join("types"), None);
    let found = found.expect("is above").file;
    assert_eq!(found, file);
    let read = load(&found).expect("is fine");
    assert_eq!(read.target, Target::Unset);
    let told = |name, field| {
        let place = read.datamodel.locate(name, field)?.to_string();
        let folder = home.path().display().to_string();
        Some(place.strip_prefix(&format!("{folder}/"))?.to_owned())
    };
    let at = |name, field| told(name, field).unwrap_or_default();
    assert_eq!(at("User", Some("id")), "my service/types/user.graphql:2");
    assert_eq!(at("Role", Some("ADMIN")), "shared.graphql:2");
    assert_eq!(read.subscriptions[0].at.line, 8);
    assert_eq!(at("Global", None), "");
    assert_eq!(read.files().len(), 3);

    let set = |text: &str| prisma_yml::set_cluster(text, "local");
    let (before, after) = prisma_yml::preview_target(&file, set).expect("is possible");
    assert_eq!(
        (&*before, &*after),
        (&*text, &*format!("{text}cluster: local\n"))
    );
    fs::write(&file, after).expect("writes");
    assert_eq!(
        load(&file).expect("is fine").target,
        Target::Cluster("local".to_owned())
    );
}

#[test]
fn what_cannot_be_read_is_named() {
    let home = tempfile::tempdir().expect("temporary folder");
    let file = home.path().join("prisma.yml");
    let failure = load(&file).expect_err("not there");
    assert_eq!(failure.kind, Kind::Io);
    assert!(failure.message().contains("prisma.yml"), "{failure}");
    fs::write(&file, b"service: a\nstage: \xff\n").expect("writes");
    let failure = load(&file).expect_err("not text");
    assert_eq!(
        failure.message(),
        format!("{}:2: not UTF-8 text", file.display())
    );
    fs::write(&file, "endpoint: http://h/a/b\ndatamodel: x\n").expect("writes");
    let set = |text: &str| prisma_yml::set_cluster(text, "local");
    let failure = prisma_yml::preview_target(&file, set);
    let failure = failure.expect_err("has an endpoint");
    assert!(
        failure.message().starts_with("could not write `"),
        "{failure}"
    );
    let kept = fs::read_to_string(&file).expect("reads");
    assert_eq!(kept, "endpoint: http://h/a/b\ndatamodel: x\n");
}

#[test]
fn the_cluster_alone_can_be_asked_for() {
    let opt = BTreeMap::new();
    let ask = |text: &str| {
        let given = Given {
            env: &|name| (name == "A").then(|| "a".to_owned()),
            origin: &|_| None,
            opt: &opt,
        };
        prisma_yml::cluster(Path::new("p.yml"), text, given)
            .map(|found| found.map(|(name, _)| name))
    };
    let named = |text: &str| ask(text).expect("is fine");
    assert_eq!(
        named(
            "nonsense: ${x}\ncluster: ${self:custom.c}\ncustom: {c: \"${env:A}-b\", d: \"${\"}\n"
        ),
        Some("a-b".to_owned())
    );
    for none in ["service: x\n", "cluster:\n", "endpoint: http://h\n"] {
        assert_eq!(named(none), None, "{none}");
    }
    for (text, why) in [
        (
            "a: 1\ncluster: 7\n",
            "p.yml:2:10: `cluster`: expected a string, found a number: write \"7\"",
        ),
        (
            "cluster: ${opt:x}\n",
            "p.yml:1:10: `cluster`: option `--x` is missing",
        ),
        ("", "p.yml:1:1: the file is empty"),
    ] {
        let failure = ask(text).expect_err(text);
        assert!(failure.message().starts_with(why), "{failure}");
    }
}
