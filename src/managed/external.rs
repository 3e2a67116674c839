//! A database that is somewhere else: is it there, before anything is changed?

use super::observed::Observed;
use crate::cluster::{Cluster, Connector, External};
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::server::readiness::database_answers;
use std::time::Duration;

/// How long it may take to greet.
const LIMIT: Duration = Duration::from_secs(5);

/// Fails when the external database of a cluster, if it has one, does not greet. Asked from here: with
/// an engine on another machine that proves nothing, so there it is only said.
pub fn check(ctx: &Context, observed: &Observed, cluster: &Cluster) -> Result<()> {
    let Some(external) = &cluster.database.external else {
        return Ok(());
    };
    if ctx.dry_run {
        return Ok(());
    }
    let Some(message) = silent(ctx, cluster.database.connector, external)? else {
        return Ok(());
    };
    if !observed.engine.local {
        ctx.ui.warn(&format!(
            "{message}, asked from here; the engine at {} may reach it all the same",
            observed.engine.host
        ));
        return Ok(());
    }
    Err(Failure::new(Kind::NotReady, message)
        .hint("check address, port and firewall; a container must reach it too"))
}

/// Whether an external database greets; else what to say of it.
pub fn silent(ctx: &Context, connector: Connector, external: &External) -> Result<Option<String>> {
    let address = external.to_string();
    let stage = ctx.ui.stage("asking the external database", &address);
    let asked = address.clone();
    let question = move || database_answers(connector, &asked, LIMIT);
    if ctx.interrupt.run(question)? {
        stage.done("external database answers");
        return Ok(None);
    }
    drop(stage);
    Ok(Some(format!(
        "no {} database answers at {address}",
        connector.name()
    )))
}
