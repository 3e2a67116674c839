//! What the files say of a cluster: its `cluster.yml`, and the secret in the registry.

use super::observed::Observed;
use crate::cluster::files::CONFIG;
use crate::cluster::{Cluster, ClusterName, Edition, Fact};
use crate::config::cluster_yml;
use crate::config::registry::Entry;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::files;
use crate::secret::SecretKind;

/// Reads a cluster's `cluster.yml`, if it exists, and has its secrets masked from now on.
pub fn read_config(ctx: &Context, name: &ClusterName) -> Result<Option<(String, Cluster)>> {
    let path = ctx.home.cluster(name.as_ref()).join(CONFIG);
    let Some(text) = files::read_text(&path)? else {
        return Ok(None);
    };
    let cluster = cluster_yml::parse(name, &path, &text)?;
    ctx.ui.conceal(cluster.secrets());
    Ok(Some((text, cluster)))
}

/// What `cluster.yml` says of a cluster: all that is needed where nothing is run.
fn configured(ctx: &Context, name: &ClusterName) -> Result<Option<Cluster>> {
    let Some((_, cluster)) = read_config(ctx, name)? else {
        return Ok(None);
    };
    with_registered_secret(read_entry(ctx, name)?.as_ref(), cluster).map(Some)
}

/// The cluster of that name. Without docker, a cluster that only its containers describe cannot be known;
/// if the registry does not have it either, it counts as none.
pub fn known(ctx: &Context, name: &ClusterName) -> Result<Option<Cluster>> {
    if let Some(cluster) = configured(ctx, name)? {
        return Ok(Some(cluster));
    }
    match Observed::observe(ctx, name) {
        Ok(observed) => observed.known(),
        Err(failure) if failure.exit() == 3 && ctx.registry()?.get(name.as_ref()).is_none() => {
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// The secret in the registry is the one that deployments use, so it wins over the one in `cluster.yml`.
pub(super) fn with_registered_secret(
    entry: Option<&Entry>,
    mut cluster: Cluster,
) -> Result<Cluster> {
    let entry = entry.map(Entry::usable).transpose()?;
    let Some(secret) = entry.and_then(|entry| entry.secret.as_ref()) else {
        return Ok(cluster);
    };
    cluster.cluster_secret = match secret.key() {
        // An interrupted upgrade: its new secret is registered at the very end.
        Ok(_) if is_replaced(&cluster) => return Ok(cluster),
        Ok(key) => Some(key.pem_pkcs1()),
        Err(_) if cluster.edition() == Edition::Server && secret.kind() == SecretKind::Text => {
            Some(secret.clone())
        }
        // The npm CLI made a new key pair at the next start.
        Err(_) if cluster.edition() == Edition::Cluster => return Ok(cluster),
        Err(failure) => {
            let name = &cluster.name;
            let message = format!("`clusterSecret` of cluster `{name}` in the registry: {failure}");
            return Err(Failure::new(Kind::ConfigInvalid, message).hint(
                "put the right private key there, or remove the line to use the one in `cluster.yml`",
            ));
        }
    };
    Ok(cluster)
}

/// Whether the cluster got a secret in place of a key pair, which its version does not support.
pub(super) fn is_replaced(cluster: &Cluster) -> bool {
    let has_secret = cluster.cluster_secret.is_some() && cluster.key_pair().is_none();
    has_secret && !cluster.version.has(Fact::KeyPairs)
}

pub(super) fn read_entry(ctx: &Context, name: &ClusterName) -> Result<Option<Entry>> {
    Ok(ctx.registry()?.of_project(name).cloned())
}
