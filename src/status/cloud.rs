//! Prisma Cloud, which has closed, and private successors that speak its protocol.
//!
//! `PRISMA_CLOUD_API` is the address of a successor. There a session key (`cloudSessionKey` in the registry, or
//! `PRISMA_CLOUD_SESSION_KEY`) gives access to workspaces and their clusters, named `WORKSPACE/CLUSTER`.
//! Without both, nothing is contacted.

mod session;

use crate::env::Env;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::server::fault::Fault;
use crate::server::graphql::{self, Error, Operation};
use crate::server::http::{Client, Limits};
use crate::url::host_of;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt;
use std::time::{Duration, Instant};

use session::has_successor;
pub use session::{Cloud, key};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudCluster {
    pub workspace: String,
    pub name: String,
    /// Its address; that of a shared cluster may be unknown.
    pub endpoint: Option<String>,
}

impl fmt::Display for CloudCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.workspace, self.name)
    }
}

/// The former addresses of the hosted service's shared clusters.
const SHARED: [(&str, &str); 2] = [
    ("prisma-eu1", "https://eu1.prisma.sh"),
    ("prisma-us1", "https://us1.prisma.sh"),
];

/// Whether a name belongs to a shared cluster, which is in no registry.
pub fn is_reserved(name: &str) -> bool {
    SHARED.iter().any(|(shared, _)| *shared == name)
}

/// Why nothing of Prisma Cloud answers any more.
pub const CLOSED: &str = "Prisma Cloud, which closed on 2022-09-01";

/// Whether a cluster of this name can only have been one of Prisma Cloud.
pub fn has_closed(env: &Env, name: &str) -> bool {
    is_reserved(name) || (name.contains('/') && !has_successor(env))
}

/// Whether a URL leads to a server that Prisma Cloud hosted.
pub fn was_hosting(url: &str) -> bool {
    let host = host_of(url).to_ascii_lowercase();
    host.ends_with(".prisma.sh")
}

/// Fails for a server that Prisma Cloud hosted; `what` is as in [`closed`].
pub fn check(what: &str, url: &str) -> Result<()> {
    if was_hosting(url) {
        return Err(closed(what));
    }
    Ok(())
}

/// The failure for a cluster or server of Prisma Cloud, for example "cluster `prisma-eu1`".
pub fn closed(what: &str) -> Failure {
    let message = format!("{what} was on {CLOSED}");
    Failure::new(Kind::UnknownCluster, message).hint(
        "use a cluster of your own: start one with `prisma local start`, or add one with `prisma cluster add`",
    )
}

const WORKSPACES: &str =
    "{ me { memberships { workspace { slug clusters { name connectInfo { endpoint } } } } } }";

const TOKEN: &str = "mutation ($input: GenerateClusterTokenRequest!) \
    { generateClusterToken(input: $input) { clusterToken } }";

#[derive(Deserialize)]
struct Me {
    memberships: Vec<Membership>,
}

#[derive(Deserialize)]
struct Membership {
    workspace: Workspace,
}

#[derive(Deserialize)]
struct Workspace {
    slug: String,
    #[serde(default)]
    clusters: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    name: String,
    connect_info: Option<ConnectInfo>,
}

#[derive(Deserialize)]
struct ConnectInfo {
    endpoint: String,
}

#[derive(Deserialize)]
struct Public {
    name: String,
    endpoint: String,
}

