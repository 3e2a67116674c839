//! What is sent: a service in the words of the management API.

use super::target::Destination;
use crate::server::management::{self, Schema};
use crate::service::{Secret, Service, Subscription};

/// The name in the management API: `WORKSPACE~NAME` in a workspace.
pub fn project_name(service: &Service, destination: &Destination) -> String {
    match &destination.workspace {
        Some(workspace) => format!("{workspace}~{}", service.name),
        None => service.name.clone(),
    }
}

/// Where the service's own API is.
pub fn service_url(service: &Service, destination: &Destination) -> String {
    let Destination {
        base, workspace, ..
    } = destination;
    let workspace = workspace.as_ref().map(|workspace| format!("{workspace}/"));
    format!(
        "{base}/{}{}/{}",
        workspace.unwrap_or_default(),
        service.name,
        service.stage
    )
}

/// Types, secrets and subscriptions.
pub fn schema(service: &Service) -> Schema {
    Schema {
        types: service.datamodel.text().to_owned(),
        secrets: secrets(service),
        subscriptions: service.subscriptions.iter().map(subscription).collect(),
    }
}

/// What opens the service's API.
pub fn secrets(service: &Service) -> Vec<String> {
    service.secrets.iter().map(reveal).collect()
}

fn reveal(secret: &Secret) -> String {
    secret.reveal().to_owned()
}

fn subscription(subscription: &Subscription) -> management::Subscription {
    let header = |(name, value): &(String, Secret)| (name.clone(), reveal(value));
    management::Subscription {
        name: subscription.name.clone(),
        query: subscription.query.clone(),
        url: reveal(&subscription.url),
        headers: subscription.headers.iter().map(header).collect(),
    }
}
