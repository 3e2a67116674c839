//! A server that does to each connection what a test wants.

use super::http;
pub use super::http::Request;
use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// Runs `work` on each request, as long as its connection is open; the address.
pub fn raw(work: impl Fn(&mut TcpStream, &Request) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    let work = Arc::new(work);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let work = Arc::clone(&work);
            std::thread::spawn(move || {
                let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
                let mut answers = stream.try_clone().expect("a handle");
                let mut reader = BufReader::new(&stream);
                while let Some(request) = http::read(&mut reader) {
                    work(&mut answers, &request);
                }
            });
        }
    });
    url
}

/// Answers everything with these bytes.
pub fn answers(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> String {
    raw(move |stream, _| {
        let _ = stream.write_all(bytes.as_ref());
    })
}

/// Answers with these bytes and closes. Who asks twice may find it closed or closing.
pub fn says(bytes: impl AsRef<[u8]> + Send + Sync + 'static) -> String {
    raw(move |stream, _| {
        let _ = stream.write_all(bytes.as_ref());
        let _ = stream.shutdown(std::net::Shutdown::Both);
    })
}

/// A whole answer with a body.
pub fn http(status: u16, kind: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}")
}
