//! The services of a managed cluster: what a change of its version or its database means for them.

use super::adopt;
use super::observed::Observed;
use crate::cluster::files::CONFIG;
use crate::cluster::{Cluster, Fact, PrismaVersion};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::server::access;
use crate::server::version::ManagementPath;
use crate::ui::text::quoted;
use std::time::Duration;

/// The limit of the query: the server may be in trouble, which is then why something is changed.
const LIMIT: Duration = Duration::from_secs(10);

/// The services of the running server, as `NAME@STAGE`; `None` if it does not say.
fn listed(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Result<Option<Vec<String>>> {
    if !observed.is_up(cluster) {
        return Ok(None);
    }
    let host = observed.endpoint(cluster);
    let path = ManagementPath::of(&cluster.version);
    let secret = cluster.cluster_secret.clone();
    ctx.interrupt
        .run(move || access::services(&host, path, secret.as_ref(), LIMIT))?
}

/// Warns before an upgrade to a version that accepts only the new syntax of datamodels.
pub fn warn_of_new_syntax(
    ctx: &Context,
    observed: &Observed,
    cluster: &Cluster,
    to: &PrismaVersion,
) -> Result<()> {
    if cluster.version.has(Fact::NewDatamodel) || !to.has(Fact::NewDatamodel) {
        return Ok(());
    }
    let whose = match listed(ctx, observed, cluster)? {
        Some(services) if services.is_empty() => return Ok(()),
        Some(services) => format!("those of {}", quoted(services)),
        None => "those of its services".to_owned(),
    };
    ctx.ui.warn_with(
        &format!(
            "Prisma {to} supports only the new datamodel syntax: {whose} must be converted before the next \
             deployment; queries are answered as before"
        ),
        "convert each with `prisma deploy --convert-datamodel`",
    );
    Ok(())
}

/// Fails if the server would look for its services in another place of the same database: it would start
/// without them, and deploying them again can delete their lists.
pub fn refuse_other_place(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Result<()> {
    let entry = observed.entry().ok().flatten();
    let Ok(old) = adopt::cluster(&observed.name, &observed.containers, entry) else {
        return Ok(());
    };
    let is_created = observed.containers.iter().any(|one| one.is_server());
    let (was, now) = (&old.database, &cluster.database);
    let is_same_database = was.connector == now.connector && was.external == now.external;
    let place = |of: &crate::cluster::Database| (of.name.clone(), of.tuning.schema.clone());
    if !is_created || !is_same_database || place(was) == place(now) {
        return Ok(());
    }
    // As the server runs now, with the secret that deployments use.
    let running = Cluster {
        cluster_secret: cluster.cluster_secret.clone(),
        ..old.clone()
    };
    let services = match listed(ctx, observed, &running)? {
        Some(services) if services.is_empty() => return Ok(()),
        Some(services) => format!("its services ({})", quoted(services)),
        None => "its services, if it has any,".to_owned(),
    };
    let (key, place) = if was.name == now.name {
        ("schema", was.tuning.schema.clone().unwrap_or_default())
    } else {
        ("name", was.name.clone())
    };
    let message = format!(
        "cluster `{}` keeps {services} in `{place}`, and would not find them with another `database.{key}`",
        observed.name
    );
    let hint = match place.as_str() {
        "" => format!(
            "remove `database.{key}` from {}",
            observed.folder.join(CONFIG).display()
        ),
        place => format!(
            "restore `database.{key}: {place}` in {}",
            observed.folder.join(CONFIG).display()
        ),
    };
    Err(Failure::new(Kind::ConfigInvalid, message)
        .hint(hint)
        .hint("to start without them, create another cluster: `prisma local start -n NAME`"))
}
