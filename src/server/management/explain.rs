//! From an error of the protocol to a failure of the run: what was tried, why it failed, what to do.

use super::super::credential::Credential;
use super::super::fault::Fault;
use super::super::graphql::{ApiError, Error};
use super::super::refusal::Refusal;
use super::super::token::Secret;
use super::Management;
use crate::error::{Failure, Kind};

impl Fault {
    /// A failure about a server's address.
    pub fn failure(&self, base: &str) -> Failure {
        let kind = if self.is_timeout() {
            Kind::NotReady
        } else {
            Kind::ServerUnreachable
        };
        let tried = match self {
            // Something did answer.
            Fault::NotJson { .. }
            | Fault::NotGraphql { .. }
            | Fault::Redirect { .. }
            | Fault::CutShort
            | Fault::TooLong => format!("`{base}` is of no use"),
            _ => format!("could not reach `{base}`"),
        };
        let failure = Failure::new(kind, format!("{tried}: {self}"));
        match self.remedy() {
            Some(remedy) => failure.hint(remedy),
            None => failure,
        }
    }
}

impl Management {
    /// The failure that an error amounts to. `tried` is what was being done, "could not …".
    pub fn failure(&self, tried: &str, error: Error) -> Failure {
        match error {
            Error::Ended(failure) => failure,
            Error::Fault(fault) => fault.failure(self.client.base()).context(tried),
            Error::Api(errors) => self.refused(tried, &errors),
        }
    }

    fn refused(&self, tried: &str, errors: &[ApiError]) -> Failure {
        let Some(error) = errors.first() else {
            return Failure::new(Kind::Refused, tried);
        };
        let refusal = Refusal::of(error);
        let base = self.client.base();
        if refusal.is_about_token() {
            return self.token_refused(tried, refusal, error);
        }
        let mut message = match refusal {
            Refusal::Other | Refusal::Invalid | Refusal::Crashed => {
                format!("{tried}: `{base}` says: {error}")
            }
            refusal => format!("{tried}: {refusal}: {error}"),
        };
        for other in &errors[1..] {
            message += &format!("\n{other}");
        }
        let failure = Failure::new(Kind::Refused, message);
        match refusal {
            Refusal::BadServiceName | Refusal::ReservedServiceName => failure.hint(
                "choose another name in `prisma.yml`: a letter, then letters, digits, `-` and `_`",
            ),
            Refusal::BadStageName | Refusal::ReservedStageName => failure.hint(
                "choose another stage: a letter, then letters, digits, `-` and `_`, 30 characters at most",
            ),
            Refusal::DatamodelSyntax => failure.hint("correct the datamodel"),
            Refusal::AmbiguousRelation | Refusal::BadRelationName => {
                failure.hint("give the relation a name of its own with `@relation(name: \"…\")`")
            }
            Refusal::Busy => failure.hint("run the command again when the other deployment is done"),
            Refusal::Crashed => match &error.request_id {
                Some(id) => failure.hint(format!("look for `{id}` in the server's log")),
                None => failure.hint("look into the server's log"),
            },
            Refusal::Invalid => failure.hint(
                "this version of the server is not known here; report it with the message above",
            ),
            _ => failure,
        }
    }

    /// Says which side differs, and how to mend it.
    fn token_refused(&self, tried: &str, refusal: Refusal, error: &ApiError) -> Failure {
        let base = self.client.base();
        let modern = self
            .version()
            .is_none_or(|version| "1.6".parse().is_ok_and(|least| version >= least));
        let (why, hints): (&str, &[&str]) = match (self.tokens.credential(), refusal) {
            (Credential::None, _) if modern => (
                "it wants a secret, and none is known for it",
                &[
                    "set `PRISMA_MANAGEMENT_API_SECRET` to the `managementApiSecret` of the server",
                    "or save its secret: `prisma cluster add`",
                ],
            ),
            (Credential::None, _) => (
                "it wants a token, and no private key is known for it",
                &["save its key as the cluster's secret: `prisma cluster add`"],
            ),
            (_, Refusal::TokenMissing) => (
                "the token did not arrive",
                &["something between here and the server drops the `Authorization` header"],
            ),
            (Credential::Bearer(_), Refusal::TokenExpired) => {
                ("the given token has expired", &["ask for a new token"])
            }
            (_, Refusal::TokenExpired) => (
                "the token has expired by its clock, and was just made by the one here",
                &["set the clocks of both machines right"],
            ),
            (Credential::Bearer(_), Refusal::TokenInsufficient) => (
                "the given token is for another service or stage",
                &["ask for a token for this service and stage"],
            ),
            (Credential::Bearer(_), _) => (
                "it does not accept the given token",
                &["ask for a new token for this server"],
            ),
            (Credential::Secret(Secret::Text(_)), _) if !modern => (
                "it wants a token signed with a private key, and its secret here is a plain text",
                &[
                    "save the private key that belongs to its `CLUSTER_PUBLIC_KEY`: `prisma cluster add`",
                ],
            ),
            (Credential::Secret(Secret::Text(_)), _) => (
                "the secret here is not the server's",
                &[
                    "its `managementApiSecret` and the secret here must be the same, blanks included: correct `PRISMA_MANAGEMENT_API_SECRET`, or the `clusterSecret` in the registry",
                ],
            ),
            (Credential::Secret(Secret::Pem(_)), _) if modern => (
                "the private key here does not belong to the server",
                &[
                    "if the server has a `managementApiSecret`, set `PRISMA_MANAGEMENT_API_SECRET` to it: keys count for nothing then",
                    "otherwise the public key it was started with must be the other half of the `clusterSecret` in the registry",
                ],
            ),
            (Credential::Secret(Secret::Pem(_)), _) => (
                "the private key here does not belong to the server",
                &[
                    "the `CLUSTER_PUBLIC_KEY` it was started with must be the other half of the `clusterSecret` in the registry: correct one of them; a managed cluster gets the right one with `prisma local start`",
                ],
            ),
        };
        let refuses = match self.tokens.credential() {
            Credential::None => "",
            _ => " refuses the token",
        };
        let message = format!("{tried}: `{base}`{refuses}: {why} ({error})");
        hints
            .iter()
            .fold(Failure::new(Kind::Refused, message), |failure, hint| {
                failure.hint(*hint)
            })
    }
}
