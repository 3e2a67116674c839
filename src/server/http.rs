//! HTTP, through ureq: the only module that knows it. Every request has a limit, none follows a
//! redirect, and certificates are judged by the system's own roots.

mod client;
mod forward;
mod proxy;
mod route;

pub use client::{Client, Limits, Reply};
pub use proxy::Proxies;

use super::fault::Fault;
use serde_json::Value;
use std::time::Duration;

/// A GraphQL answer, or rather what came back where one was expected.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// A JSON document, whatever the HTTP status.
    Json(Value),
    /// Anything else: a page, a plain text.
    Other {
        /// HTTP status.
        status: u16,
        /// The beginning of the body.
        start: String,
    },
}

/// Posts a GraphQL query without a token. The error is a text that says why there was no answer.
pub fn post_query(url: &str, query: &str, limit: Duration) -> Result<Answer, String> {
    post(url, &serde_json::json!({ "query": query }), None, limit)
}

/// Posts a JSON body, with a token where there is one, over a connection of its own. The error is a
/// text that says why there was no answer; it repeats nothing of what was sent.
pub fn post(
    url: &str,
    body: &Value,
    token: Option<&str>,
    limit: Duration,
) -> Result<Answer, String> {
    let why = |fault: Fault| match fault.remedy() {
        Some(remedy) if matches!(fault, Fault::NoRoots) => format!("{fault}: {remedy}"),
        _ => fault.to_string(),
    };
    let (base, path) = divide(url);
    let client = Client::with(base, Proxies::of_process(), false).map_err(why)?;
    match client.post(path, body, token, Limits::of(limit)) {
        Ok(reply) => Ok(Answer::Json(reply.body)),
        Err(Fault::NotJson { status, start, .. }) => Ok(Answer::Other { status, start }),
        Err(Fault::Redirect { status, target }) => Ok(Answer::Other {
            status,
            start: target,
        }),
        Err(fault) => Err(why(fault)),
    }
}

/// Scheme, host and port of an address, and the path.
fn divide(url: &str) -> (&str, &str) {
    let authority = url.find("://").map_or(0, |at| at + 3);
    match url[authority..].find('/') {
        Some(slash) => url.split_at(authority + slash),
        None => (url, "/"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;

    /// Answers one request with `response`.
    fn serve(response: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let url = format!("http://{}/cluster", listener.local_addr().expect("bound"));
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).expect("a request");
            let _ = stream.write_all(response.as_bytes());
            std::thread::sleep(Duration::from_millis(300));
        });
        url
    }

    /// Answers every request with what `answer` makes of it, one connection each.
    pub fn serve_all(answer: impl Fn(&str) -> String + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
        let host = format!("http://{}", listener.local_addr().expect("bound"));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a client");
                let mut request = Vec::new();
                let mut chunk = [0; 4096];
                // The bodies here have no newline, and end with a brace.
                while !request.ends_with(b"}") {
                    let read = stream.read(&mut chunk).expect("a request");
                    if read == 0 {
                        break;
                    }
                    request.extend_from_slice(&chunk[..read]);
                }
                let _ = stream.write_all(answer(&String::from_utf8_lossy(&request)).as_bytes());
            }
        });
        host
    }

    fn post(url: &str) -> Result<Answer, String> {
        post_query(url, "{x}", Duration::from_millis(200))
    }

    #[test]
    fn a_json_body_counts_whatever_the_status() {
        let url = serve("HTTP/1.1 500 x\r\nContent-Length: 2\r\n\r\n{}");
        assert_eq!(post(&url), Ok(Answer::Json(serde_json::json!({}))));
    }

    #[test]
    fn a_token_is_sent_and_not_repeated() {
        let host = serve_all(|request| {
            let sent = request.contains("uthorization: Bearer t0ken\r\n");
            let body = format!("{{\"sent\":{sent}}}");
            format!(
                "HTTP/1.1 200 x\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
        });
        let limit = Duration::from_secs(2);
        let body = serde_json::json!({});
        let answer = super::post(&host, &body, Some("t0ken"), limit);
        assert_eq!(answer, Ok(Answer::Json(serde_json::json!({"sent": true}))));
        let refused = super::post(&host, &body, Some("t0\nken"), limit);
        assert!(!refused.expect_err("no header").contains("ken"));
    }

    #[test]
    fn a_page_is_no_answer() {
        let url = serve("HTTP/1.1 404 x\r\nContent-Length: 4\r\n\r\n<html");
        let Ok(Answer::Other { status, start }) = post(&url) else {
            panic!("a page was taken for JSON");
        };
        assert_eq!((status, &*start), (404, "<htm"));
    }

    #[test]
    fn a_mute_and_a_half_answer_end_at_the_limit() {
        for response in ["", "HTTP/1.1 200 x\r\nContent-Length: 99\r\n\r\n{"] {
            let error = post(&serve(response)).expect_err("cut short");
            assert!(!error.is_empty());
        }
    }
}
