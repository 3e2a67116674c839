//! The services that the servers of the registry have, asked all at once.

use super::probe::Probe;
use super::{LIMIT, deadline, pool};
use crate::config::registry::Registry;
use crate::context::Context;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::server::credential::Credential;
use crate::server::http::Client;
use crate::server::management::{Management, Migration};
use std::sync::Arc;

/// What a cluster answers.
pub struct Listed {
    pub name: String,
    /// Its services, or why it could not be asked.
    pub services: std::result::Result<Vec<Deployed>, String>,
}

/// A service of a cluster.
pub struct Deployed {
    pub name: String,
    pub stage: String,
    /// Its open migration, else the last successful one; `None` if the server does not say.
    pub migration: Option<Migration>,
}

/// Asks the clusters of the registry, or the one named `only`. Fails only on a signal.
pub fn all(ctx: &Context, registry: &Registry, only: Option<&str>) -> Result<Vec<Listed>> {
    let mut probes = super::probes(ctx, registry);
    probes.retain(|probe| only.is_none_or(|name| probe.name == name));
    let deadline = deadline(probes.len());
    let probes = Arc::new(probes);
    let stage = ctx.ui.terminal().live;
    let stage = stage.then(|| ctx.ui.stage("querying the clusters", ""));
    let (asked, interrupt) = (Arc::clone(&probes), ctx.interrupt.clone());
    let answers = ctx
        .interrupt
        .run(move || pool::run(&asked, deadline, move |probe| services(probe, &interrupt)))?;
    drop(stage);
    let late = || Err("no answer in time".to_owned());
    let listed = probes.iter().zip(answers).map(|(probe, answer)| Listed {
        name: probe.name.clone(),
        services: answer.unwrap_or_else(late),
    });
    Ok(listed.collect())
}

fn services(probe: &Probe, interrupt: &Interrupt) -> std::result::Result<Vec<Deployed>, String> {
    let endpoint = match (&probe.endpoint, &probe.problem) {
        (Some(endpoint), None) => endpoint.trim_end_matches('/'),
        (_, problem) => return Err(problem.clone().unwrap_or_default()),
    };
    let credential = match &probe.secret {
        Some(secret) if !secret.is_empty() => Credential::Secret(secret.clone()),
        _ => Credential::None,
    };
    let client = Client::once(endpoint).map_err(|fault| fault.to_string())?;
    let management = Management::new(client, interrupt.clone(), "", "", credential);
    let reason = |error| management.failure("", error).why().to_owned();
    let names = management
        .within(LIMIT, || management.services())
        .map_err(reason)?;
    let deployed = names.into_iter().map(|(name, stage)| {
        let service = management.sibling(&name, &stage);
        // One that is being deployed at this moment may have gone.
        let migration = service.within(LIMIT, || service.migration_status()).ok();
        Deployed {
            name,
            stage,
            migration,
        }
    });
    Ok(deployed.collect())
}
