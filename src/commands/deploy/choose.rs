//! Letting the user choose a cluster.

use crate::commands::{self, cluster};
use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::{Failure, Kind, Result};
use crate::survey::{self, Asked};
use crate::ui::Question;
use std::fmt;

/// An entry of the list.
enum Choice {
    Known(Asked),
    Another,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Choice::Known(asked) = self else {
            return f.write_str("add another cluster …");
        };
        let Asked {
            name,
            kind,
            state,
            endpoint,
            ..
        } = asked;
        write!(f, "{name:<20} {}, {}", kind.word(), state.word())?;
        match endpoint {
            Some(endpoint) => write!(f, "  {endpoint}"),
            None => Ok(()),
        }
    }
}

/// Lets the user choose: clusters of the registry first, then those of Prisma Cloud, then a way to
/// add one. Gives the name, and the registry with an entry of that name.
pub fn choose(ctx: &Context, registry: Registry, again: bool) -> Result<(String, Registry)> {
    let question = match again {
        true => Question::OtherDestination,
        false => Question::Destination,
    };
    ctx.ask().need(&[question], "")?;
    let known = survey::all(ctx, &registry)?.into_iter().map(Choice::Known);
    let mut choices: Vec<Choice> = known.collect();
    // A dry run writes nothing, so there would be nothing to deploy to.
    if !ctx.dry_run {
        choices.push(Choice::Another);
    }
    if choices.is_empty() {
        return Err(
            Failure::new(Kind::UnknownCluster, "there is no cluster to deploy to")
                .hint("start one here with `prisma local start`")
                .hint("or add one that runs elsewhere with `prisma cluster add`"),
        );
    }
    match ctx.ask().select(question, "", choices)? {
        Choice::Known(asked) => Ok((asked.name, registry)),
        Choice::Another => {
            let name = cluster::by_asking(ctx)?;
            Ok((name, commands::registry(ctx)?))
        }
    }
}
