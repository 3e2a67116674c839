//! Taking over what the npm CLI left: containers, volumes and registry entries of the same name.
//!
//! That CLI kept no configuration besides the registry; what it ran is read from the containers
//! themselves. Nothing it created is lost: the project's name, and with it the volume's, is kept.

use crate::cluster::{
    Cluster, ClusterName, Connector, Edition, PrismaVersion, documented, image, services,
};
use crate::config::registry::Entry;
use crate::docker::Container;
use crate::error::{Failure, Kind, Result};
use crate::render::PrismaConfig;
use crate::url::port_of;

/// The cluster that containers and registry entry describe.
pub fn cluster(
    name: &ClusterName,
    containers: &[Container],
    entry: Option<&Entry>,
) -> Result<Cluster> {
    let (servers, others): (Vec<&Container>, Vec<&Container>) =
        containers.iter().partition(|c| c.is_server());
    if let Some(stranger) = others.iter().find(|c| !is_database(c)) {
        return Err(not_ours(name, stranger));
    }
    let port = entry.and_then(|entry| port_of(&entry.host));
    let (server, database) = (servers.first().copied(), others.first().copied());
    from_parts(name, server, database, port)
}

/// The cluster as its containers describe it, without what an override has added. `None` if its server does not tell.
pub fn running(
    name: &ClusterName,
    containers: &[Container],
    entry: Option<&Entry>,
) -> Option<Cluster> {
    let server = containers.iter().find(|c| c.is_server())?;
    let database = containers.iter().find(|c| is_database(c));
    let port = entry.and_then(|entry| port_of(&entry.host));
    from_parts(name, Some(server), database, port).ok()
}

fn from_parts(
    name: &ClusterName,
    server: Option<&Container>,
    database: Option<&Container>,
    entry_port: Option<u16>,
) -> Result<Cluster> {
    let version = match server {
        Some(server) => version_of(name, server)?,
        None => PrismaVersion::default_local(),
    };
    let mut cluster = Cluster::documented(name.clone(), version);
    let mirror = server.and_then(|server| image::parts(&server.image).0);
    cluster.images_prefix = mirror.map(str::to_owned);
    if let Some(port) = entry_port {
        cluster.port = port;
    }
    if let Some(server) = server {
        match server.env.get("PRISMA_CONFIG") {
            Some(text) => {
                let config = PrismaConfig::read(text).ok_or_else(|| unreadable(name, server))?;
                config.adopt(&mut cluster, database.is_some());
            }
            None => from_variables(&mut cluster, server),
        }
        if let Some(published) = server.ports.first() {
            cluster.port = published.port;
            cluster.bind = published.address.parse().ok();
            cluster.bind = cluster.bind.filter(|ip| !ip.is_unspecified());
        }
    }
    if let Some(database) = database {
        let inside = format!("{}/tcp", cluster.database.connector.port());
        // The 1.8 page publishes none.
        cluster.database.host_port = match database.published(&inside) {
            Some(published) => Some(published.port),
            None if cluster.edition() == Edition::Server => None,
            None => cluster.database.host_port,
        };
        let wanted = cluster.database_image();
        cluster.database.image = Some(database.image.clone()).filter(|theirs| *theirs != wanted);
    }
    Ok(cluster)
}

/// The settings of the cluster edition. The npm CLI gave them to 1.7 and later servers too, which still
/// support them.
fn from_variables(cluster: &mut Cluster, server: &Container) {
    let value = |variable: &str| server.env.get(variable).filter(|value| !value.is_empty());
    let database = &mut cluster.database;
    if let Some(user) = value("SQL_INTERNAL_USER") {
        database.user.clone_from(user);
    }
    if let Some(password) = value("SQL_INTERNAL_PASSWORD") {
        database.password = password.clone().into();
    }
    // Of these variables, also the default of later versions.
    database.name = value("SQL_INTERNAL_DATABASE").map_or_else(
        || documented::database(Edition::Cluster).to_owned(),
        Clone::clone,
    );
    if let Some(secret) = value("SCHEMA_MANAGER_SECRET") {
        cluster.schema_manager_secret = secret.clone().into();
    }
}

fn unreadable(name: &ClusterName, server: &Container) -> Failure {
    let message = format!(
        "could not take over `{}`: its `PRISMA_CONFIG` was not written by `prisma`",
        server.name
    );
    Failure::new(Kind::NotManaged, message).hint(format!(
        "start your cluster under another name than `{name}` with `-n NAME`"
    ))
}

fn version_of(name: &ClusterName, server: &Container) -> Result<PrismaVersion> {
    server.version().ok_or_else(|| not_ours(name, server))
}

/// Whether a container is the database of a cluster, of any edition.
fn is_database(container: &Container) -> bool {
    [Edition::Cluster, Edition::Server].iter().any(|edition| {
        let mut connectors = [Connector::MySql, Connector::Postgres].iter();
        connectors.any(|connector| container.service == services::database(*edition, *connector))
    })
}

fn not_ours(name: &ClusterName, container: &Container) -> Failure {
    let message = format!(
        "the containers of project `{name}` were not created by `prisma`: `{}` runs the image `{}`",
        container.name, container.image
    );
    Failure::new(Kind::NotManaged, message)
        .hint("start your cluster under another name with `-n NAME`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::container::parse_inspect;

    fn recorded() -> Vec<Container> {
        let text = include_str!("../docker/container/inspect.json");
        parse_inspect(text).expect("parses")
    }

    #[test]
    fn version_ports_and_credentials_are_read_from_the_containers() {
        let mut containers = recorded();
        containers[0].image = "prismagraphql/prisma:1.2".into();
        containers[0].ports[0].port = 4480;
        containers[0]
            .env
            .insert("SQL_INTERNAL_PASSWORD".into(), "other".into());
        let (server, database) = (Some(&containers[0]), Some(&containers[1]));
        let cluster =
            from_parts(&ClusterName::local(), server, database, Some(4466)).expect("ours");
        assert_eq!(cluster.version.tag(), "1.2");
        assert_eq!(
            (cluster.port, cluster.database.host_port),
            (4480, Some(3366))
        );
        assert_eq!(
            (cluster.database.password.reveal(), cluster.bind),
            ("other", None)
        );
    }

    #[test]
    fn a_registry_entry_alone_has_the_port() {
        let cluster = from_parts(&ClusterName::local(), None, None, Some(4470)).expect("ours");
        assert_eq!((cluster.port, cluster.version.tag()), (4470, "1.1"));
    }

    #[test]
    fn another_project_is_left_alone() {
        let mut containers = recorded();
        containers[0].image = "nginx:latest".into();
        let failure = from_parts(&ClusterName::local(), Some(&containers[0]), None, None);
        assert_eq!(failure.expect_err("not ours").kind, Kind::NotManaged);
    }
}
