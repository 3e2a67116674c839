//! Addresses of servers, as people wrote them into the registry, taken apart.

/// The host part of an address such as `http://localhost:4466/`.
pub fn host_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|v6| v6.find(']')) {
        Some(end) => &authority[..end + 2],
        None => authority
            .rsplit_once(':')
            .map_or(authority, |(host, _)| host),
    }
}

/// The port part of an address.
pub fn port_of(address: &str) -> Option<u16> {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split('/').next()?;
    authority.rsplit_once(':')?.1.parse().ok()
}

/// Whether a host name, without its port, means this machine.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

/// An address as it may be shown: people put user and password into it. A name alone is a secret too, of those
/// who put a token there, but not for ssh, where it says whom to log in as.
pub fn without_password(address: &str) -> String {
    let start = address.find("://").map_or(0, |end| end + 3);
    let (scheme, rest) = address.split_at(start);
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) if scheme == "ssh://" && !rest[..at].contains(':') => address.to_owned(),
        Some(at) => format!("{scheme}********{}", &rest[at..]),
        None => address.to_owned(),
    }
}

/// A text with its `%XX` put in.
pub fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        if first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            // `+1` would be a number as well.
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        for (address, host, port) in [
            ("http://localhost:4466", "localhost", Some(4466)),
            ("http://localhost:4466/", "localhost", Some(4466)),
            ("localhost:4470/cluster", "localhost", Some(4470)),
            ("https://prisma.example", "prisma.example", None),
            ("http://[::1]:4466", "[::1]", Some(4466)),
            ("http://me:pw@h:1/x", "h", Some(1)),
        ] {
            assert_eq!(
                (host_of(address), port_of(address)),
                (host, port),
                "{address}"
            );
        }
    }

    #[test]
    fn a_password_is_not_shown() {
        for (address, shown) in [
            ("http://u:p@h:1/x", "http://********@h:1/x"),
            ("u:p@h", "********@h"),
            ("http://h/a@b", "http://h/a@b"),
            ("http://token@h/x", "http://********@h/x"),
            ("ssh://me@box", "ssh://me@box"),
            ("ssh://me:pw@box", "ssh://********@box"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }
}
