//! Clusters of the registry that others run. A problem there is not one of this machine, so it is a warning.

use super::Finding;
use crate::config::registry::Registry;
use crate::context::Context;
use crate::server::refusal::SET_CLOCKS;
use crate::status::{self, ClusterStatus, Kind, State};

const CHECK: &str = "cluster";

/// Asks all of them at once. What is wrong with the registry itself has its own line.
pub fn check(ctx: &Context) -> Vec<Finding> {
    let registry = Registry::load(&ctx.home.registry(), &ctx.env.lookup()).unwrap_or_default();
    match status::registered(ctx, &registry) {
        Ok(rows) => (rows.iter())
            .filter(|row| row.kind == Kind::SelfHosted)
            .map(|row| finding(row).about(&row.name))
            .collect(),
        Err(failure) => vec![Finding::of(CHECK, &failure)],
    }
}

fn finding(row: &ClusterStatus) -> Finding {
    let name = &row.name;
    let endpoint = row.endpoint.as_deref().unwrap_or_default();
    let why = row.reason.as_deref().unwrap_or_default();
    let remedied = why.strip_suffix(SET_CLOCKS);
    let why = remedied.map_or(why, |why| why.trim_end_matches("; "));
    match (row.state, &row.version) {
        (State::Up, Some(version)) if why.is_empty() => {
            Finding::ok(CHECK, format!("Prisma {version}, up at {endpoint}"))
        }
        (State::Up, Some(version)) => Finding::warning(
            CHECK,
            format!("Prisma {version}, up at {endpoint}, but {why}"),
            "check that the server requires the secret in the registry",
        ),
        (State::NotAuthorised, Some(version)) => {
            let hint = match remedied {
                Some(_) => SET_CLOCKS.to_owned(),
                None => format!(
                    "save its secret: `prisma cluster add {name} --endpoint {endpoint} --force`"
                ),
            };
            let text = format!("Prisma {version}, up at {endpoint}, but {why}");
            Finding::warning(CHECK, text, hint)
        }
        (State::Unhealthy, Some(version)) => Finding::warning(
            CHECK,
            format!("Prisma {version}, up at {endpoint}, but {why}"),
            "check its database, and its log",
        ),
        _ => Finding::warning(
            CHECK,
            format!("{endpoint}: {why}"),
            format!(
                "start the server, correct its address, or remove it: `prisma cluster remove {name}`"
            ),
        ),
    }
}
