//! GraphQL requests and responses, in the forms of all versions.

use super::fault::{Fault, legible};
use super::http::{Client, Limits, Reply};
use super::refusal::Refusal;
use crate::error::Failure;
use crate::secret::MASK;
use serde_json::{Value, json};
use std::fmt;

/// A query or mutation with its variables.
#[derive(Clone, PartialEq)]
pub struct Operation {
    /// GraphQL.
    pub query: String,
    /// An object; may hold secrets.
    pub variables: Value,
}

impl Operation {
    /// An operation; variables that are null are left out.
    pub fn new(query: impl Into<String>, mut variables: Value) -> Operation {
        if let Some(variables) = variables.as_object_mut() {
            variables.retain(|_, value| !value.is_null());
        }
        Operation {
            query: query.into(),
            variables,
        }
    }

    /// Whether it changes nothing, so that it can be sent again.
    pub fn is_query(&self) -> bool {
        !self.query.trim_start().starts_with("mutation")
    }

    pub fn body(&self) -> Value {
        match self.variables.as_object() {
            Some(variables) if !variables.is_empty() => {
                json!({"query": self.query, "variables": self.variables})
            }
            _ => json!({"query": self.query}),
        }
    }
}

/// An error in a GraphQL response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    /// Prisma's code; validation errors and crashes have none.
    pub code: Option<i64>,
    /// Its message, safe to show.
    pub message: String,
    /// The id to look for in the server's log.
    pub request_id: Option<String>,
    /// The part of the query that it refers to.
    pub path: Vec<String>,
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Why an operation has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No usable response.
    Fault(Fault),
    /// The server refused; never empty.
    Api(Vec<ApiError>),
    /// The run ends: a signal or a limit.
    Ended(Failure),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::Fault(fault)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::Ended(failure)
    }
}

impl Error {
    /// The server's first error, if the server refused.
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Error::Api(errors) => errors.first(),
            _ => None,
        }
    }

    /// Whether the same request may succeed later: the server is away, or without its database.
    pub fn may_pass(&self) -> bool {
        match self {
            Error::Fault(fault) => fault.is_transient(),
            Error::Api(errors) => errors
                .iter()
                .all(|error| error.code.is_none() && Refusal::of(error) != Refusal::Invalid),
            Error::Ended(_) => false,
        }
    }

    /// Whether a service's own address reports that the service does not exist.
    pub fn is_unknown_service(&self) -> bool {
        self.api().is_some_and(|error| error.code == Some(3016))
    }

    /// Whether the management API reports that the service does not exist.
    pub fn is_not_deployed(&self) -> bool {
        let refusal = self.api().map(Refusal::of);
        refusal == Some(Refusal::UnknownService)
    }

    /// The reason in one line, for tables and warnings.
    pub fn reason(&self) -> String {
        match self {
            Error::Fault(fault @ Fault::NoRoots) => match fault.remedy() {
                Some(remedy) => format!("{fault}: {remedy}"),
                None => fault.to_string(),
            },
            Error::Fault(fault) => fault.to_string(),
            Error::Api(errors) => {
                let message = errors.first().map_or("", |error| error.message.as_str());
                format!("it answers with an error: {}", message.replace('\n', " "))
            }
            Error::Ended(failure) => failure.message().clone(),
        }
    }

    /// Whether any of the errors matches; their order is not fixed.
    pub fn says(&self, text: &str) -> bool {
        match self {
            Error::Api(errors) => errors.iter().any(|error| error.message.contains(text)),
            _ => false,
        }
    }
}

/// Sends an operation and reads the response.
pub fn send(
    client: &Client,
    path: &str,
    operation: &Operation,
    token: Option<&str>,
    limits: Limits,
) -> Result<Value, Error> {
    let reply = client.post(path, &operation.body(), token, limits)?;
    data(reply, token)
}

