//! The session key: where it comes from and whether it is still valid.

use crate::config::registry::Registry;
use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::server::token::{self, Useless};

/// The URL of the API of a private successor.
const API: &str = "PRISMA_CLOUD_API";
/// Takes precedence over the registry.
const VARIABLE: &str = "PRISMA_CLOUD_SESSION_KEY";
/// The hint for a key that cannot be used.
pub(super) const HINT: &str = "put a new key into `cloudSessionKey` of the registry or into `PRISMA_CLOUD_SESSION_KEY`, or remove it to stop using Prisma Cloud";

/// Prisma Cloud, accessed with a session key.
#[derive(Debug, Clone)]
pub struct Cloud {
    pub(super) api: String,
    pub(super) shared: Option<String>,
    pub(super) key: Secret,
}

impl Cloud {
    /// The API of the session's owner. `None` without a session key, or if the key is one of Prisma Cloud
    /// itself, as the npm CLIs left it behind; fails if it is malformed or has expired. Sends nothing.
    pub fn find(env: &Env, registry: &Registry) -> Result<Option<Cloud>> {
        let address = |variable: &str| {
            let given = env.get(variable)?;
            Some(given.trim_end_matches('/').to_owned())
        };
        let (Some(key), Some(api)) = (key(env, registry), address(API)) else {
            return Ok(None);
        };
        if let Err(useless) = token::look(key.reveal()) {
            let why = match useless {
                Useless::Malformed => "is malformed".to_owned(),
                Useless::Expired(at) => {
                    format!("expired at {}", crate::clock::seconds(at))
                }
            };
            let message = format!("the session key of Prisma Cloud {why}");
            return Err(Failure::new(Kind::Refused, message).hint(HINT));
        }
        Ok(Some(Cloud {
            api,
            shared: address("PRISMA_CLOUD_CLUSTERS"),
            key,
        }))
    }
}

/// Whether there is a private successor.
pub(super) fn has_successor(env: &Env) -> bool {
    env.get(API).is_some()
}

/// The session key, valid or not, so that it can be masked.
pub fn key(env: &Env, registry: &Registry) -> Option<Secret> {
    let registered = registry.cloud_session_key().map(Secret::reveal);
    let given = env.get(VARIABLE).or(registered)?.trim();
    (!given.is_empty()).then(|| given.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(key: &str) -> Result<Option<Cloud>> {
        let env = Env::from([(VARIABLE, key), (API, "http://localhost:1/")]);
        Cloud::find(&env, &Registry::default())
    }

    #[test]
    fn without_a_key_there_is_no_cloud() {
        let none = Cloud::find(&Env::default(), &Registry::default());
        assert!(none.expect("no key").is_none());
        assert!(find("  ").expect("no key").is_none());
    }

    #[test]
    fn a_useless_key_is_reported_in_one_line_and_not_shown() {
        // {"alg":"HS256","typ":"JWT"} . {"exp":1500000000} . signature
        let expired = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJleHAiOjE1MDAwMDAwMDB9.c2ln";
        for (key, why) in [
            ("garbage", "is malformed"),
            (expired, "expired at 2017-07-14T02:40:00Z"),
        ] {
            let failure = find(key).expect_err("useless");
            assert_eq!(
                failure.message(),
                format!("the session key of Prisma Cloud {why}")
            );
            assert_eq!(failure.exit(), 7);
        }
    }

    #[test]
    fn only_a_successor_is_contacted() {
        let endless = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln";
        let cloud = find(endless).expect("good").expect("a session");
        assert_eq!(cloud.api, "http://localhost:1");
        let left = Env::from([(VARIABLE, endless)]);
        let none = Cloud::find(&left, &Registry::default());
        assert!(none.expect("not used").is_none());
        assert!(!format!("{cloud:?}").contains(endless));
    }
}
