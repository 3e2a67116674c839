//! Checks whether a server accepts a secret, with a cheap query that needs a token.

use super::fault::legible;
use super::graphql::{self, ApiError, Error, Operation};
use super::http::{Client, Limits};
use super::token::{self, Grant};
use super::version::ManagementPath;
use crate::error::Result;
use crate::secret::Secret;
use serde_json::{Value, json};
use std::time::Duration;

/// The lifetime of a token for one query.
const LIFETIME: Duration = Duration::from_secs(300);

/// The server's verdict on a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    Granted,
    /// The server's reason.
    Refused(String),
    /// Neither, or no response.
    Unclear(String),
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
        Err(error) => match error.api() {
            // 3015: missing, wrong or insufficient; 3016: expired.
            Some(ApiError {
                code: Some(3015 | 3016),
                message,
                ..
            }) => Access::Refused(message.clone()),
            Some(ApiError { message, .. }) => Access::Unclear(message.clone()),
            None => Access::Unclear(error.reason()),
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
    let operation = Operation::new("{ listProjects { name stage } }", json!({}));
    let limits = Limits::of(limit);
    Ok(Client::once(host).map_err(Error::from).and_then(|client| {
        graphql::send(&client, path.as_str(), &operation, token.as_deref(), limits)
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
        assert_eq!(
            ask_one_that_says(refusal, Some(&secret)),
            Access::Refused("Token can't be decoded: ********".to_owned())
        );
        assert_eq!(
            ask_one_that_says(refusal, None),
            Access::Refused("Token can't be decoded: none".to_owned())
        );
        let granted = r#"{"data":{"listProjects":[]}}"#;
        assert_eq!(ask_one_that_says(granted, Some(&secret)), Access::Granted);
        for odd in ["<html>", "{}", r#"{"errors":[{"message":"Whoops"}]}"#] {
            let access = ask_one_that_says(odd, None);
            assert!(matches!(access, Access::Unclear(_)), "{odd}: {access:?}");
        }
    }
}
