//! The keys of the server edition.

use super::*;
use crate::cluster::Tuning;

prop_compose! {
    fn tuning()(
        schema in proptest::option::of(private()),
        connection_limit in proptest::option::of(2u16..),
        ssl in proptest::option::of(any::<bool>()),
        raw_access in proptest::option::of(any::<bool>()),
        active in proptest::option::of(Just(true)),
    ) -> Tuning {
        Tuning { active, schema, connection_limit, ssl, raw_access }
    }
}

/// Any that this edition can start with.
fn password() -> impl Strategy<Value = String> {
    let impossible = ['"', '\\', '\n', '\r'];
    private().prop_map(move |text| text.replace(impossible, "'"))
}

prop_compose! {
    fn cluster()(
        version in proptest::sample::select(vec!["1.18", "1.26", "1.34", "1.34-beta"]),
        connector in proptest::sample::select(vec![Connector::MySql, Connector::Postgres]),
        image in proptest::option::of(Just("mariadb:10".to_owned())),
        ports in (1u16.., 1u16..).prop_filter("distinct", |(a, b)| a != b),
        is_published in any::<bool>(),
        is_external in any::<bool>(),
        texts in (private(), password(), private(), private()),
        tuning in tuning(),
    ) -> Cluster {
        let mut cluster = Cluster::documented(ClusterName::local(), version.parse().expect("valid"));
        let mut database = Database::documented(Edition::Server, connector);
        if is_external {
            let host = "db.example".to_owned();
            database.external = Some(External { host, port: ports.1 });
        } else {
            database.image = image;
            database.host_port = is_published.then_some(ports.1);
        }
        let (user, password, name, secret) = texts;
        if is_external || connector == Connector::Postgres {
            database.user = user;
        }
        (database.password, database.name) = (password.into(), name);
        database.tuning = tuning;
        if connector == Connector::MySql {
            database.tuning.schema = None;
        }
        cluster.port = ports.0;
        cluster.database = database;
        cluster.cluster_secret = Some(secret.into());
        cluster
    }
}

proptest! {
    #[test]
    fn what_is_written_reads_back(cluster in cluster()) {
        prop_assert_eq!(read_text(&render(&cluster)), Ok(cluster));
    }

    #[test]
    fn any_change_can_be_made_across_the_editions(old in super::cluster(), new in cluster()) {
        let edited = edit(&render(&old), &old, &new);
        prop_assert!(edited.is_ok(), "{:?} {}", edited, render(&old));
        prop_assert_eq!(read_text(&edited.expect("checked")), Ok(new));
    }
}

#[test]
fn a_new_file_says_what_there_is_and_no_more() {
    let mut cluster = Cluster::documented(ClusterName::local(), PrismaVersion::default_init());
    cluster.cluster_secret = Some("my-server-secret-123".into());
    assert_eq!(
        render(&cluster),
        "\
# The configuration of cluster `local`. Edit it, then run `prisma local start`.
# Missing keys have their documented defaults. Keep strings quoted.

# The Prisma version to run: any 1.x version or image tag.
prismaVersion: \"1.8\"

# The port of the Prisma server.
port: 4466

# The address of this machine to publish ports on.
# bind: \"127.0.0.1\"

database:
  # The kind of database; `postgres` requires Prisma 1.7 or later.
  connector: mysql
  # The image of the database container. A newer Postgres cannot read an older one's data files.
  # image: \"mysql:5.7.44\"
  # The host of an external database, as the server's container reaches it.
  # host: \"db.example.com\"
  # The port to publish the database container on, or the port of the external database.
  # port: 3366
  # The user the server connects to the database as.
  user: \"root\"
  # The password of that user. A database container keeps the one it was created with.
  password: \"prisma\"
  # The database for the server's own tables.
  name: \"prisma\"
  # The size of each connection pool; at least 2 from Prisma 1.12 on.
  # connectionLimit: 10

# The secret that deployments authenticate with: a string (Prisma 1.7 and later) or a private key (up to 1.26).
clusterSecret: \"my-server-secret-123\"
"
    );
}

#[test]
fn flags_and_numbers_are_not_strings() {
    let text = "\
prismaVersion: '1.34'
database:
  connector: postgres
  host: db.example
  port: 70000
  ssl: 'yes'
  rawAccess: 1
  active: true
  connectionLimit: many
";
    assert_eq!(
        problems(text),
        [
            "c.yml:5:9: `database.port`: expected a number from 1 to 65535, found `70000`",
            "c.yml:6:8: `database.ssl`: expected `true` or `false`",
            "c.yml:7:14: `database.rawAccess`: expected `true` or `false`",
            "c.yml:9:20: `database.connectionLimit`: expected a number from 1 to 65535, found `many`",
        ]
    );
}
