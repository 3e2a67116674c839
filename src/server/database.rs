//! Checks whether a database accepts connections: by its handshake, which needs no account.

use crate::cluster::Connector;
use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

/// Whether a database answers on this address. An open connection proves nothing: Docker's proxy
/// accepts it before the database listens.
pub fn database_answers(connector: Connector, address: &str, limit: Duration) -> bool {
    let Ok(addresses) = address.to_socket_addrs() else {
        return false;
    };
    addresses.into_iter().any(|address| {
        let Ok(mut stream) = TcpStream::connect_timeout(&address, limit) else {
            return false;
        };
        let is_limited = stream.set_read_timeout(Some(limit)).is_ok();
        is_limited
            && match connector {
                Connector::MySql => mysql(&mut stream),
                Connector::Postgres => postgres(&mut stream),
            }
    })
}

/// MySQL speaks first: three bytes of length, a sequence number, then protocol version 10 (or an error
/// packet).
fn mysql(stream: &mut TcpStream) -> bool {
    let mut head = [0; 5];
    stream.read_exact(&mut head).is_ok() && head[4] == 10
}

/// Postgres answers a request for TLS (`SSLRequest`) with one letter, yes or no.
fn postgres(stream: &mut TcpStream) -> bool {
    const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];
    let mut answer = [0; 1];
    stream.write_all(&SSL_REQUEST).is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && matches!(answer[0], b'S' | b'N')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn only_a_greeting_counts() {
        let limit = Duration::from_millis(200);
        for (bytes, mysql, postgres) in [
            (&b"\x4a\0\0\0\x0a5.7"[..], true, false),
            (b"N", false, true),
            (b"", false, false),
            (b"HTTP/", false, false),
        ] {
            for (connector, expected) in
                [(Connector::MySql, mysql), (Connector::Postgres, postgres)]
            {
                let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
                let address = listener.local_addr().expect("bound").to_string();
                std::thread::spawn(move || {
                    let (mut stream, _) = listener.accept().expect("a client");
                    let _ = stream.write_all(bytes);
                });
                assert_eq!(
                    database_answers(connector, &address, limit),
                    expected,
                    "{bytes:?}"
                );
            }
        }
        assert!(!database_answers(Connector::MySql, "no such host:1", limit));
    }
}
