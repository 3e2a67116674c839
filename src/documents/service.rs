//! Of commands that ask about deployed services.

use crate::clock;
use crate::cluster::{Fact, PrismaVersion};
use crate::server::management::Migration;
use serde::Serialize;

/// `data` of `prisma token`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Token<'a> {
    pub service: &'a str,
    pub stage: &'a str,
    /// A JSON Web Token.
    pub token: &'a str,
    /// When it expires, in RFC 3339.
    pub expires: &'a str,
}

/// `data` of `prisma list`, also next to the error if a cluster could not be asked.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Services {
    pub services: Vec<ListedService>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ListedService {
    pub cluster: String,
    pub service: String,
    pub stage: String,
    /// The one that is open, else the last one that succeeded; `null` if the server does not say.
    pub migration: Option<ShownMigration>,
}

/// `data` of `prisma info`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Info<'a> {
    pub service: &'a str,
    pub stage: &'a str,
    /// `null` if `prisma.yml` has an endpoint.
    pub cluster: Option<&'a str>,
    pub server: InfoServer<'a>,
    pub endpoints: Endpoints,
    /// Whether the service's API rejects requests without a token.
    pub requires_token: bool,
    /// The last ones, newest first.
    pub migrations: Vec<ShownMigration>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InfoServer<'a> {
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    pub endpoint: &'a str,
    pub version: Option<&'a str>,
}

/// The addresses of a service's own API.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Endpoints {
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    http: String,
    #[cfg_attr(test, schemars(regex(pattern = "^wss?://")))]
    ws: String,
    /// Prisma Admin, which servers from 1.29 on have.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(regex(pattern = "^https?://")))]
    admin: Option<String>,
}

impl Endpoints {
    /// Those of the service at `http`, on a server of this version.
    pub fn of(http: &str, version: Option<&PrismaVersion>) -> Endpoints {
        let has_admin = version.is_some_and(|version| version.has(Fact::PrismaAdmin));
        Endpoints {
            ws: http.replacen("http", "ws", 1),
            admin: has_admin.then(|| format!("{http}/_admin")),
            http: http.to_owned(),
        }
    }

    /// For people.
    pub fn rows(&self) -> Vec<(&'static str, String)> {
        let admin = self.admin.as_ref().map(|admin| ("Admin", admin.clone()));
        let rows = [("HTTP", self.http.clone()), ("WS", self.ws.clone())];
        rows.into_iter().chain(admin).collect()
    }
}

/// A migration as the server reports it.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct ShownMigration {
    pub revision: i64,
    /// Such as `SUCCESS`; open ones are `PENDING`, `IN_PROGRESS` and `ROLLING_BACK`.
    pub status: String,
    /// How many of its steps were applied.
    pub applied: usize,
    /// By the server's clock, in RFC 3339.
    pub started_at: Option<String>,
    pub finished_at: Option<String>,
}

impl From<&Migration> for ShownMigration {
    fn from(one: &Migration) -> Self {
        let time = clock::seconds;
        ShownMigration {
            revision: one.revision,
            status: one.status.word().to_owned(),
            applied: one.applied,
            started_at: one.started_at.map(time),
            finished_at: one.finished_at.map(time),
        }
    }
}
