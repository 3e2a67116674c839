//! Why no usable answer came back: one [`Fault`] for each thing that can go wrong on the way.

use std::fmt;
use std::time::Duration;

/// Why a request has no usable answer. Displays as the reason, to be put behind "could not reach …: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The address is none.
    BadAddress(String),
    /// The machine is there, the port is closed.
    Refused,
    /// The name of the host is unknown.
    UnknownHost,
    /// Nobody can say whether there is such a host.
    NameService(String),
    /// No way to the host.
    NoRoute(String),
    /// The server's certificate is not one this machine trusts.
    Untrusted(String),
    /// This machine trusts no certificate at all: it has none to compare with.
    NoRoots,
    /// TLS failed otherwise: no TLS at the other end, for example.
    Tls(String),
    /// No connection within the limit.
    ConnectTimeout(Duration),
    /// A connection, and no answer within the limit.
    Silent(Duration),
    /// An answer that was not complete within the limit.
    Trickle(Duration),
    /// The connection was closed before anything came back.
    Closed,
    /// The answer ends in the middle.
    CutShort,
    /// The proxy cannot be reached, or refuses.
    Proxy {
        /// Host and port of the proxy.
        proxy: String,
        /// What it is about.
        why: String,
    },
    /// The server sends somewhere else. Never followed: the token is not for whoever is there.
    Redirect {
        /// HTTP status.
        status: u16,
        /// Where it points to.
        target: String,
    },
    /// No JSON.
    NotJson {
        /// HTTP status.
        status: u16,
        /// Whether it is a page for people.
        page: bool,
        /// The beginning of the body, fit to be shown.
        start: String,
    },
    /// JSON, but no answer to a GraphQL query.
    NotGraphql {
        /// HTTP status.
        status: u16,
    },
    /// More than anybody asked for.
    TooLong,
    /// Anything else.
    Other(String),
}

impl Fault {
    /// Whether the same request may well be answered a little later.
    pub fn passes(&self) -> bool {
        match self {
            Fault::Refused
            | Fault::NameService(_)
            | Fault::NoRoute(_)
            | Fault::ConnectTimeout(_)
            | Fault::Silent(_)
            | Fault::Trickle(_)
            | Fault::Closed
            | Fault::CutShort => true,
            Fault::NotJson { status, .. } | Fault::NotGraphql { status } => {
                matches!(status, 429 | 502 | 503 | 504)
            }
            _ => false,
        }
    }

    /// Whether the server may well have got the request, and done what it says.
    pub fn is_after_sending(&self) -> bool {
        matches!(
            self,
            Fault::Silent(_) | Fault::Trickle(_) | Fault::Closed | Fault::CutShort | Fault::TooLong
        )
    }

    /// Whether a limit was reached.
    pub fn is_timeout(&self) -> bool {
        matches!(
            self,
            Fault::ConnectTimeout(_) | Fault::Silent(_) | Fault::Trickle(_)
        )
    }

    /// What can be done about it, when that is not up to the case.
    pub fn remedy(&self) -> Option<String> {
        let text = match self {
            Fault::Refused => "start the server, or correct host and port",
            Fault::UnknownHost => "check the spelling of the host",
            Fault::Untrusted(_) => {
                "have the server show a certificate this machine trusts, or name the file of its certificate authority in `SSL_CERT_FILE`"
            }
            Fault::NoRoots => {
                "install the system's CA certificates, or name a file with them in `SSL_CERT_FILE`"
            }
            Fault::Tls(_) => "check whether the server speaks TLS on that port: `http` or `https`",
            Fault::Proxy { .. } => {
                "check `HTTP_PROXY` and `HTTPS_PROXY`, or except the host in `NO_PROXY`"
            }
            Fault::Redirect { target, .. } => {
                return Some(format!(
                    "if `{target}` is the server, use its address instead"
                ));
            }
            Fault::NotJson { .. } | Fault::NotGraphql { .. } => {
                "check that the address is the Prisma server's, without a path"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spoken = |limit: &Duration| humantime::format_duration(*limit).to_string();
        match self {
            Fault::BadAddress(why) => write!(f, "that is no address: {why}"),
            Fault::Refused => f.write_str("nothing listens there"),
            Fault::UnknownHost => f.write_str("there is no such host"),
            Fault::NameService(why) => write!(f, "the host cannot be looked up: {why}"),
            Fault::NoRoute(why) => write!(f, "there is no way to the host: {why}"),
            Fault::Untrusted(why) => write!(f, "its certificate is not trusted: {why}"),
            Fault::NoRoots => f.write_str("this machine has no CA certificates"),
            Fault::Tls(why) => write!(f, "no secure connection: {why}"),
            Fault::ConnectTimeout(limit) => write!(f, "no connection within {}", spoken(limit)),
            Fault::Silent(limit) => write!(f, "no answer within {}", spoken(limit)),
            Fault::Trickle(limit) => write!(f, "no complete answer within {}", spoken(limit)),
            Fault::Closed => f.write_str("the connection was closed without an answer"),
            Fault::CutShort => f.write_str("the answer is cut short"),
            Fault::Proxy { proxy, why } => write!(f, "the proxy `{proxy}` fails: {why}"),
            Fault::Redirect { status, target } => {
                write!(f, "it redirects (status {status}) to `{target}`")
            }
            Fault::NotJson {
                status, page: true, ..
            } => write!(f, "it answers with status {status} and a page, not JSON"),
            Fault::NotJson { status, start, .. } if start.is_empty() => {
                write!(f, "it answers with status {status} and nothing else")
            }
            Fault::NotJson { status, start, .. } => {
                write!(f, "it answers with status {status} and no JSON: `{start}`")
            }
            Fault::NotGraphql { status } => write!(
                f,
                "it answers with status {status} and JSON that is no GraphQL answer"
            ),
            Fault::TooLong => f.write_str("the answer is too long"),
            Fault::Other(why) => f.write_str(why),
        }
    }
}

/// A text of the other side as it may be shown: without control characters, at most so many long.
pub fn legible(text: &str, most: usize) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let mut shown: String = text.trim().chars().filter(kept).take(most).collect();
    if text.trim().chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}
