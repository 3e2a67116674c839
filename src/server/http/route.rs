//! The route to an address and its agent. Agents are shared: reading the system's certificates takes
//! time, and open connections should be reused.

use super::super::fault::Fault;
use super::forward::Forward;
use super::proxy::Proxies;
use crate::thread::is_available;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use std::collections::HashMap;
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::time::Duration;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// The route to a host.
#[derive(Clone)]
pub(super) struct Route {
    base: Uri,
    proxy: Option<Via>,
}

#[derive(Clone)]
struct Via {
    proxy: ureq::Proxy,
    /// Host and port for messages, without the password.
    shown: String,
    /// A proxy gets absolute URLs for `http`, and `CONNECT` requests for `https`.
    tunnel: bool,
}

impl Route {
    /// The route to `base`: `http(s)://HOST[:PORT][/PATH]`.
    pub(super) fn to(base: &str, proxies: &Proxies) -> Result<Route, Fault> {
        let bad = |why: &str| Fault::BadAddress(why.to_owned());
        let uri: Uri = base.parse().map_err(|_| bad("it cannot be read"))?;
        let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host()) else {
            return Err(bad("write `http://HOST:PORT`"));
        };
        let port = match scheme {
            "https" => uri.port_u16().unwrap_or(443),
            "http" => uri.port_u16().unwrap_or(80),
            _ => return Err(bad("it must start with `http://` or `https://`")),
        };
        let proxy = match proxies.on_the_way_to(scheme, host, port) {
            None => None,
            Some(text) => Some(Via::parse(text, scheme == "https")?),
        };
        Ok(Route { base: uri, proxy })
    }

    /// The proxy on the route, safe to show.
    pub(super) fn proxy(&self) -> Option<&str> {
        self.proxy.as_ref().map(|via| via.shown.as_str())
    }

    /// The URL of a path below the base.
    pub(super) fn address(&self, path: &str) -> Result<Uri, Fault> {
        let authority = self.base.authority().map_or("", |a| a.as_str());
        let scheme = self.base.scheme_str().unwrap_or("http");
        let below = self.base.path().trim_end_matches('/');
        format!("{scheme}://{authority}{below}{path}")
            .parse()
            .map_err(|_| Fault::BadAddress(format!("invalid path `{path}`")))
    }

    /// The proxy's credentials for each request. A tunnel sends them once, when it is opened.
    pub(super) fn proxy_authorization(&self) -> Option<String> {
        let forward = self.proxy.as_ref().filter(|via| !via.tunnel);
        forward.and_then(Via::credentials)
    }

    /// The agent for this route. With `keep`, it keeps connections open for a while, otherwise for a moment.
    pub(super) fn agent(&self, keep: bool) -> ureq::Agent {
        // The key: whether connections are kept, and the proxy's address and whether it tunnels.
        type Agents = HashMap<(bool, Option<(ureq::Proxy, bool)>), ureq::Agent>;
        static AGENTS: OnceLock<Mutex<Agents>> = OnceLock::new();
        let https = |uri: &Uri| uri.scheme_str() == Some("https");
        let via = self.proxy.as_ref();
        if https(&self.base) || via.is_some_and(|via| https(via.proxy.uri())) {
            install_tls();
        }
        let key = (keep, via.map(|via| (via.proxy.clone(), via.tunnel)));
        let mut agents = AGENTS
            .get_or_init(Mutex::default)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let agent = agents.entry(key).or_insert_with(|| {
            let tunnel = via.filter(|via| via.tunnel);
            let forward = via.filter(|via| !via.tunnel);
            let forward = forward.map(|via| via.proxy.uri().clone());
            let config = config(keep).proxy(tunnel.map(|via| via.proxy.clone()));
            let names = Names {
                proxy: forward.clone(),
                usual: DefaultResolver::default(),
            };
            ureq::Agent::with_parts(config.build(), Forward::through(forward), names)
        });
        agent.clone()
    }
}

impl Via {
    fn parse(text: &str, tunnel: bool) -> Result<Via, Fault> {
        let unusable = |why: &str| Fault::Proxy {
            // The text may contain a password.
            proxy: text.rsplit('@').next().unwrap_or_default().to_owned(),
            why: why.to_owned(),
        };
        let proxy = ureq::Proxy::new(text).map_err(|_| unusable("its address cannot be read"))?;
        let shown = format!("{}:{}", proxy.host(), proxy.port());
        match proxy.protocol() {
            ureq::ProxyProtocol::Http | ureq::ProxyProtocol::Https => Ok(Via {
                proxy,
                shown,
                tunnel,
            }),
            _ => Err(unusable(
                "only `http://` and `https://` proxies are supported",
            )),
        }
    }

    fn credentials(&self) -> Option<String> {
        if self.proxy.username().is_none() && self.proxy.password().is_none() {
            return None;
        }
        let user = self.proxy.username().unwrap_or_default();
        let password = self.proxy.password().unwrap_or_default();
        let pair = format!("{user}:{password}");
        Some(format!("Basic {}", BASE64_STANDARD.encode(pair)))
    }
}

/// How long idle connections are kept; servers close theirs after a minute.
const IDLE: Duration = Duration::from_secs(10);
/// The same where each of many hosts is asked two questions in a row. A server that is starting may be restarted at
/// any time.
const BRIEF: Duration = Duration::from_secs(1);
const MANY: usize = 1024;
const BUFFER: usize = 16 * 1024;

fn config(keep: bool) -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::PlatformVerifier)
        .build();
    ureq::Agent::config_builder()
        // GraphQL servers send errors with any status.
        .http_status_as_error(false)
        .max_redirects(0)
        // For all hosts together, so that one does not lose its connection to others. A restarted server leaves
        // dead connections behind.
        .max_idle_connections(if keep { 64 } else { MANY })
        .max_idle_age(if keep { IDLE } else { BRIEF })
        // Hundreds of servers are asked at once, and answers are short.
        .input_buffer_size(BUFFER)
        .output_buffer_size(BUFFER)
        .user_agent(concat!("prisma/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
}

fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // An error means that a provider is already installed.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    });
}

/// Resolves names as the system does, and distinguishes those failures from connection failures.
#[derive(Debug)]
struct Names {
    /// Resolved instead of the host, which the proxy resolves.
    proxy: Option<Uri>,
    usual: DefaultResolver,
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let uri = self.proxy.as_ref().unwrap_or(uri);
        let timeout = if is_available() {
            timeout
        } else {
            // The limit takes a thread.
            NextTimeout {
                after: ureq::unversioned::transport::time::Duration::NotHappening,
                ..timeout
            }
        };
        let found = self.usual.resolve(uri, config, timeout);
        found.map_err(|error| match error {
            ureq::Error::Io(error) if error.to_string().contains("emporary failure") => {
                ureq::Error::Other(Box::new(NoNameService))
            }
            ureq::Error::Io(_) => ureq::Error::HostNotFound,
            error => error,
        })
    }
}

/// The error of a failed name lookup.
#[derive(Debug)]
pub(super) struct NoNameService;

impl std::fmt::Display for NoNameService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no name server answers")
    }
}

impl std::error::Error for NoNameService {}
