//! The session key: where it comes from and whether it is still valid.

use crate::config::registry::Registry;
use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::server::token::{self, Useless};

/// The URL of the hosted service's API.
const API: &str = "https://api.cloud.prisma.sh";
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
    /// The API of the session's owner. `None` without a session key; fails if the key is malformed or
    /// has expired. Sends nothing.
    pub fn find(env: &Env, registry: &Registry) -> Result<Option<Cloud>> {
        let Some(key) = key(env, registry) else {
            return Ok(None);
        };
        if let Err(useless) = token::look(key.reveal()) {
            let why = match useless {
                Useless::Malformed => "is malformed".to_owned(),
                Useless::Expired(at) => {
                    format!("expired at {}", humantime::format_rfc3339_seconds(at))
                }
            };
            let message = format!("the session key of Prisma Cloud {why}");
            return Err(Failure::new(Kind::Refused, message).hint(HINT));
        }
        let address = |variable: &str| {
            let given = env.get(variable)?;
            Some(given.trim_end_matches('/').to_owned())
        };
        Ok(Some(Cloud {
            api: address("PRISMA_CLOUD_API").unwrap_or_else(|| API.to_owned()),
            shared: address("PRISMA_CLOUD_CLUSTERS"),
            key,
        }))
    }
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
        Cloud::find(&Env::from([(VARIABLE, key)]), &Registry::default())
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
    fn the_addresses_are_settings() {
        let endless = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln";
        let env = Env::from([
            (VARIABLE, endless),
            ("PRISMA_CLOUD_API", "http://localhost:1/"),
        ]);
        let cloud = Cloud::find(&env, &Registry::default());
        let cloud = cloud.expect("good").expect("a session");
        assert_eq!(cloud.api, "http://localhost:1");
        assert_eq!(
            find(endless).expect("good").map(|c| c.api),
            Some(API.into())
        );
        assert!(!format!("{cloud:?}").contains(endless));
    }
}
