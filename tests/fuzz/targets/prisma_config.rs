//! `PRISMA_CONFIG` of a running server: a cluster taken over from it says the same.

use super::texts;
use prisma_cli::testing::cluster::{Cluster, ClusterName};
use prisma_cli::testing::render::PrismaConfig;

pub fn seeds() -> Vec<String> {
    let mut seeds = texts([
        "managementApiSecret: my-secret\nport: 4466\ndatabases:\n  default:\n    connector: mysql\n    active: true\n    host: db\n    port: 3306\n    user: root\n    password: prisma\n",
        "port: 4466\ndatabases:\n  default:\n    connector: postgres\n    migrations: false\n    host: h\n    port: 5432\n    user: p\n    password: \"a$b\"\n    database: d\n    schema: s\n    connectionLimit: 2\n    ssl: true\n    rawAccess: true\n",
        "{port: 1, clusterPublicKey: 'k', databases: {default: {connector: x, host: '', port: 1, user: u, password: 1}}}",
        "legacySecret: |\n  a\n  b\nport: 65535\nunknown: 1\ndatabases: {default: {connector: mysql, host: a, port: 0, user: \"${u}\", password: '', managementSchema: m}}\n",
    ]);
    seeds.extend(["1.7.4", "1.8.1", "1.34.12"].map(|version| {
        let version = version.parse().expect("a version");
        let cluster = Cluster::documented(ClusterName::local(), version);
        serde_yaml::to_string(&PrismaConfig::of(&cluster)).expect("YAML")
    }));
    seeds
}

fn adopted(text: &str, has_container: bool) -> Option<Cluster> {
    let version = "1.34.12".parse().expect("a version");
    let mut cluster = Cluster::documented(ClusterName::local(), version);
    PrismaConfig::read(text)?.adopt(&mut cluster, has_container);
    Some(cluster)
}

pub fn check(text: &str) {
    for has_container in [false, true] {
        let Some(first) = adopted(text, has_container) else {
            return;
        };
        let written = serde_yaml::to_string(&PrismaConfig::of(&first)).expect("YAML");
        // As docker-compose passes it on.
        let written = written.replace("$$", "$");
        let second = adopted(&written, has_container);
        let mut second = second.unwrap_or_else(|| panic!("not read back: {written}"));
        // Secrets are variables in what is written.
        second
            .database
            .password
            .clone_from(&first.database.password);
        second.cluster_secret.clone_from(&first.cluster_secret);
        // Without a word, migrations are on.
        second.database.tuning.active = second.database.tuning.active.filter(|active| !active);
        assert_eq!(second, first, "{written}");
    }
}
