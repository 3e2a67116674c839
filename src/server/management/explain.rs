//! Turns protocol errors into failures: what was tried, why it failed, what to do.

use super::super::credential::Credential;
use super::super::fault::Fault;
use super::super::graphql::{ApiError, Error};
use super::super::refusal::Refusal;
use super::Management;
use crate::cluster::Fact;
use crate::error::{Failure, Kind};
use crate::secret::SecretKind;
use crate::service::name::RESERVED;
use crate::ui::text::all_of;

impl Fault {
    pub fn failure(&self, base: &str) -> Failure {
        let kind = if self.is_timeout() {
            Kind::NotReady
        } else {
            Kind::ServerUnreachable
        };
        let tried = match self {
            Fault::NotJson { .. }
            | Fault::NotGraphql { .. }
            | Fault::Redirect { .. }
            | Fault::Truncated
            | Fault::TooLong => format!("unexpected response from `{base}`"),
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
    /// The failure for an error. `tried` says what failed: "could not …".
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
        if refusal == Refusal::Crashed {
            self.has_crashed.set(true);
        }
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
            Refusal::ReservedServiceName | Refusal::ReservedStageName => failure.hint(format!(
                "choose another name: {} are reserved",
                all_of(RESERVED.map(|name| format!("`{name}`")))
            )),
            Refusal::BadServiceName => failure.hint(
                "choose another name in `prisma.yml`: it must start with a letter and contain only letters, digits, `-` and `_`",
            ),
            Refusal::BadStageName => failure.hint(
                "choose another stage: it must start with a letter and contain only letters, digits, `-` and `_` (max. 30)",
            ),
            Refusal::DatamodelSyntax => failure.hint("fix the datamodel"),
            Refusal::AmbiguousRelation | Refusal::BadRelationName => {
                failure.hint("name the relation with `@relation(name: \"…\")`")
            }
            Refusal::Busy => failure.hint("run the command again once the other deployment has finished"),
            Refusal::Crashed => match &error.request_id {
                Some(id) => failure.hint(format!("look for `{id}` in the server's log")),
                None => failure.hint("check the server's log"),
            },
            Refusal::Invalid => failure.hint(
                "unsupported server version; please report it with the message above",
            ),
            _ => failure,
        }
    }

    /// Says which side differs, and how to fix it.
    fn token_refused(&self, tried: &str, refusal: Refusal, error: &ApiError) -> Failure {
        let base = self.client.base();
        let modern = self
            .version()
            .is_none_or(|version| version.has(Fact::SharedSecrets));
        let (why, hints): (&str, &[&str]) = match (self.tokens.credential(), refusal) {
            (Credential::None, _) if modern => (
                "it requires a secret, but none is configured",
                &[
                    "set `PRISMA_MANAGEMENT_API_SECRET` to the `managementApiSecret` of the server",
                    "or save its secret: `prisma cluster add`",
                ],
            ),
            (Credential::None, _) => (
                "it requires a token, but no private key is configured",
                &["save its key as the cluster's secret: `prisma cluster add`"],
            ),
            (_, Refusal::TokenMissing) => (
                "the server received no token",
                &["a proxy may be removing the `Authorization` header"],
            ),
            (Credential::Bearer(_), Refusal::TokenExpired) => {
                ("the given token has expired", &["request a new token"])
            }
            (_, Refusal::TokenExpired) => (
                "the server's clock is ahead: it rejects a token created just now as expired",
                &["synchronise the clocks of both machines"],
            ),
            (Credential::Bearer(_), Refusal::TokenInsufficient) => (
                "the token is for another service or stage",
                &["request a token for this service and stage"],
            ),
            (Credential::Bearer(_), _) => (
                "it does not accept the token",
                &["request a new token for this server"],
            ),
            (Credential::Secret(secret), _) if secret.kind() == SecretKind::Text && !modern => (
                "it requires a token signed with a private key, but the configured secret is not a key",
                &[
                    "save the private key that matches its `CLUSTER_PUBLIC_KEY`: `prisma cluster add`",
                ],
            ),
            (Credential::Secret(secret), _) if secret.kind() == SecretKind::Text => (
                "the secret does not match the server's",
                &[
                    "it must be identical to the server's `managementApiSecret`, including spaces: fix `PRISMA_MANAGEMENT_API_SECRET`, or the `clusterSecret` in the registry",
                ],
            ),
            (Credential::Secret(_), _) if modern => (
                "the private key does not match the server's public key",
                &[
                    "if the server has a `managementApiSecret`, set `PRISMA_MANAGEMENT_API_SECRET` to it: key pairs are ignored then",
                    "otherwise its public key must match the `clusterSecret` in the registry",
                ],
            ),
            (Credential::Secret(_), _) => (
                "the private key does not match the server's public key",
                &[
                    "its `CLUSTER_PUBLIC_KEY` must match the `clusterSecret` in the registry: fix one of them; for a managed cluster, run `prisma local start`",
                ],
            ),
        };
        let refuses = match self.tokens.credential() {
            Credential::None => "",
            _ => " rejected the token",
        };
        let message = format!("{tried}: `{base}`{refuses}: {why} ({error})");
        hints
            .iter()
            .fold(Failure::new(Kind::Refused, message), |failure, hint| {
                failure.hint(*hint)
            })
    }
}
