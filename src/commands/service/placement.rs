//! A service and where it goes: the names it has there, and what is sent.

use super::target::Destination;
use crate::config::compose_file;
use crate::context::Context;
use crate::error::Result;
use crate::managed::read_config;
use crate::server::http::{Client, Proxies};
use crate::server::management::{Management, Schema, Subscription};
use crate::server::version::ManagementPath;
use crate::service::{Secret, Service};
use std::fmt;

#[derive(Clone, Copy)]
pub struct Placement<'a> {
    pub service: &'a Service,
    pub destination: &'a Destination,
}

impl Placement<'_> {
    /// The name in the management API: `WORKSPACE~NAME` in a workspace.
    pub fn project_name(&self) -> String {
        match &self.destination.workspace {
            Some(workspace) => format!("{workspace}~{}", self.service.name),
            None => self.service.name.clone(),
        }
    }

    /// The management API of the server.
    pub fn management(&self, ctx: &Context) -> Result<Management> {
        let Placement {
            service,
            destination,
        } = *self;
        let client = Client::new(&destination.base, &Proxies::of(&ctx.env))
            .map_err(|fault| fault.failure(&destination.base))?;
        let management = Management::new(
            client,
            ctx.interrupt.clone(),
            &self.project_name(),
            &service.stage,
            destination.credential.clone(),
        );
        let management = management
            .secret_of(destination.secret_name.as_deref())
            .or_secrets(&destination.others);
        // What is wrong with `cluster.yml` does not matter here.
        let managed = destination.managed.as_ref();
        let config = managed.and_then(|name| read_config(ctx, name).ok().flatten());
        Ok(match config {
            Some((_, cluster)) => management
                .first(ManagementPath::of(&cluster.version))
                .with_schema(Some(cluster.database.server_schema().to_owned())),
            None => {
                let lookup = ctx.env.lookup();
                let server = compose_file::server(&service.folder, &destination.base, &lookup);
                management.with_schema(server.and_then(|server| server.schema))
            }
        })
    }

    /// The URL of the service's own API.
    pub fn service_url(&self) -> String {
        let Destination {
            base, workspace, ..
        } = self.destination;
        let Service { name, stage, .. } = self.service;
        match workspace {
            Some(workspace) => format!("{base}/{workspace}/{name}/{stage}"),
            None => format!("{base}/{name}/{stage}"),
        }
    }
}

/// Which service and stage, and where.
impl fmt::Display for Placement<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Service { name, stage, .. } = self.service;
        let label = &self.destination.label;
        write!(f, "service `{name}`, stage `{stage}`, {label}")
    }
}

pub fn schema(service: &Service) -> Schema {
    let subscriptions = service.subscriptions.iter().map(|one| Subscription {
        name: one.name.clone(),
        query: one.query.clone(),
        url: reveal(&one.url),
        headers: one
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), reveal(value)))
            .collect(),
    });
    Schema {
        types: service.datamodel.text().to_owned(),
        secrets: secrets(service),
        subscriptions: subscriptions.collect(),
    }
}

/// The secrets of the service's own API.
pub fn secrets(service: &Service) -> Vec<String> {
    service.secrets.iter().map(reveal).collect()
}

fn reveal(secret: &Secret) -> String {
    secret.reveal().to_owned()
}
