//! Selects the proxy of a request: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`.
//!
//! Read as in curl, lower-case names first. Loopback addresses never use a proxy: for the proxy, they
//! would mean itself.

use crate::env::Env;
use crate::url::is_loopback;
use std::net::IpAddr;
use std::sync::OnceLock;

#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    http: Option<String>,
    https: Option<String>,
    except: Vec<String>,
}

impl Proxies {
    /// The proxies of an environment.
    pub fn of(env: &Env) -> Proxies {
        let either = |small: &str, large: &str| env.get(small).or_else(|| env.get(large));
        let all = either("all_proxy", "ALL_PROXY");
        let own = |text: &str| text.to_owned();
        let except = either("no_proxy", "NO_PROXY").unwrap_or_default();
        Proxies {
            http: either("http_proxy", "HTTP_PROXY").or(all).map(own),
            https: either("https_proxy", "HTTPS_PROXY").or(all).map(own),
            except: except
                .split(|c: char| c == ',' || c.is_whitespace())
                .filter(|entry| !entry.is_empty())
                .map(str::to_ascii_lowercase)
                .collect(),
        }
    }

    /// The proxies of the process's environment.
    pub fn of_process() -> &'static Proxies {
        static PROXIES: OnceLock<Proxies> = OnceLock::new();
        PROXIES.get_or_init(|| Proxies::of(&Env::of_process()))
    }

    /// The proxy for an address, if any.
    pub(super) fn on_the_way_to(&self, scheme: &str, host: &str, port: u16) -> Option<&str> {
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        if is_loopback(&host) || self.except.iter().any(|entry| matches(entry, &host, port)) {
            return None;
        }
        let proxy = match scheme {
            "https" => &self.https,
            _ => &self.http,
        };
        proxy.as_deref()
    }
}

/// Whether an entry of `NO_PROXY` matches a host: `*`, a name with its subdomains, an address or a network
/// (`10.0.0.0/8`); all but `*` may have a port.
fn matches(entry: &str, host: &str, port: u16) -> bool {
    if entry == "*" {
        return true;
    }
    let bare = |text: &str| text.trim_matches(['[', ']']).to_owned();
    let (name, only) = match entry.rsplit_once(':') {
        Some((name, only)) if !name.contains(':') || name.ends_with(']') => {
            (bare(name), Some(only))
        }
        _ => (bare(entry), None),
    };
    if only.is_some_and(|only| only.parse() != Ok(port)) {
        return false;
    }
    if let Ok(ip) = host.parse::<IpAddr>() {
        return match name.split_once('/') {
            Some((network, bits)) => within(ip, network, bits).unwrap_or(false),
            None => name.parse() == Ok(ip),
        };
    }
    let name = name.trim_start_matches('*').trim_start_matches('.');
    let above = host.strip_suffix(name);
    !name.is_empty() && above.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn within(ip: IpAddr, network: &str, bits: &str) -> Option<bool> {
    let bits: u32 = bits.parse().ok()?;
    let differ = match (ip, network.parse().ok()?) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => u128::from(ip.to_bits() ^ network.to_bits()) << 96,
        (IpAddr::V6(ip), IpAddr::V6(network)) => ip.to_bits() ^ network.to_bits(),
        _ => return None,
    };
    Some(differ.leading_zeros() >= bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(except: &str) -> Proxies {
        Proxies::of(&Env::from([
            ("http_proxy", "http://a:1"),
            ("HTTPS_PROXY", "http://b:2"),
            ("NO_PROXY", except),
        ]))
    }

    #[test]
    fn the_scheme_decides_and_loopback_goes_straight() {
        let proxies = proxies("");
        assert_eq!(
            proxies.on_the_way_to("http", "x.org", 80),
            Some("http://a:1")
        );
        assert_eq!(
            proxies.on_the_way_to("https", "x.org", 443),
            Some("http://b:2")
        );
        for near in ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "LOCALHOST"] {
            assert_eq!(proxies.on_the_way_to("http", near, 80), None, "{near}");
        }
        let all = Proxies::of(&Env::from([("ALL_PROXY", "c:3")]));
        assert_eq!(all.on_the_way_to("https", "x.org", 443), Some("c:3"));
    }

    #[test]
    fn exceptions_are_read_as_elsewhere() {
        for (except, host, port, excepted) in [
            ("*", "x.org", 80, true),
            ("x.org", "X.org", 80, true),
            ("x.org", "a.x.org", 80, true),
            (".x.org", "a.x.org", 80, true),
            ("*.x.org", "x.org", 80, true),
            ("x.org", "ax.org", 80, false),
            ("y.org, x.org", "x.org", 80, true),
            ("x.org:4466", "x.org", 4466, true),
            ("x.org:4466", "x.org", 80, false),
            ("10.9.8.7", "10.9.8.7", 80, true),
            ("10.9.8.7:80", "10.9.8.7", 81, false),
            ("8.7", "10.9.8.7", 80, false),
            ("10.0.0.0/8", "10.9.8.7", 80, true),
            ("10.0.0.0/8", "11.9.8.7", 80, false),
            ("0.0.0.0/0", "11.9.8.7", 80, true),
            ("fd00::/8", "[fd00::7]", 80, true),
            ("fd00::7", "[fd00::7]", 80, true),
            ("[fd00::7]:4466", "[fd00::7]", 4466, true),
        ] {
            let way = proxies(except);
            let way = way.on_the_way_to("http", host, port);
            assert_eq!(way.is_none(), excepted, "{except} {host}:{port}");
        }
    }
}
