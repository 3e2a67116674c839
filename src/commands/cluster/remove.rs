//! `prisma cluster remove`: removes an entry from the registry, and leaves containers alone.

use crate::cluster::ClusterName;
use crate::commands::{Report, act};
use crate::config::registry::{self, Entry, Registry};
use crate::context::Context;
use crate::documents;
use crate::error::{Failure, Kind, Result};
use crate::plan;
use crate::plan::{Plan, Step};
use crate::status::cloud;
use crate::status::target;
use crate::ui::text::quoted;
use crate::ui::{Choice, Question};
use crate::url::{ServerUrl, points_here, without_password};

/// Removes a cluster, with consent.
pub fn run(ctx: &Context, name: Option<&str>) -> Result<Report> {
    let (registry, broken) = match (ctx.registry(), name) {
        (Ok(registry), _) => (registry, None),
        // An entry that is broken itself can still be taken out.
        (Err(failure), Some(_)) if failure.kind == Kind::ConfigInvalid => {
            (Registry::default(), Some(failure))
        }
        (Err(failure), _) => return Err(failure),
    };
    let name = match name {
        Some(name) => named(name, &registry)?,
        None => select(ctx, &registry)?,
    };
    let known = registry.get(&name);
    if known.is_none() && broken.is_none() {
        return Err(unknown(ctx, &name, &registry));
    }
    let has_secret = known.is_none_or(|entry| entry.secret.is_some());
    if !ctx.dry_run {
        let secret = if has_secret { " and its secret" } else { "" };
        let about = format!("`{name}`{secret}");
        ctx.ask().confirm(Question::RemoveEntry, &about)?;
    }
    if let Some(failure) = broken {
        return remove_broken(ctx, &name, failure);
    }
    let note = containers_note(ctx, &name, known);
    let step = Step::Unregister {
        path: ctx.home.registry(),
        name: name.clone(),
    };
    act(ctx, Some(&name), &Plan(vec![step]), || report(&name, note))
}

/// Lets the user choose.
fn select(ctx: &Context, registry: &Registry) -> Result<String> {
    if registry.clusters().is_empty() {
        return Err(Failure::new(
            Kind::UnknownCluster,
            "there are no clusters in the registry",
        ));
    }
    let width = registry.names().map(|name| name.chars().count()).max();
    let width = width.unwrap_or_default();
    let choice = |entry: &registry::Entry| {
        let shown = format!("{:width$}   {}", entry.name, without_password(&entry.host));
        Choice::new(entry.name.clone(), shown)
    };
    let choices = registry.clusters().iter().map(choice).collect();
    Ok(ctx.ask().select(Question::Entry, "", choices)?.value)
}

/// The entry that is meant: by its name, or by the address of its server.
fn named(name: &str, registry: &Registry) -> Result<String> {
    let address = match ServerUrl::of_server(name) {
        Ok(address) if registry.get(name).is_none() => address,
        _ => return Ok(name.to_owned()),
    };
    let is_there = |entry: &&registry::Entry| {
        ServerUrl::of_server(&entry.host).is_ok_and(|host| host == address)
    };
    let entries: Vec<&registry::Entry> = registry.clusters().iter().filter(is_there).collect();
    let unclear = |message: String| Failure::new(Kind::UnknownCluster, message);
    match entries.as_slice() {
        [entry] => Ok(entry.name.clone()),
        [] => Err(unclear(format!(
            "no cluster in the registry has the address `{address}`"
        ))
        .hint("see `prisma cluster list`")),
        several => {
            let names = quoted(several.iter().map(|entry| &entry.name));
            Err(
                unclear(format!("several clusters have the address `{address}`"))
                    .hint(format!("name one of them: {names}")),
            )
        }
    }
}

fn unknown(ctx: &Context, name: &str, registry: &Registry) -> Failure {
    if cloud::has_closed(&ctx.env, name) {
        let message = format!(
            "cluster `{name}` is not in the registry: it was on {}",
            cloud::CLOSED
        );
        return Failure::new(Kind::UnknownCluster, message);
    }
    if name.contains('/') {
        let message = format!("cluster `{name}` is not in the registry: it is one of Prisma Cloud");
        return Failure::new(Kind::UnknownCluster, message)
            .hint("remove it there; without a session key it is not listed");
    }
    target::unknown(name, registry.names())
}

/// Takes out an entry of a file that is broken there and nowhere else.
fn remove_broken(ctx: &Context, name: &str, broken: Failure) -> Result<Report> {
    if ctx.dry_run {
        return Err(broken);
    }
    let removed = plan::act(ctx, Some(name), |_| {
        registry::remove(&ctx.home.registry(), name, &ctx.interrupt)
    })?;
    if removed {
        Ok(report(name, None))
    } else {
        Err(broken)
    }
}

/// What happens to the containers, where there may be some: of a managed cluster, or of the one that the
/// npm CLI ran.
fn containers_note(ctx: &Context, name: &str, entry: Option<&Entry>) -> Option<String> {
    let managed = entry.map_or_else(|| ctx.home.managed(name), |entry| ctx.managed(entry));
    let of_npm = || {
        let local = ClusterName::local();
        let is_here = entry.is_some_and(|entry| points_here(&entry.host));
        (name == local.as_ref() && is_here).then_some(local)
    };
    let name = managed.or_else(of_npm)?;
    Some(format!(
        "its containers and data on this machine, if any, are kept; delete them with `{}`",
        name.command("delete")
    ))
}

fn report(name: &str, note: Option<String>) -> Report {
    let note = note.map(|note| format!("; {note}")).unwrap_or_default();
    Report::new(
        format!("cluster `{name}` removed from the registry{note}\n"),
        documents::Removed {
            name,
            removed: documents::True,
        },
    )
}
