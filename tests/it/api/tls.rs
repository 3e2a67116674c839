//! HTTPS, judged by the system's roots.
//!
//! Witness: none. Encrypted connections are scripted: no recording covers them.

use crate::support::{self, raw::http};
use prisma_cli::testing::server::fault::Fault;
use prisma_cli::testing::server::http::{Client, Proxies};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

/// A certificate of its own authority, for `localhost`, and one of that authority for another name.
fn fixture(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests/it/api/tls", name]
        .iter()
        .collect()
}

/// An `https` server with a certificate; its address.
fn secure(name: &str) -> String {
    let certificate =
        CertificateDer::from_pem_file(fixture(&format!("{name}.pem"))).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(fixture("key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(vec![certificate], key)
        })
        .expect("a server");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut tls = StreamOwned::new(connection, stream.expect("a client"));
            let mut request = [0; 4096];
            if tls.read(&mut request).is_ok_and(|read| read > 0) {
                let _ = tls.write_all(http(200, "application/json", "{\"data\":3}").as_bytes());
                tls.conn.send_close_notify();
                let _ = tls.flush();
            }
        }
    });
    format!("https://localhost:{port}")
}

fn post(url: &str) -> Result<serde_json::Value, Fault> {
    let client = Client::new(url, &Proxies::default())?;
    let reply = client.post(
        "/management",
        &json!({}),
        None,
        crate::api::played::limits(5000),
    );
    reply.map(|reply| reply.body)
}

#[test]
fn a_certificate_of_nobody_known_is_not_trusted() {
    let fault = post(&secure("localhost")).expect_err("not trusted");
    // In a container without any roots nothing can be.
    assert!(
        matches!(fault, Fault::Untrusted(_) | Fault::NoRoots),
        "{fault:?}"
    );
    assert!(
        fault
            .remedy()
            .is_some_and(|remedy| remedy.contains("SSL_CERT_FILE"))
    );
}

#[test]
fn no_tls_at_the_other_end() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("bound").port();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
        let _ = stream.read(&mut [0; 4096]);
    });
    let fault = post(&format!("https://localhost:{port}")).expect_err("no TLS");
    assert!(
        matches!(fault, Fault::PlainHttp | Fault::NoRoots),
        "{fault:?}"
    );
}

/// The part of the tests below that runs with an environment of its own.
#[test]
#[ignore = "run by the others"]
#[expect(clippy::print_stdout, reason = "that is how it answers")]
fn child() {
    for name in ["localhost", "elsewhere", "expired"] {
        println!("{name}: {:?}", post(&secure(name)));
    }
}

fn with_roots(file: &str) -> String {
    #[expect(
        clippy::disallowed_methods,
        reason = "the same program in another environment"
    )]
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args(["--exact", "api::tls::child", "--ignored", "--nocapture"])
        .env("SSL_CERT_FILE", file)
        .env_remove("SSL_CERT_DIR");
    let output = support::output(&mut command).expect("runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
#[cfg(target_os = "linux")]
fn the_systems_roots_decide() {
    let said = with_roots(&fixture("authority.pem").to_string_lossy());
    assert!(
        said.contains("localhost: Ok(Object {\"data\": Number(3)})"),
        "{said}"
    );
    assert!(
        said.contains("elsewhere: Err(Untrusted(\"it is for another host\"))"),
        "{said}"
    );
    assert!(
        said.contains("expired: Err(Untrusted(\"it has expired\"))"),
        "{said}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_machine_without_roots_is_told_what_to_do() {
    let empty = tempfile::NamedTempFile::new().expect("a file");
    let said = with_roots(&empty.path().to_string_lossy());
    assert!(said.contains("localhost: Err(NoRoots)"), "{said}");
    assert!(
        Fault::NoRoots
            .remedy()
            .is_some_and(|remedy| remedy.contains("SSL_CERT_FILE"))
    );
}
