//! Ports that are open to the network with a documented password.

use super::observed::Observed;
use crate::cluster::files::CONFIG;
use crate::cluster::{Cluster, Edition, documented};
use crate::context::Context;

/// Warns, once per start, of a port that is published on all interfaces with a documented password: until
/// it is bound to an address, the password changed, or the risk accepted by writing the address down.
pub fn warn(ctx: &Context, observed: &Observed, cluster: &Cluster) {
    let Some(what) = exposed(cluster) else { return };
    let start = observed.name.command("start");
    let remedy = if observed.engine.local {
        format!("publish on this machine only with `{start} --bind 127.0.0.1`")
    } else {
        // The other machine's loopback could not be reached from here.
        format!("publish on a private address of that machine with `{start} --bind ADDRESS`")
    };
    let config = observed.folder.join(CONFIG);
    let hint = format!(
        "{remedy}; to silence this, set `bind: \"0.0.0.0\"` in {}",
        config.display()
    );
    ctx.ui.warn_with(&what, &hint);
}

/// Which ports are open to the network, as a sentence.
pub fn exposed(cluster: &Cluster) -> Option<String> {
    if cluster.bind.is_some() {
        return None;
    }
    let database = &cluster.database;
    let is_documented = |edition| database.password == documented::password(edition);
    let database = database.host_port.filter(|_| {
        database.external.is_none()
            && (is_documented(Edition::Cluster) || is_documented(Edition::Server))
    });
    let has_default_secret = cluster
        .cluster_secret
        .as_ref()
        .is_some_and(|secret| *secret == documented::MANAGEMENT_SECRET);
    let (what, with) = match (database, has_default_secret) {
        (None, false) => return None,
        (Some(port), false) => (format!("port {port} (database) is"), "password"),
        (None, true) => (
            format!("port {} (server) is", cluster.port),
            "management secret",
        ),
        (Some(port), true) => (
            format!("ports {port} (database) and {} (server) are", cluster.port),
            "password and secret",
        ),
    };
    Some(format!(
        "{what} reachable from the network with the documented {with}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::ClusterName;

    #[test]
    fn only_documented_passwords_on_all_interfaces_are_worth_a_warning() {
        let of = |version: &str| {
            let version = version.parse().expect("valid");
            Cluster::documented(ClusterName::local(), version)
        };
        let mut cluster = of("1.1");
        assert_eq!(
            exposed(&cluster).as_deref(),
            Some("port 3366 (database) is reachable from the network with the documented password")
        );
        cluster.bind = Some("0.0.0.0".parse().expect("valid"));
        assert_eq!(exposed(&cluster), None, "accepted");
        cluster.bind = None;
        cluster.database.password = "mine".into();
        assert_eq!(exposed(&cluster), None, "changed");
        let mut cluster = of("1.8");
        assert_eq!(exposed(&cluster), None, "nothing that opens");
        cluster.cluster_secret = Some(documented::MANAGEMENT_SECRET.into());
        cluster.database.host_port = Some(3306);
        assert_eq!(
            exposed(&cluster).as_deref(),
            Some(
                "ports 3306 (database) and 4466 (server) are reachable from the network with the documented password and secret"
            )
        );
    }
}
