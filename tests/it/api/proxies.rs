//! Requests through a proxy, and failures of it.
//!
//! Witness: none. The proxies are scripted: no recording covers them.

use crate::support::raw::{http, raw, says};
use prisma_cli::testing::env::Env;
use prisma_cli::testing::server::fault::Fault;
use prisma_cli::testing::server::http::{Client, Proxies};
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};

fn post(base: &str, env: Env) -> Result<serde_json::Value, Fault> {
    let client = Client::new(base, &Proxies::of(&env))?;
    let reply = client.post(
        "/cluster",
        &json!({"query": "{x}"}),
        Some("t0ken"),
        crate::api::played::limits(2000),
    );
    reply.map(|reply| reply.body)
}

fn recording(answer: String) -> (String, Arc<Mutex<Vec<String>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let url = raw(move |stream, request| {
        record
            .lock()
            .expect("not poisoned")
            .push(request.text.clone());
        let _ = stream.write_all(answer.as_bytes());
    });
    (url, seen)
}

#[test]
fn http_is_asked_for_by_its_full_name() {
    let (proxy, seen) = recording(http(200, "application/json", "{\"data\":1}"));
    let proxy = proxy.replace("http://", "http://user:p%40ss@");
    let env = Env::from([("HTTP_PROXY", proxy.as_str())]);
    let answer = post("http://prisma.example:4466", env).expect("an answer");
    assert_eq!(answer, json!({"data": 1}));
    let seen = seen.lock().expect("not poisoned");
    let head = seen[0].to_ascii_lowercase();
    assert!(
        head.starts_with("post http://prisma.example:4466/cluster http/1.1\r\n"),
        "{head}"
    );
    assert_eq!(head.matches("host: ").count(), 1, "{head}");
    assert!(head.contains("host: prisma.example:4466\r\n"), "{head}");
    assert!(seen[0].contains("Basic dXNlcjpwQHNz"), "{head}");
    assert!(head.contains("authorization: bearer t0ken"), "{head}");
}

#[test]
fn https_goes_through_a_tunnel() {
    let (proxy, seen) = recording("HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n".to_owned());
    let env = Env::from([("HTTPS_PROXY", proxy.as_str())]);
    let fault = post("https://prisma.example", env).expect_err("refused");
    let host = proxy.replace("http://", "");
    assert!(
        matches!(&fault, Fault::Proxy { proxy, .. } if *proxy == host),
        "{fault:?}"
    );
    assert!(fault.to_string().contains("403"), "{fault}");
    let seen = seen.lock().expect("not poisoned");
    assert!(
        seen[0].starts_with("CONNECT prisma.example:443 HTTP/1.1\r\n"),
        "{seen:?}"
    );
    assert!(!seen[0].contains("t0ken"), "the token is for the other end");
}

#[test]
fn exceptions_and_loopback_go_straight() {
    let (proxy, seen) = recording(http(200, "application/json", "{}"));
    let straight = says(http(200, "application/json", "{\"data\":2}"));
    let env = || {
        Env::from([
            ("HTTP_PROXY", proxy.as_str()),
            ("NO_PROXY", "prisma.invalid"),
        ])
    };
    assert_eq!(post(&straight, env()), Ok(json!({"data": 2})));
    let port = straight.rsplit(':').next().expect("a port").to_owned();
    assert_eq!(
        post(&format!("http://localhost:{port}"), env()),
        Ok(json!({"data": 2}))
    );
    let fault = post("http://prisma.invalid", env()).expect_err("no such host");
    assert!(
        matches!(fault, Fault::UnknownHost | Fault::NameService(_)),
        "{fault:?}"
    );
    assert!(seen.lock().expect("not poisoned").is_empty());
}

#[test]
fn a_proxy_that_is_not_there_is_named_without_its_password() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    drop(listener);
    let proxy = format!("http://user:hunter2@{address}");
    for scheme in ["http", "https"] {
        let env = Env::from([("ALL_PROXY", proxy.as_str())]);
        let fault = post(&format!("{scheme}://prisma.example"), env).expect_err("no proxy");
        let text = fault.to_string();
        assert_eq!(
            text,
            format!("the proxy `{address}` fails: nothing listens there")
        );
        assert!(
            fault
                .remedy()
                .is_some_and(|remedy| remedy.contains("NO_PROXY"))
        );
    }
    for odd in [
        "socks5://user:hunter2@x:1",
        "http://user:hunter2@",
        "nonsense://x",
    ] {
        let env = Env::from([("ALL_PROXY", odd)]);
        let fault = post("http://prisma.example", env).expect_err("unusable");
        assert!(matches!(fault, Fault::Proxy { .. }), "{fault:?}");
        assert!(!fault.to_string().contains("hunter2"), "{fault}");
    }
}
