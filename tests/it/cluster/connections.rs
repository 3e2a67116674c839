//! `prisma cluster list` asks each server two questions over one connection.

use super::support::Home;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Answers on a connection until the other end closes it; how many requests that were.
fn answer(mut stream: TcpStream) -> Option<usize> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    for requests in 0.. {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).ok()? == 0 {
                return Some(requests);
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().ok()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = String::from_utf8(body).ok()?;
        let data = if body.contains("serverInfo") {
            r#"{"data":{"serverInfo":{"version":"1.34.12"}}}"#
        } else {
            r#"{"data":{"listProjects":[]}}"#
        };
        let length = data.len();
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{data}"
        )
        .ok()?;
    }
    None
}

#[test]
fn both_questions_go_over_one_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let host = listener.local_addr().expect("bound");
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || answer(stream));
        }
    });
    let home = Home::with(&format!("clusters:\n  far:\n    host: 'http://{host}'\n"));
    let listed = home.cluster(&["list", "--json"]).json();
    let row = &listed["data"]["clusters"][0];
    assert_eq!(
        (&row["state"], &row["version"]),
        (&"up".into(), &"1.34.12".into()),
        "{listed}"
    );
    // The first path that is tried may be another edition's.
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
