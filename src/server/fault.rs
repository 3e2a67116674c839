//! Why a request has no usable response: one [`Fault`] for each cause.

use std::fmt;
use std::time::Duration;

/// Displays as the reason, to follow "could not reach …: ".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    BadAddress(String),
    Refused,
    UnknownHost,
    /// The name server does not respond.
    NameService(String),
    NoRoute(String),
    /// This machine does not trust the server's certificate.
    Untrusted(String),
    /// This machine has no CA certificates.
    NoRoots,
    /// The server answers in plain text on this port.
    PlainHttp,
    /// Another TLS failure.
    Tls(String),
    /// No connection within the limit.
    ConnectTimeout(Duration),
    /// Connected, but no response within the limit.
    ResponseTimeout(Duration),
    /// The response was not complete within the limit.
    BodyTimeout(Duration),
    /// The connection was closed before a response.
    Closed,
    /// The response is truncated.
    Truncated,
    /// The proxy is unreachable or refuses the request.
    Proxy {
        /// Host and port of the proxy.
        proxy: String,
        why: String,
    },
    /// The server redirects. Never followed: the token is for this server only.
    Redirect {
        status: u16,
        target: String,
    },
    NotJson {
        status: u16,
        /// Whether it is HTML.
        page: bool,
        /// The beginning of the body, safe to show.
        start: String,
    },
    /// JSON, but not a GraphQL response.
    NotGraphql {
        status: u16,
    },
    /// The response exceeds the size limit.
    TooLong,
    Other(String),
}

/// What a proxy in front of a server says by this status, and what to do. No server sends it with anything but JSON, and
/// none of it means that the address is wrong.
fn of_gateway(status: u16) -> Option<(&'static str, &'static str)> {
    Some(match status {
        401 | 403 => (
            "a proxy in front of it rejects the request",
            "have the proxy let the request through: its `Authorization` header has the server's token, not a login",
        ),
        413 => (
            "the request is too large for a proxy in front of it",
            "raise the proxy's limit, for nginx `client_max_body_size`",
        ),
        429 => (
            "a proxy in front of it gets too many requests",
            "try again later",
        ),
        502 => (
            "a proxy in front of it gets no valid answer from the server",
            "check that the server is running, and try again",
        ),
        503 => (
            "a proxy in front of it considers the server unavailable",
            "check that the server is running, and try again",
        ),
        504 => (
            "a proxy in front of it did not wait for the server's answer",
            "raise the proxy's time limit, for nginx `proxy_read_timeout`, and try again",
        ),
        _ => return None,
    })
}

