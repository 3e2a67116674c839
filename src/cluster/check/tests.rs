use super::super::{ClusterName, Database, PrismaVersion};
use super::*;

#[test]
fn a_documented_cluster_has_no_problem_and_others_have_all_of_theirs() {
    let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_local());
    assert_eq!((cluster.problems(), cluster.check()), (Vec::new(), Ok(())));
    cluster.port = 0;
    assert_eq!(
        cluster.check().expect_err("invalid").message(),
        "the configuration of cluster `local` is invalid: `port`: a port is a number from 1 to 65535"
    );
    cluster.database.user = "a\0".to_owned();
    cluster.database.password = "".into();
    cluster.database.connector = Connector::Postgres;
    cluster.cluster_secret = Some("geheim".into());
    let failure = cluster.check().expect_err("invalid");
    assert_eq!(failure.kind, Kind::ConfigInvalid);
    assert_eq!(
        failure.message(),
        "the configuration of cluster `local` is invalid:\n  \
         `database.connector`: Prisma 1.1 supports only `mysql`: use that, or Prisma 1.7 or later\n  \
         `port`: a port is a number from 1 to 65535\n  \
         `database.user`: it contains a NUL character, which no variable can hold\n  \
         `database.password`: it is empty: give it a value, or remove the line\n  \
         `clusterSecret`: not a private key: no `-----BEGIN RSA PRIVATE KEY-----` line"
    );
}

#[test]
fn the_server_edition_takes_what_its_version_knows() {
    let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_init());
    cluster.cluster_secret = Some("any text".into());
    assert_eq!(cluster.check(), Ok(()));
    cluster.database.tuning.ssl = Some(true);
    cluster.database.tuning.active = Some(false);
    cluster.database.tuning.schema = Some("a".to_owned());
    cluster.database.tuning.connection_limit = Some(0);
    cluster.database.user = "me".to_owned();
    cluster.database.image = Some("-rf".to_owned());
    let paths = |cluster: &Cluster| -> Vec<String> {
        let problems = cluster.problems().into_iter();
        problems.map(|problem| problem.path.join(".")).collect()
    };
    assert_eq!(
        paths(&cluster),
        [
            "database.ssl",
            "database.user",
            "database.active",
            "database.schema",
            "database.connectionLimit",
            "database.image"
        ]
    );
    cluster.database.connector = Connector::Postgres;
    cluster.database.image = None;
    cluster.version = "1.11".parse().expect("valid");
    cluster.database.tuning.connection_limit = Some(1);
    assert_eq!(paths(&cluster), [""; 0]);
    cluster.version = "1.12".parse().expect("valid");
    assert_eq!(paths(&cluster), ["database.connectionLimit"]);
    cluster.version = "1.34".parse().expect("valid");
    assert_eq!(
        paths(&cluster),
        ["database.active", "database.connectionLimit"]
    );
    let here = crate::cluster::External {
        host: "127.0.0.1".to_owned(),
        port: 5432,
    };
    cluster.database = crate::cluster::Database {
        external: Some(here),
        password: "".into(),
        ..crate::cluster::Database::documented(Edition::Server, Connector::Postgres)
    };
    assert_eq!(paths(&cluster), ["database.host"]);
}

#[test]
fn values_that_a_server_takes_for_something_else_are_problems() {
    let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_init());
    for (password, fine) in [
        ("a\"b", false),
        ("a\\b", false),
        ("a\nb", false),
        ("a$b #c${d}:e,=@&", true),
    ] {
        cluster.database.password = password.into();
        assert_eq!(cluster.check().is_ok(), fine, "{password}");
    }
    cluster.database = Database::documented(Edition::Server, Connector::MySql);
    for (secret, fine) in [
        ("", false),
        ("${env:SECRET}", false),
        ("${} $ {x} \"\\", true),
    ] {
        cluster.cluster_secret = Some(secret.into());
        assert_eq!(cluster.check().is_ok(), fine, "{secret}");
    }
    // The cluster edition has a variable for each value.
    let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_local());
    cluster.database.password = "a\"b\\c".into();
    assert_eq!(cluster.check(), Ok(()));
    cluster.schema_manager_secret = "${SECRET}".into();
    let failure = cluster.check().expect_err("a reference");
    assert_eq!(
        failure.message(),
        "the configuration of cluster `local` is invalid: `schemaManagerSecret`: it contains `${…}`, which no one \
         replaces: it would be part of the secret: write the value itself"
    );
}

#[test]
fn a_key_pair_is_for_those_who_know_it() {
    let key = crate::secret::keys::generate()
        .expect("generates")
        .pem_pkcs1();
    for (version, fine) in [
        ("1.6", true),
        ("1.7", true),
        ("1.26", true),
        ("1.27", false),
    ] {
        let version = version.parse().expect("valid");
        let mut cluster = Cluster::documented(ClusterName::local(), version);
        cluster.cluster_secret = Some(key.clone());
        assert_eq!(cluster.check().is_ok(), fine, "{}", cluster.version);
        cluster.cluster_secret = Some("-----BEGIN geheim".into());
        let failure = cluster.check().expect_err("broken");
        assert!(!failure.message().contains("geheim"), "{failure}");
    }
}
