//! Addresses that others wrote, taken apart without judging them.

use super::is_loopback;
use crate::secret::MASK;
use percent_encoding::percent_decode_str;

/// An address as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts<'a> {
    /// What is before `://`.
    pub scheme: Option<&'a str>,
    /// User and password: what is before `@`.
    pub user: Option<&'a str>,
    /// IPv6 addresses with their brackets.
    pub host: &'a str,
    /// What is between host and path: a port with its colon, if it is well-formed.
    pub after_host: &'a str,
    /// What follows, from the first `/`, `?` or `#` on.
    pub path: &'a str,
}

/// Takes an address apart. The scheme may be missing.
pub fn split(address: &str) -> Parts<'_> {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, address),
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, place) = match authority.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, authority),
    };
    let bracket = place.strip_prefix('[').and_then(|v6| v6.find(']'));
    let end = match bracket {
        Some(end) => end + 2,
        None => place.rfind(':').unwrap_or(place.len()),
    };
    let (host, after_host) = place.split_at(end);
    Parts {
        scheme,
        user,
        host,
        after_host,
        path,
    }
}

/// The host of an address such as `http://localhost:4466/`.
pub fn host_of(address: &str) -> &str {
    split(address).host
}

/// The port of an address, if it is written there.
pub fn port_of(address: &str) -> Option<u16> {
    split(address).after_host.strip_prefix(':')?.parse().ok()
}

/// Whether requests to a server's address can be read on their way.
pub fn is_unencrypted(address: &str) -> bool {
    let is_https = address.to_ascii_lowercase().starts_with("https://");
    !is_https && !points_here(address)
}

/// Whether an address is on this machine.
pub fn points_here(address: &str) -> bool {
    is_loopback(host_of(address))
}

/// Where the part of an authority ends that is not shown: user and password. A user alone may be a
/// token, except with ssh, where it is the name to log in with.
pub fn hidden_until(scheme: &str, authority: &str) -> Option<usize> {
    let at = authority.rfind('@')?;
    (authority[..at].contains(':') || !scheme.ends_with("ssh")).then_some(at)
}

/// An address as it may be shown, with any user and password masked.
pub fn without_password(address: &str) -> String {
    let start = address.find("://").map_or(0, |end| end + 3);
    let (scheme, rest) = address.split_at(start);
    // A `?` may belong to a password that is not encoded.
    let authority = rest.split('/').next().unwrap_or_default();
    match hidden_until(scheme.trim_end_matches("://"), authority) {
        Some(at) => format!("{scheme}{MASK}{}", &rest[at..]),
        None => address.to_owned(),
    }
}

/// Text with its `%XX` decoded. `None` if one of them lacks its digits.
pub fn decoded(text: &str) -> Option<String> {
    let is_code = |code: &str| {
        let digits = code.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    if !text.split('%').skip(1).all(is_code) {
        return None;
    }
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_split() {
        for (address, host, port) in [
            ("http://localhost:4466", "localhost", Some(4466)),
            ("http://localhost:4466/", "localhost", Some(4466)),
            ("localhost:4470/cluster", "localhost", Some(4470)),
            ("https://prisma.example", "prisma.example", None),
            ("http://[::1]:4466", "[::1]", Some(4466)),
            ("http://[::1]", "[::1]", None),
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
            ("http://u:p?q@h", "http://********@h"),
            ("http://h/a@b", "http://h/a@b"),
            ("http://token@h/x", "http://********@h/x"),
            ("ssh://me@box", "ssh://me@box"),
            ("ssh://me:pw@box", "ssh://********@box"),
            ("nothing", "nothing"),
        ] {
            assert_eq!(without_password(address), shown);
        }
    }

    #[test]
    fn percent_codes_need_both_digits() {
        assert_eq!(decoded("p%40ss%2Fw").as_deref(), Some("p@ss/w"));
        for text in ["%", "%4", "%+1", "a%4x", "%ff"] {
            assert_eq!(decoded(text), None, "{text}");
        }
    }
}
