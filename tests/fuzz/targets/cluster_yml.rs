//! `cluster.yml`: what is read is what is written, in our form and in an edit of the user's.

use super::texts;
use prisma_cli::testing::cluster::{Cluster, ClusterName, Edition};
use prisma_cli::testing::config::cluster_yml;
use prisma_cli::testing::render::render;
use std::path::Path;

pub fn seeds() -> Vec<String> {
    let mut seeds = texts([
        "version: '1.1'\n",
        "# mine\nversion: \"1.8\"\nport: 4467 # free\nbind: 127.0.0.1\nclusterSecret: some-text\ndatabase:\n  type: postgres\n  password: 'a''b'\n  port: 5432\n",
        "version: 1.34.10\ndatabase:\n  type: mysql\n  host: db.example\n  ssl: true\n  connectionLimit: 5\n  user: me\n  password: ${x}\n  schema: s\n  active: false\n  rawAccess: true\n",
        "version: '1.2'\nschemaManagerSecret: abcdefgh\ndatabase:\n  image: mysql:5.7.1\n  name: g\n",
        "{version: '1.8', port: 1, database: {type: mysql, host: '::1'}}\n",
    ]);
    let versions = ["1.1", "1.7.2", "1.34.12"];
    seeds.extend(versions.map(|version| {
        let version = version.parse().expect("a version");
        cluster_yml::render(&Cluster::documented(ClusterName::local(), version))
    }));
    seeds
}

pub fn check(text: &str) {
    let name = ClusterName::local();
    let file = Path::new("cluster.yml");
    let Ok(cluster) = cluster_yml::parse(&name, file, text) else {
        return;
    };
    let ours = cluster_yml::render(&cluster);
    let back = cluster_yml::parse(&name, file, &ours).expect("what we write");
    let mut expected = cluster.clone();
    if cluster.edition() == Edition::Server {
        // It knows none, and is not given one that a file of it has all the same.
        expected
            .schema_manager_secret
            .clone_from(&back.schema_manager_secret);
    }
    assert_eq!(back, expected, "rendered as\n{ours}");
    if let Ok(rendered) = render(&cluster) {
        assert_eq!(
            render(&cluster).as_ref(),
            Ok(&rendered),
            "the same each time"
        );
        for secret in cluster.secrets() {
            let secret = secret.reveal();
            let shown = secret.len() >= 8 && rendered.compose.contains(secret);
            assert!(
                !shown || ours.matches(secret).count() > 1,
                "a secret in {}",
                rendered.compose
            );
        }
        let compose = serde_yaml::from_str::<serde_yaml::Value>(&rendered.compose);
        assert!(compose.is_ok_and(|compose| compose["services"].is_mapping()));
    }
    let mut moved = cluster.clone();
    moved.port = if cluster.port == 4999 { 4998 } else { 4999 };
    if let Ok(edited) = cluster_yml::edit(text, &cluster, &moved) {
        assert_eq!(
            cluster_yml::parse(&name, file, &edited).as_ref(),
            Ok(&moved)
        );
        assert!(
            !gone(text, &edited).contains(&b'\n'),
            "{text:?} became {edited:?}"
        );
    }
}

/// The bytes of `before` between those that `after` begins and ends with, too.
fn gone<'t>(before: &'t str, after: &str) -> &'t [u8] {
    let same = |(a, b): &(u8, u8)| a == b;
    let head = before.bytes().zip(after.bytes()).take_while(same).count();
    let most = before.len().min(after.len()) - head;
    let ends = before.bytes().rev().zip(after.bytes().rev());
    let tail = ends.take_while(same).count().min(most);
    &before.as_bytes()[head..before.len() - tail]
}
