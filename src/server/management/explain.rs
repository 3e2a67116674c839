//! Turns protocol errors into failures: what was tried, why it failed, what to do.

use super::super::credential::Credential;
use super::super::fault::Fault;
use super::super::graphql::{ApiError, Error};
use super::super::refusal::{MANAGEMENT_NODE, Refusal, SET_CLOCKS};
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
            // The hint has the id, which the message repeats.
            Refusal::Crashed if error.request_id.is_some() => {
                let said = error.message.split(" Search your ").next();
                format!("{tried}: `{base}` says: {}", said.unwrap_or_default())
            }
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
            Refusal::AmbiguousRelation => {
                failure.hint("name the relation with `@relation(name: \"…\")`")
            }
            Refusal::Busy => failure.hint("run the command again once the other deployment has finished"),
            Refusal::NoManagementApi => failure.hint(MANAGEMENT_NODE),
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
        let (why, hints) = match self.tokens().credential() {
            Credential::None => self.secret_missing(),
            _ if refusal == Refusal::TokenMissing => (
                "the server received no token".to_owned(),
                vec!["a proxy may be removing the `Authorization` header".to_owned()],
            ),
            Credential::Bearer(_) => token_useless(refusal),
            Credential::Secret(_) if refusal.is_about_clocks() => {
                let side = match refusal {
                    Refusal::TokenExpired => {
                        "ahead: it rejects a token created just now as expired"
                    }
                    _ => "behind: it rejects a token created just now as not valid yet",
                };
                let why = format!("the server's clock is {side}");
                (why, vec![SET_CLOCKS.to_owned()])
            }
            Credential::Secret(secret) => self.secret_wrong(secret.kind()),
        };
        let refuses = match self.tokens().credential() {
            Credential::None => "",
            _ => " rejected the token",
        };
        let message = format!("{tried}: `{base}`{refuses}: {why} ({error})");
        let failure = Failure::new(Kind::Refused, message);
        hints.into_iter().fold(failure, Failure::hint)
    }

    pub(super) fn has(&self, fact: Fact) -> bool {
        self.version().is_none_or(|version| version.has(fact))
    }

    fn secret_missing(&self) -> (String, Vec<String>) {
        let (why, hints): (&str, &[&str]) = if self.has(Fact::SharedSecrets) {
            (
                "it requires a secret, but none is configured",
                &[
                    "set `PRISMA_MANAGEMENT_API_SECRET` to the `managementApiSecret` of the server",
                    "or save its secret: `prisma cluster add`",
                ],
            )
        } else {
            (
                "it requires a token, but no private key is configured",
                &["save its key as the cluster's secret: `prisma cluster add`"],
            )
        };
        let hints = hints.iter().map(|hint| (*hint).to_owned());
        (why.to_owned(), hints.collect())
    }

    /// Names the secret that was used: another one may be configured as well.
    fn secret_wrong(&self, kind: SecretKind) -> (String, Vec<String>) {
        let ours = &self.signer().secret_name;
        let no_match = || "the private key does not match the server's public key".to_owned();
        match (
            kind,
            self.has(Fact::SharedSecrets),
            self.has(Fact::KeyPairs),
        ) {
            (SecretKind::Text, false, _) => (
                format!("it requires a token signed with a private key, but {ours} is not a key"),
                vec![format!(
                    "replace {ours} with the private key that matches its `CLUSTER_PUBLIC_KEY`"
                )],
            ),
            (SecretKind::Text, true, _) => (
                format!("{ours} does not match the server's secret"),
                vec![format!(
                    "it must be identical to the server's `managementApiSecret`, including spaces: fix {ours}"
                )],
            ),
            (SecretKind::Key, true, false) => (
                format!("it does not accept private keys, but {ours} is one"),
                vec![format!(
                    "replace {ours} with the server's `managementApiSecret`"
                )],
            ),
            (SecretKind::Key, true, true) => (
                no_match(),
                vec![
                    format!(
                        "if the server has a `managementApiSecret`, it ignores keys: replace {ours} with that secret"
                    ),
                    format!("otherwise its public key must match {ours}"),
                ],
            ),
            (SecretKind::Key, false, _) => (
                no_match(),
                vec![format!(
                    "its `CLUSTER_PUBLIC_KEY` must match {ours}: fix one of them; for a managed cluster, run `prisma local start`"
                )],
            ),
        }
    }
}

/// What is wrong with a token that was given, not made here.
fn token_useless(refusal: Refusal) -> (String, Vec<String>) {
    let (why, hint) = match refusal {
        Refusal::TokenExpired => ("the given token has expired", "request a new token"),
        Refusal::TokenEarly => (
            "the given token is not valid yet by the server's clock",
            SET_CLOCKS,
        ),
        Refusal::TokenInsufficient => (
            "the token is for another service or stage",
            "request a token for this service and stage",
        ),
        _ => (
            "it does not accept the token",
            "request a new token for this server",
        ),
    };
    (why.to_owned(), vec![hint.to_owned()])
}
