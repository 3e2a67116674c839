//! Where host names lead, as this machine's resolver and interfaces know it.

use std::io;
use std::net::{IpAddr, ToSocketAddrs, UdpSocket};

/// The addresses of a host, which may be an IPv6 address in brackets. May take as long as the resolver.
pub fn addresses(host: &str) -> io::Result<Vec<IpAddr>> {
    let found = (bare(host), 0).to_socket_addrs()?;
    Ok(found.map(|address| address.ip()).collect())
}

/// The host as an address, when it is one.
pub fn literal(host: &str) -> Option<IpAddr> {
    bare(host).parse().ok()
}

/// Whether the address is one of this machine's. Nothing is sent.
pub fn is_own(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}

fn bare(host: &str) -> &str {
    let inside = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    inside.unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_need_no_resolver_and_loopback_is_ours() {
        for (host, own) in [
            ("127.0.0.1", true),
            ("192.0.2.1", false),
            ("[2001:db8::1]", false),
        ] {
            let ip = literal(host).expect(host);
            assert_eq!(addresses(host).expect(host), [ip]);
            assert_eq!(is_own(ip), own, "{host}");
        }
        assert_eq!(literal("box"), None);
        assert!(addresses("no such host").is_err());
    }
}
