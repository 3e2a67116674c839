//! Which secret signs the tokens: several may be configured, and the server wants one kind of them.

use super::super::credential::Tokens;
use super::super::graphql::Error;
use super::super::refusal::Refusal;
use super::super::version::ManagementPath;
use super::Management;
use crate::cluster::Fact;
use crate::error;
use crate::secret::SecretKind;
use serde_json::Value;

/// Tokens, and where their secret comes from, as it is called in messages.
pub(super) struct Signer {
    pub(super) tokens: Tokens,
    pub(super) secret_name: String,
}

/// Sends a request with a token.
type Send<'a> = &'a mut dyn FnMut(ManagementPath, Option<&str>) -> Result<Value, Error>;

impl Management {
    pub(super) fn signer(&self) -> &Signer {
        &self.signers[self.signer.get()]
    }

    pub(super) fn tokens(&self) -> &Tokens {
        &self.signer().tokens
    }

    /// Sends a request with a token of the first secret of a kind that the version supports. If the server rejects
    /// it, nothing has happened yet, and the next one is tried.
    pub(super) fn signed(
        &self,
        token: fn(&Tokens) -> error::Result<Option<String>>,
        send: Send<'_>,
    ) -> Result<Value, Error> {
        let path = self.server()?.path;
        if !self.is_supported(self.signer()) {
            self.turn_to(|at| at > 0);
        }
        let best = self.signer.get();
        loop {
            let answer = send(path, token(self.tokens())?.as_deref());
            let used = self.signer.get();
            let is_rejected = answer.as_ref().is_err_and(is_about_secret);
            if !is_rejected || !self.turn_to(|at| at > used) {
                if is_rejected {
                    // The one to name is the one that should have been right.
                    self.signer.set(best);
                }
                return answer;
            }
        }
    }

    /// Turns to the first supported one of these. Whether there is one.
    fn turn_to(&self, is_wanted: impl Fn(usize) -> bool) -> bool {
        let mut all = self.signers.iter().enumerate();
        let found = all.find(|(at, signer)| is_wanted(*at) && self.is_supported(signer));
        if let Some((at, _)) = found {
            self.signer.set(at);
        }
        found.is_some()
    }

    fn is_supported(&self, signer: &Signer) -> bool {
        let Some(secret) = signer.tokens.credential().secret() else {
            return true;
        };
        self.has(match secret.kind() {
            SecretKind::Key => Fact::KeyPairs,
            SecretKind::Text => Fact::SharedSecrets,
        })
    }
}

/// Whether a server rejects a token as signed with the wrong secret.
fn is_about_secret(error: &Error) -> bool {
    let refusal = error.api().map(Refusal::of);
    refusal
        .is_some_and(|refusal| matches!(refusal, Refusal::TokenUndecodable | Refusal::TokenInvalid))
}
