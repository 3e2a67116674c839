//! Images that do not run on the engine's processor: said before they are pulled.

use super::observed::Observed;
use crate::cluster::Cluster;
use crate::context::Context;
use crate::docker::ask::query;
use crate::docker::emulation::Machine;
use crate::docker::info::parse_info;

/// Warns at the first start of a cluster. Without an answer of docker there is nothing to warn of.
pub fn warn(ctx: &Context, observed: &Observed, cluster: &Cluster) {
    let engine = &observed.engine;
    if !observed.containers.is_empty() || Machine::is_known_to_fit(engine) {
        return;
    }
    let Ok(answer) = query(ctx, &observed.tools.info()) else {
        return;
    };
    let Some(info) = parse_info(&answer.stdout) else {
        return;
    };
    let machine = Machine {
        architecture: &info.architecture,
        system: &info.system,
        engine,
    };
    if let Some((why, hint)) = machine.advice(&cluster.images()) {
        ctx.ui.warn_with(&why, &hint);
    }
}
