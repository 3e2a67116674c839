//! Where the engine is, seen from here: decides the host name in endpoints and whether ports can be
//! checked from this machine.

use crate::context::Env;
use std::net::IpAddr;

/// The engine that docker talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// Host name under which published ports are reached; IPv6 addresses in brackets.
    pub host: String,
    /// Whether the engine publishes ports on this machine.
    pub local: bool,
}

impl Engine {
    /// Follows `DOCKER_HOST` as docker and the npm CLI did: a remote `tcp` or `ssh` address names
    /// the host, anything else is this machine.
    pub fn find(env: &Env) -> Engine {
        Engine::at(env.get("DOCKER_HOST").unwrap_or_default())
    }

    /// The engine at an address such as `DOCKER_HOST` has.
    pub fn at(address: &str) -> Engine {
        match remote_host(address) {
            Some(host) if !is_loopback(&host) => Engine { host, local: false },
            _ => Engine {
                host: "localhost".to_owned(),
                local: true,
            },
        }
    }

    /// The host under which ports are reached that it publishes on an address: those bound elsewhere
    /// than everywhere or on loopback only there. Another machine's loopback ends here in a tunnel.
    pub fn reach(&self, bind: Option<IpAddr>) -> String {
        match bind {
            // `localhost` may mean either family; the loopback that is published is exact.
            Some(ip) if ip.is_loopback() && ip.is_ipv4() => "localhost".to_owned(),
            Some(IpAddr::V4(ip)) if !ip.is_unspecified() => ip.to_string(),
            Some(IpAddr::V6(ip)) if !ip.is_unspecified() => format!("[{ip}]"),
            _ => self.host.clone(),
        }
    }
}

/// Whether a host name, without its port, means this machine.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|ip| ip.is_loopback())
}

fn remote_host(docker_host: &str) -> Option<String> {
    let (scheme, rest) = docker_host.split_once("://")?;
    if !matches!(scheme, "tcp" | "ssh" | "http" | "https") {
        return None;
    }
    let authority = rest.split('/').next()?;
    let address = authority.rsplit('@').next()?;
    let host = match address.strip_prefix('[') {
        Some(rest) => format!("[{}]", rest.split(']').next()?),
        None => address.split(':').next()?.to_owned(),
    };
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(docker_host: &str) -> (String, bool) {
        let engine = Engine::find(&Env::from([("DOCKER_HOST", docker_host)]));
        (engine.host, engine.local)
    }

    #[test]
    fn the_host_follows_docker_host() {
        let here = ("localhost".to_owned(), true);
        for local in [
            "",
            "unix:///var/run/docker.sock",
            "tcp://127.0.0.1:2375",
            "tcp://[::1]:2375",
        ] {
            assert_eq!(host(local), here, "{local}");
        }
        assert_eq!(
            host("tcp://192.168.99.100:2376"),
            ("192.168.99.100".to_owned(), false)
        );
        assert_eq!(
            host("ssh://me@box.example:22"),
            ("box.example".to_owned(), false)
        );
        assert_eq!(
            host("tcp://[2001:db8::1]:2376"),
            ("[2001:db8::1]".to_owned(), false)
        );
    }
}
