//! Every hand-made file of `tests/corpus/service`.
//!
//! `NAME.out` has what `NAME.yml` says or the failure it gives, and what the two edits do to it, as
//! differences one can read. What an edit may touch is checked by rules as well, so a wrong one cannot
//! be blessed by accident. `BLESS=1 cargo test --test it service` writes the `.out` files anew.
//!
//! A first line `# given: NAME=VALUE …` gives options.

use prisma_cli::testing::config::prisma_yml::{self, Given};
use prisma_cli::testing::error::Failure;
use prisma_cli::testing::service::{self, Address, Service, Target};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

const FRESH: &str = "http://localhost:4466/app/dev";

fn env(name: &str) -> Option<String> {
    let value = match name {
        "HOST" => "host.example",
        "PORT" => "4466",
        "SECRET" => "from env",
        "TOKEN" => "t0ken",
        "TRUE" => "true",
        "EMPTY" => "",
        "TRICKY" => "${self:service} ${env:SECRET}",
        _ => return None,
    };
    Some(value.to_owned())
}

fn options(text: &str) -> BTreeMap<String, String> {
    let given = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# given: "));
    let pairs = given.into_iter().filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn told(service: &Service) -> String {
    let mut out = String::new();
    let mut say = |what: &str, value: String| writeln!(out, "{what}: {value}").expect("writes");
    say("form", format!("{:?}", service.form));
    say("name", service.name.clone());
    say("stage", service.stage.clone());
    say("target", format!("{:?}", service.target));
    for file in service.datamodel.files() {
        say(
            "datamodel",
            format!("{} +{}", file.path.display(), file.offset),
        );
    }
    for secret in &service.secrets {
        say("secret", format!("{:?}", secret.reveal()));
    }
    for s in &service.subscriptions {
        say(
            "subscription",
            format!("{} at {}, {:?}, {:?}", s.name, s.at, s.query, s.file),
        );
        say("  url", s.url.reveal().to_owned());
        for (name, value) in &s.headers {
            say("  header", format!("{name}: {}", value.reveal()));
        }
    }
    let command =
        |c: &service::Command| format!("{:?} shown as {:?} at {}", c.run.reveal(), c.shown, c.at);
    match &service.seed {
        Some(service::Seed::Run(run)) => say("seed.run", command(run)),
        Some(service::Seed::Import { path, at }) => {
            say("seed.import", format!("{} at {at}", path.display()))
        }
        None => {}
    }
    if let Some(schema) = &service.schema {
        say("schema", schema.display().to_string());
    }
    for hook in &service.post_deploy {
        say("post-deploy", command(hook));
    }
    for warning in &service.warnings {
        say("warning", warning.clone());
    }
    out
}

fn failed(failure: &Failure) -> String {
    let mut out = format!("{:?}\n{}\n", failure.kind, failure.message());
    for hint in &failure.hints {
        writeln!(out, "hint: {hint}").expect("writes");
    }
    out
}

/// The only line that differs, or the one that is new. Panics when there is more.
fn difference(name: &str, before: &str, after: &str) -> String {
    let (old, new) = (before.as_bytes(), after.as_bytes());
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let limit = old.len().min(new.len()) - head;
    let tails = old.iter().rev().zip(new.iter().rev());
    let tail = tails.take_while(|(a, b)| a == b).count().min(limit);
    let visible = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        text.replace('\r', "␍")
            .replace('\n', "␊")
            .replace('\u{feff}', "[BOM]")
    };
    let gone = &old[head..old.len() - tail];
    assert!(
        !gone.contains(&b'\n'),
        "{name}: more than one line is touched"
    );
    let came = &new[head..new.len() - tail];
    assert!(
        came.iter().filter(|b| **b == b'\n').count() <= 1,
        "{name}: more than one line is new"
    );
    let line = 1 + old[..head].iter().filter(|b| **b == b'\n').count();
    format!("line {line}: -{} +{}\n", visible(gone), visible(came))
}

