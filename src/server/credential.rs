//! What a deployment shows to be let in: a token by the cluster's secret, or one that was given.

use super::token::{self, Grant};
use crate::error::Result;
use crate::secret::Secret;
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// How long a token is good. Minutes: long enough for a slow migration's last question, and for clocks
/// that differ.
const LIFETIME: Duration = Duration::from_secs(600);
/// A token with less to live than this is made anew.
const MARGIN: Duration = Duration::from_secs(120);

/// What there is to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// Nothing: the server may be open to everybody.
    None,
    /// The cluster's secret, to sign tokens with.
    Secret(Secret),
    /// A token that somebody else made, as Prisma Cloud does.
    Bearer(Secret),
}

/// Tokens of one run, for one service: made when first needed, and again before they expire.
pub(super) struct Tokens {
    credential: Credential,
    grant: Grant,
    made: RefCell<Option<(String, Instant)>>,
}

impl Tokens {
    /// Tokens that allow what concerns one service and nothing else.
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
