//! Where a service goes: what `prisma.yml` and the flags say, else what the user chooses.

use super::choose::choose;
use crate::cluster::ClusterName;
use crate::config::registry::{Entry, Registry};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::secret::Secret;
use crate::server::credential::Credential;
use crate::service::{Endpoint, Service, Target};
use crate::status::cloud::{self, Cloud, CloudCluster};
use crate::status::target;
use crate::url::{is_unencrypted, without_password};
use std::time::Duration;

/// How long Prisma Cloud may take to list its clusters, and to issue a token.
const CLOUD_LIMIT: Duration = Duration::from_secs(10);

/// The variable of the server edition's secret, as the npm CLI read it.
const SECRET_VARIABLE: &str = "PRISMA_MANAGEMENT_API_SECRET";

/// Looks up a variable in the environment and the env files.
type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

pub struct Destination {
    /// Its name in messages.
    pub label: String,
    /// The cluster, unless `prisma.yml` has an endpoint.
    pub cluster: Option<String>,
    /// The server's URL without a path.
    pub base: String,
    /// What authenticates with its management API.
    pub credential: Credential,
    /// Where its secret comes from, in messages.
    pub secret_name: Option<String>,
    /// The workspace in Prisma Cloud.
    pub workspace: Option<String>,
    /// The cluster's name if `prisma local` runs it.
    pub managed: Option<ClusterName>,
    /// The cluster that the user has just chosen, to be saved in `prisma.yml`.
    pub chosen: Option<String>,
}

/// What counts instead of what `prisma.yml` says.
pub struct TargetOverride {
    /// The cluster chosen for an earlier deployment of this run, and not saved.
    pub cluster: Option<String>,
    /// Ask, whatever is named.
    pub ask: bool,
}

/// Finds out where `service` goes, and asks if nothing names a cluster.
pub fn find(
    ctx: &Context,
    service: &Service,
    instead: &TargetOverride,
    variables: Variables<'_>,
) -> Result<Destination> {
    let mut registry = ctx.registry()?;
    let named = match (&service.target, &instead.cluster) {
        _ if instead.ask => None,
        (_, Some(cluster)) => Some(cluster.clone()),
        (Target::Endpoint(endpoint), None) => {
            let destination = of_endpoint(ctx, &registry, endpoint, variables)?;
            warn_unencrypted(ctx, &destination);
            return Ok(destination);
        }
        (target, None) => target.cluster_name(),
    };
    let (name, chosen) = match named {
        Some(name) => (name, None),
        None => {
            let name;
            (name, registry) = choose(ctx, registry, instead.ask)?;
            (name.clone(), Some(name))
        }
    };
    let found = target::Target::find(&ctx.env, &registry, &name, CLOUD_LIMIT);
    let found = found.map_err(|failure| match &service.target_origin {
        Some(origin) if service.target.cluster_name().as_ref() == Some(&name) => {
            origin.hide(&name, &failure)
        }
        _ => failure,
    })?;
    let found = match found {
        target::Target::Registry(entry) => of_entry(ctx, &entry, variables)?,
        target::Target::Cloud(cluster, cloud) => of_cloud(service, &cluster, &cloud)?,
    };
    warn_unencrypted(ctx, &found);
    Ok(Destination { chosen, ..found })
}

/// Warns if a secret would be sent unencrypted.
fn warn_unencrypted(ctx: &Context, destination: &Destination) {
    let is_secret = !matches!(destination.credential, Credential::None);
    if is_secret && is_unencrypted(&destination.base) {
        let base = without_password(&destination.base);
        ctx.warn_unencrypted(&format!("`{base}` is"));
    }
}

fn of_entry(ctx: &Context, entry: &Entry, variables: Variables<'_>) -> Result<Destination> {
    cloud::check(&format!("cluster `{}`", entry.name), &entry.host)?;
    // The registry's secret belongs to this host; the variable may hold another server's.
    let secret = of_registry(entry).or_else(|| of_variable(ctx, variables));
    let (credential, secret_name) = credential(ctx, secret)?;
    Ok(Destination {
        label: format!("cluster `{}`", entry.name),
        cluster: Some(entry.name.clone()),
        credential,
        secret_name,
        base: entry.host.trim_end_matches('/').to_owned(),
        workspace: None,
        managed: ctx.managed(entry),
        chosen: None,
    })
}

fn of_endpoint(
    ctx: &Context,
    registry: &Registry,
    endpoint: &Endpoint,
    variables: Variables<'_>,
) -> Result<Destination> {
    let base = endpoint.server.to_string();
    cloud::check(&format!("server `{base}`"), &base)?;
    // The secret of the cluster at exactly this address, never another one's.
    let same = |entry: &&Entry| entry.problem.is_none() && entry.host.trim_end_matches('/') == base;
    let entry = registry.clusters().iter().find(same);
    let secret = of_variable(ctx, variables).or_else(|| of_registry(entry?));
    let (credential, secret_name) = credential(ctx, secret)?;
    Ok(Destination {
        label: format!("server `{base}`"),
        cluster: None,
        credential,
        secret_name,
        workspace: endpoint.workspace.clone(),
        managed: entry.and_then(|entry| ctx.managed(entry)),
        chosen: None,
        base,
    })
}

fn of_cloud(service: &Service, cluster: &CloudCluster, cloud: &Cloud) -> Result<Destination> {
    let base = cluster.endpoint.clone().ok_or_else(|| {
        Failure::new(
            Kind::Failed,
            format!("Prisma Cloud gives no address for cluster `{cluster}`"),
        )
    })?;
    let token = cloud.cluster_token(cluster, &service.name, &service.stage, CLOUD_LIMIT)?;
    Ok(Destination {
        label: format!("cluster `{cluster}` of Prisma Cloud"),
        cluster: Some(cluster.to_string()),
        base: base.trim_end_matches('/').to_owned(),
        credential: Credential::Bearer(token),
        secret_name: None,
        workspace: Some(cluster.workspace.clone()),
        managed: None,
        chosen: None,
    })
}

/// A secret and its name in messages.
type Named = (Secret, String);

fn of_registry(entry: &Entry) -> Option<Named> {
    let secret = entry.secret.clone().filter(|secret| !secret.is_empty())?;
    let name = format!(
        "`clusterSecret` of cluster `{}` in the cluster registry",
        entry.name
    );
    Some((secret, name))
}

fn of_variable(ctx: &Context, variables: Variables<'_>) -> Option<Named> {
    let secret = variables(SECRET_VARIABLE).filter(|secret| !secret.is_empty())?;
    let is_from_file = ctx.env.get(SECRET_VARIABLE).is_none();
    let file = if is_from_file { " in the env file" } else { "" };
    Some((secret.into(), format!("`{SECRET_VARIABLE}`{file}")))
}

fn credential(ctx: &Context, secret: Option<Named>) -> Result<(Credential, Option<String>)> {
    let Some((secret, whose)) = secret else {
        return Ok((Credential::None, None));
    };
    ctx.ui.conceal([secret.clone()]);
    secret.check().map_err(|failure| failure.context(&whose))?;
    Ok((Credential::Secret(secret), Some(whose)))
}
