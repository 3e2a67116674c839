//! Where a service goes: what `prisma.yml` and the flags say, else what the user chooses.

use super::choose::choose;
use crate::address::without_password;
use crate::api::credential::Credential;
use crate::api::token::Secret;
use crate::cloud::{Cloud, CloudCluster};
use crate::cluster::ClusterName;
use crate::commands;
use crate::config::registry::{Entry, Registry};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::service::{Endpoint, Service, Target};
use crate::target;
use std::time::Duration;

/// How long Prisma Cloud may take to say which clusters it has, and to make a token.
const CLOUD_LIMIT: Duration = Duration::from_secs(10);

/// The variable of the server edition's secret, as the npm CLI read it.
const SECRET_VARIABLE: &str = "PRISMA_MANAGEMENT_API_SECRET";

/// A place to deploy to.
pub struct Destination {
    /// How to call it in messages.
    pub label: String,
    /// The cluster, where it has a name.
    pub cluster: Option<String>,
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

/// What is wanted beside what `prisma.yml` says.
#[derive(Debug, Default)]
pub struct TargetOverride {
    /// A cluster that was chosen already.
    pub named: Option<String>,
    /// To be asked, whatever is named.
    pub again: bool,
}

/// Finds out where `service` goes. Asks where nothing is named.
pub fn find(
    ctx: &Context,
    service: &Service,
    wish: TargetOverride,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Destination> {
    let mut registry = commands::registry(ctx)?;
    let named = match (&service.target, wish.named) {
        _ if wish.again => None,
        (_, Some(named)) => Some(named),
        (Target::Endpoint(endpoint), None) => {
            let destination = of_endpoint(ctx, &registry, endpoint, variable)?;
            return Ok(warned(ctx, destination));
        }
        (target, None) => target.cluster_name(),
    };
    let mut chosen = None;
    let name = match named {
        Some(name) => name,
        None => {
            let choice = choose(ctx, registry, wish.again)?;
            registry = choice.1;
            chosen = Some(choice.0.clone());
            choice.0
        }
    };
    let destination = match target::Target::find(&ctx.env, &registry, &name, CLOUD_LIMIT)? {
        target::Target::Registry(entry) => of_entry(ctx, &entry, variable)?,
        target::Target::Cloud(cluster, cloud) => of_cloud(service, &cluster, &cloud)?,
    };
    Ok(warned(
        ctx,
        Destination {
            chosen,
            ..destination
        },
    ))
}

/// The same, its user told when a secret would travel in the open.
fn warned(ctx: &Context, destination: Destination) -> Destination {
    let is_secret = !matches!(destination.credential, Credential::None);
    if is_secret && commands::is_unencrypted(&destination.base) {
        let base = without_password(&destination.base);
        commands::warn_unencrypted(ctx, &format!("`{base}` is reached"));
    }
    destination
}

fn of_entry(
    ctx: &Context,
    entry: &Entry,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Destination> {
    // The registry's secret is the one for this host; the variable may be another server's.
    let secret = of_registry(entry).or_else(|| of_variable(variable));
    Ok(Destination {
        label: format!("cluster `{}`", entry.name),
        cluster: Some(entry.name.clone()),
        credential: credential(ctx, secret)?,
        base: entry.host.trim_end_matches('/').to_owned(),
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
    let secret = of_variable(variable).or_else(|| of_registry(entry?));
    Ok(Destination {
        label: format!("server `{base}`"),
        cluster: None,
        credential: credential(ctx, secret)?,
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
        cluster: Some(cluster.to_string()),
        base: base.trim_end_matches('/').to_owned(),
        credential: Credential::Bearer(token),
        workspace: Some(cluster.workspace.clone()),
        managed: None,
        chosen: None,
    })
}

/// A secret, and what to call it.
type Named = (String, String);

fn of_registry(entry: &Entry) -> Option<Named> {
    let secret = entry.secret.clone().filter(|secret| !secret.is_empty())?;
    let name = format!(
        "`clusterSecret` of cluster `{}` in the registry",
        entry.name
    );
    Some((secret, name))
}

fn of_variable(variable: &dyn Fn(&str) -> Option<String>) -> Option<Named> {
    let secret = variable(SECRET_VARIABLE).filter(|secret| !secret.is_empty())?;
    Some((secret, format!("`{SECRET_VARIABLE}`")))
}

fn credential(ctx: &Context, secret: Option<Named>) -> Result<Credential> {
    let Some((secret, whose)) = secret else {
        return Ok(Credential::None);
    };
    ctx.ui.conceal([secret.clone()]);
    let secret = Secret::parse(&secret).map_err(|failure| failure.context(whose))?;
    Ok(Credential::Secret(secret))
}
