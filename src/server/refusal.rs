//! What the error codes of the management API mean. The meaning of a number depends on the version and
//! the message.

use super::graphql::ApiError;
use std::fmt;

/// Why the management API refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A token is required, and none was sent.
    TokenMissing,
    /// The server cannot verify the token's signature.
    TokenUndecodable,
    /// The token has expired by the server's clock.
    TokenExpired,
    /// The token is not valid yet by the server's clock.
    TokenEarly,
    /// The token is valid, but not for this service and stage.
    TokenInsufficient,
    /// The token was rejected for another reason.
    TokenInvalid,
    /// The datamodel is not valid GraphQL SDL.
    DatamodelSyntax,
    /// An ambiguous change of relations.
    AmbiguousRelation,
    /// No such service, or no such stage of it.
    UnknownService,
    /// What should be the management API is taken for the name of a service.
    NoManagementApi,
    /// The service's name is not allowed.
    BadServiceName,
    /// The stage's name is not allowed.
    BadStageName,
    /// A relation's name is missing or not allowed.
    BadRelationName,
    /// The service already exists.
    Exists,
    /// The service's name is reserved.
    ReservedServiceName,
    /// The stage's name is reserved.
    ReservedStageName,
    /// Another deployment of this service is in progress.
    Busy,
    /// The server does not support the request: its version is not the reported one.
    Invalid,
    /// The server failed.
    Crashed,
    /// Anything else.
    Other,
}

impl Refusal {
    pub fn of(error: &ApiError) -> Refusal {
        let says = |text: &str| error.message.contains(text);
        match error.code {
            Some(3015) => token(&error.message),
            Some(3016) if says("expired") => Refusal::TokenExpired,
            Some(3016) => Refusal::NoManagementApi,
            Some(3017) => Refusal::DatamodelSyntax,
            Some(3018) => Refusal::AmbiguousRelation,
            Some(4000) => Refusal::UnknownService,
            Some(4001) => Refusal::BadServiceName,
            Some(4002) => Refusal::BadStageName,
            // Up to 1.7 also the code of a deployment in progress.
            Some(4004) if says("in progress") || says("pending deployment") => Refusal::Busy,
            Some(4004) => Refusal::BadRelationName,
            Some(4005) => Refusal::Exists,
            Some(4006) => Refusal::ReservedServiceName,
            Some(4007) => Refusal::ReservedStageName,
            Some(4008) => Refusal::Busy,
            Some(_) => Refusal::Other,
            None if says("Cannot query field")
                || says("is not defined in the input type")
                || says("Unknown argument")
                || says("Unknown type") =>
            {
                Refusal::Invalid
            }
            None if says("Whoops") => Refusal::Crashed,
            None => Refusal::Other,
        }
    }

    /// Whether the clocks of the two machines differ.
    pub fn is_about_clocks(self) -> bool {
        matches!(self, Refusal::TokenExpired | Refusal::TokenEarly)
    }

    /// Whether it concerns authentication.
    pub fn is_about_token(self) -> bool {
        matches!(
            self,
            Refusal::TokenMissing
                | Refusal::TokenUndecodable
                | Refusal::TokenExpired
                | Refusal::TokenEarly
                | Refusal::TokenInsufficient
                | Refusal::TokenInvalid
        )
    }
}

/// What to do when two clocks differ: tokens are made just before they are sent.
pub const SET_CLOCKS: &str = "synchronise the clocks of both machines";

/// What a server without a management API is. It answers as for a service that does not exist.
pub const NO_MANAGEMENT_API: &str =
    "it is a Prisma server without a management API, such as an API node of `prisma-prod`";

pub const MANAGEMENT_NODE: &str =
    "use the address of the node that has `enableManagementApi: true`";

