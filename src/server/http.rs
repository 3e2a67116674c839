//! HTTP through ureq, which is used only here. Every request has a time limit, none follows a redirect,
//! and certificates are checked against the system's roots.

mod client;
mod forward;
mod proxy;
mod route;

pub use client::{Client, Limits, Reply, read};
pub use proxy::Proxies;

#[cfg(test)]
pub(super) mod tests {
    use super::super::fault::Fault;
    use super::*;
    use serde_json::json;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::Duration;

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

    /// Answers every request with the result of `answer`, one connection each.
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
                    match stream.read(&mut chunk) {
                        Ok(0) => break,
                        Ok(read) => request.extend_from_slice(&chunk[..read]),
                        // A signal that another test sends.
                        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                        Err(_) => break,
                    }
                }
                let _ = stream.write_all(answer(&String::from_utf8_lossy(&request)).as_bytes());
            }
        });
        host
    }

    /// A response with this body.
    pub fn json(body: &str) -> String {
        let length = body.len();
        format!("HTTP/1.1 200 x\r\nContent-Length: {length}\r\n\r\n{body}")
    }

    fn post(url: &str, token: Option<&str>) -> Result<Reply, Fault> {
        let limits = Limits::of(Duration::from_millis(400));
        Client::once(url)?.post("", &json!({"query": "{x}"}), token, limits)
    }

    #[test]
    fn a_json_body_counts_whatever_the_status() {
        let url = serve("HTTP/1.1 500 x\r\nContent-Length: 2\r\n\r\n{}");
        let (status, body) = (500, json!({}));
        assert_eq!(post(&url, None), Ok(Reply { status, body }));
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
        let reply = post(&host, Some("t0ken")).expect("answered");
        assert_eq!(reply.body, json!({"sent": true}));
        let refused = post(&host, Some("t0\nken")).expect_err("not a header");
        assert!(!format!("{refused:?} {refused}").contains("ken"));
    }

    #[test]
    fn the_path_of_a_base_is_kept() {
        let host = serve_all(|request| {
            let line = request.lines().next().unwrap_or_default().to_owned();
            format!(
                "HTTP/1.1 200 x\r\nContent-Length: {}\r\n\r\n\"{line}\"",
                line.len() + 2
            )
        });
        for (base, path, line) in [
            ("", "", "POST / HTTP/1.1"),
            ("/", "/cluster", "POST /cluster HTTP/1.1"),
            ("/prisma/", "/cluster", "POST /prisma/cluster HTTP/1.1"),
        ] {
            let client = Client::once(&format!("{host}{base}")).expect("an address");
            let limits = Limits::of(Duration::from_secs(2));
            let reply = client.post(path, &json!({}), None, limits);
            assert_eq!(reply.expect("answered").body, json!(line));
        }
    }

    #[test]
    fn a_page_is_not_an_answer() {
        let url = serve("HTTP/1.1 404 x\r\nContent-Length: 4\r\n\r\n<html");
        let Err(Fault::NotJson { status, start, .. }) = post(&url, None) else {
            panic!("a page was taken for JSON");
        };
        assert_eq!((status, &*start), (404, "<htm"));
    }

    #[test]
    fn no_answer_and_half_an_answer_end_at_the_limit() {
        for response in ["", "HTTP/1.1 200 x\r\nContent-Length: 99\r\n\r\n{"] {
            let fault = post(&serve(response), None).expect_err("cut short");
            assert!(!fault.to_string().is_empty());
        }
    }
}