fn load(path: &Path, text: &str, opt: &BTreeMap<String, String>) -> Result<Service, Failure> {
    let given = Given {
        env: &env,
        origin: &|_| None,
        opt,
    };
    prisma_yml::parse(path, text, given, &prisma_cli::testing::files::read_text)
}

fn check(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("reads");
    let opt = options(&text);
    let loaded = load(path, &text, &opt);
    let mut out = match &loaded {
        Ok(service) => told(service),
        Err(failure) => failed(failure),
    };
    if let Ok(service) = &loaded {
        let debug = format!("{service:?}");
        for hidden in ["t0ken", "from env"] {
            let in_types = service.datamodel.text().contains(hidden);
            assert!(
                in_types || !debug.contains(hidden),
                "{}: {debug}",
                path.display()
            );
        }
    } else {
        assert!(!out.contains("hunter2") && !out.contains("t0ken"), "{out}");
    }
    type Edit = fn(&str, &str) -> prisma_cli::testing::error::Result<String>;
    for (title, edit, value, expected) in [
        (
            "cluster",
            prisma_yml::set_cluster as Edit,
            "team/fresh",
            Target::of_cluster("team/fresh").expect("is one"),
        ),
        (
            "endpoint",
            prisma_yml::set_endpoint as Edit,
            FRESH,
            Target::Endpoint(Address::parse(FRESH).expect("is one").endpoint),
        ),
    ] {
        writeln!(out, "=== set {title}").expect("writes");
        let edited = match edit(&text, value) {
            Ok(edited) => edited,
            Err(failure) => {
                out += &failed(&failure);
                continue;
            }
        };
        let name = path.display().to_string();
        out += &difference(&name, &text, &edited);
        assert_eq!(
            edit(&edited, value).as_deref(),
            Ok(edited.as_str()),
            "{name}: not stable"
        );
        let newlines = |text: &str| {
            (
                text.contains("\r\n"),
                text.replace("\r\n", "").contains('\n'),
            )
        };
        if text.contains('\n') {
            assert_eq!(newlines(&edited), newlines(&text), "{name}: line ends");
        }
        let meant =
            |before: &&Service| (before.form == service::Form::Cluster) == (title == "cluster");
        if let Some(before) = loaded.as_ref().ok().filter(meant) {
            let after = load(path, &edited, &opt).expect("still fine");
            assert_eq!(after.datamodel, before.datamodel, "{name}");
            assert_eq!(after.secrets, before.secrets, "{name}");
            if !opt.contains_key("cluster") {
                assert_eq!(after.target, expected, "{name}");
            }
        }
    }
    out
}

#[test]
fn every_file_says_what_it_should() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/service");
    let listed = fs::read_dir(&folder).expect("lists");
    let paths = listed.map(|entry| entry.expect("lists").path());
    let mut files: Vec<PathBuf> = paths
        .filter(|p| p.extension().is_some_and(|e| e == "yml"))
        .collect();
    files.sort();
    assert!(files.len() >= 80, "{} files", files.len());
    let mut wrong = Vec::new();
    for path in files {
        let out = check(&path).replace(&path.display().to_string(), "FILE");
        let out = out.replace(&folder.display().to_string(), "FOLDER");
        let golden = path.with_extension("out");
        if std::env::var_os("BLESS").is_some() {
            fs::write(&golden, &out).expect("writes");
        }
        if fs::read_to_string(&golden).unwrap_or_default() != out {
            wrong.push(format!("{}:\n{out}", golden.display()));
        }
        let right = !out.starts_with("ConfigInvalid") && !out.starts_with("Usage");
        let name = path
            .file_name()
            .expect("has one")
            .to_string_lossy()
            .into_owned();
        if right == name.starts_with("wrong-") {
            wrong.push(format!("{name} is misnamed:\n{out}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
