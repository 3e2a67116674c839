//! `prisma cluster add` without anybody to ask.

use crate::cluster::support::{Auth, Home, key, nobody, respond, serve, server, silent};
use serde_json::json;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

const DEPLOY: &str =
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
fn what_is_no_prisma_server_is_refused_unless_unchecked() {
    let page = serve(|_| respond(200, "<html>hello</html>"));
    let dead = nobody();
    let add = |endpoint: &str, flags: &[&str]| {
        let home = Home::new();
        let args = [
            "add",
            "far",
            "--secret-file",
            "/dev/null",
            "--endpoint",
            endpoint,
        ];
        let outcome = home.cluster(&[&args[..], flags].concat());
        (outcome, home.registry())
    };
    let (outcome, registry) = add(&page, &[]);
    outcome.is(
        1,
        "",
        &format!(
            "asking {page}\nerror: `{page}` is not a Prisma server: it answers with status 200 and a page, not JSON\n\
             hint: check the host and port, and whether the server requires `https`\n\
             hint: or add it unchecked with `--no-check`\n"
        ),
    );
    assert_eq!(registry, "");
    let service = format!("{page}/my-service/dev");
    let (outcome, _) = add(&service, &[]);
    assert!(
        outcome
            .stderr
            .contains(&format!("without service and stage: `{page}`\n")),
        "{outcome:?}"
    );
    add(&dead, &[]).0.is(
        1,
        "",
        &format!(
            "asking {dead}\nerror: `{dead}` does not answer: nothing listens there\n\
             hint: check the host and port, and that the server is running\n\
             hint: or add it unchecked with `--no-check`\n"
        ),
    );
    let (outcome, registry) = add(&dead, &["--no-check"]);
    outcome.is(
        0,
        &format!("cluster `far` added\n\n  endpoint   {dead}\n  secret     none\n\n{DEPLOY}"),
        "",
    );
    assert_eq!(registry, format!("clusters:\n  far:\n    host: '{dead}'\n"));
}

/// A server of a version that rejects every token with a message.
fn rejecting(version: &'static str, message: &'static str) -> String {
    serve(move |request| {
        let answer = if request.field() == "serverInfo" {
            json!({"data": {"serverInfo": {"version": version}}})
        } else {
            json!({"data": null, "errors": [{"code": 3015, "message": message}]})
        };
        respond(200, &answer.to_string())
    })
}

#[test]
fn clocks_that_differ_are_named_as_the_cause() {
    for (version, message) in [
        (
            "1.8.4",
            "Authentication token is invalid: Token can't be decoded: The token is expired since 2018-05-02T12:00:00Z",
        ),
        ("1.31.2", "Token is issued in the future (iat)."),
        (
            "1.34.12",
            "Authentication token is invalid: Token can't be decoded: The token will only be valid after 2018-05-02T12:00:00Z",
        ),
    ] {
        let host = rejecting(version, message);
        let home = Home::new().stdin("right-s3cret");
        home.cluster(&["add", "far", "--endpoint", &host, "--secret-file=-"]).is(
            7,
            "",
            &format!(
                "{}error: `{host}` (Prisma {version}) rejected the token: its clock differs from this machine's: {message}\n\
                 hint: synchronise the clocks of both machines\n\
                 hint: or add it unchecked with `--no-check`\n",
                checked(&host)
            ),
        );
        let home = Home::with(&format!(
            "clusters:\n  far:\n    host: '{host}'\n    clusterSecret: right-s3cret\n"
        ));
        let listed = home.cluster(&["list"]);
        let reason = format!(
            "`far`: the server rejected the token: its clock differs from this machine's: {message}; synchronise the clocks of both machines\n"
        );
        assert_eq!(
            (listed.status, &*listed.stderr),
            (0, &*reason),
            "{listed:?}"
        );
    }
}

#[test]
fn what_is_wanted_instead_depends_on_the_version() {
    let refused = "Authentication token is invalid: 'Authorization' header not provided";
    let pem = key().pem_pkcs1();
    for (version, secret, hint) in [
        (
            "1.34.12",
            "wrong-s3cret",
            "provide the server's `managementApiSecret`\n",
        ),
        (
            "1.8.4",
            "wrong-s3cret",
            "provide the server's `managementApiSecret`, or the private key if it has only a public key\n",
        ),
        (
            "1.8.4",
            pem.reveal(),
            "provide the server's `managementApiSecret` if it has one, as it ignores keys then; otherwise the private key that matches its public key\n",
        ),
        (
            "1.1.3",
            pem.reveal(),
            "provide the private key that matches the server's `CLUSTER_PUBLIC_KEY`\n",
        ),
    ] {
        let host = rejecting(version, refused);
        let home = Home::new().stdin(secret);
        let outcome = home.cluster(&["add", "far", "--endpoint", &host, "--secret-file=-"]);
        assert_eq!(outcome.status, 7, "{outcome:?}");
        let hint = format!("\nhint: {hint}hint: or add it");
        assert!(outcome.stderr.contains(&hint), "{version}: {outcome:?}");
    }
}

/// As 1.34.12 of `prisma-prod` answers without `enableManagementApi`.
#[test]
fn a_node_without_a_management_api_is_one() {
    let host = serve(|request| {
        let project = format!("{}$default", request.path.trim_matches('/'));
        let message = format!("Project not found: '{project}'");
        respond(
            200,
            &json!({"errors": [{"message": message, "code": 3016}]}).to_string(),
        )
    });
    let home = Home::new();
    home.cluster(&["add", "far", "--endpoint", &host]).is(
        1,
        "",
        &format!(
            "{}error: `{host}` cannot be added: it is a Prisma server without a management API, such as an API node of `prisma-prod`\n\
             hint: use the address of the node that has `enableManagementApi: true`\n\
             hint: or add it unchecked with `--no-check`\n",
            checked(&host)
        ),
    );
}

#[test]
fn https_for_a_server_that_speaks_http_is_told() {
    // What a real server answers to the beginning of TLS.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("binds");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            let _ = stream.read(&mut [0; 4096]);
        }
    });
    let (host, secure) = (format!("http://{address}"), format!("https://{address}"));
    let home = Home::new();
    let outcome = home.cluster(&["add", "far", "--endpoint", &secure]);
    if outcome.stderr.contains("has no CA certificates") {
        crate::support::skip("https to a plain server", "no CA certificates");
        return;
    }
    outcome.is(
        1,
        "",
        &format!(
            "{}error: `{secure}` cannot be added: it speaks http, not https\n\
             hint: use `{host}`\n\
             hint: or add it unchecked with `--no-check`\n",
            checked(&secure)
        ),
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
