//! What everybody on the network could do with documented passwords.

use super::observed::{CONFIG, Observed};
use crate::cluster::{Cluster, Edition, documented};
use crate::context::Context;

/// Warns, once a start, of a port that is published on all interfaces and opens with a password that
/// stands in the documentation: until it is bound, changed, or accepted by writing the address down.
pub fn warn(ctx: &Context, observed: &Observed, cluster: &Cluster) {
    let Some(what) = exposed(cluster) else { return };
    let start = observed.name.command("start");
    let way = if observed.engine.local {
        format!("publish on this machine only with `{start} --bind 127.0.0.1`")
    } else {
        // Its loopback would be out of reach.
        format!("publish on a private address of that machine with `{start} --bind ADDRESS`")
    };
    let config = observed.folder.join(CONFIG);
    let hint = format!(
        "{way}, or accept it with `bind: \"0.0.0.0\"` in {}",
        config.display()
    );
    ctx.ui.warn_with(&what, &hint);
}

/// What is open to everybody, in words, if anything is.
pub fn exposed(cluster: &Cluster) -> Option<String> {
    if cluster.bind.is_some() {
        return None;
    }
    let database = &cluster.database;
    let is_known = |edition| database.password == *documented::password(edition);
    let known_password = is_known(Edition::Cluster) || is_known(Edition::Server);
    let database = match (database.host_port, &database.external) {
        (Some(port), None) if known_password => Some(format!("the database on port {port}")),
        _ => None,
    };
    let secret = cluster.cluster_secret.as_ref();
    let server = secret
        .is_some_and(|secret| *secret == *documented::MANAGEMENT_SECRET)
        .then(|| format!("the server on port {}", cluster.port));
    match (database, server) {
        (None, None) => None,
        (Some(database), None) => Some(format!(
            "{database} is published on all interfaces with the documented password"
        )),
        (None, Some(server)) => Some(format!(
            "{server} is published on all interfaces with the documented management secret"
        )),
        (Some(database), Some(server)) => Some(format!(
            "{database} and {server} are published on all interfaces with the documented password and secret"
        )),
    }
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
            Some(
                "the database on port 3366 is published on all interfaces with the documented password"
            )
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
                "the database on port 3306 and the server on port 4466 are published on all interfaces with the documented password and secret"
            )
        );
    }
}
