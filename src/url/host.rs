//! Hosts: what is a name, what is this machine, and what the resolver says.

use std::io;
use std::net::{IpAddr, Ipv6Addr, ToSocketAddrs, UdpSocket};

/// Whether a host, without its port, is a name or an address; IPv6 addresses in brackets.
pub fn is_host_name(host: &str) -> bool {
    if host.starts_with('[') {
        return bare(host).parse::<Ipv6Addr>().is_ok();
    }
    let allowed = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    !host.is_empty() && !host.starts_with(['-', '.']) && host.chars().all(allowed)
}

/// Whether a host, without its port, is this machine.
pub fn is_loopback(host: &str) -> bool {
    bare(host).eq_ignore_ascii_case("localhost") || literal(host).is_some_and(|ip| ip.is_loopback())
}

/// Whether a host is, judging by its name alone, out on the internet.
pub fn is_public(host: &str) -> bool {
    const PRIVATE: [&str; 9] = [
        "localhost",
        "local",
        "internal",
        "lan",
        "home.arpa",
        "test",
        "intranet",
        "corp",
        "home",
    ];
    match literal(host) {
        Some(IpAddr::V4(ip)) => {
            let [a, b, ..] = ip.octets();
            // 100.64/10 is shared by carriers and by private overlay networks.
            let shared = a == 100 && (64..128).contains(&b);
            let near = ip.is_private() || ip.is_loopback() || ip.is_link_local();
            !(near || ip.is_unspecified() || shared)
        }
        Some(IpAddr::V6(ip)) => {
            let near = ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local();
            !(near || ip.is_unspecified())
        }
        None => {
            let is_below = |domain: &&str| {
                let above = host.strip_suffix(domain);
                above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            // A name without a dot is only known nearby.
            host.contains('.') && !PRIVATE.iter().any(is_below)
        }
    }
}

/// The addresses of a host. May block until the resolver responds.
pub fn resolve(host: &str) -> io::Result<Vec<IpAddr>> {
    let found = (bare(host), 0).to_socket_addrs()?;
    Ok(found.map(|address| address.ip()).collect())
}

/// The address that a host spells, if it is not a name.
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
    fn addresses_need_no_resolver_and_loopback_is_own() {
        for (host, own) in [
            ("127.0.0.1", true),
            ("192.0.2.1", false),
            ("[2001:db8::1]", false),
        ] {
            let ip = literal(host).expect(host);
            assert_eq!(resolve(host).expect(host), [ip]);
            assert_eq!(is_own(ip), own, "{host}");
        }
        assert_eq!(literal("box"), None);
        assert!(resolve("no such host").is_err());
    }

    #[test]
    fn one_rule_for_host_names() {
        for host in ["h", "db_1", "a-b.example", "10.0.0.1", "[::1]", "bücher"] {
            assert!(is_host_name(host), "{host}");
        }
        for host in ["", "-x", ".x", "a b", "[::x]", "[::1", "[]", "::1", "a:1"] {
            assert!(!is_host_name(host), "{host}");
        }
    }
}