/// The data of a response. `token` is the one that was sent: a server may repeat it in its errors.
pub fn data(mut reply: Reply, token: Option<&str>) -> Result<Value, Error> {
    let safe = |text: &str| {
        // A syntax error quotes a type from its beginning to the error.
        let is_syntax = text.starts_with("Syntax error");
        let most = if is_syntax {
            usize::MAX
        } else {
            LONGEST_MESSAGE
        };
        match token {
            Some(token) => legible(&text.replace(token, MASK), most),
            None => legible(text, most),
        }
    };
    let foreign = Fault::NotGraphql {
        status: reply.status,
    };
    let body = &mut reply.body;
    if let Some(errors) = body["errors"]
        .as_array()
        .filter(|errors| !errors.is_empty())
    {
        return Err(Error::Api(errors.iter().map(|e| read(e, &safe)).collect()));
    }
    // For queries that do not parse, and for all errors of services up to 1.5.
    if body["error"].is_string() {
        return Err(Error::Api(vec![read(body, &safe)]));
    }
    match body.get_mut("data").map(Value::take) {
        Some(data @ Value::Object(_)) => Ok(data),
        _ => Err(foreign.into()),
    }
}

/// A validation error repeats the request, which may contain a whole datamodel.
const LONGEST_MESSAGE: usize = 2000;

fn read(error: &Value, safe: &dyn Fn(&str) -> String) -> ApiError {
    let message = match (&error["message"], &error["error"]) {
        (Value::String(text), _) | (_, Value::String(text)) => safe(text),
        // The form that 1.8 uses for a crash outside of execution.
        _ => safe(&error.to_string()),
    };
    let part = |part: &Value| match part {
        Value::String(text) => safe(text),
        other => other.to_string(),
    };
    let path = error["path"].as_array();
    ApiError {
        code: error["code"].as_i64(),
        message,
        request_id: error["requestId"].as_str().map(safe),
        path: path
            .map(|path| path.iter().map(part).collect())
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: Value) -> Result<Value, Error> {
        data(Reply { status, body }, Some("t0ken"))
    }

    #[test]
    fn errors_are_read_in_every_form() {
        let refused = answer(
            200,
            json!({"data": {"deploy": null}, "errors": [{
                "message": "no t0ken\u{1b}[1m", "path": ["deploy", 0], "code": 3015,
                "requestId": "local:x", "locations": []}]}),
        );
        let expected = ApiError {
            code: Some(3015),
            message: "no ********[1m".to_owned(),
            request_id: Some("local:x".to_owned()),
            path: vec!["deploy".to_owned(), "0".to_owned()],
        };
        assert_eq!(refused, Err(Error::Api(vec![expected])));
        let old = answer(200, json!({"code": 3016, "requestId": "r", "error": "x"}));
        let old = old.expect_err("refused");
        assert_eq!(old.api().and_then(|e| e.code), Some(3016));
        let unparsed = answer(400, json!({"error": "Syntax error"})).expect_err("refused");
        assert!(unparsed.says("Syntax error"));
        let odd = answer(500, json!({"errors": [[1]]})).expect_err("refused");
        assert!(odd.says("[1]"));
    }

    #[test]
    fn invalid_responses_are_reported() {
        for body in [
            json!({}),
            json!([]),
            json!({"data": null}),
            json!({"errors": []}),
            json!(1),
        ] {
            assert_eq!(
                answer(200, body),
                Err(Fault::NotGraphql { status: 200 }.into())
            );
        }
        assert_eq!(
            answer(200, json!({"data": {"a": 1}, "errors": []})),
            Ok(json!({"a": 1}))
        );
    }

    #[test]
    fn what_is_not_set_is_not_sent() {
        let operation = Operation::new("{a}", json!({"a": null}));
        assert_eq!(operation.body(), json!({"query": "{a}"}));
        let operation = Operation::new("{a}", json!({"a": null, "b": false}));
        assert_eq!(
            operation.body(),
            json!({"query": "{a}", "variables": {"b": false}})
        );
    }
}
