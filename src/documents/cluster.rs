//! Of `prisma cluster`.

use super::True;
use crate::secret::SecretKind;
use crate::status::{self, Kind as ClusterKind, State as ClusterState};
use serde::Serialize;

/// `data` of `prisma cluster list`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Clusters<'a> {
    pub clusters: Vec<ClusterStatus<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ClusterStatus<'a> {
    name: &'a str,
    kind: ClusterKind,
    version: Option<&'a str>,
    state: ClusterState,
    endpoint: Option<&'a str>,
    /// The reason for the state, unless that is obvious.
    reason: Option<&'a str>,
}

impl<'a> From<&'a status::ClusterStatus> for ClusterStatus<'a> {
    fn from(asked: &'a status::ClusterStatus) -> Self {
        ClusterStatus {
            name: &asked.name,
            kind: asked.kind,
            version: asked.version.as_deref(),
            state: asked.state,
            endpoint: asked.endpoint.as_deref(),
            reason: asked.reason.as_deref(),
        }
    }
}

/// `data` of `prisma cluster add`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Added<'a> {
    pub name: &'a str,
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    pub endpoint: &'a str,
    /// `null` if the server was not queried.
    pub version: Option<&'a str>,
    pub secret: SecretCode,
    pub replaced: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SecretCode {
    /// A private key.
    Key,
    /// A shared secret.
    Text,
    None,
}

impl From<Option<SecretKind>> for SecretCode {
    fn from(kind: Option<SecretKind>) -> SecretCode {
        match kind {
            Some(SecretKind::Key) => SecretCode::Key,
            Some(SecretKind::Text) => SecretCode::Text,
            None => SecretCode::None,
        }
    }
}

/// `data` of `prisma cluster remove`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Removed<'a> {
    pub name: &'a str,
    pub removed: True,
}
