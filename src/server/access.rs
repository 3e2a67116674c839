//! Does a secret open a server? Tried with a cheap query that needs a token.

use super::http::{Answer, post};
use super::token::{self, Grant, Secret};
use super::version::{ManagementPath, first_error};
use crate::error::Result;
use serde_json::json;
use std::time::Duration;

/// How long a token is good that is made for one query.
const LIFETIME: Duration = Duration::from_secs(300);

/// What the server made of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// It did what it was asked.
    Granted,
    /// It refused, and this is its reason.
    Refused(String),
    /// It did neither, or nothing came back.
    Unclear(String),
}

/// Tries a secret, or no token at all: a server without authentication takes anything.
pub fn access(
    host: &str,
    path: ManagementPath,
    secret: Option<&Secret>,
    limit: Duration,
) -> Result<Access> {
    let token = match secret {
        Some(secret) => Some(token::sign(secret, &[Grant::everything()], LIFETIME)?),
        None => None,
    };
    let query = json!({"query": "{ listProjects { name } }"});
    let answer = post(&path.on(host), &query, token.as_deref(), limit);
    // A server may repeat the token in its refusal.
    let safe = |text: &str| match &token {
        Some(token) => super::plain(&text.replace(token, "********")),
        None => super::plain(text),
    };
    Ok(match answer {
        Err(why) => Access::Unclear(why),
        Ok(Answer::Other { status, .. }) => {
            Access::Unclear(format!("it answers with status {status} and no JSON"))
        }
        Ok(Answer::Json(body)) if body["data"]["listProjects"].is_array() => Access::Granted,
        Ok(Answer::Json(body)) => match first_error(&body) {
            // 3015: missing, wrong or insufficient; 3016: expired.
            Some((Some(3015 | 3016), why)) => Access::Refused(safe(why)),
            Some((_, why)) => Access::Unclear(safe(why)),
            None => Access::Unclear("it answers something else than was asked".to_owned()),
        },
    })
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
    fn the_servers_word_counts_and_the_token_is_not_repeated() {
        let secret = Secret::parse("s3cret").expect("a text");
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
