//! `cluster add` with a server that is none, or that does not accept what it is given.
//!
//! Witness: refusals are in the recordings (`auth/*`); clocks that differ, gateways, nodes without a management API
//! and TLS are scripted: no recording covers them.

use crate::cluster::add::{DEPLOY, checked};
use crate::cluster::support::{Home, key, nobody, respond, serve};
use serde_json::json;
use std::io::{Read, Write};

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
