//! Everything that can be between a client and an answer, each with its own fault and words.
//!
//! Witness: none. Cut, trickling and oversized answers, and ports without a server, are scripted: no recording
//! covers them.

use crate::api::played::{TYPES, WAITS, at, client, input, limits, run};
use crate::support::raw::{answers, http, raw, says};
use prisma_cli::testing::error::{Failure, Kind};
use prisma_cli::testing::server::credential::Credential;
use prisma_cli::testing::server::fault::Fault;
use prisma_cli::testing::server::http::{Client, Limits, Proxies};
use serde_json::json;
use std::io::Write;
use std::net::TcpListener;
use std::time::{Duration, Instant};

const JSON: &str = "application/json";

fn post(url: &str, limits: Limits) -> Result<serde_json::Value, Fault> {
    let reply = client(url).post("/management", &json!({"query": "{x}"}), None, limits);
    reply.map(|reply| reply.body)
}

#[track_caller]
fn fault(url: &str) -> Fault {
    post(url, limits(2000)).expect_err("a fault")
}

fn deploy(url: &str) -> Failure {
    let management = at(url, Credential::None);
    run(&management, &input(TYPES), WAITS)
        .0
        .expect_err("a failure")
}

#[test]
fn a_closed_port() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    drop(listener);
    assert_eq!(fault(&url), Fault::Refused);
    let failure = deploy(&url);
    assert_eq!(failure.kind, Kind::ServerUnreachable);
    let expected = format!(
        "could not deploy `svc` to stage `dev`: could not reach `{url}`: nothing listens there"
    );
    assert_eq!(failure.message(), expected);
    assert_eq!(
        failure.hints,
        ["start the server, or correct the host and port"]
    );
}

#[test]
fn an_unknown_host() {
    let fault = fault("http://no-such-host.invalid:4466");
    // Where no name server answers, nobody knows.
    assert!(
        matches!(fault, Fault::UnknownHost | Fault::NameService(_)),
        "{fault:?}"
    );
}

#[test]
fn what_is_no_address() {
    for text in [
        "",
        "localhost:4466",
        "ftp://x",
        "http://",
        "http://a b",
        "/x",
    ] {
        let made = Client::new(text, &Proxies::default()).map(|_| ());
        assert!(
            matches!(made, Err(Fault::BadAddress(_))),
            "{text}: {made:?}"
        );
    }
}

#[test]
fn no_answer() {
    let url = raw(|_, _| std::thread::sleep(Duration::from_secs(20)));
    let begun = Instant::now();
    let limit = Duration::from_millis(300);
    assert_eq!(post(&url, limits(300)), Err(Fault::ResponseTimeout(limit)));
    assert!(begun.elapsed() < Duration::from_secs(5));
    let failure = Fault::ResponseTimeout(limit).failure(&url);
    assert_eq!((failure.kind, failure.exit()), (Kind::NotReady, 5));
    let expected = format!("could not reach `{url}`: no answer within 300ms");
    assert_eq!(failure.message(), expected);
}

