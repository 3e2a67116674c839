//! Where a service goes: what `prisma.yml` and the flags say, else what the user chooses.

use super::choose::choose;
use crate::cluster::ClusterName;
use crate::cluster::files::DOTENV;
use crate::config::compose_file;
use crate::config::registry::{Entry, Registry};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::files::exposure;
use crate::secret::{Secret, SecretKind};
use crate::server::credential::Credential;
use crate::service::{Endpoint, Service, Target};
use crate::status::cloud::{self, Cloud, CloudCluster};
use crate::status::target;
use crate::url::{is_unencrypted, without_password};
use std::path::Path;
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
    /// Other secrets, in case that the server does not accept that one.
    pub others: Vec<Named>,
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
    let sources = Sources {
        folder: &service.folder,
        variables,
    };
    let mut registry = ctx.registry()?;
    let named = match (&service.target, &instead.cluster) {
        _ if instead.ask => None,
        (_, Some(cluster)) => Some(cluster.clone()),
        (Target::Endpoint(endpoint), None) => {
            let destination = of_endpoint(ctx, &registry, endpoint, &sources)?;
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
        target::Target::Registry(entry) => of_entry(ctx, &entry, &sources)?,
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

fn of_entry(ctx: &Context, entry: &Entry, sources: &Sources<'_>) -> Result<Destination> {
    cloud::check(&format!("cluster `{}`", entry.name), &entry.host)?;
    let base = entry.host.trim_end_matches('/').to_owned();
    let own = of_registry(entry);
    let is_key = |(secret, _): &Named| secret.kind() == SecretKind::Key;
    // As for the npm CLI, which deployed with the variable to servers that have shared secrets. A shared secret
    // of the registry belongs to this host, and the variable may hold another server's.
    let best = match &own {
        Some(own) if !is_key(own) => [Some(own.clone()), sources.of_variable(ctx)],
        _ => [sources.of_variable(ctx), own],
    };
    let secrets = best
        .into_iter()
        .chain([sources.of_compose_file(ctx, &base)]);
    let secrets = secrets.flatten().collect();
    let (credential, secret_name, others) = credential(ctx, secrets)?;
    Ok(Destination {
        label: format!("cluster `{}`", entry.name),
        cluster: Some(entry.name.clone()),
        credential,
        secret_name,
        others,
        base,
        workspace: None,
        managed: ctx.managed(entry),
        chosen: None,
    })
}

fn of_endpoint(
    ctx: &Context,
    registry: &Registry,
    endpoint: &Endpoint,
    sources: &Sources<'_>,
) -> Result<Destination> {
    let base = endpoint.server.to_string();
    cloud::check(&format!("server `{base}`"), &base)?;
    // The secret of the cluster at exactly this address, never another one's.
    let same = |entry: &&Entry| entry.problem.is_none() && entry.host.trim_end_matches('/') == base;
    let entry = registry.clusters().iter().find(same);
    let secrets = [
        sources.of_variable(ctx),
        entry.and_then(of_registry),
        sources.of_compose_file(ctx, &base),
    ];
    let (credential, secret_name, others) =
        credential(ctx, secrets.into_iter().flatten().collect())?;
    Ok(Destination {
        label: format!("server `{base}`"),
        cluster: None,
        credential,
        secret_name,
        others,
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
        others: Vec::new(),
        workspace: Some(cluster.workspace.clone()),
        managed: None,
        chosen: None,
    })
}

/// A secret and its name in messages.
pub type Named = (Secret, String);

fn of_registry(entry: &Entry) -> Option<Named> {
    let secret = entry.secret.clone().filter(|secret| !secret.is_empty())?;
    let name = format!(
        "`clusterSecret` of cluster `{}` in the cluster registry",
        entry.name
    );
    Some((secret, name))
}

/// Where secrets are looked for besides the registry.
struct Sources<'a> {
    /// The service's folder.
    folder: &'a Path,
    variables: Variables<'a>,
}

impl Sources<'_> {
    fn of_variable(&self, ctx: &Context) -> Option<Named> {
        let secret = (self.variables)(SECRET_VARIABLE).filter(|secret| !secret.is_empty())?;
        let is_from_file = ctx.env.get(SECRET_VARIABLE).is_none();
        let file = if is_from_file { " in the env file" } else { "" };
        Some((secret.into(), format!("`{SECRET_VARIABLE}`{file}")))
    }

    /// The secret of the server at `base`, if a compose file next to the service, or above it, runs it.
    fn of_compose_file(&self, ctx: &Context, base: &str) -> Option<Named> {
        let server = compose_file::server(self.folder, base, &ctx.env.lookup())?;
        let (file, secret) = (server.file, server.secret?);
        if let Some((text, hint)) = exposure([file.clone(), file.with_file_name(DOTENV)]) {
            ctx.ui.warn_once(&text, &hint);
        }
        Some((
            secret,
            format!("`managementApiSecret` in `{}`", file.display()),
        ))
    }
}

/// The best secret and where it comes from, and the others.
fn credential(
    ctx: &Context,
    secrets: Vec<Named>,
) -> Result<(Credential, Option<String>, Vec<Named>)> {
    ctx.ui
        .conceal(secrets.iter().map(|(secret, _)| secret.clone()));
    let mut secrets = secrets.into_iter();
    let Some((secret, whose)) = secrets.next() else {
        return Ok((Credential::None, None, Vec::new()));
    };
    secret.check().map_err(|failure| failure.context(&whose))?;
    let others = secrets.filter(|(other, _)| other.check().is_ok() && !other.is_same(&secret));
    let others = others.collect();
    Ok((Credential::Secret(secret), Some(whose), others))
}
