//! Tokens of the management API: short-lived, signed with a cluster's secret. Owns `jsonwebtoken`.
//!
//! The cluster edition requires RS256, signed with a private key; its server has the public half. The
//! server edition requires HS256 with a shared secret. The server reads only `exp` and `grants`.

use crate::error::{Kind, Result, Tried};
use crate::secret::{Secret, SecretKind};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::{Deserialize, Serialize};
use std::time::{Duration, SystemTime};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    target: String,
    action: String,
}

impl Grant {
    /// Access to everything: the only grant that satisfies every query of the management API.
    pub fn everything() -> Grant {
        Grant {
            target: "*/*".to_owned(),
            action: "*".to_owned(),
        }
    }

    /// Access to one service and stage. In a workspace the service is `WORKSPACE~SERVICE`.
    pub fn service(name: &str, stage: &str) -> Grant {
        Grant {
            target: format!("{name}/{stage}"),
            action: "*".to_owned(),
        }
    }
}

#[derive(Serialize)]
struct Claims<'a> {
    grants: &'a [Grant],
    exp: u64,
}

/// A token that is valid for `lifetime` from now on. It has no `iat`: no server needs it, and 1.27.0 to
/// 1.34.6 reject every token from a clock that is a few seconds ahead of theirs.
pub fn sign(secret: &Secret, grants: &[Grant], lifetime: Duration) -> Result<String> {
    let claims = Claims {
        grants,
        exp: now() + lifetime.as_secs(),
    };
    let (algorithm, key) = match secret.kind() {
        SecretKind::Key => (
            Algorithm::RS256,
            EncodingKey::from_rsa_der(secret.key()?.pkcs1_der()),
        ),
        SecretKind::Text => (
            Algorithm::HS256,
            EncodingKey::from_secret(secret.reveal().as_bytes()),
        ),
    };
    jsonwebtoken::encode(&Header::new(algorithm), &claims, &key)
        .tried(Kind::Failed, "could not sign a token")
}

/// A token for a service's own API, signed with one of its secrets. The server checks only signature and
/// expiry; `service` is `NAME@STAGE`, for readers of logs.
pub fn sign_service(secret: &Secret, service: &str, lifetime: Duration) -> Result<String> {
    let claims = serde_json::json!({
        "data": {"service": service, "roles": ["admin"]},
        "exp": now() + lifetime.as_secs(),
    });
    let key = EncodingKey::from_secret(secret.reveal().as_bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)
        .tried(Kind::Failed, "could not sign a token")
}

/// Why a given token cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Useless {
    /// It is not a token.
    Malformed,
    /// It has expired.
    Expired(SystemTime),
}

/// Checks that a token is well-formed and has not expired, without verifying its signature.
pub fn look(token: &str) -> std::result::Result<(), Useless> {
    #[derive(Deserialize)]
    struct Expiry {
        exp: Option<f64>,
    }
    let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Expiry>(token.trim())
        .map_err(|_| Useless::Malformed)?;
    match claims.exp.map(Duration::try_from_secs_f64) {
        None => Ok(()),
        Some(Err(_)) => Err(Useless::Malformed),
        Some(Ok(exp)) if exp.as_secs() > now() => Ok(()),
        Some(Ok(exp)) => match SystemTime::UNIX_EPOCH.checked_add(exp) {
            Some(at) => Err(Useless::Expired(at)),
            None => Err(Useless::Malformed),
        },
    }
}

fn now() -> u64 {
    crate::clock::since_epoch(SystemTime::now()).as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::keys;
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::{Value, json};

    const TEN_MINUTES: Duration = Duration::from_secs(600);

    fn verify(token: &str, algorithm: Algorithm, key: &DecodingKey) -> Value {
        let data = jsonwebtoken::decode(token, key, &Validation::new(algorithm));
        data.expect("verifies").claims
    }

    #[test]
    fn a_key_signs_what_its_public_half_verifies() {
        let key = keys::generate().expect("random");
        for secret in [key.pem_pkcs1(), key.pem_pkcs1_crlf()] {
            let token = sign(&secret, &[Grant::everything()], TEN_MINUTES).expect("signs");
            let public = DecodingKey::from_rsa_pem(key.public_spki_pem().as_bytes());
            let claims = verify(&token, Algorithm::RS256, &public.expect("a public key"));
            assert_eq!(claims["grants"], json!([{"target": "*/*", "action": "*"}]));
            let left = claims["exp"].as_u64().map(|exp| exp.abs_diff(now()));
            assert!(
                left.is_some_and(|left| (590..=600).contains(&left)),
                "{left:?}"
            );
            assert_eq!(claims.get("iat"), None);
        }
    }

    #[test]
    fn a_shared_secret_signs_as_it_is_spaces_included() {
        let secret = Secret::from(" my secret\tphrase ");
        let token = sign(&secret, &[Grant::service("w~s", "dev")], TEN_MINUTES).expect("signs");
        let key = DecodingKey::from_secret(b" my secret\tphrase ");
        let claims = verify(&token, Algorithm::HS256, &key);
        assert_eq!(claims["grants"][0]["target"], "w~s/dev");
        assert_eq!(look(&token), Ok(()));
    }

    #[test]
    fn other_peoples_tokens_are_looked_into() {
        for malformed in ["", "x", "a.b.c", "null", "ü.ü.ü", "..", "a.b"] {
            assert_eq!(look(malformed), Err(Useless::Malformed), "{malformed:?}");
        }
        let token = |claims: Value| {
            let key = EncodingKey::from_secret(b"x");
            jsonwebtoken::encode(&Header::default(), &claims, &key).expect("signs")
        };
        assert_eq!(look(&token(json!({"userId": "x"}))), Ok(()));
        assert_eq!(look(&token(json!({"exp": 4e9}))), Ok(()));
        assert_eq!(look(&token(json!({"exp": -1}))), Err(Useless::Malformed));
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_500_000_000);
        let old = token(json!({"exp": 1_500_000_000}));
        assert_eq!(look(&old), Err(Useless::Expired(then)));
    }
}