impl Fault {
    /// What a proxy in front of the server says, and what to do.
    fn by_gateway(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Fault::NotJson { status, .. } => of_gateway(*status),
            _ => None,
        }
    }

    /// Whether a proxy in front of the server answers in its place.
    pub fn is_of_gateway(&self) -> bool {
        self.by_gateway().is_some()
    }

    /// Whether a retry may succeed.
    pub fn is_transient(&self) -> bool {
        match self {
            Fault::Refused
            | Fault::NameService(_)
            | Fault::NoRoute(_)
            | Fault::ConnectTimeout(_)
            | Fault::ResponseTimeout(_)
            | Fault::BodyTimeout(_)
            | Fault::Closed
            | Fault::Truncated => true,
            Fault::NotJson { status, .. } | Fault::NotGraphql { status } => {
                matches!(status, 429 | 502 | 503 | 504)
            }
            _ => false,
        }
    }

    /// Whether the server may have received the request and acted on it.
    pub fn is_after_sending(&self) -> bool {
        matches!(
            self,
            Fault::ResponseTimeout(_)
                | Fault::BodyTimeout(_)
                | Fault::Closed
                | Fault::Truncated
                | Fault::TooLong
                // The server may be at it still, or have ended before it answered.
                | Fault::NotJson { status: 502 | 504, .. }
        )
    }

    pub fn is_timeout(&self) -> bool {
        matches!(
            self,
            Fault::ConnectTimeout(_) | Fault::ResponseTimeout(_) | Fault::BodyTimeout(_)
        )
    }

    /// The fix, if it does not depend on the context.
    pub fn remedy(&self) -> Option<String> {
        if let Some((_, remedy)) = self.by_gateway() {
            return Some(remedy.to_owned());
        }
        let text = match self {
            Fault::Refused => "start the server, or correct the host and port",
            Fault::UnknownHost => "check the spelling of the host",
            Fault::Untrusted(_) => {
                "use a certificate that this machine trusts, or set `SSL_CERT_FILE` to the file of its certificate authority"
            }
            Fault::NoRoots => {
                "install the system's CA certificates, or set `SSL_CERT_FILE` to a file with them"
            }
            Fault::PlainHttp => "use `http://` instead of `https://`",
            Fault::Tls(_) => "check whether the server speaks TLS on that port: `http` or `https`",
            Fault::Proxy { .. } => {
                "check `HTTP_PROXY` and `HTTPS_PROXY`, or add the host to `NO_PROXY`"
            }
            Fault::Redirect { target, .. } => {
                return Some(format!(
                    "if `{target}` is the server, use its address instead"
                ));
            }
            Fault::NotJson { .. } | Fault::NotGraphql { .. } => {
                "check that the URL is the Prisma server's, without service and stage"
            }
            _ => return None,
        };
        Some(text.to_owned())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spoken = |limit: &Duration| humantime::format_duration(rounded(*limit)).to_string();
        if let (
            Fault::NotJson {
                status,
                page,
                start,
            },
            Some((what, _)),
        ) = (self, self.by_gateway())
        {
            write!(f, "{what} (status {status})")?;
            return match (page, start.as_str()) {
                (true, _) | (_, "") => Ok(()),
                (false, text) => write!(f, ": `{text}`"),
            };
        }
        match self {
            Fault::BadAddress(why) => write!(f, "invalid address: {why}"),
            Fault::Refused => f.write_str("nothing listens there"),
            Fault::UnknownHost => f.write_str("the host is unknown"),
            Fault::NameService(why) => write!(f, "the host cannot be looked up: {why}"),
            Fault::NoRoute(why) => write!(f, "no route to the host: {why}"),
            Fault::Untrusted(why) => write!(f, "its certificate is not trusted: {why}"),
            Fault::NoRoots => f.write_str("this machine has no CA certificates"),
            Fault::PlainHttp => f.write_str("it speaks http, not https"),
            Fault::Tls(why) => write!(f, "no secure connection: {why}"),
            Fault::ConnectTimeout(limit) => write!(f, "no connection within {}", spoken(limit)),
            Fault::ResponseTimeout(limit) => write!(f, "no answer within {}", spoken(limit)),
            Fault::BodyTimeout(limit) => write!(f, "no complete answer within {}", spoken(limit)),
            Fault::Closed => f.write_str("the connection was closed without an answer"),
            Fault::Truncated => f.write_str("the answer is incomplete"),
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
                "it answers with status {status} and JSON that is not a GraphQL answer"
            ),
            Fault::TooLong => f.write_str("the answer is too long"),
            Fault::Other(why) => f.write_str(why),
        }
    }
}

/// A limit may be the rest of another one: no one reads its nanoseconds.
fn rounded(limit: Duration) -> Duration {
    let millis = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(match millis {
        0..1000 => millis,
        1000..10_000 => millis - millis % 100,
        _ => millis - millis % 1000,
    })
}

/// Received text made safe to show: without control characters, at most `most` characters.
pub fn legible(text: &str, most: usize) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let mut shown: String = text.trim().chars().filter(kept).take(most).collect();
    if text.trim().chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_shown_as_people_say_them() {
        let shown = |nanos| Fault::ResponseTimeout(Duration::from_nanos(nanos)).to_string();
        assert_eq!(shown(1_097_079_040), "no answer within 1s");
        assert_eq!(shown(1_500_000_001), "no answer within 1s 500ms");
        assert_eq!(shown(300_079_040), "no answer within 300ms");
        assert_eq!(shown(61_097_079_040), "no answer within 1m 1s");
    }
}
