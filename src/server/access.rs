//! Checks whether a server accepts a secret, with a cheap query that needs a token.

use super::fault::legible;
use super::graphql::{self, ApiError, Error, Operation};
use super::http::{Client, Limits};
use super::refusal::{Refusal, SET_CLOCKS};
use super::token::{self, Grant};
use super::version::ManagementPath;
use crate::error::Result;
use crate::secret::Secret;
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// The lifetime of a token for one query.
const LIFETIME: Duration = Duration::from_secs(300);

/// The server's verdict on a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    Granted,
    Refused(Rejected),
    /// Neither, or no response.
    Unclear(String),
}

/// A query that needs a token, for all services.
pub(super) fn question() -> Operation {
    Operation::new("{ listProjects { name stage } }", json!({}))
}

/// Why a server rejects a token. Displays as the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// What the server says.
    pub message: String,
    /// What to do if the clocks of both machines differ, and that is the reason.
    pub clocks: Option<&'static str>,
}

impl Rejected {
    fn of(error: &ApiError) -> Option<Rejected> {
        let refusal = Refusal::of(error);
        refusal.is_about_token().then(|| Rejected {
            message: error.message.clone(),
            clocks: refusal.is_about_clocks().then_some(SET_CLOCKS),
        })
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.clocks {
            Some(_) => write!(f, "its clock differs from this machine's: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

/// Tries a secret, or no token at all: a server without authentication accepts anything.
pub fn access(
    host: &str,
    path: ManagementPath,
    secret: Option<&Secret>,
    limit: Duration,
) -> Result<Access> {
    Ok(match listed(host, path, secret, limit)? {
        Ok(data) if data["listProjects"].is_array() => Access::Granted,
        Ok(_) => Access::Unclear("the server sent an unexpected answer".to_owned()),
        Err(error) => match (error.api(), error.api().and_then(Rejected::of)) {
            (_, Some(rejected)) => Access::Refused(rejected),
            (Some(ApiError { message, .. }), None) => Access::Unclear(message.clone()),
            (None, None) => Access::Unclear(error.reason()),
        },
    })
}

/// The services of a server, as `NAME@STAGE`; `None` if it does not say.
pub fn services(
    host: &str,
    path: ManagementPath,
    secret: Option<&Secret>,
    limit: Duration,
) -> Result<Option<Vec<String>>> {
    let answer = listed(host, path, secret, limit)?.unwrap_or_default();
    let service = |one: &Value| {
        let (name, stage) = (one["name"].as_str()?, one["stage"].as_str()?);
        Some(legible(&format!("{name}@{stage}"), 100))
    };
    let listed = answer["listProjects"].as_array();
    Ok(listed.map(|all| all.iter().filter_map(service).collect()))
}

fn listed(
    host: &str,
    path: ManagementPath,
    secret: Option<&Secret>,
    limit: Duration,
) -> Result<std::result::Result<Value, Error>> {
    let token = match secret {
        Some(secret) => Some(token::sign(secret, &[Grant::everything()], LIFETIME)?),
        None => None,
    };
    let limits = Limits::of(limit);
    Ok(Client::once(host).map_err(Error::from).and_then(|client| {
        graphql::send(
            &client,
            path.as_str(),
            &question(),
            token.as_deref(),
            limits,
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::http::tests::serve_all;

    fn ask_one_that_says(body: &'static str, secret: Option<&Secret>) -> Access {
        let host = serve_all(move |request| {
            assert!(request.starts_with("POST /management "), "{request}");
            let token = request
                .lines()
                .find_map(|line| line.split_once("Bearer "))
                .map_or("none", |(_, token)| token);
            let body = body.replace("TOKEN", token);
            let length = body.len();
            format!("HTTP/1.1 200 x\r\nContent-Length: {length}\r\n\r\n{body}")
        });
        let limit = Duration::from_secs(2);
        access(&host, ManagementPath::Management, secret, limit).expect("signs")
    }

    #[test]
    fn the_server_decides_and_the_token_is_not_repeated() {
        let secret = Secret::from("s3cret");
        let refusal =
            r#"{"data":null,"errors":[{"message":"Token can't be decoded: TOKEN","code":3015}]}"#;
        let refused = |secret| match ask_one_that_says(refusal, secret) {
            Access::Refused(why) => why.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(Some(&secret)), "Token can't be decoded: ********");
        assert_eq!(refused(None), "Token can't be decoded: none");
        let granted = r#"{"data":{"listProjects":[]}}"#;
        assert_eq!(ask_one_that_says(granted, Some(&secret)), Access::Granted);
        for odd in ["<html>", "{}", r#"{"errors":[{"message":"Whoops"}]}"#] {
            let access = ask_one_that_says(odd, None);
            assert!(matches!(access, Access::Unclear(_)), "{odd}: {access:?}");
        }
    }
}
