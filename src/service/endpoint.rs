//! URLs of services: `http(s)://HOST[:PORT]/[WORKSPACE/][SERVICE[/STAGE]]`.

use crate::url::{ServerUrl, UrlError};
use std::fmt;

/// The name for a part that is missing in a URL.
pub const DEFAULT: &str = "default";

/// A server, and the workspace of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Without a path, and without the scheme's default port.
    pub server: ServerUrl,
    /// The workspace, in Prisma Cloud.
    pub workspace: Option<String>,
}

/// The parsed URL of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub endpoint: Endpoint,
    pub service: String,
    pub stage: String,
}

impl fmt::Display for Address {
    /// The URL with all its parts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.endpoint.server)?;
        if let Some(workspace) = &self.endpoint.workspace {
            write!(f, "/{workspace}")?;
        }
        write!(f, "/{}/{}", self.service, self.stage)
    }
}

impl Address {
    /// Parses a URL; the error says what is wrong and what to write, without repeating a password that
    /// the URL may contain.
    pub fn parse(text: &str) -> Result<Address, String> {
        let url = ServerUrl::parse(text).map_err(|why| match why {
            UrlError::NoScheme => format!("{why}: write `http://{}`", text.escape_debug()),
            why => why.to_string(),
        })?;
        let (workspace, service, stage) = parts(&url.path)?;
        let usual = if url.https { 443 } else { 80 };
        Ok(Address {
            endpoint: Endpoint {
                server: ServerUrl {
                    port: url.port.filter(|port| *port != usual),
                    ..url.root()
                },
                workspace: workspace.map(str::to_owned),
            },
            service: service.to_owned(),
            stage: stage.to_owned(),
        })
    }
}

/// Workspace, service and stage of a path.
fn parts(path: &str) -> Result<(Option<&str>, &str, &str), String> {
    let parts: Vec<&str> = path.split('/').skip(1).collect();
    match parts.as_slice() {
        [] => Ok((None, DEFAULT, DEFAULT)),
        parts if parts.contains(&"") => Err("it contains an empty part: `//`".to_owned()),
        [service] => Ok((None, service, DEFAULT)),
        [service, stage] => Ok((None, service, stage)),
        [workspace, service, stage] => Ok((Some(workspace), service, stage)),
        _ => Err(
            "it has too many path segments: write `http://HOST:PORT/SERVICE/STAGE`, or \
             `https://HOST/WORKSPACE/SERVICE/STAGE` for Prisma Cloud"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_parsed() {
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
        const HOST: &str = "the host name is not valid";
        const PORT: &str = "the port must be between 1 and 65535";
        for (text, expected) in [
            (
                "localhost:4466/a",
                "it has no scheme: write `http://localhost:4466/a`",
            ),
            ("ws://h/a", "it must start with `http://` or `https://`"),
            (
                "http://u:hunter2@h/a",
                "it must not contain a user or password",
            ),
            ("u:hunter2@h/a", "it must not contain a user or password"),
            (
                "http://h/a?b=c",
                "it must not contain a query or a fragment",
            ),
            ("http:///a/b", HOST),
            ("http://-x/a/b", HOST),
            ("http://:4466/a", HOST),
            ("http://h h/a", "it contains whitespace"),
            ("http://[::x]/a", HOST),
            ("http://h:/a", PORT),
            ("http://h:+1/a", PORT),
            ("http://h:65536/a", PORT),
            ("http://h//a", "it contains an empty part: `//`"),
        ] {
            assert_eq!(Address::parse(text), Err(expected.to_owned()), "{text}");
        }
        let many = Address::parse("http://h/a/b/c/d").expect_err("too many");
        assert!(many.starts_with("it has too many path segments"), "{many}");
    }
}
