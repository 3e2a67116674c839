//! `prisma cluster add` without anybody to ask.
//!
//! Witness: `recorded::cluster` plays `cluster add` on every recorded server; silence and variables are scripted:
//! no recording covers them.

use crate::cluster::support::{Auth, Home, key, server, silent};
use serde_json::json;
use std::time::{Duration, Instant};

pub const DEPLOY: &str =
    "deploy a service to it: put `cluster: far` into its `prisma.yml` and run `prisma deploy`\n";

fn added(endpoint: &str, version: &str, secret: &str) -> String {
    format!(
        "cluster `far` added\n\n  endpoint   {endpoint}\n  version    Prisma {version}\n  secret     {secret}\n\n{DEPLOY}"
    )
}

/// The stage as shown to no terminal.
pub fn checked(endpoint: &str) -> String {
    format!("asking {endpoint}\n")
}

#[test]
fn a_key_is_tried_and_saved_in_the_documented_form() {
    let host = server("1.1.3", Auth::PublicKey(key().public_spki_pem()));
    let home = Home::new();
    home.write("key.pem", key().pem_pkcs1().reveal());
    let file = home.path("key.pem").display().to_string();
    let given = format!("{host}/cluster/");
    home.cluster(&["add", "far", "--endpoint", &given, "--secret-file", &file])
        .is(0, &added(&host, "1.1.3", "private key"), &checked(&host));
    let secret = serde_json::to_string(key().pem_pkcs1_crlf().reveal()).expect("a text");
    assert_eq!(
        home.registry(),
        format!("clusters:\n  far:\n    host: '{host}'\n    clusterSecret: {secret}\n")
    );
    use std::os::unix::fs::PermissionsExt;
    let mode = |name: &str| {
        home.path(name)
            .metadata()
            .expect("is there")
            .permissions()
            .mode()
    };
    assert_eq!(mode(".prisma/config.yml") & 0o777, 0o600);
    assert_eq!(mode(".prisma") & 0o777, 0o700);
}

#[test]
fn every_answer_has_a_variable() {
    let host = server("1.34.12", Auth::Secret(" s3cret phrase".to_owned()));
    let home = Home::new()
        .env("PRISMA_CLI_CLUSTER", "far")
        .env("PRISMA_CLI_CLUSTER_ENDPOINT", &host)
        .env("PRISMA_CLI_SECRET_ENV", "MINE")
        .env("MINE", " s3cret phrase\n");
    let json = home.cluster(&["add", "--json"]).json();
    let data = json!({"name": "far", "endpoint": host, "version": "1.34.12", "secret": "text", "replaced": false});
    assert_eq!(json["data"], data);
    assert!(
        home.registry()
            .contains("clusterSecret: \" s3cret phrase\""),
        "{}",
        home.registry()
    );
    // The same again changes nothing and is no error; another secret is one without `--force`.
    assert_eq!(home.cluster(&["add"]).status, 0);
    let before = home.registry();
    let home = home
        .env("PRISMA_CLI_NO_CHECK", "1")
        .env("MINE", "another s3cret");
    home.cluster(&["add"]).is(
        1,
        "",
        &format!("error: cluster `far` already exists (`{host}`)\nhint: choose another name, or replace it with `--force`, which discards its secret\nhint: `NAME` is set by `PRISMA_CLI_CLUSTER`, `--endpoint` by `PRISMA_CLI_CLUSTER_ENDPOINT`, `--secret-env` by `PRISMA_CLI_SECRET_ENV`, `--no-check` by `PRISMA_CLI_NO_CHECK`\n"),
    );
    assert_eq!(home.registry(), before);
    let json = home.cluster(&["add", "--force", "--json"]).json();
    assert_eq!(json["data"]["replaced"], true);
    assert!(home.registry().contains("another s3cret"));
}

