//! Is the server up? The version query answers that: `/status` proves nothing.

use super::http::{Answer, post_query};
use std::time::Duration;

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo {
    /// Version as reported: a git or docker tag, so any shape.
    pub version: String,
}

/// Asks a cluster-edition server (1.0 to 1.6) for its version: `clusterInfo` on `/cluster`, which
/// needs no token. The error says why there was no answer.
pub fn cluster_info(host: &str, limit: Duration) -> Result<ServerInfo, String> {
    let url = format!("{}/cluster", host.trim_end_matches('/'));
    match post_query(&url, "{ clusterInfo { version } }", limit)? {
        Answer::Json(body) => match body["data"]["clusterInfo"]["version"].as_str() {
            Some(version) => Ok(ServerInfo {
                version: version.to_owned(),
            }),
            None => Err(format!("`{url}` answers, but not as a Prisma server")),
        },
        Answer::Other { status, .. } => Err(format!(
            "`{url}` answers with status {status} and no JSON: not a Prisma server"
        )),
    }
}

/// Whether a MySQL server greets on this address. A connection alone proves nothing: Docker's proxy
/// accepts it before the database listens.
pub fn mysql_greets(address: &str, limit: Duration) -> bool {
    use std::io::Read;
    use std::net::{TcpStream, ToSocketAddrs};
    let Ok(addresses) = address.to_socket_addrs() else {
        return false;
    };
    addresses.into_iter().any(|address| {
        let Ok(mut stream) = TcpStream::connect_timeout(&address, limit) else {
            return false;
        };
        // Three bytes of length, a sequence number, then protocol version 10 (or an error packet).
        let mut head = [0; 5];
        stream.set_read_timeout(Some(limit)).is_ok()
            && stream.read_exact(&mut head).is_ok()
            && head[4] == 10
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;

    #[test]
    fn only_a_greeting_counts() {
        for (bytes, greets) in [
            (&b"\x4a\0\0\0\x0a5.7"[..], true),
            (b"", false),
            (b"HTTP/", false),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
            let address = listener.local_addr().expect("bound").to_string();
            std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().expect("a client");
                let _ = stream.write_all(bytes);
            });
            assert_eq!(
                mysql_greets(&address, Duration::from_millis(200)),
                greets,
                "{bytes:?}"
            );
        }
        assert!(!mysql_greets("no such host:1", Duration::from_millis(200)));
    }
}
