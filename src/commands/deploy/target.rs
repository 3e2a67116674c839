//! Where a service goes: what `prisma.yml` and the flags say, else what the user chooses.

use crate::api::credential::Credential;
use crate::api::token::Secret;
use crate::cloud::{Cloud, CloudCluster};
use crate::cluster::ClusterName;
use crate::commands;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::registry::{Entry, Registry};
use crate::service::{Endpoint, Service, Target};
use crate::survey::{self, Asked};
use crate::target;
use std::fmt;
use std::time::Duration;

/// How long Prisma Cloud may take to say which clusters it has, and to make a token.
const CLOUD_LIMIT: Duration = Duration::from_secs(10);

/// The variable of the server edition's secret, as the npm CLI read it.
const SECRET_VARIABLE: &str = "PRISMA_MANAGEMENT_API_SECRET";

/// A place to deploy to.
pub struct Destination {
    /// How to call it in messages.
    pub label: String,
    /// The server, without a path.
    pub base: String,
    /// What opens its management API.
    pub credential: Credential,
    /// The workspace, in Prisma Cloud.
    pub workspace: Option<String>,
    /// The cluster's name, when `prisma local` runs it.
    pub managed: Option<ClusterName>,
    /// The cluster to be written into `prisma.yml`: it was chosen just now.
    pub chosen: Option<String>,
}

/// Finds out where `service` goes. Asks where nothing is named, or `again` is set.
pub fn find(
    ctx: &Context,
    service: &Service,
    again: bool,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Destination> {
    let registry = commands::registry(ctx)?;
    if let Target::Endpoint(endpoint) = &service.target
        && !again
    {
        return of_endpoint(ctx, &registry, endpoint, variable);
    }
    let named = match &service.target {
        Target::Cluster(name) if !again => Some(name.clone()),
        Target::Cloud { workspace, cluster } if !again => Some(format!("{workspace}/{cluster}")),
        _ => None,
    };
    let chosen = match &named {
        Some(_) => None,
        None => Some(choose(ctx, &registry)?),
    };
    let Some(name) = named.as_ref().or(chosen.as_ref()) else {
        return Err(Failure::new(Kind::Failed, "no cluster was chosen"));
    };
    let destination = match target::Target::find(&ctx.env, &registry, name, CLOUD_LIMIT)? {
        target::Target::Registry(entry) => of_entry(ctx, &entry, variable)?,
        target::Target::Cloud(cluster, cloud) => of_cloud(service, &cluster, &cloud)?,
    };
    Ok(Destination {
        chosen,
        ..destination
    })
}

/// A cluster in the list to choose from.
struct Choice(Asked);

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Asked {
            name,
            kind,
            state,
            endpoint,
            ..
        } = &self.0;
        write!(f, "{name:<20} {}, {}", kind.word(), state.word())?;
        match endpoint {
            Some(endpoint) => write!(f, "  {endpoint}"),
            None => Ok(()),
        }
    }
}

/// Lets the user choose: clusters of the registry first, then those of Prisma Cloud.
fn choose(ctx: &Context, registry: &Registry) -> Result<String> {
    const FLAG: &str = "name one with `--cluster NAME`, or write `cluster: NAME` into `prisma.yml`";
    if !ctx.ui.terminal().ask {
        let message = "`prisma.yml` names no cluster to deploy to, and nobody can be asked";
        return Err(Failure::new(Kind::InputRequired, message).hint(FLAG));
    }
    let choices: Vec<Choice> = survey::all(ctx, registry)?
        .into_iter()
        .map(Choice)
        .collect();
    if choices.is_empty() {
        return Err(
            Failure::new(Kind::UnknownCluster, "there is no cluster to deploy to")
                .hint("start one here with `prisma local start`")
                .hint("or add one that runs elsewhere with `prisma cluster add`"),
        );
    }
    let chosen = ctx.ui.select(
        "a cluster",
        "which cluster shall the service be deployed to?",
        FLAG,
        choices,
    )?;
    Ok(chosen.0.name)
}

fn of_entry(
    ctx: &Context,
    entry: &Entry,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Destination> {
    // The registry's secret is the one for this host; the variable may be another server's.
    let secret = entry.secret.clone().filter(|secret| !secret.is_empty());
    let credential = match secret.or_else(|| variable(SECRET_VARIABLE)) {
        Some(secret) => credential(
            ctx,
            &secret,
            &format!(
                "`clusterSecret` of cluster `{}` in the registry",
                entry.name
            ),
        )?,
        None => Credential::None,
    };
    Ok(Destination {
        label: format!("cluster `{}`", entry.name),
        base: entry.host.trim_end_matches('/').to_owned(),
        credential,
        workspace: None,
        managed: ctx.home.managed(&entry.name),
        chosen: None,
    })
}

fn of_endpoint(
    ctx: &Context,
    registry: &Registry,
    endpoint: &Endpoint,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Destination> {
    let base = endpoint.base();
    // The secret of the cluster at that very address; never another one's.
    let same = |entry: &&Entry| entry.problem.is_none() && entry.host.trim_end_matches('/') == base;
    let entry = registry.clusters().iter().find(same);
    let secret = variable(SECRET_VARIABLE).or_else(|| entry.and_then(|entry| entry.secret.clone()));
    let credential = match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => credential(ctx, &secret, &format!("`{SECRET_VARIABLE}`"))?,
        None => Credential::None,
    };
    Ok(Destination {
        label: format!("server {base}"),
        credential,
        workspace: endpoint.workspace.clone(),
        managed: entry.and_then(|entry| ctx.home.managed(&entry.name)),
        chosen: None,
        base,
    })
}

fn of_cloud(service: &Service, cluster: &CloudCluster, cloud: &Cloud) -> Result<Destination> {
    let base = cluster.endpoint.clone().ok_or_else(|| {
        Failure::new(
            Kind::Failed,
            format!("Prisma Cloud does not say where cluster `{cluster}` is"),
        )
    })?;
    let token = cloud.cluster_token(cluster, &service.name, &service.stage, CLOUD_LIMIT)?;
    Ok(Destination {
        label: format!("cluster `{cluster}` of Prisma Cloud"),
        base: base.trim_end_matches('/').to_owned(),
        credential: Credential::Bearer(token),
        workspace: Some(cluster.workspace.clone()),
        managed: None,
        chosen: None,
    })
}

fn credential(ctx: &Context, secret: &str, whose: &str) -> Result<Credential> {
    ctx.ui.conceal([secret.to_owned()]);
    let secret = Secret::parse(secret).map_err(|failure| failure.context(whose))?;
    Ok(Credential::Secret(secret))
}
