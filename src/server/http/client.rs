//! A client for one host, which reuses its connections.

use super::super::fault::{Fault, legible};
use super::proxy::Proxies;
use super::route::{NoNameService, Route};
use serde_json::Value;
use std::io::ErrorKind;
use std::time::Duration;
use ureq::http::StatusCode;

/// The size limit of a body; longer than any expected response.
const LONGEST_BODY: u64 = 64 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until the connection is established.
    pub connect: Duration,
    /// Until the response is complete, including the time to connect.
    pub request: Duration,
}

impl Limits {
    pub fn of(request: Duration) -> Limits {
        Limits {
            connect: request,
            request,
        }
    }
}

/// A JSON response.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

/// A host to send requests to. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Client {
    base: String,
    route: Route,
    agent: ureq::Agent,
}

impl Client {
    /// A client for `base`: `http(s)://HOST[:PORT][/PATH]`. Does not connect yet.
    ///
    /// # Errors
    ///
    /// [`Fault::BadAddress`], and [`Fault::Proxy`] if the proxy's address is not valid.
    pub fn new(base: &str, proxies: &Proxies) -> Result<Client, Fault> {
        Client::with(base, proxies, true)
    }

    /// A client for a few requests in a row, through the proxies of the process's environment. What it needs is kept for
    /// a moment only.
    pub fn once(base: &str) -> Result<Client, Fault> {
        Client::with(base, Proxies::of_process(), false)
    }

    fn with(base: &str, proxies: &Proxies, keep: bool) -> Result<Client, Fault> {
        let base = base.trim_end_matches('/');
        let route = Route::to(base, proxies)?;
        Ok(Client {
            base: base.to_owned(),
            agent: route.agent(keep),
            route,
        })
    }

    /// The URL, without a trailing slash.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Posts JSON and expects JSON, whatever the status. A fault never repeats the request.
    pub fn post(
        &self,
        path: &str,
        body: &Value,
        token: Option<&str>,
        limits: Limits,
    ) -> Result<Reply, Fault> {
        let body = body.to_string();
        let uri = self.route.address(path)?;
        let mut request = self
            .agent
            .post(uri)
            .config()
            .timeout_connect(Some(limits.connect.min(limits.request)))
            .timeout_global(Some(limits.request))
            .build()
            .content_type("application/json");
        if let Some(credentials) = self.route.proxy_authorization() {
            request = request.header("Proxy-Authorization", credentials);
        }
        if let Some(token) = token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let sent = request.send(body.as_bytes());
        let mut response = sent.map_err(|error| self.fault(error, limits))?;
        let status = response.status();
        if let Some(target) = target(status, response.headers()) {
            return Err(Fault::Redirect {
                status: status.as_u16(),
                target,
            });
        }
        let text = response
            .body_mut()
            .with_config()
            .limit(LONGEST_BODY)
            .lossy_utf8(true)
            .read_to_string()
            .map_err(|error| broken_off(error, limits))?;
        read(status.as_u16(), &text)
    }

    /// Whether there is an HTTP server, whatever it answers. The path is one that costs it little.
    pub fn is_there(&self, limit: Duration) -> bool {
        let Ok(uri) = self.route.address("/status") else {
            return false;
        };
        let request = self
            .agent
            .get(uri)
            .config()
            .timeout_global(Some(limit))
            .build();
        request.call().is_ok()
    }

    fn fault(&self, error: ureq::Error, limits: Limits) -> Fault {
        let fault = unanswered(error, limits);
        let proxy = || self.route.proxy().unwrap_or_default().to_owned();
        match fault {
            // Through a proxy, these faults refer to the proxy.
            Fault::Refused
            | Fault::UnknownHost
            | Fault::NameService(_)
            | Fault::NoRoute(_)
            | Fault::ConnectTimeout(_)
                if self.route.proxy().is_some() =>
            {
                Fault::Proxy {
                    proxy: proxy(),
                    why: fault.to_string(),
                }
            }
            Fault::Proxy { why, .. } => Fault::Proxy {
                proxy: proxy(),
                why,
            },
            fault => fault,
        }
    }
}

