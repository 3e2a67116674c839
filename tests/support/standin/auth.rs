//! Who may do what: the management API's grants, a service's secrets.

use super::Version;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;

/// What the management API verifies tokens with.
#[derive(Debug, Clone)]
pub enum Auth {
    /// Nothing: the header is not looked at.
    Off,
    /// `managementApiSecret`.
    Secret(String),
    /// `CLUSTER_PUBLIC_KEY`, PEM.
    PublicKey(String),
}

pub fn refused(why: &str) -> (i64, String) {
    (3015, format!("Authentication token is invalid: {why}"))
}

/// A refusal that repeats the token that came.
pub fn repeating(header: &str) -> String {
    refused(&format!("Token can't be decoded: {}", bare(header))).1
}

fn bare(header: &str) -> &str {
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => header.trim(),
    }
}

fn claims(
    token: &str,
    algorithm: Algorithm,
    key: &DecodingKey,
    expires: bool,
) -> Result<Value, String> {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = expires;
    validation.required_spec_claims.clear();
    validation.leeway = 0;
    jsonwebtoken::decode::<Value>(token, key, &validation)
        .map(|data| data.claims)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::ExpiredSignature => {
                "The token is expired since 2018-01-01T00:00:00Z".to_owned()
            }
            jsonwebtoken::errors::ErrorKind::InvalidToken => format!(
                "Expected token [{token}] to be composed of 2 or 3 parts separated by dots."
            ),
            _ => "Invalid signature for this token or wrong algorithm.".to_owned(),
        })
}

/// The management API's check.
pub fn check(
    auth: &Auth,
    header: Option<&str>,
    name: &str,
    stage: &str,
) -> Result<(), (i64, String)> {
    let (algorithm, key) = match auth {
        Auth::Off => return Ok(()),
        Auth::Secret(secret) => (
            Algorithm::HS256,
            DecodingKey::from_secret(secret.as_bytes()),
        ),
        Auth::PublicKey(pem) => (
            Algorithm::RS256,
            DecodingKey::from_rsa_pem(pem.as_bytes()).expect("a public key"),
        ),
    };
    let header = header.ok_or_else(|| refused("'Authorization' header not provided"))?;
    let claims = claims(bare(header), algorithm, &key, true)
        .map_err(|why| refused(&format!("Token can't be decoded: {why}")))?;
    let grants = claims["grants"].as_array();
    let (Some(grants), true) = (grants, claims["exp"].is_i64()) else {
        return Err(refused("Failed to parse token data"));
    };
    let is_grant = |grant: &Value| grant["target"].is_string() && grant["action"].is_string();
    if !grants.iter().all(is_grant) {
        return Err(refused("Failed to parse token data"));
    }
    for grant in grants {
        let target = grant["target"].as_str().unwrap_or_default();
        // Split as in Java: empty parts at the end are none.
        let parts: Vec<&str> = target.trim_end_matches('/').split('/').collect();
        let parts = if target.trim_end_matches('/').is_empty() {
            Vec::new()
        } else {
            parts
        };
        let [service, of_stage] = parts[..] else {
            let parts = parts.join(", ");
            return Err(refused(&format!(
                "Contained invalid grant 'Vector({parts})'"
            )));
        };
        if ["*", name].contains(&service) && ["*", stage].contains(&of_stage) {
            return Ok(());
        }
    }
    Err(refused(&format!(
        "Token contained {} grants but none satisfied the request.",
        grants.len()
    )))
}

/// A service's check: any of its secrets will do.
pub fn check_service(
    version: Version,
    secrets: &[String],
    header: Option<&str>,
) -> Result<(), (i64, String)> {
    if secrets.is_empty() {
        return Ok(());
    }
    let token = header.map(bare).unwrap_or_default();
    let opens = |secret: &String| {
        let key = DecodingKey::from_secret(secret.as_bytes());
        claims(token, Algorithm::HS256, &key, version.since(1, 2, 0)).is_ok()
    };
    if secrets.iter().any(opens) {
        return Ok(());
    }
    let why = "Your token is invalid. It might have expired or you might be using a token from a different project.";
    Err((3015, why.to_owned()))
}
