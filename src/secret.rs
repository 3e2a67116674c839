//! Secrets: values that cannot be printed by mistake and are wiped from memory; key pairs; masking.
//!
//! One type holds a secret on its whole way, from the cluster registry, `cluster.yml` or `prisma.yml`
//! to the token and the `.env` file. Owns `secrecy` and `zeroize`.

pub mod digest;
pub mod keys;
mod mask;
pub mod redact;

pub use mask::{MASK, Masked};

use crate::error::Result;
use keys::PrivateKey;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A string that does not show itself: in debug output it is `…`. Copies share the value.
#[derive(Clone)]
pub struct Secret(Arc<Inner>);

struct Inner {
    text: SecretString,
    key: OnceLock<Result<PrivateKey>>,
}

/// What a secret of a cluster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// An RSA private key, or what is meant to be one.
    Key,
    /// Any other string, shared by the server and its clients.
    Text,
}

impl SecretKind {
    /// Whatever has an armour line is a key.
    pub fn of(text: &str) -> SecretKind {
        if text.contains("-----BEGIN") {
            SecretKind::Key
        } else {
            SecretKind::Text
        }
    }

    /// What it is called in messages.
    pub fn name(self) -> &'static str {
        match self {
            SecretKind::Key => "private key",
            SecretKind::Text => "shared secret",
        }
    }
}

impl Secret {
    /// The value itself. Only for what needs it: a file, a request, a signature.
    pub fn reveal(&self) -> &str {
        self.0.text.expose_secret()
    }

    /// Whether it has no characters.
    pub fn is_empty(&self) -> bool {
        self.reveal().is_empty()
    }

    /// Whether it is a key or another string.
    pub fn kind(&self) -> SecretKind {
        SecretKind::of(self.reveal())
    }

    /// The private key that it spells. Read once, however often it is asked for.
    ///
    /// # Errors
    ///
    /// [`Kind::ConfigInvalid`](crate::error::Kind::ConfigInvalid) for anything else; nothing of it is repeated.
    pub fn key(&self) -> Result<&PrivateKey> {
        let key = self.0.key.get_or_init(|| PrivateKey::parse(self.reveal()));
        key.as_ref().map_err(Clone::clone)
    }

    /// Fails for a key that cannot be read; every other string is a good secret.
    pub fn check(&self) -> Result<()> {
        match self.kind() {
            SecretKind::Key => self.key().map(drop),
            SecretKind::Text => Ok(()),
        }
    }

    /// The secret as the registry has it: a key in the form of the overview page, any other string as it is.
    pub fn as_registered(&self) -> Secret {
        self.key()
            .map_or_else(|_| self.clone(), PrivateKey::pem_pkcs1_crlf)
    }

    /// Whether two spellings are of one secret: those of a key may differ in line ends and armour.
    pub fn is_same(&self, other: &Secret) -> bool {
        self == other || matches!((self.key(), other.key()), (Ok(one), Ok(other)) if one == other)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(Arc::new(Inner {
            text: text.into(),
            key: OnceLock::new(),
        }))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        text.to_owned().into()
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        self.reveal() == other.reveal()
    }
}

impl Eq for Secret {}

impl PartialEq<&str> for Secret {
    fn eq(&self, text: &&str) -> bool {
        self.reveal() == *text
    }
}

impl PartialEq<str> for Secret {
    fn eq(&self, text: &str) -> bool {
        self.reveal() == text
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let shown = format!(
            "{:?} {:#?}",
            Secret::from("s3cret"),
            Some(Secret::from("s3cret"))
        );
        assert!(!shown.contains("s3cret"), "{shown}");
    }

    #[test]
    fn one_key_may_be_spelled_in_two_ways() {
        let key = keys::generate().expect("random");
        let (lf, crlf) = (key.pem_pkcs1(), key.pem_pkcs1_crlf());
        assert!(lf != crlf && lf.is_same(&crlf));
        assert_eq!((lf.kind(), lf.key()), (SecretKind::Key, Ok(&key)));
        assert!(!lf.is_same(&Secret::from("text")));
    }

    #[test]
    fn a_broken_key_is_refused_and_any_other_string_is_good() {
        let broken = Secret::from(
            "-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----\n",
        );
        let failure = broken.check().expect_err("broken");
        assert!(!format!("{failure:?}").contains("c2VjcmV0"), "{failure:?}");
        assert_eq!(Secret::from(" any string ").check(), Ok(()));
    }
}
