//! The services of a managed cluster: what a change of its version or its database means for them.

use super::adopt;
use super::observed::Observed;
use crate::cluster::files::CONFIG;
use crate::cluster::{Cluster, Connector, Database, Edition, Fact, PrismaVersion, services};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::server::access;
use crate::server::version::ManagementPath;
use crate::ui::Question;
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
    let whose = match known(ctx, observed, cluster)? {
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

/// Makes sure that a cluster does not start without its services because its settings name another place for them. In
/// the same database that is rejected: deploying them again can delete their lists. Another database may have them, if
/// they were moved there, so that requires consent.
pub fn check_place(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Result<()> {
    let entry = observed.entry().ok().flatten();
    let Some(old) = adopt::running(&observed.name, &observed.containers, entry) else {
        warn_of_left_data(ctx, observed, cluster);
        return Ok(());
    };
    // As the server runs now, with the secret that deployments use.
    let running = Cluster {
        cluster_secret: cluster.cluster_secret.clone(),
        ..old
    };
    let (was, now) = (&running.database, &cluster.database);
    let place = |of: &Database| (of.name.clone(), of.tuning.schema.clone());
    let is_same = was.connector == now.connector && was.external == now.external;
    if is_same && place(was) == place(now) {
        return Ok(());
    }
    let (services, why_not) = match known(ctx, observed, &running)? {
        Some(services) if services.is_empty() => {
            warn_of_left_data(ctx, observed, cluster);
            return Ok(());
        }
        Some(services) => (format!("its services ({})", quoted(services)), None),
        None => (
            "its services, if it has any,".to_owned(),
            Some(unknown(observed, &running)),
        ),
    };
    if is_same {
        let failure = refused(observed, (was, now), &services);
        return Err(why_not.into_iter().fold(failure, Failure::hint));
    }
    let (name, was, now) = (&observed.name, described(was), described(now));
    let config = observed.folder.join(CONFIG);
    ctx.ui.warn_with(
        &format!("cluster `{name}` keeps {services} in {was}, and will start without them if they are not in {now}"),
        &format!("to keep them, restore the database settings in {}", config.display()),
    );
    if let Some(why_not) = why_not {
        ctx.ui.status(&why_not);
    }
    if ctx.dry_run {
        return Ok(());
    }
    ctx.ask()
        .confirm(Question::OtherDatabase, &format!("`{name}`"))
}

/// Warns when a cluster will be empty only because `cluster.yml` now names another database.
fn warn_of_left_data(ctx: &Context, observed: &Observed, cluster: &Cluster) {
    if observed.runs_other_edition(cluster) {
        return;
    }
    let is_left = |connector: &Connector| {
        let service = services::database(Edition::Server, *connector);
        cluster.database_service() != Some(service) && observed.container(service).is_some()
    };
    let mut connectors = [Connector::MySql, Connector::Postgres].into_iter();
    let Some(left) = connectors.find(is_left) else {
        return;
    };
    let (name, now) = (&observed.name, described(&cluster.database));
    let left = left.name();
    let config = observed.folder.join(CONFIG);
    ctx.ui.warn_with(
        &format!("cluster `{name}` kept its data in a {left} container and will now use {now} without that data"),
        &format!(
            "that data is kept; to use it again, restore the database settings in {} and run this again",
            config.display()
        ),
    );
}

/// The services of a cluster as it runs: from its server, else from its database.
fn known(ctx: &Context, observed: &Observed, running: &Cluster) -> Result<Option<Vec<String>>> {
    Ok(match listed(ctx, observed, running)? {
        None => observed.stored_services(ctx, running),
        listed => listed,
    })
}

/// Why its services are not known.
fn unknown(observed: &Observed, running: &Cluster) -> String {
    let database = running.database_service();
    let database = database.and_then(|service| observed.container(service));
    match database {
        Some(database) if !database.is_up() => format!(
            "it was not checked whether it has services: container `{}` is {}",
            database.name,
            database.state.word()
        ),
        _ => "it could not be checked whether it has services".to_owned(),
    }
}

fn described(database: &Database) -> String {
    let name = database.connector.name();
    match &database.external {
        Some(external) => format!("{name} at {external}"),
        None => format!("its {name} container"),
    }
}

/// The failure of a cluster that would use another part of the same database.
fn refused(observed: &Observed, (was, now): (&Database, &Database), services: &str) -> Failure {
    let (key, place) = if was.name == now.name {
        ("schema", was.tuning.schema.clone().unwrap_or_default())
    } else {
        ("name", was.name.clone())
    };
    let message = format!(
        "cluster `{}` keeps {services} in `{place}`, and would not find them with another `database.{key}`",
        observed.name
    );
    let config = observed.folder.join(CONFIG);
    let hint = match place.as_str() {
        "" => format!("remove `database.{key}` from {}", config.display()),
        place => format!("restore `database.{key}: {place}` in {}", config.display()),
    };
    Failure::new(Kind::ConfigInvalid, message)
        .hint(hint)
        .hint("to start without them, create another cluster: `prisma local start -n NAME`")
}
