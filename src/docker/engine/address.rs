//! Engine addresses from `DOCKER_HOST` and contexts, parsed the way docker does.

use crate::url::{UrlError, host_of, is_host_name, is_loopback, without_password};

/// An engine's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// In full, as docker and docker-compose accept it.
    pub url: String,
    /// The machine, when it is not this one; IPv6 addresses in brackets.
    pub host: Option<String>,
    /// How it is reached.
    pub way: Way,
}

/// How an engine is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A socket or pipe of this machine.
    Socket,
    /// TCP, with or without TLS.
    Tcp,
    /// ssh.
    Ssh,
}

/// Reads an address; the error says what is wrong with it. Like docker, it fills in
/// the scheme, and the port depending on TLS.
pub fn parse(text: &str, tls: bool) -> Result<Address, String> {
    let text = text.trim();
    let (scheme, rest) = match text.split_once("://") {
        Some(parts) => parts,
        None if text.starts_with('/') || text.starts_with("unix:") => {
            return Err("write a socket as `unix:///path`".to_owned());
        }
        None => ("tcp", text),
    };
    match scheme {
        "unix" | "npipe" | "fd" => Ok(Address {
            url: text.to_owned(),
            host: None,
            way: Way::Socket,
        }),
        "tcp" => tcp(rest, if tls { 2376 } else { 2375 }),
        "ssh" => ssh(rest),
        "http" | "https" => Err(format!("use `tcp` instead of `{scheme}`")),
        _ => Err(format!("`{scheme}` is not one of `unix`, `tcp` and `ssh`")),
    }
}

/// The address without its password, for messages.
pub fn shown(text: &str) -> String {
    without_password(text).escape_debug().to_string()
}

fn tcp(rest: &str, usual: u16) -> Result<Address, String> {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let authority = authority.rsplit('@').next().unwrap_or_default();
    // docker adds the brackets itself.
    let bracketed = match authority.parse::<std::net::Ipv6Addr>() {
        Ok(ip) => format!("[{ip}]:{usual}"),
        Err(_) => authority.to_owned(),
    };
    let (host, port) = split(&bracketed)?;
    let port = match port {
        Some(port) => port,
        None if host.starts_with('[') => {
            return Err(format!(
                "an IPv6 address needs a port, such as `tcp://{host}:{usual}`"
            ));
        }
        None => usual,
    };
    let host = if host.is_empty() { "localhost" } else { host };
    let path = path.split(['?', '#']).next().unwrap_or_default();
    Ok(Address {
        url: format!("tcp://{host}:{port}{path}"),
        host: elsewhere(host),
        way: Way::Tcp,
    })
}

fn ssh(rest: &str) -> Result<Address, String> {
    if rest.contains(['?', '#']) {
        return Err(UrlError::Query.to_string());
    }
    let authority = rest.split('/').next().unwrap_or_default();
    let login = authority.rsplit_once('@').map(|(login, _)| login);
    if login.is_some_and(|login| login.contains(':')) {
        return Err("it must not contain a password: ssh uses a key or prompts for one".to_owned());
    }
    let (host, _) = split(authority.rsplit('@').next().unwrap_or_default())?;
    if host.is_empty() {
        return Err("it has no host name".to_owned());
    }
    Ok(Address {
        url: format!("ssh://{rest}"),
        host: elsewhere(host),
        way: Way::Ssh,
    })
}

fn split(authority: &str) -> Result<(&str, Option<u16>), String> {
    let host = host_of(authority);
    // `%` separates an IPv6 address from the interface.
    let without_zone = match host.split_once('%') {
        Some((v6, _)) if host.starts_with('[') => format!("{v6}]"),
        _ => host.to_owned(),
    };
    if !host.is_empty() && !is_host_name(&without_zone) {
        return Err(UrlError::Host.to_string());
    }
    match authority[host.len()..].strip_prefix(':') {
        None if host.len() == authority.len() => Ok((host, None)),
        None => Err(UrlError::Host.to_string()),
        Some(port) => match port.parse() {
            Ok(port) if port != 0 => Ok((host, Some(port))),
            _ => Err(UrlError::Port.to_string()),
        },
    }
}

/// The host, when it is another machine.
fn elsewhere(host: &str) -> Option<String> {
    let here = is_loopback(host) || matches!(host, "0.0.0.0" | "[::]");
    (!here).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_docker_reads_them() {
        for (text, url, host) in [
            ("unix:///x.sock", "unix:///x.sock", None),
            ("npipe:////./pipe/d", "npipe:////./pipe/d", None),
            ("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375", None),
            ("tcp://127.8.8.8:1", "tcp://127.8.8.8:1", None),
            ("tcp://[::1]:2375", "tcp://[::1]:2375", None),
            ("tcp://0.0.0.0:2375", "tcp://0.0.0.0:2375", None),
            ("tcp://:2375", "tcp://localhost:2375", None),
            ("ssh://me@localhost", "ssh://me@localhost", None),
            ("10.0.0.1", "tcp://10.0.0.1:2375", Some("10.0.0.1")),
            (" tcp://h:1 ", "tcp://h:1", Some("h")),
            ("tcp://me@h:1/p?q", "tcp://h:1/p", Some("h")),
            (
                "tcp://[2001:db8::1]:9",
                "tcp://[2001:db8::1]:9",
                Some("[2001:db8::1]"),
            ),
            (
                "tcp://2001:db8::1",
                "tcp://[2001:db8::1]:2375",
                Some("[2001:db8::1]"),
            ),
            ("ssh://box", "ssh://box", Some("box")),
            (
                "ssh://me@box.example:2222/run/d.sock",
                "ssh://me@box.example:2222/run/d.sock",
                Some("box.example"),
            ),
            (
                "ssh://me@[2001:db8::1]:22",
                "ssh://me@[2001:db8::1]:22",
                Some("[2001:db8::1]"),
            ),
        ] {
            let read = parse(text, false).expect(text);
            assert_eq!((&*read.url, read.host.as_deref()), (url, host), "{text}");
        }
        let tls = parse("tcp://h", true).expect("a default port");
        assert_eq!(tls.url, "tcp://h:2376");
    }

    #[test]
    fn what_docker_does_not_accept_is_rejected_with_the_reason() {
        for (text, why) in [
            ("http://h:1", "use `tcp` instead of `http`"),
            ("foo://x", "`foo` is not one of `unix`, `tcp` and `ssh`"),
            ("TCP://h:1", "`TCP` is not one of `unix`, `tcp` and `ssh`"),
            ("/var/run/docker.sock", "write a socket as `unix:///path`"),
            ("unix:/x", "write a socket as `unix:///path`"),
            ("tcp://h:x", "the port must be between 1 and 65535"),
            ("tcp://h:99999", "the port must be between 1 and 65535"),
            (
                "tcp://[2001:db8::1]",
                "an IPv6 address needs a port, such as `tcp://[2001:db8::1]:2375`",
            ),
            ("tcp://[x]:1", "the host name is not valid"),
            ("tcp://a b:1", "the host name is not valid"),
            ("ssh://", "it has no host name"),
            ("ssh://-oProxyCommand=x", "the host name is not valid"),
            ("ssh://h:x", "the port must be between 1 and 65535"),
            ("ssh://h?x=1", "it must not contain a query or a fragment"),
            (
                "ssh://me:pw@h",
                "it must not contain a password: ssh uses a key or prompts for one",
            ),
        ] {
            assert_eq!(parse(text, false).expect_err(text), why, "{text}");
        }
    }
}