/// The reasons for 3015, in the wording of the libraries that servers used over the years.
fn token(message: &str) -> Refusal {
    let text = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["not provided", "header is missing", "header provided"]) {
        Refusal::TokenMissing
    } else if says(&["expired"]) {
        Refusal::TokenExpired
    } else if says(&["in the future", "only be valid after"]) {
        Refusal::TokenEarly
    } else if says(&[
        "grants but none",
        "satisfied the request",
        "satisfy the request",
    ]) {
        Refusal::TokenInsufficient
    } else if says(&["decoded", "signature", "algorithm"]) || text.ends_with("invalid token") {
        Refusal::TokenUndecodable
    } else {
        Refusal::TokenInvalid
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::TokenMissing => "it requires a secret, and none was sent",
            Refusal::TokenUndecodable => "it does not accept the secret",
            Refusal::TokenExpired => "the token has expired by the server's clock",
            Refusal::TokenEarly => "the token is not valid yet by the server's clock",
            Refusal::TokenInsufficient => "the token is not for this service and stage",
            Refusal::TokenInvalid => "it does not accept the token",
            Refusal::DatamodelSyntax => "the datamodel is not valid",
            Refusal::AmbiguousRelation => "the change of relations is ambiguous",
            Refusal::UnknownService => "it has no such service",
            Refusal::NoManagementApi => NO_MANAGEMENT_API,
            Refusal::BadServiceName => "the service's name is not allowed",
            Refusal::BadStageName => "the stage's name is not allowed",
            Refusal::BadRelationName => "a relation's name is missing or not allowed",
            Refusal::Exists => "the service already exists",
            Refusal::ReservedServiceName => "the service's name is reserved",
            Refusal::ReservedStageName => "the stage's name is reserved",
            Refusal::Busy => "another deployment of the service is in progress",
            Refusal::Invalid => "it does not understand the request",
            Refusal::Crashed => "it failed",
            Refusal::Other => "it refused",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: Option<i64>, message: &str) -> Refusal {
        Refusal::of(&ApiError {
            code,
            message: message.to_owned(),
            request_id: None,
            path: Vec::new(),
        })
    }

    #[test]
    fn the_reasons_behind_one_code_are_distinguished() {
        let begin = "Authentication token is invalid: ";
        for (text, refusal) in [
            ("'Authorization' header not provided", Refusal::TokenMissing),
            (
                "Token can't be decoded: Invalid signature for this token or wrong algorithm.",
                Refusal::TokenUndecodable,
            ),
            (
                "Token can't be decoded: Expected token [null] to be composed of 2 or 3 parts",
                Refusal::TokenUndecodable,
            ),
            (
                "Token can't be decoded: The token is expired since 2018-05-02T12:00:00Z",
                Refusal::TokenExpired,
            ),
            ("Invalid token", Refusal::TokenUndecodable),
            (
                "Token contained 1 grants but none satisfied the request.",
                Refusal::TokenInsufficient,
            ),
            (
                "Token can't be decoded: The token will only be valid after 2018-05-02T12:00:00Z",
                Refusal::TokenEarly,
            ),
            ("Failed to parse token data", Refusal::TokenInvalid),
        ] {
            assert_eq!(of(Some(3015), &format!("{begin}{text}")), refusal, "{text}");
        }
    }

    #[test]
    fn the_reasons_that_1_27_to_1_34_6_give_are_distinguished() {
        for (text, refusal) in [
            ("No 'Authorization' header provided.", Refusal::TokenMissing),
            ("Invalid signature", Refusal::TokenUndecodable),
            ("Token is expired.", Refusal::TokenExpired),
            ("Token is issued in the future (iat).", Refusal::TokenEarly),
            (
                "Token is not yet valid (nbf in the future).",
                Refusal::TokenEarly,
            ),
            (
                "Token grants do not satisfy the request. Got: …",
                Refusal::TokenInsufficient,
            ),
        ] {
            assert_eq!(of(Some(3015), text), refusal, "{text}");
        }
        let absent = "Project not found: 'management$default'";
        assert_eq!(of(Some(3016), absent), Refusal::NoManagementApi);
    }

    #[test]
    fn the_reasons_behind_4004_are_distinguished() {
        let busy = "You can not deploy to a service stage while there is a deployment in progress \
                    or a pending deployment scheduled already.";
        assert_eq!(of(Some(4004), busy), Refusal::Busy);
        assert_eq!(of(Some(4008), "x"), Refusal::Busy);
        let name = "'_x' is not a valid name for a relation.";
        assert_eq!(of(Some(4004), name), Refusal::BadRelationName);
    }

    #[test]
    fn errors_without_a_code_are_recognised_by_their_text() {
        let field = "Argument 'input' expected … Reason: Field 'force' is not defined in the input type 'DeployInput'.";
        assert_eq!(of(None, field), Refusal::Invalid);
        assert_eq!(of(None, "Whoops. Looks like an internal"), Refusal::Crashed);
        assert_eq!(of(None, "x"), Refusal::Other);
        assert_eq!(of(Some(1), "Whoops"), Refusal::Other);
    }
}