#[test]
#[cfg(target_os = "linux")]
fn no_connection() {
    // A queue that is full: the next one is neither taken nor refused.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("bound");
    let patience = Duration::from_millis(50);
    let mut queue = Vec::new();
    while let Ok(stream) = std::net::TcpStream::connect_timeout(&address, patience) {
        queue.push(stream);
        assert!(queue.len() < 5000, "the queue has no end");
    }
    let limits = Limits {
        connect: Duration::from_millis(300),
        request: Duration::from_secs(20),
    };
    let begun = Instant::now();
    let fault = post(&format!("http://{address}"), limits).expect_err("no connection");
    assert_eq!(fault, Fault::ConnectTimeout(limits.connect));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_answer_that_trickles() {
    let url = raw(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 x\r\nContent-Length: 100000\r\n\r\n");
        while stream.write_all(b" ").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let begun = Instant::now();
    assert_eq!(
        post(&url, limits(400)),
        Err(Fault::BodyTimeout(Duration::from_millis(400)))
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_connection_that_is_cut() {
    assert_eq!(fault(&says("")), Fault::Closed);
    let halves = [
        "HTTP/1.1 200 x\r\nContent-Length: 99\r\n\r\n{\"data\":",
        "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{\"data\":\r\n",
    ];
    for half in halves {
        assert_eq!(fault(&says(half)), Fault::Truncated, "{half}");
    }
    assert_eq!(fault(&says("HTTP/1.1 200 x\r\nContent-")), Fault::Closed);
}

#[test]
fn json_that_is_cut_short() {
    assert_eq!(
        fault(&says(http(200, JSON, "{\"data\":{\"a\":"))),
        Fault::Truncated
    );
    let failure = deploy(&says(http(200, JSON, "{\"data\":{\"a\":")));
    assert!(
        failure.message().ends_with("the answer is incomplete"),
        "{failure}"
    );
}

#[test]
fn a_page_a_text_and_nothing() {
    let page = "<!DOCTYPE html>\n<html>hello</html>";
    assert!(matches!(
        fault(&says(http(200, "text/html", page))),
        Fault::NotJson {
            status: 200,
            page: true,
            ..
        }
    ));
    let text = fault(&says(http(
        405,
        "text/plain",
        "method\u{1b}[31m not allowed",
    )));
    assert_eq!(
        text.to_string(),
        "it answers with status 405 and no JSON: `method[31m not allowed`"
    );
    let nothing = fault(&says(http(503, "text/plain", "")));
    assert_eq!(
        nothing.to_string(),
        "a proxy in front of it considers the server unavailable (status 503)"
    );
    assert!(nothing.is_transient());
    let failure = deploy(&says(http(200, "text/html", page)));
    assert_eq!(failure.kind, Kind::ServerUnreachable);
    assert!(
        failure
            .message()
            .ends_with("it answers with status 200 and a page, not JSON"),
        "{failure}"
    );
    assert!(
        failure.hints[0].contains("check that the URL is the Prisma server's"),
        "{failure:?}"
    );
}

#[test]
fn status_codes_with_and_without_an_answer() {
    for status in [400, 401, 403, 404, 500, 502] {
        let url = answers(http(status, JSON, r#"{"message":"no"}"#));
        assert!(post(&url, limits(2000)).is_ok(), "the body counts");
        let failure = deploy(&url);
        let expected =
            format!("it answers with status {status} and JSON that is not a GraphQL answer");
        assert!(failure.message().ends_with(&expected), "{failure}");
        let url = answers(http(
            status,
            JSON,
            r#"{"errors":[{"message":"Whoops. Internal.","requestId":"local:x"}]}"#,
        ));
        let failure = deploy(&url);
        assert_eq!(failure.kind, Kind::Refused, "{failure:?}");
        assert!(
            failure.message().ends_with("says: Whoops. Internal."),
            "{failure}"
        );
        assert_eq!(failure.hints, ["look for `local:x` in the server's log"]);
    }
}

#[test]
fn a_proxy_in_front_of_the_server_is_no_wrong_address() {
    for (status, why, remedy) in [
        (401, "rejects the request", "`Authorization` header"),
        (413, "is too large for a proxy", "client_max_body_size"),
        (429, "gets too many requests", "try again later"),
        (
            502,
            "gets no valid answer",
            "check that the server is running",
        ),
        (
            503,
            "considers the server unavailable",
            "check that the server is running",
        ),
        (
            504,
            "did not wait for the server's answer",
            "proxy_read_timeout",
        ),
    ] {
        let page = http(status, "text/html", "<html><h1>nginx</h1></html>");
        let fault = fault(&says(page));
        let shown = fault.to_string();
        assert!(shown.contains(why), "{shown}");
        assert!(shown.ends_with(&format!(" (status {status})")), "{shown}");
        let hint = fault.remedy().expect("has one");
        assert!(hint.contains(remedy) && !hint.contains("URL"), "{hint}");
        let text = self::fault(&says(http(status, "text/plain", "no luck"))).to_string();
        assert_eq!(text, format!("{shown}: `no luck`"));
    }
    let elsewhere = fault(&says(http(404, "text/html", "<html>")));
    assert!(!elsewhere.is_of_gateway());
}

#[test]
fn a_gateway_without_a_server_is_asked_once() {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&asked);
    let url = raw(move |stream, _| {
        count.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let _ = stream.write_all(http(502, "text/html", "<html>Bad Gateway</html>").as_bytes());
    });
    let failure = deploy(&url);
    assert!(failure.message().contains("status 502"), "{failure}");
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn a_redirect_is_told_and_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let answer = format!(
            "HTTP/1.1 {status} x\r\nLocation: https://else.where/\r\nContent-Length: 0\r\n\r\n"
        );
        let target = "https://else.where/".to_owned();
        assert_eq!(fault(&says(answer)), Fault::Redirect { status, target });
    }
}

#[test]
fn what_does_not_speak_http() {
    for bytes in ["5.7.44\0mysql\r\n\r\n", "SSH-2.0-OpenSSH\r\n\r\n"] {
        let fault = fault(&says(bytes));
        let told = matches!(fault, Fault::Other(_) | Fault::Closed);
        assert!(told, "{fault:?}");
    }
}

#[test]
fn large_answers_are_taken_up_to_the_limit() {
    let large = format!("{{\"data\":\"{}\"}}", "x".repeat(20 << 20));
    let url = says(http(200, JSON, &large));
    let body = post(&url, limits(20_000)).expect("an answer");
    assert_eq!(body["data"].as_str().map(str::len), Some(20 << 20));
    let url = raw(|stream, _| {
        let _ = stream.write_all(b"HTTP/1.1 200 x\r\nContent-Length: 1000000000\r\n\r\n[");
        let blanks = vec![b' '; 1 << 20];
        while stream.write_all(&blanks).is_ok() {}
    });
    assert_eq!(post(&url, limits(20_000)), Err(Fault::TooLong));
}

#[test]
fn a_connection_that_died_while_idle_is_replaced() {
    // Answers once on each connection, says it will stay, and hangs up.
    let url = says(http(200, JSON, "{}"));
    let client = client(&url);
    for _ in 0..5 {
        let reply = client.post("/", &json!({}), None, limits(2000));
        assert!(reply.is_ok(), "{reply:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
