//! HTTP, through ureq: the only module that knows it. Every request has a limit.

use serde_json::Value;
use std::sync::Once;
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
    let agent = agent(url, limit);
    let body = serde_json::json!({ "query": query });
    let mut response = agent
        .post(url)
        .send_json(&body)
        .map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    let text = response
        .body_mut()
        .with_config()
        .limit(1 << 20)
        .lossy_utf8(true)
        .read_to_string()
        .map_err(|error| error.to_string())?;
    Ok(match serde_json::from_str(&text) {
        Ok(value) => Answer::Json(value),
        Err(_) => Answer::Other {
            status,
            start: text.chars().take(200).collect(),
        },
    })
}

fn agent(url: &str, limit: Duration) -> ureq::Agent {
    let mut config = ureq::Agent::config_builder()
        .timeout_connect(Some(limit))
        .timeout_global(Some(limit))
        // GraphQL servers put their errors into bodies of any status.
        .http_status_as_error(false)
        .max_redirects(0)
        .user_agent(concat!("prisma/", env!("CARGO_PKG_VERSION")));
    if is_loopback(url) {
        // HTTP_PROXY would be asked for localhost, which is another machine to it.
        config = config.proxy(None);
    }
    if url.starts_with("https:") {
        install_tls();
        let tls = ureq::tls::TlsConfig::builder()
            .root_certs(ureq::tls::RootCerts::PlatformVerifier)
            .build();
        config = config.tls_config(tls);
    }
    config.build().new_agent()
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
mod tests {
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

    fn post(url: &str) -> Result<Answer, String> {
        post_query(url, "{x}", Duration::from_millis(200))
    }

    #[test]
    fn a_json_body_counts_whatever_the_status() {
        let url = serve("HTTP/1.1 500 x\r\nContent-Length: 2\r\n\r\n{}");
        assert_eq!(post(&url), Ok(Answer::Json(serde_json::json!({}))));
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
