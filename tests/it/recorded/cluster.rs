//! What `cluster add`, `cluster list` and `doctor` say of each recorded server: open, and secured with each of the
//! recorded tokens in the place of the program's own.

use super::golden::compare;
use super::project::Project;
use crate::support::replay::{Door, Recording, Replay};
use prisma_cli::testing::secret::keys::{PrivateKey, generate};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

static KEY: LazyLock<PrivateKey> = LazyLock::new(|| generate().expect("random"));

/// A string, where the server takes none.
const TEXT: &str = "a-text-secret";

/// Tokens that the program itself makes: with the right secret, with none, with a wrong one or one of the wrong
/// kind, and with clocks that differ.
const OWN: [&str; 8] = [
    "all",
    "hs",
    "rs",
    "hs-wrong",
    "expired",
    "not-yet",
    "iat-future",
    "none",
];

/// Tokens as somebody else may make them: the server's words are told all the same.
const OTHERS: [&str; 8] = [
    "rec-dev",
    "bad-first",
    "no-grants",
    "grants-missing",
    "exp-missing",
    "exp-text",
    "claims-text",
    "garbage",
];

/// The secret that makes the program send a token of this name.
fn secret(recording: &Recording, token: &str) -> String {
    let is_key = match token {
        "rs" => true,
        "hs" | "hs-wrong" => false,
        _ => recording.has_public_key(),
    };
    if is_key {
        KEY.pem_pkcs1().reveal().to_owned()
    } else {
        TEXT.to_owned()
    }
}

/// The commands at one door, with what is added to the server's URL.
fn asked(recording: &Arc<Recording>, door: Door, secret: Option<&str>, path: &str) -> String {
    let replay = Replay::at_door(recording, door);
    let project = Project::new(&replay.url());
    project.keep("secret", secret.unwrap_or_default());
    let url = replay.url() + path;
    let mut said = String::new();
    let mut tell = |args: &[&str], text: String| {
        let _ = write!(
            said,
            "$ prisma {}\n{text}",
            args[..2.min(args.len())].join(" ")
        );
    };
    let add = |name| {
        [
            "cluster",
            "add",
            name,
            "--endpoint",
            &url,
            "--secret-file",
            "secret",
            "--json",
        ]
    };
    tell(
        &add("one")[..7],
        project.run(&add("one")[..7], replay.port()),
    );
    tell(
        &["cluster", "add --json"],
        project.document(&add("two"), replay.port()),
    );
    project.register(&replay.url(), secret);
    let list = ["cluster", "list", "--json"];
    tell(&list[..2], project.run(&list[..2], replay.port()));
    tell(
        &["cluster", "list --json"],
        project.document(&list, replay.port()),
    );
    tell(
        &["doctor"],
        of_cluster(&project.run(&["doctor"], replay.port())),
    );
    for what in replay.unrecorded() {
        let _ = writeln!(said, "not recorded: {what}");
    }
    said.replace(&recording.version, "VERSION")
}

/// What `doctor` says of the cluster, without what it says of this machine.
fn of_cluster(said: &str) -> String {
    let mut is_shown = false;
    let lines = said.lines().filter(|line| {
        let is_more = line.trim_start().starts_with("hint:");
        is_shown = line.contains("recorded") || (is_more && is_shown);
        is_shown
    });
    lines.map(|line| line.to_owned() + "\n").collect()
}

fn said(recording: &Arc<Recording>, case: &str) -> Option<String> {
    let known = |name: &str| {
        recording
            .scenarios
            .iter()
            .any(|one| one.name.starts_with(name))
    };
    match case {
        "open" => Some(asked(recording, Door::Open, None, "")),
        "open, at its path" => Some(asked(recording, Door::Open, None, &recording.management)),
        "open, with a secret" => {
            let secret = secret(recording, "all");
            Some(asked(recording, Door::Open, Some(&secret), ""))
        }
        "secured, without a secret" if known("auth/without") => {
            Some(asked(recording, Door::Secured("all"), None, ""))
        }
        _ => {
            let token = case.strip_prefix("secured, token ")?;
            let name = (OWN.iter().chain(&OTHERS)).find(|one| **one == token)?;
            let secret = secret(recording, token);
            known("auth/tokens/").then(|| asked(recording, Door::Secured(name), Some(&secret), ""))
        }
    }
}

#[test]
fn servers_and_tokens() {
    let mut cases = vec![
        "open".to_owned(),
        "open, at its path".to_owned(),
        "open, with a secret".to_owned(),
        "secured, without a secret".to_owned(),
    ];
    cases.extend((OWN.iter().chain(&OTHERS)).map(|token| format!("secured, token {token}")));
    compare("access.txt", &cases, said);
}
