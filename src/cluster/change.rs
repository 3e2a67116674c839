//! What prevents a cluster from changing to another version.

use super::{Cluster, Connector, Edition, PrismaVersion, documented};

impl Cluster {
    /// Why this cluster cannot run another version, one sentence per reason; empty if it can.
    /// Only clusters that were created in the cluster edition can go back to it.
    pub fn obstacles(&self, to: &PrismaVersion) -> Vec<String> {
        if self.edition() == to.edition() || to.edition() == Edition::Server {
            return Vec::new();
        }
        let database = &self.database;
        let expected = documented::database(Edition::Cluster);
        let mut reasons = Vec::new();
        if database.connector == Connector::Postgres {
            let name = database.connector.name();
            reasons.push(format!(
                "Prisma {to} supports only MySQL, but the data is in {name}"
            ));
        } else if let Some(external) = &database.external {
            reasons.push(format!(
                "Prisma {to} supports only its own database container, but the data is at {external}"
            ));
        } else if database.name != expected {
            reasons.push(format!(
                "Prisma {to} stores its services in database `{expected}`, but this cluster's are in `{}`",
                database.name
            ));
        }
        if self.cluster_secret.is_some() && self.key_pair().is_none() {
            reasons.push(format!(
                "Prisma {to} requires a key pair, but this cluster has a secret"
            ));
        }
        reasons
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ClusterName, Database, External};
    use super::*;

    fn version(text: &str) -> PrismaVersion {
        text.parse().expect("valid")
    }

    #[test]
    fn only_who_came_from_the_cluster_edition_can_go_back() {
        let mut cluster = Cluster::documented(ClusterName::local(), version("1.1"));
        let key = crate::secret::keys::generate()
            .expect("generates")
            .pem_pkcs1();
        cluster.cluster_secret = Some(key);
        assert_eq!(cluster.obstacles(&version("1.34")), [""; 0]);
        cluster.version = version("1.8");
        for to in ["1.1", "1.7", "1.34"] {
            assert_eq!(cluster.obstacles(&version(to)), [""; 0]);
        }
        cluster.cluster_secret = Some("a secret".into());
        cluster.database = Database::documented(Edition::Server, Connector::MySql);
        assert_eq!(cluster.obstacles(&version("1.7")), [""; 0]);
        assert_eq!(
            cluster.obstacles(&version("1.6")),
            [
                "Prisma 1.6 stores its services in database `graphcool`, but this cluster's are in `prisma`",
                "Prisma 1.6 requires a key pair, but this cluster has a secret"
            ]
        );
        cluster.database.external = Some(External {
            host: "db.example".to_owned(),
            port: 3306,
        });
        cluster.cluster_secret = None;
        assert_eq!(
            cluster.obstacles(&version("1.6")),
            [
                "Prisma 1.6 supports only its own database container, but the data is at db.example:3306"
            ]
        );
        cluster.database.connector = Connector::Postgres;
        assert_eq!(
            cluster.obstacles(&version("1.6")),
            ["Prisma 1.6 supports only MySQL, but the data is in Postgres"]
        );
    }
}
