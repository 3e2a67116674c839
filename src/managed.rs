//! A managed cluster: what was found of it, what it should be, and the plan that leads there.
//!
//! The verbs of `prisma local` share these parts; `init`, `deploy` and `doctor` use some of them.

mod adopt;
mod architecture;
mod configured;
mod elsewhere;
pub mod exposure;
pub mod external;
pub mod memory;
mod observed;
pub mod owner;
pub mod ports;
mod reachability;
mod ready;
mod services;
mod sql;
mod start;
mod steps;

pub use configured::{known, read_config};
pub use observed::Observed;
pub use ready::ready;
pub use services::{check_place, warn_of_new_syntax};
pub use sql::StuckOn;
pub use start::{
    complete_secret, restart, restart_running, start, start_stopped, why_it_is_silent,
};

use crate::cluster::ClusterName;
use crate::context::Context;
use crate::error::{Kind, Result};
use crate::files::{Lock, Request};

/// Observes a cluster under its lock, so that what was found stays true until the verb ends. A dry run
/// changes nothing and needs no lock.
pub fn observe_locked(
    ctx: &Context,
    name: &ClusterName,
    verb: &str,
    observe: fn(&Context, &ClusterName) -> Result<Observed>,
) -> Result<(Observed, Option<Lock>)> {
    if ctx.dry_run {
        return Ok((observe(ctx, name)?, None));
    }
    let request = Request {
        path: &ctx.home.cluster_lock(name.as_ref()),
        what: &format!("cluster `{name}`"),
        who: &format!("`{}`, process {}", name.command(verb), std::process::id()),
        limit: ctx.lock_timeout,
        on_wait: &|held| ctx.ui.status(&format!("{held}; waiting for it to end")),
    };
    let lock =
        Lock::acquire_with(&request, &ctx.interrupt).map_err(|failure| match failure.kind {
            Kind::Locked => failure.hint("or wait longer, for example with `--lock-timeout 10m`"),
            _ => failure,
        })?;
    Ok((observe(ctx, name)?, Some(lock)))
}
