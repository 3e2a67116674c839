//! What is to be known about a deployment besides its outcome.

use serde::Serialize;
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "NoteCode"))]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// In a dry run, no server says whether secrets or subscriptions would change.
    NotCompared,
    /// In a dry run of a service that does not exist, only this program has checked the datamodel.
    CheckedHere,
    /// The server has stored new secrets, but still uses the old ones.
    SecretsNotInForce,
    /// The types were deployed first, then the subscriptions.
    TypesFirst,
    /// The types were deployed, but the subscriptions were not.
    OnlyTypes,
    /// The last subscription was removed, which the server does not notice.
    WebhooksRemain,
}

impl Note {
    /// Whether it belongs to the report; the others are warnings or failures.
    pub fn is_reported(self) -> bool {
        matches!(
            self,
            Note::NotCompared | Note::CheckedHere | Note::TypesFirst
        )
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Note::NotCompared => "a dry run does not compare secrets and subscriptions",
            Note::CheckedHere => {
                "the server checks a datamodel only once the service exists: its syntax, names, types, ids and subscriptions were checked by this program, and nothing else"
            }
            Note::SecretsNotInForce => {
                "the server has stored the new secrets, but still uses the old ones: before 1.4.0, secrets that change alone take effect when it restarts or with the next change of the datamodel"
            }
            Note::TypesFirst => {
                "the subscriptions were deployed after the types: before 1.15.3, a server rejects a subscription to a new type"
            }
            Note::OnlyTypes => "the types are deployed, but the subscriptions are not",
            Note::WebhooksRemain => {
                "the webhooks of the removed subscriptions are still called: a server removes its last subscription only with the next change of the datamodel"
            }
        })
    }
}
