//! Whether an external database answers, checked before anything is changed.

use super::observed::Observed;
use crate::cluster::{Cluster, Database};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::server::database::database_answers;
use std::time::Duration;

/// How long it may take to greet.
const LIMIT: Duration = Duration::from_secs(5);

/// Fails when the external database of a cluster, if it has one, does not answer. It is asked from here:
/// with an engine on another machine that proves nothing, so it is only a warning then.
pub fn check(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Result<()> {
    let Some(message) = silent(ctx, &cluster.database)? else {
        return Ok(());
    };
    if observed.engine.local {
        return Err(Failure::new(Kind::NotReady, message)
            .hint("check address, port and firewall; the server's container must reach it too"));
    }
    ctx.ui.warn(&format!(
        "{message} from this machine; the engine at {} may still reach it",
        observed.engine.host
    ));
    Ok(())
}

/// What to say of an external database that does not answer. A dry run does not ask.
pub fn silent(ctx: &Context, database: &Database) -> Result<Option<String>> {
    let (Some(external), false) = (&database.external, ctx.dry_run) else {
        return Ok(None);
    };
    let (connector, address) = (database.connector, external.to_string());
    let stage = ctx
        .ui
        .stage("connecting to the external database", &address);
    let asked = address.clone();
    if ctx
        .interrupt
        .run(move || database_answers(connector, &asked, LIMIT))?
    {
        stage.done("external database answers");
        return Ok(None);
    }
    drop(stage);
    Ok(Some(format!(
        "cannot connect to {} at {address}",
        connector.name()
    )))
}
