//! Prisma Cloud, or a private successor that speaks its protocol.
//!
//! Whoever has a session key (`cloudSessionKey` in the registry, or `PRISMA_CLOUD_SESSION_KEY`) has
//! workspaces with clusters in them, named `WORKSPACE/CLUSTER`. Without a key nothing here is ever
//! contacted.

mod session;

use crate::error::{Failure, Kind, Result};
use crate::server::http::{Answer, post};
use crate::server::version::first_error;
use serde::Deserialize;
use serde_json::{Value, json};
use std::fmt;
use std::time::{Duration, Instant};

pub use session::{Cloud, key};

/// A cluster of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloudCluster {
    /// The workspace's short name.
    pub workspace: String,
    /// The cluster's name in it.
    pub name: String,
    /// Where it is; of a shared one it may not be known.
    pub endpoint: Option<String>,
}

impl fmt::Display for CloudCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.workspace, self.name)
    }
}

/// Where the shared clusters of the hosted service were.
const SHARED: [(&str, &str); 2] = [
    ("prisma-eu1", "https://eu1.prisma.sh"),
    ("prisma-us1", "https://us1.prisma.sh"),
];

/// Whether a name is one of the shared clusters', which are not in any registry.
pub fn is_reserved(name: &str) -> bool {
    SHARED.iter().any(|(shared, _)| *shared == name)
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
    /// The clusters of all workspaces of the session's owner, in the order they are given. Takes
    /// `limit` at most, though it may be two questions.
    pub fn clusters(&self, limit: Duration) -> Result<Vec<CloudCluster>> {
        let begun = Instant::now();
        let mut data = self.ask(&json!({"query": WORKSPACES}), limit)?;
        let me: Option<Me> = read(data["me"].take()).map_err(|why| self.odd(&why))?;
        let me = me.ok_or_else(|| self.refused("the session key is not accepted"))?;
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

    /// A token that opens a cluster for one service and stage.
    pub fn cluster_token(
        &self,
        cluster: &CloudCluster,
        service: &str,
        stage: &str,
        limit: Duration,
    ) -> Result<String> {
        let input = json!({
            "workspaceSlug": cluster.workspace,
            "clusterName": cluster.name,
            "serviceName": service,
            "stageName": stage,
        });
        let body = json!({"query": TOKEN, "variables": {"input": input}});
        let data = self.ask(&body, limit)?;
        match data["generateClusterToken"]["clusterToken"].as_str() {
            Some(token) if !token.is_empty() => Ok(token.to_owned()),
            _ => Err(self.refused(&format!("it gives no token for cluster `{cluster}`"))),
        }
    }

    /// The shared clusters: asked for where `PRISMA_CLOUD_CLUSTERS` says whom, else as they were.
    fn shared(&self, limit: Duration) -> Result<Vec<Public>> {
        let Some(url) = &self.shared else {
            let public = |(name, endpoint): (&str, &str)| Public {
                name: name.to_owned(),
                endpoint: endpoint.to_owned(),
            };
            return Ok(SHARED.map(public).into_iter().collect());
        };
        let query = json!({"query": "{ publicClusters { name endpoint } }"});
        // Public: whoever answers there needs no key and gets none.
        let mut data = data(url, post(url, &query, None, limit))?;
        read(data["publicClusters"].take()).map_err(|why| odd(url, &why))
    }

    fn ask(&self, body: &Value, limit: Duration) -> Result<Value> {
        let answer = post(&self.api, body, Some(&self.key), limit);
        data(&self.api, answer).map_err(|failure| {
            let masked = failure.map_text(|text| text.replace(&self.key, "********"));
            match masked.kind {
                Kind::Refused => masked.hint(session::HINT),
                _ => masked,
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

/// The `data` of an answer.
fn data(url: &str, answer: std::result::Result<Answer, String>) -> Result<Value> {
    match answer {
        Err(why) => Err(Failure::new(
            Kind::Failed,
            format!("Prisma Cloud (`{url}`) cannot be reached: {why}"),
        )),
        Ok(Answer::Other { status, .. }) => Err(odd(url, &format!("status {status} and no JSON"))),
        Ok(Answer::Json(body)) => match (first_error(&body), &body["data"]) {
            (Some((_, why)), _) => Err(Failure::new(
                Kind::Refused,
                format!("Prisma Cloud (`{url}`) refused: {}", why.escape_debug()),
            )),
            (None, Value::Object(data)) => Ok(Value::Object(data.clone())),
            (None, _) => Err(odd(url, "no `data`")),
        },
    }
}

fn read<T: for<'de> Deserialize<'de>>(value: Value) -> std::result::Result<T, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

fn odd(url: &str, why: &str) -> Failure {
    let message = format!("`{url}` answers, but not as Prisma Cloud: {why}");
    Failure::new(Kind::Failed, message).hint("check `PRISMA_CLOUD_API` and `PRISMA_CLOUD_CLUSTERS`")
}
