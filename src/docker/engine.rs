//! Where the engine is: decides the host name in endpoints, and whether ports can be checked from
//! this machine.

mod address;
mod around;
mod context;

use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::url::{is_host_name, is_loopback, is_own, literal};
use address::{Address, Way};
use context::Context;
pub use context::config_file;
use std::net::IpAddr;

/// Names the host under which published ports are reached, as `--host` does.
pub const HOST_VARIABLE: &str = "PRISMA_CLI_HOST";

/// The engine that docker talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Engine {
    /// Host name under which published ports are reached; IPv6 addresses in brackets.
    pub host: String,
    /// Whether the engine publishes ports on this machine.
    pub local: bool,
    /// Whether it is local, but publishes its ports on a machine around this one: this is one of its containers.
    pub is_around: bool,
    /// Where its address is configured.
    pub named_by: Source,
    /// Its address, if one is configured.
    pub address: Option<String>,
    /// Whether the connection to it is encrypted or local.
    pub is_private: bool,
    /// Variables that make docker-compose v1 use the same engine: it does not support `DOCKER_CONTEXT`, and
    /// requires full addresses. v2 accepts them too.
    pub compose_env: Vec<(String, String)>,
    /// Whether docker-compose v1 cannot use it: v1 supports TLS only with verification.
    pub only_v2: bool,
}

/// Where the engine's address is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: it is docker's default.
    Default,
    /// `DOCKER_HOST`.
    Variable,
    /// The context of that name.
    Context(String),
}

impl Engine {
    /// The engine in use, by docker's own order: `DOCKER_HOST`, `DOCKER_CONTEXT`, the context of
    /// docker's configuration. A remote address names the host, as it did for the npm CLI.
    pub fn find(env: &Env) -> Result<Engine> {
        let mut engine = Engine::configured(env)?;
        let given = env.get(HOST_VARIABLE);
        if let Some(host) = given.filter(|host| !is_host_name(host)) {
            let message = format!(
                "invalid value for `--host`: `{}` is not a host name",
                host.escape_debug()
            );
            return Err(Failure::new(Kind::Usage, message)
                .hint("give a name or an address, without a port"));
        }
        let is_here = engine.local;
        let found = given.map(str::to_owned);
        if let Some(host) = found.or_else(|| is_here.then(around::host).flatten()) {
            engine.local = is_loopback(&host);
            engine.is_around = is_here && !engine.local;
            engine.host = host;
        }
        Ok(engine)
    }

    fn configured(env: &Env) -> Result<Engine> {
        if let Some(given) = env.get("DOCKER_HOST") {
            return Engine::of_variable(env, given);
        }
        match Context::find(env)? {
            Some(context) => Engine::of_context(context),
            None => Ok(Engine::new(None, Source::Default)),
        }
    }

    /// The host name for ports published on `bind`. Ports bound to one address are reachable only there;
    /// another machine's loopback is reachable here through a tunnel.
    pub fn reach(&self, bind: Option<IpAddr>) -> String {
        match bind {
            // `localhost` may mean either family; the loopback that is published is exact.
            Some(ip) if ip.is_loopback() && ip.is_ipv4() => "localhost".to_owned(),
            Some(IpAddr::V4(ip)) if !ip.is_unspecified() => ip.to_string(),
            Some(IpAddr::V6(ip)) if !ip.is_unspecified() => format!("[{ip}]"),
            _ => self.host.clone(),
        }
    }

    fn new(address: Option<Address>, named_by: Source) -> Engine {
        let host = address.as_ref().and_then(|address| address.host.clone());
        let is_private = address.as_ref().is_none_or(|a| a.way != Way::Tcp);
        Engine {
            local: host.is_none(),
            is_around: false,
            host: host.unwrap_or_else(|| "localhost".to_owned()),
            named_by,
            is_private,
            address: address.map(|address| address.url),
            compose_env: Vec::new(),
            only_v2: false,
        }
    }

    fn of_variable(env: &Env, given: &str) -> Result<Engine> {
        let tls = ["DOCKER_TLS_VERIFY", "DOCKER_TLS"]
            .iter()
            .any(|name| env.get(name).is_some());
        let address = address::parse(given, tls).map_err(|why| {
            malformed(format!("`DOCKER_HOST` is `{}`", address::shown(given)), &why).hint(
                "use e.g. `tcp://HOST:2375` or `ssh://USER@HOST`, or unset it to use this machine's engine",
            )
        })?;
        let engine = Engine::new(Some(address), Source::Variable);
        let url = engine.address.clone().filter(|url| url != given);
        Ok(Engine {
            is_private: engine.is_private || tls,
            compose_env: url
                .map(|url| pair("DOCKER_HOST", url))
                .into_iter()
                .collect(),
            ..engine
        })
    }

    fn of_context(context: Context) -> Result<Engine> {
        let source = Source::Context(context.name.clone());
        if context.host.trim().is_empty() {
            return Ok(Engine::new(None, source));
        }
        let tls = context.certificates.is_some() || context.unverified;
        let address = address::parse(&context.host, tls).map_err(|why| {
            let what = format!(
                "the address of docker context `{}` is `{}`",
                context.name,
                address::shown(&context.host)
            );
            malformed(what, &why).hint(format!(
                "fix it: `docker context update {} --docker host=…`",
                context.name
            ))
        })?;
        let files = context.certificates.unwrap_or_default();
        let has = |name| files.join(name).is_file();
        let is_whole = ["ca.pem", "cert.pem", "key.pem"].into_iter().all(has);
        let only_v2 = tls && (context.unverified || !is_whole);
        // With a context, docker ignores the rest of the environment.
        let compose_env = vec![
            pair("DOCKER_HOST", &address.url),
            pair("DOCKER_CONTEXT", ""),
            pair("DOCKER_TLS_VERIFY", if tls { "1" } else { "" }),
            pair("DOCKER_CERT_PATH", files.to_string_lossy()),
        ];
        let engine = Engine::new(Some(address), source);
        Ok(Engine {
            is_private: engine.is_private || tls,
            compose_env: if only_v2 { Vec::new() } else { compose_env },
            only_v2,
            ..engine
        })
    }

    /// Whether a host, without its port, is the engine's machine as far as can be seen
    /// without DNS.
    pub fn is_at(&self, host: &str) -> bool {
        if self.local {
            is_loopback(host) || literal(host).is_some_and(is_own)
        } else {
            self.host.eq_ignore_ascii_case(host)
        }
    }

    /// Whether it is reached over ssh.
    pub fn is_by_ssh(&self) -> bool {
        let address = self.address.as_deref().unwrap_or_default();
        address.starts_with("ssh://")
    }
}

fn malformed(what: String, why: &str) -> Failure {
    Failure::new(
        Kind::EngineUnreachable,
        format!("{what}, which is invalid: {why}"),
    )
}

fn pair(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}
