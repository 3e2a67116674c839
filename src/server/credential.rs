//! How a deployment authenticates: with a token signed by the cluster's secret, or a given one.

use super::token::{self, Grant};
use crate::error::Result;
use crate::secret::Secret;
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// The lifetime of a token: long enough for the last request of a slow migration, and for clocks that
/// differ.
const LIFETIME: Duration = Duration::from_secs(600);
/// A token that expires sooner than this is replaced.
const MARGIN: Duration = Duration::from_secs(120);

/// What to authenticate with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing: the server may not require authentication.
    None,
    /// The cluster's secret, to sign tokens with.
    Secret(Secret),
    /// A token issued by another party, such as Prisma Cloud.
    Bearer(Secret),
}

impl Credential {
    /// The cluster's secret.
    pub fn secret(&self) -> Option<&Secret> {
        match self {
            Credential::Secret(secret) => Some(secret),
            Credential::None | Credential::Bearer(_) => None,
        }
    }
}

/// Tokens of one run, for one service: created on demand, and replaced before they expire.
pub(super) struct Tokens {
    credential: Credential,
    grant: Grant,
    made: RefCell<Option<(String, Instant)>>,
}

impl Tokens {
    /// Tokens that grant access to one service only.
    pub(super) fn new(credential: Credential, grant: Grant) -> Tokens {
        Tokens {
            credential,
            grant,
            made: RefCell::default(),
        }
    }

    pub(super) fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Whether the token comes from another party and cannot be changed.
    pub(super) fn is_given(&self) -> bool {
        matches!(self.credential, Credential::Bearer(_))
    }

    /// A token for all services, unless one was given.
    pub(super) fn for_everything(&self) -> Result<Option<String>> {
        match &self.credential {
            Credential::Secret(secret) => {
                token::sign(secret, &[Grant::everything()], LIFETIME).map(Some)
            }
            _ => self.current(),
        }
    }

    /// The token to send now.
    pub(super) fn current(&self) -> Result<Option<String>> {
        let secret = match &self.credential {
            Credential::None => return Ok(None),
            Credential::Bearer(token) => return Ok(Some(token.reveal().to_owned())),
            Credential::Secret(secret) => secret,
        };
        let mut made = self.made.borrow_mut();
        if let Some((token, at)) = made.as_ref()
            && at.elapsed() + MARGIN < LIFETIME
        {
            return Ok(Some(token.clone()));
        }
        let token = token::sign(secret, std::slice::from_ref(&self.grant), LIFETIME)?;
        *made = Some((token.clone(), Instant::now()));
        Ok(Some(token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_once_and_again_before_it_expires() {
        let secret = Secret::from("s3cret");
        let tokens = Tokens::new(Credential::Secret(secret), Grant::service("s", "dev"));
        let first = tokens.current().expect("signs");
        assert_eq!(tokens.current().expect("signs"), first);
        let old = Instant::now().checked_sub(LIFETIME - MARGIN);
        let old = old.expect("a machine that is up for some minutes");
        *tokens.made.borrow_mut() = Some(("old".to_owned(), old));
        assert_ne!(tokens.current().expect("signs").as_deref(), Some("old"));
    }

    #[test]
    fn without_a_secret_there_is_no_token() {
        let tokens = Tokens::new(Credential::None, Grant::everything());
        assert_eq!(tokens.current(), Ok(None));
        let tokens = Tokens::new(Credential::Bearer("b".into()), Grant::everything());
        assert_eq!(tokens.current(), Ok(Some("b".to_owned())));
        let shown = format!("{:?}", Credential::Bearer("b3arer".into()));
        assert!(!shown.contains("b3arer"), "{shown}");
    }
}