/// The target of a redirect.
fn target(status: StatusCode, headers: &ureq::http::HeaderMap) -> Option<String> {
    let location = headers.get("location")?;
    let target = legible(&String::from_utf8_lossy(location.as_bytes()), 200);
    status.is_redirection().then_some(target)
}

/// Reads what was received.
pub fn read(status: u16, text: &str) -> Result<Reply, Fault> {
    match serde_json::from_str(text) {
        Ok(body) => Ok(Reply { status, body }),
        Err(error) if error.is_eof() && text.trim_start().starts_with(['{', '[']) => {
            Err(Fault::Truncated)
        }
        Err(_) => Err(Fault::NotJson {
            status,
            page: text
                .trim_start_matches('\u{feff}')
                .trim_start()
                .starts_with('<'),
            start: legible(text, 120),
        }),
    }
}

fn unanswered(error: ureq::Error, limits: Limits) -> Fault {
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            Fault::ConnectTimeout(limits.connect.min(limits.request))
        }
        ureq::Error::Timeout(_) => Fault::ResponseTimeout(limits.request),
        ureq::Error::HostNotFound => Fault::UnknownHost,
        ureq::Error::Io(error) => of_io(&error, limits),
        ureq::Error::ConnectProxyFailed(why) => Fault::Proxy {
            proxy: String::new(),
            why: legible(&why, 120),
        },
        ureq::Error::Rustls(error) => of_tls(&error),
        ureq::Error::Tls(why) => Fault::Tls(why.to_owned()),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
            Fault::Other("the other end does not speak HTTP".to_owned())
        }
        ureq::Error::BadUri(why) => Fault::BadAddress(why),
        ureq::Error::Other(error) if error.is::<NoNameService>() => {
            Fault::NameService(error.to_string())
        }
        error => Fault::Other(error.to_string()),
    }
}

fn of_io(error: &std::io::Error, limits: Limits) -> Fault {
    if let Some(tls) = error
        .get_ref()
        .and_then(|e| e.downcast_ref::<rustls::Error>())
    {
        return of_tls(tls);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => Fault::Refused,
        ErrorKind::TimedOut => Fault::ConnectTimeout(limits.connect.min(limits.request)),
        ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => Fault::NoRoute(plain(error)),
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::UnexpectedEof => Fault::Closed,
        _ => Fault::Other(plain(error)),
    }
}

fn of_tls(error: &rustls::Error) -> Fault {
    use rustls::CertificateError as Certificate;
    let text = error.to_string();
    if text.contains("No CA certificates") {
        return Fault::NoRoots;
    }
    match error {
        rustls::Error::InvalidCertificate(why) => Fault::Untrusted(match why {
            Certificate::UnknownIssuer => {
                "it is signed by an authority this machine does not trust".to_owned()
            }
            Certificate::Expired | Certificate::ExpiredContext { .. } => {
                "it has expired".to_owned()
            }
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => {
                "it is not valid yet".to_owned()
            }
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
                "it is for another host".to_owned()
            }
            why => why.to_string(),
        }),
        rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType) => {
            Fault::PlainHttp
        }
        _ => Fault::Tls(text),
    }
}

/// Why a response is incomplete.
fn broken_off(error: ureq::Error, limits: Limits) -> Fault {
    match error {
        ureq::Error::Timeout(_) => Fault::BodyTimeout(limits.request),
        ureq::Error::BodyExceedsLimit(_) => Fault::TooLong,
        ureq::Error::Io(error) if error.kind() == ErrorKind::TimedOut => {
            Fault::BodyTimeout(limits.request)
        }
        ureq::Error::Io(error) => match of_io(&error, limits) {
            Fault::Closed => Fault::Truncated,
            fault => fault,
        },
        ureq::Error::Protocol(_) => Fault::Truncated,
        error => Fault::Other(error.to_string()),
    }
}

fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or_default();
    words.to_lowercase()
}