impl Cloud {
    /// The clusters of all workspaces of the session's owner, in the order received. Takes at most
    /// `limit`, even if it needs two requests.
    pub fn clusters(&self, limit: Duration) -> Result<Vec<CloudCluster>> {
        let begun = Instant::now();
        let mut data = self.ask(&Operation::new(WORKSPACES, json!({})), limit)?;
        let me: Option<Me> = read(data["me"].take()).map_err(|why| self.odd(&why))?;
        let me = me.ok_or_else(|| self.refused("the session key was rejected"))?;
        let mut clusters = Vec::new();
        for Membership { workspace } in me.memberships {
            for listed in workspace.clusters {
                clusters.push(CloudCluster {
                    workspace: workspace.slug.clone(),
                    name: listed.name,
                    endpoint: listed.connect_info.map(|info| info.endpoint),
                });
            }
        }
        if clusters.iter().any(|cluster| cluster.endpoint.is_none()) {
            let shared = self.shared(limit.saturating_sub(begun.elapsed()))?;
            for cluster in &mut clusters {
                if cluster.endpoint.is_none() {
                    let found = shared.iter().find(|public| public.name == cluster.name);
                    cluster.endpoint = found.map(|public| public.endpoint.clone());
                }
            }
        }
        Ok(clusters)
    }

    /// A token for one service and stage on a cluster.
    pub fn cluster_token(
        &self,
        cluster: &CloudCluster,
        service: &str,
        stage: &str,
        limit: Duration,
    ) -> Result<Secret> {
        let input = json!({
            "workspaceSlug": cluster.workspace,
            "clusterName": cluster.name,
            "serviceName": service,
            "stageName": stage,
        });
        let data = self.ask(&Operation::new(TOKEN, json!({"input": input})), limit)?;
        match data["generateClusterToken"]["clusterToken"].as_str() {
            Some(token) if !token.is_empty() => Ok(token.into()),
            _ => Err(self.refused(&format!("it issued no token for cluster `{cluster}`"))),
        }
    }

    /// The shared clusters: from the URL in `PRISMA_CLOUD_CLUSTERS`, else the built-in list.
    fn shared(&self, limit: Duration) -> Result<Vec<Public>> {
        let Some(url) = &self.shared else {
            let public = |(name, endpoint): (&str, &str)| Public {
                name: name.to_owned(),
                endpoint: endpoint.to_owned(),
            };
            return Ok(SHARED.map(public).into_iter().collect());
        };
        let operation = Operation::new("{ publicClusters { name endpoint } }", json!({}));
        // The list is public: the key is not sent.
        let mut data = ask(url, &operation, None, limit)?;
        read(data["publicClusters"].take()).map_err(|why| odd(url, &why))
    }

    fn ask(&self, operation: &Operation, limit: Duration) -> Result<Value> {
        ask(&self.api, operation, Some(self.key.reveal()), limit).map_err(|failure| {
            match failure.kind {
                Kind::Refused => failure.hint(session::HINT),
                _ => failure,
            }
        })
    }

    fn refused(&self, why: &str) -> Failure {
        let message = format!("Prisma Cloud (`{}`) refused: {why}", self.api);
        Failure::new(Kind::Refused, message).hint(session::HINT)
    }

    fn odd(&self, why: &str) -> Failure {
        odd(&self.api, why)
    }
}

fn ask(url: &str, operation: &Operation, key: Option<&str>, limit: Duration) -> Result<Value> {
    let client = Client::once(url).map_err(Error::from);
    let answer =
        client.and_then(|client| graphql::send(&client, "", operation, key, Limits::of(limit)));
    answer.map_err(|error| match error {
        Error::Api(errors) => {
            let why = errors.first().map_or("", |error| error.message.as_str());
            Failure::new(
                Kind::Refused,
                format!("Prisma Cloud (`{url}`) refused: {}", why.escape_debug()),
            )
        }
        Error::Fault(Fault::NotJson { .. } | Fault::NotGraphql { .. } | Fault::Redirect { .. }) => {
            odd(url, &error.reason())
        }
        error => Failure::new(
            Kind::Failed,
            format!(
                "Prisma Cloud (`{url}`) cannot be reached: {}",
                error.reason()
            ),
        ),
    })
}

fn read<T: for<'de> Deserialize<'de>>(value: Value) -> std::result::Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn odd(url: &str, why: &str) -> Failure {
    let message = format!("`{url}` is not Prisma Cloud: {why}");
    Failure::new(Kind::Failed, message).hint("check `PRISMA_CLOUD_API` and `PRISMA_CLOUD_CLUSTERS`")
}
