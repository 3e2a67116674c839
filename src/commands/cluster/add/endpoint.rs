//! Addresses of clusters as people write them, made into the one form the registry has.

use crate::error::{Failure, Kind, Result};
use crate::url::address::{host_of, is_loopback, without_password};
use std::fmt;
use std::net::IpAddr;

/// A cluster's address: scheme, host, maybe port and path; no slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    scheme: &'static str,
    /// Host and port.
    authority: String,
    host: String,
    path: String,
}

impl Endpoint {
    /// Reads an address. `/cluster` or `/management` at its end goes, as do slashes there. Without a
    /// scheme, this machine means `http`; anything else has to say.
    pub fn parse(text: &str) -> Result<Endpoint> {
        let text = text.trim();
        let refuse = |why: &str| {
            let shown = without_password(text);
            let message = format!("invalid endpoint `{}`: {why}", shown.escape_debug());
            Failure::new(Kind::Usage, message)
        };
        if text.is_empty() {
            return Err(refuse("it is empty"));
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(refuse("it has blanks in it"));
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => ("http", rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => ("https", rest),
            Some((scheme, _)) => {
                let why = format!("`{scheme}` is neither `http` nor `https`");
                return Err(refuse(&why));
            }
            None if is_loopback(host_of(authority_of(text))) => ("http", text),
            None => {
                let hint = format!("write `https://{text}` or `http://{text}`");
                return Err(refuse("it has no scheme").hint(hint));
            }
        };
        if rest.contains(['?', '#']) {
            return Err(refuse("it has a query or a fragment"));
        }
        let authority = authority_of(rest);
        if authority.contains('@') {
            return Err(refuse("user and password have no place in it")
                .hint("leave them out; a cluster is opened by its secret"));
        }
        let host = host_of(authority);
        let port = &authority[host.len()..];
        let port_is_one = match port.strip_prefix(':') {
            Some(port) => port.parse::<u16>().is_ok_and(|port| port != 0),
            None => port.is_empty(),
        };
        if !port_is_one {
            return Err(refuse("its port is no number from 1 to 65535"));
        }
        if !is_host(host) {
            return Err(refuse("it has no valid host name"));
        }
        let mut path = rest[authority.len()..].trim_end_matches('/');
        for suffix in ["/cluster", "/management"] {
            if let Some(before) = path.strip_suffix(suffix) {
                path = before.trim_end_matches('/');
                break;
            }
        }
        Ok(Endpoint {
            scheme,
            authority: authority.to_lowercase(),
            host: host.to_lowercase(),
            path: path.to_owned(),
        })
    }

    /// What its owner should know: secrets and data go over the network as they are.
    pub fn warning(&self) -> Option<String> {
        (self.scheme == "http" && is_public(&self.host)).then(|| {
            format!("`{self}` is a public address without encryption: others can read data and tokens on their way; use `https` or a tunnel")
        })
    }

    /// Whether it has a path, which a server's address hardly ever has and a service's always.
    pub fn has_path(&self) -> bool {
        !self.path.is_empty()
    }

    /// The same without its path.
    pub fn root(&self) -> Endpoint {
        Endpoint {
            path: String::new(),
            ..self.clone()
        }
    }

    /// Whether it is plain `http`.
    pub fn is_http(&self) -> bool {
        self.scheme == "http"
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme, self.authority, self.path)
    }
}

fn authority_of(rest: &str) -> &str {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    &rest[..end]
}

fn is_host(host: &str) -> bool {
    if let Some(v6) = host.strip_prefix('[') {
        let v6 = v6.strip_suffix(']').unwrap_or_default();
        return v6.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let plain = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    !host.is_empty() && host.chars().all(plain) && !host.starts_with(['-', '.'])
}

/// Whether a host is, as far as its name tells, out on the internet.
fn is_public(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            let [a, b, ..] = ip.octets();
            // 100.64/10 is shared by carriers and by private overlay networks.
            let shared = a == 100 && (64..128).contains(&b);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_unspecified()
                || shared)
        }
        Ok(IpAddr::V6(ip)) => {
            !(ip.is_loopback()
                || ip.is_unspecified()
                || ip.is_unique_local()
                || ip.is_unicast_link_local())
        }
        Err(_) => {
            let private = [
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
            let private = private.iter().any(|end| {
                bare.strip_suffix(end)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            });
            // A name without a dot is only known nearby.
            !private && bare.contains('.')
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        Endpoint::parse(text).expect(text).to_string()
    }

    #[test]
    fn addresses_get_one_form() {
        for (text, expected) in [
            ("http://localhost:4466", "http://localhost:4466"),
            (" HTTP://Localhost:4466/ ", "http://localhost:4466"),
            ("http://h:4466/cluster", "http://h:4466"),
            ("https://h/management/", "https://h"),
            ("https://h//cluster//", "https://h"),
            ("https://h/Prisma/cluster", "https://h/Prisma"),
            ("https://h/mycluster", "https://h/mycluster"),
            ("localhost:4466/cluster", "http://localhost:4466"),
            ("127.0.0.1:1", "http://127.0.0.1:1"),
            ("[::1]:4466", "http://[::1]:4466"),
            ("http://[2001:db8::1]:4466", "http://[2001:db8::1]:4466"),
        ] {
            assert_eq!(parsed(text), expected);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        for (text, why) in [
            ("", "it is empty"),
            ("example.com:4466", "it has no scheme"),
            ("ftp://h", "`ftp` is neither `http` nor `https`"),
            ("http://", "it has no valid host name"),
            ("http://:80", "it has no valid host name"),
            ("http://h:0", "its port is no number from 1 to 65535"),
            ("http://h:x", "its port is no number from 1 to 65535"),
            ("http://h:99999", "its port is no number from 1 to 65535"),
            ("http://a b", "it has blanks in it"),
            ("http://[::1", "it has no valid host name"),
            ("http://h?x=1", "it has a query or a fragment"),
            ("http://-x", "it has no valid host name"),
        ] {
            let failure = Endpoint::parse(text).expect_err(text);
            assert_eq!(failure.message, format!("invalid endpoint `{text}`: {why}"));
            assert_eq!(failure.exit(), 2);
        }
        let failure = Endpoint::parse("http://me:s3cret@h").expect_err("a password");
        assert!(!failure.message.contains("s3cret"), "{failure}");
        let hints = Endpoint::parse("h.example").expect_err("no scheme").hints;
        assert_eq!(hints, ["write `https://h.example` or `http://h.example`"]);
    }

    #[test]
    fn plain_http_to_the_outside_is_worth_a_warning() {
        for (text, public) in [
            ("http://45.55.177.154:4466", true),
            ("http://prisma.example.com", true),
            ("http://[2001:db8::1]", true),
            ("https://prisma.example.com", false),
            ("http://localhost:1", false),
            ("http://192.168.99.100:4466", false),
            ("http://10.0.0.1", false),
            ("http://100.100.1.1", false),
            ("http://[fd00::1]", false),
            ("http://prisma", false),
            ("http://nas.local", false),
            ("http://thelocal.example", true),
        ] {
            let endpoint = Endpoint::parse(text).expect(text);
            assert_eq!(endpoint.warning().is_some(), public, "{text}");
        }
    }
}
