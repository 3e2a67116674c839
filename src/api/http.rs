//! HTTP, through ureq: the only module that knows it. Every request has a limit.

use serde_json::Value;
use std::sync::{Once, OnceLock};
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

/// Posts a JSON body, with a token where there is one. The error is a text that says why there was no
/// answer; it repeats nothing of what was sent.
pub fn post(
    url: &str,
    body: &Value,
    token: Option<&str>,
    limit: Duration,
) -> Result<Answer, String> {
    let why = |error: ureq::Error| why(&error, limit);
    let mut request = agent(url)
        .post(url)
        .config()
        .timeout_connect(Some(limit))
        .timeout_global(Some(limit))
        .build();
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let mut response = request.send_json(body).map_err(why)?;
    let status = response.status().as_u16();
    let text = response
        .body_mut()
        .with_config()
        .limit(LONGEST_BODY)
        .lossy_utf8(true)
        .read_to_string()
        .map_err(why)?;
    Ok(match serde_json::from_str(&text) {
        Ok(value) => Answer::Json(value),
        Err(_) => Answer::Other {
            status,
            start: text.chars().take(200).collect(),
        },
    })
}

/// Longer than any answer that is asked for; a body without end is cut here.
const LONGEST_BODY: u64 = 16 << 20;

/// Why there was no answer, in a few words.
fn why(error: &ureq::Error, limit: Duration) -> String {
    use std::io::ErrorKind;
    match error {
        ureq::Error::Timeout(_) => {
            format!("no answer within {}", humantime::format_duration(limit))
        }
        ureq::Error::HostNotFound => "there is no such host".to_owned(),
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => "nothing listens there".to_owned(),
            ErrorKind::TimedOut => {
                format!("no answer within {}", humantime::format_duration(limit))
            }
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
                "the connection was closed without an answer".to_owned()
            }
            _ => {
                let text = error.to_string();
                text.split(" (os error")
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            }
        },
        error => {
            let text = error.to_string();
            if text.contains("No CA certificates") {
                return "this machine has no CA certificates: install them, or set `SSL_CERT_FILE`"
                    .to_owned();
            }
            text
        }
    }
}

/// The agent for an address: made once, since reading the system's certificates takes its time.
fn agent(url: &str) -> &'static ureq::Agent {
    static NEAR: OnceLock<ureq::Agent> = OnceLock::new();
    static FAR: OnceLock<ureq::Agent> = OnceLock::new();
    if url.starts_with("https:") {
        install_tls();
    }
    if is_loopback(url) {
        // HTTP_PROXY would be asked for localhost, which is another machine to it.
        NEAR.get_or_init(|| config().proxy(None).build().new_agent())
    } else {
        FAR.get_or_init(|| config().build().new_agent())
    }
}

fn config() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::PlatformVerifier)
        .build();
    ureq::Agent::config_builder()
        // GraphQL servers put their errors into bodies of any status.
        .http_status_as_error(false)
        .max_redirects(0)
        // A server that is being restarted leaves dead connections behind.
        .max_idle_connections(0)
        .user_agent(concat!("prisma/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
}

fn is_loopback(url: &str) -> bool {
    let host = url.parse::<ureq::http::Uri>().ok();
    let host = host.as_ref().and_then(|uri| uri.host());
    host.is_some_and(crate::docker::engine::is_loopback)
}

fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that there is a provider already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
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
