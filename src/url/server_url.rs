//! The URL of a server or of a service on it, as people write it.

use super::host::{is_host_name, is_public};
use super::parts::{host_of, points_here, split, without_password};
use crate::error::{Failure, Kind};
use std::fmt;

/// `http(s)://HOST[:PORT][/PATH]`, host in lower case, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerUrl {
    pub https: bool,
    /// Name or address; IPv6 addresses in brackets.
    pub host: String,
    /// The port, if it is written there.
    pub port: Option<u16>,
    /// Empty, or with a slash at its start and none at its end.
    pub path: String,
}

/// What is wrong with a URL. Displays as the reason, which repeats nothing of the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlError {
    Empty,
    Whitespace,
    NoScheme,
    Scheme,
    Credentials,
    Query,
    Port,
    Host,
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            UrlError::Empty => "it is empty",
            UrlError::Whitespace => "it contains whitespace",
            UrlError::NoScheme => "it has no scheme",
            UrlError::Scheme => "it must start with `http://` or `https://`",
            UrlError::Credentials => "it must not contain a user or password",
            UrlError::Query => "it must not contain a query or a fragment",
            UrlError::Port => "the port must be between 1 and 65535",
            UrlError::Host => "the host name is not valid",
        })
    }
}

impl ServerUrl {
    /// Reads a URL.
    pub fn parse(text: &str) -> Result<ServerUrl, UrlError> {
        if text.is_empty() {
            return Err(UrlError::Empty);
        }
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(UrlError::Whitespace);
        }
        let parts = split(text);
        let https = match parts.scheme {
            Some(scheme) if scheme.eq_ignore_ascii_case("http") => false,
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => true,
            Some(_) => return Err(UrlError::Scheme),
            None if text.contains('@') => return Err(UrlError::Credentials),
            None => return Err(UrlError::NoScheme),
        };
        if parts.path.contains(['?', '#']) {
            return Err(UrlError::Query);
        }
        if parts.user.is_some() {
            return Err(UrlError::Credentials);
        }
        let (host, port) = checked(parts.host, parts.after_host)?;
        Ok(ServerUrl {
            https,
            host: host.to_lowercase(),
            port,
            path: parts.path.trim_end_matches('/').to_owned(),
        })
    }

    /// Reads the URL of a server, in which people leave `http://` out for this machine and copy the
    /// path of the management API along.
    pub fn of_server(text: &str) -> Result<ServerUrl, UrlError> {
        let text = text.trim();
        let mut url = if !text.contains("://") && points_here(text) {
            ServerUrl::parse(&format!("http://{text}"))?
        } else {
            ServerUrl::parse(text)?
        };
        url.path.truncate(without_api_path(&url.path).len());
        Ok(url)
    }

    /// The same without its path.
    pub fn root(&self) -> ServerUrl {
        ServerUrl {
            path: String::new(),
            ..self.clone()
        }
    }

    /// Whether secrets and data travel to it over the internet as they are.
    pub fn is_exposed(&self) -> bool {
        !self.https && is_public(&self.host)
    }
}

impl fmt::Display for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.https { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)
    }
}

/// The failure for an endpoint that a person gave.
pub fn invalid_endpoint(text: &str, why: impl fmt::Display) -> Failure {
    let shown = without_password(text.trim());
    let message = format!("invalid endpoint `{}`: {why}", shown.escape_debug());
    Failure::new(Kind::Usage, message)
}

/// Reads `HOST`, `HOST:PORT`, `[IPV6]`, `[IPV6]:PORT`.
pub fn host_and_port(place: &str) -> Result<(&str, Option<u16>), UrlError> {
    checked(host_of(place), &place[host_of(place).len()..])
}

fn checked<'a>(host: &'a str, after: &str) -> Result<(&'a str, Option<u16>), UrlError> {
    if !is_host_name(host) {
        return Err(UrlError::Host);
    }
    match after.strip_prefix(':') {
        None if after.is_empty() => Ok((host, None)),
        None => Err(UrlError::Host),
        Some(port) if !port.bytes().all(|digit| digit.is_ascii_digit()) => Err(UrlError::Port),
        Some(port) => match port.parse() {
            Ok(port) if port > 0 => Ok((host, Some(port))),
            _ => Err(UrlError::Port),
        },
    }
}

/// A server's URL without slashes or the path of the management API at its end.
pub fn without_api_path(text: &str) -> &str {
    let text = text.trim_end_matches('/');
    let server = ["/cluster", "/management"]
        .iter()
        .find_map(|path| text.strip_suffix(path));
    server.unwrap_or(text).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_get_one_form() {
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
            let url = ServerUrl::of_server(text).expect(text);
            assert_eq!(url.to_string(), expected);
        }
    }

    #[test]
    fn invalid_urls_are_refused_with_the_reason() {
        for (text, why) in [
            ("", UrlError::Empty),
            ("example.com:4466", UrlError::NoScheme),
            ("ftp://h", UrlError::Scheme),
            ("http://", UrlError::Host),
            ("http://:80", UrlError::Host),
            ("http://h:0", UrlError::Port),
            ("http://h:", UrlError::Port),
            ("http://h:x", UrlError::Port),
            ("http://h:+1", UrlError::Port),
            ("http://h:99999", UrlError::Port),
            ("http://a b", UrlError::Whitespace),
            ("http://[::1", UrlError::Host),
            ("http://[::1]x", UrlError::Host),
            ("http://h?x=1", UrlError::Query),
            ("http://h/#x", UrlError::Query),
            ("http://me:s3cret@h", UrlError::Credentials),
            ("me:s3cret@h", UrlError::Credentials),
            ("http://-x", UrlError::Host),
        ] {
            assert_eq!(ServerUrl::of_server(text), Err(why), "{text}");
        }
    }

    #[test]
    fn plain_http_to_the_outside_is_exposed() {
        for (text, exposed) in [
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
            let url = ServerUrl::parse(text).expect(text);
            assert_eq!(url.is_exposed(), exposed, "{text}");
        }
    }
}
