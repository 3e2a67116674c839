//! A server that does to each connection what a test wants.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// Runs `work` on each connection, after a request has come; the address.
pub fn raw(work: impl Fn(&mut TcpStream, &str) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("bound"));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a client");
            while let Some(request) = request(&mut stream) {
                work(&mut stream, &request);
            }
        }
    });
    url
}

/// Answers everything with these bytes and closes.
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

/// Head and body; enough for small requests.
fn request(stream: &mut TcpStream) -> Option<String> {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let (mut text, mut chunk) = (String::new(), [0; 65536]);
    loop {
        let read = stream.read(&mut chunk).ok().filter(|read| *read > 0)?;
        text += &String::from_utf8_lossy(&chunk[..read]);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            return Some(text);
        }
    }
}
