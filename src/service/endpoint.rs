//! Addresses of services: `http(s)://host[:port]/[workspace/][service[/stage]]`.

use std::fmt;

/// What a part that is left out of an address is called.
pub const DEFAULT: &str = "default";

/// The server part of an address, and the workspace that the service is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Whether it is `https`.
    pub https: bool,
    /// Name or address; an IPv6 one in brackets.
    pub host: String,
    /// The port, when it is not the scheme's own.
    pub port: Option<u16>,
    /// The workspace, in Prisma Cloud.
    pub workspace: Option<String>,
}

/// An address taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Where the server is.
    pub endpoint: Endpoint,
    /// The service.
    pub service: String,
    /// The stage.
    pub stage: String,
}

impl Endpoint {
    /// Scheme, host and port, without a slash at the end: what paths are appended to.
    pub fn base(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        match self.port {
            Some(port) => format!("{scheme}://{}:{port}", self.host),
            None => format!("{scheme}://{}", self.host),
        }
    }

    /// The whole address of a service there.
    pub fn of_service(&self, service: &str, stage: &str) -> String {
        Address {
            endpoint: self.clone(),
            service: service.to_owned(),
            stage: stage.to_owned(),
        }
        .to_string()
    }
}

impl fmt::Display for Address {
    /// The address with nothing left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.endpoint.base())?;
        if let Some(workspace) = &self.endpoint.workspace {
            write!(f, "/{workspace}")?;
        }
        write!(f, "/{}/{}", self.service, self.stage)
    }
}

impl Address {
    /// Takes an address apart; else what is wrong with it and what to write, without repeating a
    /// password that may be in it.
    pub fn parse(text: &str) -> Result<Address, String> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme, rest),
            None if text.contains('@') => return Err(NO_PASSWORD.to_owned()),
            None => return Err(format!("it has no scheme: write `http://{}`", shown(text))),
        };
        let https = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err("it must start with `http://` or `https://`".to_owned()),
        };
        if let Some(end) = rest.find(['?', '#']) {
            let what = &rest[end..=end];
            return Err(format!(
                "`{what}` and what follows must not be part of the URL"
            ));
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(NO_PASSWORD.to_owned());
        }
        let (host, port) = host_and_port(authority)?;
        let (workspace, service, stage) = parts(path)?;
        let port = port.filter(|port| *port != if https { 443 } else { 80 });
        Ok(Address {
            endpoint: Endpoint {
                https,
                host,
                port,
                workspace: workspace.map(str::to_owned),
            },
            service: service.to_owned(),
            stage: stage.to_owned(),
        })
    }
}

const NO_PASSWORD: &str = "a user or a password must not be part of the URL";

fn host_and_port(authority: &str) -> Result<(String, Option<u16>), String> {
    let behind = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority[behind..].rfind(':') {
        Some(colon) => (
            &authority[..behind + colon],
            Some(&authority[behind + colon + 1..]),
        ),
        None => (authority, None),
    };
    let name = |c: char| c.is_alphanumeric() || ".-_".contains(c);
    let bracketed = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    let fine = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.chars().all(name),
    };
    if !fine {
        return Err(match host {
            "" => "it has no host".to_owned(),
            host => format!("`{}` is not a valid host", shown(host)),
        });
    }
    let port = match port {
        None => None,
        Some(port) => match port.parse::<u16>() {
            Ok(number) if number > 0 && port.bytes().all(|b| b.is_ascii_digit()) => Some(number),
            _ => {
                return Err(format!(
                    "`{}` is not a valid port (1 to 65535)",
                    shown(port)
                ));
            }
        },
    };
    Ok((host.to_ascii_lowercase(), port))
}

/// Workspace, service and stage.
fn parts(path: &str) -> Result<(Option<&str>, &str, &str), String> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        [""] => Ok((None, DEFAULT, DEFAULT)),
        parts if parts.contains(&"") => Err("it has an empty path segment".to_owned()),
        [service] => Ok((None, service, DEFAULT)),
        [service, stage] => Ok((None, service, stage)),
        [workspace, service, stage] => Ok((Some(workspace), service, stage)),
        _ => Err(
            "it has too many path segments: write `http://HOST:PORT/SERVICE/STAGE`, with `WORKSPACE/` in front \
             of the service in Prisma Cloud"
                .to_owned(),
        ),
    }
}

/// As it can stand in a message.
fn shown(text: &str) -> String {
    text.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_taken_apart() {
        for (text, expected) in [
            (
                "http://localhost:4466",
                "http://localhost:4466/default/default",
            ),
            (
                "http://localhost:4466/",
                "http://localhost:4466/default/default",
            ),
            (
                "http://localhost:4466/svc",
                "http://localhost:4466/svc/default",
            ),
            (
                "http://localhost:4466/svc/",
                "http://localhost:4466/svc/default",
            ),
            ("HTTPS://Example.org/svc/dev", "https://example.org/svc/dev"),
            ("https://a.b:443/w/svc/dev/", "https://a.b/w/svc/dev"),
            ("http://[::1]:4466/a/b", "http://[::1]:4466/a/b"),
            ("http://[::1]", "http://[::1]/default/default"),
            ("http://db_1:80/x", "http://db_1/x/default"),
        ] {
            let address = Address::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(address.to_string(), expected, "{text}");
            assert_eq!(Address::parse(expected), Ok(address), "{text}");
        }
        let address = Address::parse("http://h/w/s/t").expect("is one");
        assert_eq!(address.endpoint.workspace.as_deref(), Some("w"));
    }

    #[test]
    fn what_is_wrong_is_said_without_passwords() {
        for (text, expected) in [
            (
                "localhost:4466/a",
                "it has no scheme: write `http://localhost:4466/a`",
            ),
            ("ws://h/a", "it must start with `http://` or `https://`"),
            ("http://u:hunter2@h/a", NO_PASSWORD),
            ("u:hunter2@h/a", NO_PASSWORD),
            (
                "http://h/a?b=c",
                "`?` and what follows must not be part of the URL",
            ),
            ("http:///a/b", "it has no host"),
            ("http://:4466/a", "it has no host"),
            ("http://h h/a", "`h h` is not a valid host"),
            ("http://[::x]/a", "`[::x]` is not a valid host"),
            ("http://h:/a", "`` is not a valid port (1 to 65535)"),
            ("http://h:+1/a", "`+1` is not a valid port (1 to 65535)"),
            (
                "http://h:65536/a",
                "`65536` is not a valid port (1 to 65535)",
            ),
            ("http://h//a", "it has an empty path segment"),
        ] {
            assert_eq!(Address::parse(text), Err(expected.to_owned()), "{text}");
        }
        let many = Address::parse("http://h/a/b/c/d").expect_err("too many");
        assert!(many.starts_with("it has too many path segments"), "{many}");
    }
}