#[test]
fn an_open_server_needs_no_secret_and_one_is_worth_a_warning() {
    let host = server("1.8.3", Auth::Off);
    let home = Home::new();
    home.cluster(&["add", "far", "--endpoint", &host]).is(
        0,
        &added(&host, "1.8.3", "none"),
        &checked(&host),
    );
    assert_eq!(
        home.registry(),
        format!("clusters:\n  far:\n    host: '{host}'\n")
    );
    let home = Home::new().stdin("s3cret-text\n");
    home.cluster(&["add", "far", "--endpoint", &host, "--secret-file", "-"])
        .is(
            0,
            &added(&host, "1.8.3", "shared secret"),
            &format!(
                "{}warning: `{host}` accepts requests without a secret: anyone can deploy to it\n",
                checked(&host)
            ),
        );
}

#[test]
fn a_server_that_refuses_the_secret_is_not_added_and_nothing_of_it_shown() {
    let host = server("1.34.12", Auth::Secret("right-s3cret".to_owned()));
    let home = Home::new().stdin("wrong-s3cret");
    let outcome = home.cluster(&["add", "far", "--endpoint", &host, "--secret-file=-", "-v"]);
    outcome.is(
        7,
        "",
        &format!(
            "{}error: `{host}` (Prisma 1.34.12) rejected the secret: Authentication token is invalid: Token can't be decoded: ********\n\
             hint: provide the server's `managementApiSecret`\n\
             hint: or add it unchecked with `--no-check`\n",
            checked(&host)
        ),
    );
    assert_eq!(home.registry(), "");
    let none = Home::new();
    none.cluster(&["add", "far", "--endpoint", &host]).is(
        4,
        "",
        &format!(
            "{}error: a secret is needed, but this is not an interactive terminal\n\
             hint: use `--secret-file FILE` (`-` for stdin, an empty file for a server without one) or `--secret-env VARIABLE`\n",
            checked(&host)
        ),
    );
    none.cluster(&[
        "add",
        "far",
        "--endpoint",
        &host,
        "--secret-file",
        "/dev/null",
    ])
    .is(
        7,
        "",
        &format!(
            "{}error: `{host}` (Prisma 1.34.12) requires a secret\n\
             hint: provide the server's `managementApiSecret`\n\
             hint: or add it unchecked with `--no-check`\n",
            checked(&host)
        ),
    );
}

#[test]
fn the_form_of_the_secret_follows_the_edition() {
    let old = server("1.1.3", Auth::PublicKey(key().public_spki_pem()));
    let new = server("1.34.12", Auth::Secret("s3cret-text".to_owned()));
    let add = |host: &str, secret: &str| {
        let home = Home::new().stdin(secret);
        home.cluster(&["add", "far", "--endpoint", host, "--secret-file", "-"])
    };
    add(&old, "s3cret-text").is(
        2,
        "",
        &format!(
            "{}error: Prisma 1.1.3 needs a private key, but the secret is plain text\n\
             hint: provide the complete PEM key, including the BEGIN and END lines\n",
            checked(&old)
        ),
    );
    add(&new, key().pem_pkcs1().reveal()).is(
        2,
        "",
        &format!(
            "{}error: Prisma 1.34.12 needs a shared secret, but the secret is a private key\n\
             hint: provide the `managementApiSecret` of the server's `PRISMA_CONFIG`\n",
            checked(&new)
        ),
    );
    add(&old, "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n").is(
        6,
        "",
        "error: not a private key: no `-----END RSA PRIVATE KEY-----` line\n",
    );
}

#[test]
fn a_server_that_stays_silent_is_given_up() {
    let silent = silent();
    let begun = Instant::now();
    let outcome = Home::new().cluster(&["add", "far", "--endpoint", &silent]);
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(outcome.status, 1);
    assert!(
        outcome.stderr.contains("no answer within 10s"),
        "{outcome:?}"
    );
}

#[test]
fn ctrl_c_ends_a_wait_within_a_second() {
    let silent = silent();
    let home = Home::new();
    let silent = home
        .prisma("cluster", &["add", "far", "--endpoint", &silent])
        .start();
    std::thread::sleep(Duration::from_millis(700));
    let signalled = silent.signal("INT");
    assert_eq!(silent.end().status, 130);
    assert!(signalled.elapsed() < Duration::from_secs(5));
}
